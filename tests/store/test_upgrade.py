"""An installation of 0.2.0 with data comes to this version, and its record holds: S69."""

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import delete, insert, select, text, update

from bench import locked_head
from proxy.domain.acto import Described
from proxy.domain.evento import Mark
from proxy.domain.events import Event
from proxy.domain.notificacion import digest
from proxy.flows import audit, inbox
from proxy.flows.audit import Broken, Same, Whole
from proxy.flows.login import Opened
from proxy.store import eventos, line, notificaciones, schema, tables
from proxy.store.db import Database
from proxy.store.tx import Tx
from tests.clock import Clock
from tests.flows.browser import Browser
from tests.people import PASSWORDS, ROSA, Person, vault
from tests.plazos import CATALOG
from tests.recorded import advance_all, verify
from tests.store.conftest import upgrade
from tests.store.intruder import without_guards

OLD = 6  # rows of its audit
NAMES = "expediente tipo numero asunto dependencia firmado_por elaborado_por"
SERVED = dict.fromkeys(NAMES.split(), "x")


@pytest.fixture
def clock() -> Clock:
    return Clock()


def casilla_of_0_2_0(tx: Tx) -> Person:
    uid, names = bytes(16), ("number", "nombres", "email")
    said = dict(zip(names, (ROSA.identidad.number, ROSA.nombres, ROSA.email), strict=True))
    row = {
        "id": 1,
        "uid": uid,
        "kind": ROSA.identidad.kind,
        "lookup": tx.vault.lookup(str(ROSA.identidad)),
        "password": PASSWORDS.hash(ROSA.password),
        "must_change": False,
        "failures": 0,
        "created_at": tx.now,
    }
    row |= {name: tx.vault.seal(f"casillas.{name}", uid, said[name]) for name in names}
    tx.conn.execute(insert(tables.casillas), row)
    return replace(ROSA, id=1)


@pytest.fixture
def old(empty_url: str, clock: Clock) -> Iterator[Database]:
    """Rosa logged in, an acto was served and another one read, as 0.2.0 wrote it down."""
    db = Database(empty_url, clock, vault)
    upgrade(db, "0003")
    with db.transaction() as tx:
        rosa = casilla_of_0_2_0(tx)
        locked_head.note(tx, Event.CASILLA_OPENED, rosa.id)
        device = {"id": b"d", "casilla_id": rosa.id, "user_agent": "", "created_at": tx.now}
        tx.conn.execute(insert(tables.devices), device)
        tx.conn.execute(
            insert(tables.sessions),
            {
                "digest": b"d", "id": b"s", "casilla_id": rosa.id, "device_id": b"d", "ip": "",
                "created_at": tx.now, "proved_at": tx.now, "seen_at": tx.now, "user_agent": "",
                "expires_at": tx.now + timedelta(days=1),
            },
        )  # fmt: skip
        locked_head.note(tx, Event.SESSION_STARTED, rosa.id, "203.0.113.7")
        for number, read in ((b"n" * 16, None), (b"m" * 16, tx.now)):
            served = SERVED | {"casilla_id": rosa.id, "id": number, "read_at": read}
            served |= {"issued_at": tx.now, "deposited_at": tx.now}
            tx.conn.execute(insert(tables.notificaciones), served)
            told = {"notificacion": number.hex()}
            locked_head.note(tx, Event.NOTIFICACION_DEPOSITED, rosa.id, **told)
        locked_head.note(tx, Event.NOTIFICACION_READ, rosa.id, "203.0.113.7", **told)
        locked_head.note(tx, Event.LOGIN_FAILED, None, "203.0.113.8")
    clock.advance(days=1)
    yield db
    db.close()


@pytest.fixture
def upgraded(old: Database) -> Database:
    schema.migrate(old)
    assert isinstance(verify(old), Whole)
    return old


def test_every_session_has_ended_and_a_password_goes_on(upgraded: Database) -> None:
    """S62: of a session of 0.2.0 nobody can say who wrote its row."""
    with upgraded.reading() as tx:
        ended = tx.conn.execute(select(tables.sessions.c.ended_at)).scalars().all()
    assert len(ended) == 1 and None not in ended
    assert isinstance(Browser(upgraded).enter(ROSA), Opened)


