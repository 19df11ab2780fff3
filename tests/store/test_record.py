"""The record on both engines: no change of it goes unseen (S69)."""

import hashlib
import random
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Table, delete, insert, select, text, update
from sqlalchemy.exc import DBAPIError

from proxy.domain import evento
from proxy.domain.actor import Actor
from proxy.domain.client import Client
from proxy.domain.evento import Evento, Mark
from proxy.domain.events import Event
from proxy.domain.vault import Vault
from proxy.errors import Refusal
from proxy.flows import audit, inbox, record
from proxy.flows.audit import Broken, Waiting, Whole
from proxy.store import eventos, line, tables
from proxy.store.db import Database
from tests.clock import Clock
from tests.flows.browser import Browser
from tests.flows.test_deposit import Sender
from tests.people import ROSA, VAULT, open_casilla, vault
from tests.plazos import CATALOG
from tests.racing import race
from tests.recorded import advance_all, verify
from tests.store.intruder import without_guards

ROWS = 8
ROW = tables.eventos
VISITOR = Actor("visitor", ip="203.0.113.7")


@pytest.fixture
def noted(db: Database, clock: Clock) -> Database:
    """With `record_begun` at place 1, and ROWS rows after it."""
    advance_all(db)
    for number in range(ROWS):
        clock.advance(seconds=1)
        with db.transaction(VISITOR) as tx:
            eventos.note(tx, Event.LOGIN_FAILED, None, number=number, word="ñandú")
    advance_all(db)
    return db


def at(db: Database, place: int) -> bytes:
    with db.reading() as tx:
        found = select(tables.line.c.evento_id).where(tables.line.c.place == place)
        return bytes(tx.conn.execute(found).scalar_one())


def end(db: Database) -> Mark:
    with db.reading() as tx:
        found, _ = line.last(tx)
    assert found
    return found


def tamper(db: Database, *statements: Any, kept: Mark | None = None) -> tuple[str, int | str]:
    with without_guards(db) as tx:
        for statement in statements:
            tx.conn.execute(statement)
    found = verify(db, kept)
    assert isinstance(found, Broken), found
    return found.code, found.id


def test_what_nobody_touched_is_whole(noted: Database, clock: Clock) -> None:
    began = clock.now - timedelta(seconds=ROWS)
    found = verify(noted, end(noted))
    assert found == Whole(ROWS + 1, began, clock.now, began, Waiting(0, None))


@pytest.mark.parametrize("table", ["eventos", "line", "audit", "audit_head"])
@pytest.mark.parametrize("act", ["UPDATE {0} SET key_id = 'x'", "DELETE FROM {0}"])
def test_the_database_itself_refuses_to_change_the_record(
    noted: Database, table: str, act: str
) -> None:
    if table.startswith("audit"):
        with without_guards(noted) as tx:
            tx.conn.execute(text("INSERT INTO audit_head VALUES (1, 0, :seal)"), {"seal": b"x"})
            old = {"id": 1, "at": tx.now, "event": "x", "detail": {}, "key_id": "k1", "seal": b""}
            tx.conn.execute(insert(tables.audit), old)
    act = act.replace("key_id = 'x'", "last_id = 5") if table == "audit_head" else act
    with pytest.raises(DBAPIError, match="keeps its rows"), noted.transaction() as tx:
        tx.conn.execute(text(act.format(table)))


@pytest.mark.parametrize(
    "values",
    [
        {"at": datetime(2026, 11, 16, 15, 0, 0, 5, tzinfo=UTC)},
        {"kind": "session_created"},
        {"casilla_id": 1},
        {"notificacion": b"n"},
        {"actor": "owner"},
        {"session": b"s"},
        {"ip": None},
        {"challenge": b"c"},
        {"message": "m"},
        {"request": "r"},
        {"detail": '{"number": 2, "word": "ñandu"}'},
        {"detail": '{"number":2,"word":"ñandú"}'},
        {"seal": b""},
        {"seal": bytes(32)},
    ],
    ids=lambda values: "-".join(values),
)
def test_an_edited_row_is_named(noted: Database, values: dict[str, Any]) -> None:
    this = update(ROW).where(ROW.c.id == at(noted, 4)).values(values)
    assert tamper(noted, this) == ("audit.changed", 4)


def test_a_row_of_a_key_that_never_was_is_named(noted: Database) -> None:
    this = update(ROW).where(ROW.c.id == at(noted, 4)).values(key_id="k9")
    assert tamper(noted, this) == ("audit.key", 4)


