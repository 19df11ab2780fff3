"""The chain of the audit on both engines: S69."""

import random
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import delete, insert, select, text, update

from proxy.domain import chain
from proxy.domain.chain import Entry
from proxy.domain.events import Event
from proxy.errors import Refusal
from proxy.flows import audit as flow
from proxy.flows.audit import Broken, Whole
from proxy.store import audit
from proxy.store.db import Database
from proxy.store.tables import audit as table
from proxy.store.tables import audit_head
from tests.clock import Clock
from tests.people import VAULT, vault
from tests.racing import race

Tamper = Callable[[Any], object]
ROWS = 8


@pytest.fixture
def noted(db: Database, clock: Clock) -> Database:
    for number in range(ROWS):
        clock.advance(seconds=0.000001)
        with db.transaction() as tx:
            audit.note(tx, Event.LOGIN_FAILED, None, "203.0.113.7", number=number, word="ñandú")
    return db


def verify(db: Database) -> Whole | Broken:
    with db.reading() as tx:
        return flow.verify(tx)


def tamper(db: Database, *statements: Any) -> Whole | Broken:
    with db.transaction() as tx:
        for statement in statements:
            tx.conn.execute(statement)
    return verify(db)


def test_rows_that_nobody_touched_are_whole(noted: Database, clock: Clock) -> None:
    found = verify(noted)
    assert isinstance(found, Whole)
    assert (found.rows, found.until) == (ROWS, clock.now)


def test_nothing_noted_is_whole_too(db: Database) -> None:
    assert verify(db) == Whole(0, None, None)


@pytest.mark.parametrize(
    "values",
    [
        {"at": datetime(2026, 11, 16, 15, 0, 0, 5, tzinfo=UTC)},
        {"event": "session_created"},
        {"ip": "203.0.113.8"},
        {"ip": None},
        {"detail": {"number": 3, "word": "ñandu"}},
        {"detail": {"number": 3, "word": "ñandú", "more": None}},
        {"seal": b""},
        {"seal": bytes(32)},
    ],
)
def test_an_edited_row_is_named(noted: Database, values: dict[str, Any]) -> None:
    found = tamper(noted, update(table).where(table.c.id == 4).values(values))
    assert isinstance(found, Broken)
    assert (found.code, found.id) == ("audit.changed", 4)
    assert found.at == values.get("at", datetime(2026, 11, 16, 15, 0, 0, 4, tzinfo=UTC))


def test_a_row_of_a_key_that_never_was_is_named(noted: Database) -> None:
    found = tamper(noted, update(table).where(table.c.id == 4).values(key_id="k9"))
    assert isinstance(found, Broken)
    assert (found.code, found.id) == ("audit.key", 4)


@pytest.mark.parametrize("gone", [1, 4, ROWS - 1])
def test_a_removed_row_is_named(noted: Database, gone: int) -> None:
    found = tamper(noted, delete(table).where(table.c.id == gone))
    assert isinstance(found, Broken)
    assert (found.code, found.id) == ("audit.missing", gone + 1)


def test_a_removed_row_is_named_though_the_rest_was_counted_anew(noted: Database) -> None:
    moved = [update(table).where(table.c.id == n).values(id=n - 1) for n in range(5, ROWS + 1)]
    head = update(audit_head).values(last_id=ROWS - 1)
    found = tamper(noted, delete(table).where(table.c.id == 4), *moved, head)
    assert isinstance(found, Broken)
    assert (found.code, found.id) == ("audit.changed", 4)


def test_two_rows_that_changed_places_are_named(noted: Database) -> None:
    swap = [(3, 100), (6, 3), (100, 6)]
    moved = [update(table).where(table.c.id == a).values(id=b) for a, b in swap]
    found = tamper(noted, *moved)
    assert isinstance(found, Broken)
    assert (found.code, found.id) == ("audit.changed", 3)


@pytest.mark.parametrize(("number", "code"), [(0, "audit.inserted"), (ROWS + 1, "audit.changed")])
def test_an_inserted_row_is_named(noted: Database, number: int, code: str) -> None:
    with noted.reading() as tx:
        row = dict(tx.conn.execute(select(table).where(table.c.id == 4)).mappings().one())
    found = tamper(noted, insert(table).values(row | {"id": number}))
    assert isinstance(found, Broken)
    assert (found.code, found.id) == (code, number)