def read_another(db: Database) -> None:
    with db.transaction() as tx:
        rosa = tx.conn.execute(select(tables.casillas.c.id)).scalar_one()
        inbox.open(tx, rosa, b"n" * 16, CATALOG)


def end(db: Database) -> Mark:
    with db.reading() as tx:
        found, _ = line.last(tx)
    assert found
    return found


def lines(db: Database) -> list[dict[str, Any]]:
    with db.reading() as tx:
        return [json.loads(audit.json_line(one)) for one in audit.lines(tx)]


def test_its_record_goes_on_and_is_whole(upgraded: Database, clock: Clock) -> None:
    read_another(upgraded)
    found = verify(upgraded, end(upgraded))
    assert isinstance(found, Whole)
    assert (found.rows, found.until) == (OLD + 2, clock.now)
    told = lines(upgraded)
    assert [one["id"] for one in told] == [*range(1, OLD + 3)]
    assert [one["event"] for one in told[OLD:]] == ["record_begun", "notificacion_read"]
    assert told[OLD]["detail"]["rows"] == OLD


def test_what_was_served_before_0014_shows_no_effect_and_none_can_be_added(
    empty_url: str, clock: Clock
) -> None:
    """X1: by 0.2.0, and by a version with eventos."""
    db, now = Database(empty_url, clock, vault), clock.now
    upgrade(db, "0013")
    told = dict.fromkeys(SERVED, "x") | {"expediente_on": None, "issued_at": now}
    one = told | {"casilla_id": 1, "id": b"n" * 16, "deposited_at": now}
    with db.transaction() as tx:
        rosa = casilla_of_0_2_0(tx)
        eventos.note(tx, Event.CASILLA_OPENED, rosa.id)
        tx.conn.execute(insert(tables.notificaciones), one)
        said = digest(Described(**told), [])  # type: ignore[arg-type]
        eventos.note(
            tx, Event.NOTIFICACION_DEPOSITED, rosa.id, notificacion=b"n" * 16, acto=said, sha256=[]
        )
    schema.migrate(db)
    clock.advance(days=1)
    with db.transaction() as tx:
        found = notificaciones.one(tx, rosa.id, b"n" * 16)
        assert found is not None and found.takes_effect is None
        inbox.open(tx, rosa.id, b"n" * 16, CATALOG)
    assert isinstance(verify(db), Whole)
    with without_guards(db) as tx:
        tx.conn.execute(update(tables.notificaciones).values(effect="{}"))
    assert verify(db) == Broken("audit.served", (b"n" * 16).hex())
    db.close()


def test_what_it_exported_then_is_held_against_today(old: Database) -> None:
    with old.reading() as tx:
        rows = tx.conn.execute(select(tables.audit).order_by(tables.audit.c.id)).all()
        then = [
            {"id": row.id, "event": row.event, "detail": row.detail, "seal": row.seal.hex()}
            for row in rows
        ]
    schema.migrate(old)
    advance_all(old)
    read_another(old)
    with old.reading() as tx:
        assert audit.compare(tx, then) == Same(OLD, 0)
    then[2]["event"] = "session_created"
    with old.reading() as tx:
        assert audit.compare(tx, then) == Broken("audit.export.changed", 3)


@pytest.mark.parametrize(
    ("statements", "told"),
    [
        ((update(tables.audit).where(tables.audit.c.id == 3).values(ip="::1"),), ("changed", 3)),
        ((delete(tables.audit).where(tables.audit.c.id == 3),), ("missing", 4)),
        ((delete(tables.audit).where(tables.audit.c.id == OLD),), ("cut", OLD)),
    ],
)
def test_an_old_row_that_somebody_touched_is_named(
    upgraded: Database, statements: tuple[Any, ...], told: tuple[str, int]
) -> None:
    with without_guards(upgraded) as tx:
        for statement in statements:
            tx.conn.execute(statement)
    found = verify(upgraded)
    assert isinstance(found, Broken)
    assert (found.code, found.id) == (f"audit.{told[0]}", told[1])