@pytest.mark.parametrize("place", [1, 4, ROWS + 1])
def test_a_removed_row_is_named(noted: Database, place: int) -> None:
    assert tamper(noted, delete(ROW).where(ROW.c.id == at(noted, place))) == ("audit.gone", place)


@pytest.mark.parametrize("place", [1, 4, ROWS])
def test_a_row_removed_with_its_place_is_named(noted: Database, place: int) -> None:
    gone = at(noted, place)
    found = tamper(
        noted,
        delete(ROW).where(ROW.c.id == gone),
        delete(tables.line).where(tables.line.c.place == place),
    )
    assert found == ("audit.missing", place + 1)


def test_a_removed_row_is_named_though_the_rest_was_counted_anew(noted: Database) -> None:
    places = tables.line
    moved = [
        update(places).where(places.c.place == n).values(place=n - 1) for n in range(5, ROWS + 2)
    ]
    gone = delete(places).where(places.c.place == 4)
    found = tamper(noted, delete(ROW).where(ROW.c.id == at(noted, 4)), gone, *moved)
    assert found == ("audit.changed", 4)


def test_two_rows_that_changed_places_are_named(noted: Database) -> None:
    places = tables.line
    swap = [(3, 100), (6, 3), (100, 6)]
    moved = [update(places).where(places.c.place == a).values(place=b) for a, b in swap]
    assert tamper(noted, *moved) == ("audit.changed", 3)


def test_an_inserted_row_is_named(noted: Database) -> None:
    with noted.reading() as tx:
        row = dict(tx.conn.execute(select(ROW).where(ROW.c.id == at(noted, 4))).mappings().one())
    added = insert(ROW).values(row | {"id": b"f" * 16})
    assert tamper(noted, added) == ("audit.astray", (b"f" * 16).hex())
    waits = insert(tables.line_waiting).values(evento_id=b"f" * 16)
    assert tamper(noted, waits) == ("audit.changed", ROWS + 2)


def cut(place: int) -> list[Any]:
    """The end, from that place on, with its eventos."""
    gone = select(tables.line.c.evento_id).where(tables.line.c.place >= place)
    kept = delete(tables.line).where(tables.line.c.place >= place)
    return [delete(ROW).where(ROW.c.id.in_(gone)), kept]


@pytest.mark.parametrize("place", [1, 2, ROWS + 1])
def test_a_cut_end_shows_by_the_mark_that_left_the_database(noted: Database, place: int) -> None:
    """An old copy of all its tables is the same: whoever puts it back does not reach the mark."""
    assert tamper(noted, *cut(place), kept=end(noted)) == ("audit.cut", place)


def test_a_cut_end_that_grew_again_shows_by_the_mark(noted: Database) -> None:
    kept = end(noted)
    with without_guards(noted) as tx:
        for statement in cut(5):
            tx.conn.execute(statement)
    with noted.transaction() as tx:
        for _ in range(ROWS):
            eventos.note(tx, Event.CODE_SENT)
    advance_all(noted)
    found = verify(noted, kept)
    assert isinstance(found, Broken)
    assert (found.code, found.id) == ("audit.mark", kept.place)


def test_behind_a_line_that_lost_its_mark_nothing_is_put(noted: Database) -> None:
    kept = end(noted)
    with without_guards(noted) as tx:
        for statement in cut(1):
            tx.conn.execute(statement)
    with noted.transaction() as tx:
        eventos.note(tx, Event.CODE_SENT)
    assert not record.advance(noted, kept).fits
    with noted.reading() as tx:
        assert line.last(tx)[0] is None


@pytest.mark.parametrize(
    ("event", "code"),
    [
        (Event.SESSION_STARTED, "audit.no_session"),
        (Event.CHALLENGE_MADE, "audit.no_challenge"),
        (Event.MESSAGE_WRITTEN, "audit.no_message"),
        (Event.NOTIFICACION_DEPOSITED, "audit.no_deposit"),
        (Event.NOTIFICACION_READ, "audit.no_reading"),
    ],
)
def test_a_fact_whose_evento_was_never_put_in_line_is_named_without_any_mark(
    db: Database, tmp_path: Path, event: Event, code: str
) -> None:
    """Cut before it got its place: only the fact itself tells of it."""
    advance_all(db)
    rosa = open_casilla(db, ROSA)
    Browser(db, Client("203.0.113.7")).enter(rosa)
    served = Sender(db, tmp_path).deposit().id
    with db.transaction() as tx:
        inbox.open(tx, rosa.id, served, CATALOG)
    gone = select(ROW.c.id).where(ROW.c.kind == event)
    waiting = tables.line_waiting
    one = delete(waiting).where(waiting.c.evento_id.in_(gone))
    assert tamper(db, one, delete(ROW).where(ROW.c.kind == event))[0] == code