@pytest.mark.parametrize("left", [0, 1, ROWS - 1])
def test_a_cut_end_shows(noted: Database, left: int) -> None:
    found = tamper(noted, delete(table).where(table.c.id > left))
    assert isinstance(found, Broken)
    assert (found.code, found.id) == ("audit.cut", left + 1)


def test_a_cut_end_shows_though_the_head_was_written_as_the_rows_tell_it(noted: Database) -> None:
    """Whoever writes to the database reads every seal that is in it: none of them is a mark."""
    with noted.reading() as tx:
        rows = tx.conn.execute(select(table.c.id, table.c.seal).order_by(table.c.id)).all()
        old = tx.conn.execute(select(audit_head.c.seal)).scalar_one()
    for mark in [*(row.seal for row in rows), old, chain.START]:
        head = update(audit_head).values(last_id=ROWS - 1, seal=mark)
        found = tamper(noted, delete(table).where(table.c.id == ROWS), head)
        assert isinstance(found, Broken)
        assert (found.code, found.id) == ("audit.end", ROWS - 1)


def test_without_its_head_no_row_counts(noted: Database) -> None:
    found = tamper(noted, delete(audit_head))
    assert isinstance(found, Broken)
    assert (found.code, found.id) == ("audit.inserted", 1)


@pytest.mark.parametrize(
    "column",
    ["at = 'ayer'", "at = 5", "detail = '{'", "seal = 'x'", "seal = 900000000000", "ip = x'ff'",
     "event = CAST(x'ff' AS TEXT)", "at = '0001-01-01 00:00:00+10:00'",
     "detail = replace(hex(zeroblob(20000)), '00', '[')"],
)  # fmt: skip
@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_what_no_engine_should_hold_hides_no_other_row(noted: Database, column: str) -> None:
    found = tamper(noted, text(f"UPDATE audit SET {column} WHERE id = 4"))
    assert isinstance(found, Broken)
    assert (found.code, found.id) == ("audit.changed", 4)


def test_a_transaction_that_is_undone_leaves_neither_row_nor_gap(noted: Database) -> None:
    with pytest.raises(Refusal), noted.transaction() as tx:
        audit.note(tx, Event.CODE_SENT)
        raise Refusal("form.stale")
    with noted.transaction() as tx:
        audit.note(tx, Event.CODE_SENT)
        audit.note(tx, Event.CODE_FAILED)
    found = verify(noted)
    assert isinstance(found, Whole)
    assert found.rows == ROWS + 2


def note_many(database_url: str) -> list[int]:
    db = Database(database_url, Clock(), vault)
    dice = random.Random()
    for number in range(25):
        try:
            with db.transaction() as tx:
                for _ in range(1 + number % 3):
                    audit.note(tx, Event.CODE_SENT, number=number)
                if dice.random() < 0.3:
                    raise Refusal("form.stale")
        except Refusal:
            pass
    db.close()
    return []


def test_four_processes_write_one_chain_while_another_verifies_it(
    db: Database, database_url: str
) -> None:
    assert race(note_and_verify, database_url) == []
    found = verify(db)
    assert isinstance(found, Whole)
    assert found.rows > 50


def note_and_verify(database_url: str) -> list[Broken]:
    note_many(database_url)
    db = Database(database_url, Clock(), vault)
    found = [verify(db) for _ in range(5)]
    db.close()
    return [one for one in found if isinstance(one, Broken)]


@given(
    st.dictionaries(st.text(), st.none() | st.booleans() | st.integers() | st.text()),
    st.dictionaries(st.text(), st.none() | st.booleans() | st.integers() | st.text()),
)
def test_two_rows_have_one_seal_only_when_they_are_the_same(
    one: dict[str, Any], other: dict[str, Any]
) -> None:
    at = datetime(2026, 11, 16, tzinfo=UTC)
    seals = [
        chain.seal(VAULT, "k1", chain.START, Entry(1, at, "x", None, None, detail))
        for detail in (one, other)
    ]
    same = {k: repr(v) for k, v in one.items()} == {k: repr(v) for k, v in other.items()}
    assert (seals[0] == seals[1]) == same