def test_an_old_head_put_back_with_the_rows_that_it_knew_is_named(old: Database) -> None:
    """The attack that 0.2.0 did not see."""
    with old.reading() as tx:
        head = dict(tx.conn.execute(select(tables.audit_head)).mappings().one())
    with old.transaction() as tx:
        locked_head.note(tx, Event.LOGIN_FAILED, None, "203.0.113.9")
    schema.migrate(old)
    assert isinstance(verify(old), Whole)
    with without_guards(old) as tx:
        tx.conn.execute(delete(tables.audit).where(tables.audit.c.id > OLD))
        tx.conn.execute(update(tables.audit_head).values(head))
    found = verify(old)
    assert isinstance(found, Broken)
    assert (found.code, found.id) == ("audit.missing", OLD + 2)


def test_nothing_is_added_to_the_old_audit(upgraded: Database) -> None:
    with pytest.raises(Exception, match="keeps its rows"), upgraded.transaction() as tx:
        locked_head.note(tx, Event.LOGIN_FAILED)
    with upgraded.reading() as tx:
        assert tx.conn.execute(text("SELECT count(*) FROM audit")).scalar() == OLD


@pytest.fixture
def past(upgraded: Database) -> datetime:
    """A day before the upgrade."""
    return upgraded.clock() - timedelta(days=1)


def test_a_reading_of_nobody_dated_before_the_upgrade_is_found(
    upgraded: Database, past: datetime
) -> None:
    """No trigger refuses it: read_at goes from nothing to an instant."""
    kept, table = end(upgraded), tables.notificaciones
    with upgraded.transaction() as tx:
        tx.conn.execute(update(table).where(table.c.id == b"n" * 16).values(read_at=past))
    assert verify(upgraded, kept) == Broken("audit.earlier", "")


def test_a_deposit_of_nobody_dated_before_the_upgrade_is_found(
    upgraded: Database, past: datetime
) -> None:
    kept = end(upgraded)
    with upgraded.transaction() as tx:
        rosa = tx.conn.execute(select(tables.casillas.c.id)).scalar_one()
        one = SERVED | {"casilla_id": rosa, "id": b"o" * 16}
        one |= {"issued_at": past, "deposited_at": past}
        tx.conn.execute(insert(tables.notificaciones), one)
    assert verify(upgraded, kept) == Broken("audit.earlier", "")


def test_what_was_served_before_the_upgrade_and_is_altered_is_found(upgraded: Database) -> None:
    with without_guards(upgraded) as tx:
        tx.conn.execute(update(tables.notificaciones).values(asunto="otro"))
    assert verify(upgraded) == Broken("audit.earlier", "")


def test_a_deposit_of_nobody_dated_after_the_upgrade_is_named(upgraded: Database) -> None:
    with upgraded.transaction() as tx:
        rosa = tx.conn.execute(select(tables.casillas.c.id)).scalar_one()
        one = SERVED | {"casilla_id": rosa, "id": b"o" * 16}
        one |= {"issued_at": tx.now, "deposited_at": tx.now}
        tx.conn.execute(insert(tables.notificaciones), one)
    assert verify(upgraded) == Broken("audit.no_deposit", (b"o" * 16).hex())


def test_a_record_that_begins_a_second_time_says_since_when_it_runs(
    upgraded: Database, clock: Clock
) -> None:
    """Decision 0028: who writes the database and deletes the mark as well, and every constancia, is
    told by that alone."""
    read_another(upgraded)
    first = verify(upgraded)
    clock.advance(days=1)
    with without_guards(upgraded) as tx:
        for table in (tables.line, tables.line_waiting, tables.eventos):
            tx.conn.execute(delete(table))
    found = verify(upgraded)
    assert isinstance(found, Broken) and found.code == "audit.constancia.added"
    with without_guards(upgraded) as tx:
        for table in (tables.constancias, tables.line, tables.line_waiting, tables.eventos):
            tx.conn.execute(delete(table))
    again = verify(upgraded)
    assert isinstance(first, Whole)
    assert isinstance(again, Whole)
    assert (first.began, again.began) == (clock.now - timedelta(days=1), clock.now)