def test_who_empties_everything_is_found(db: Database) -> None:
    rosa = open_casilla(db, ROSA)
    Browser(db).enter(rosa)
    assert isinstance(verify(db), Whole)
    every: list[Table] = [tables.line, tables.line_waiting, ROW]
    assert tamper(db, *(delete(table) for table in every))[0] == "audit.no_session"


@pytest.mark.parametrize(
    "column",
    ["at = 'ayer'", "at = 5", "detail = '{'", "seal = 'x'", "seal = 900000000000", "ip = x'ff'",
     "kind = CAST(x'ff' AS TEXT)", "at = '0001-01-01 00:00:00+10:00'"],
)  # fmt: skip
@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_what_no_engine_should_hold_hides_no_other_row(noted: Database, column: str) -> None:
    this = text(f"UPDATE eventos SET {column} WHERE id = :id").bindparams(id=at(noted, 4))
    assert tamper(noted, this) == ("audit.changed", 4)


def test_a_transaction_that_is_undone_leaves_neither_evento_nor_place(noted: Database) -> None:
    with pytest.raises(Refusal), noted.transaction() as tx:
        eventos.note(tx, Event.CODE_SENT)
        raise Refusal("form.stale")
    with noted.transaction() as tx:
        eventos.note(tx, Event.CODE_SENT)
        eventos.note(tx, Event.CODE_FAILED)
    found = verify(noted)
    assert isinstance(found, Whole)
    assert found.rows == ROWS + 3


def write_and_advance(database_url: str) -> list[Broken]:
    db = Database(database_url, Clock(), vault)
    dice, found = random.Random(), []
    for number in range(25):
        try:
            with db.transaction() as tx:
                for _ in range(1 + number % 3):
                    eventos.note(tx, Event.CODE_SENT, number=number)
                if dice.random() < 0.3:
                    raise Refusal("form.stale")
        except Refusal:
            pass
        record.advance(db, None)
        if number % 8 == 0:
            found.append(verify(db))
    db.close()
    return [one for one in found if isinstance(one, Broken)]


def test_four_processes_write_and_advance_one_line(db: Database, database_url: str) -> None:
    assert race(write_and_advance, database_url) == []
    found = verify(db)
    assert isinstance(found, Whole)
    assert found.rows > 50


def of_keys(*ids: str) -> Vault:
    """A ring of these keys; the audit knows both, also the retired one."""
    return Vault(
        lambda purpose: {
            key_id: hashlib.sha256((key_id + purpose).encode()).digest()
            for key_id in (("k1", "k2") if purpose == "audit" else ids)
        }
    )


@pytest.mark.parametrize("placed", [True, False])
def test_who_has_a_retired_key_adds_nothing_to_the_record(db: Database, *, placed: bool) -> None:
    """The manual says of a stolen key: rotate and retire it on the same day."""
    db.vault = lambda: of_keys("k1")
    advance_all(db)
    db.vault = lambda: of_keys("k2")
    with db.transaction() as tx:
        eventos.note(tx, Event.KEY_RETIRED, key="k1", passwords=0)
    advance_all(db)
    kept = end(db)
    with db.transaction() as tx:
        one = Evento(
            b"f" * 16, tx.now, "session_created", 1, None, "owner", b"s" * 16, "203.0.113.7",
            None, None, None, "{}",
        )  # fmt: skip
        row = one._asdict() | {"key_id": "k1", "seal": evento.seal(of_keys("k1"), "k1", one)}
        tx.conn.execute(insert(ROW).values(row))
    if placed:
        advance_all(db, kept)
    with db.reading() as tx:
        found = audit.verify(tx, kept)
    assert isinstance(found, Broken)
    assert (found.code, found.id) == ("audit.retired", 3 if placed else (b"f" * 16).hex())


Text: Callable[[], Any] = lambda: st.none() | st.text()  # noqa: E731


@given(Text(), Text(), Text(), Text())
def test_two_eventos_have_one_seal_only_when_they_are_the_same(
    ip: str | None, message: str | None, other_ip: str | None, other_message: str | None
) -> None:
    def seal(ip: str | None, message: str | None) -> bytes:
        one = Evento(
            b"i", datetime(2026, 11, 16, tzinfo=UTC), "x", None, None, "owner", None, ip, None,
            message, None, "{}",
        )  # fmt: skip
        return evento.seal(VAULT, "k1", one)

    same = (ip, message) == (other_ip, other_message)
    assert (seal(ip, message) == seal(other_ip, other_message)) == same
