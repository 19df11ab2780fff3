"""What an attacker with the database file, and without the keys, can do: S69, S66."""

import sqlite3
import threading
import time
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import delete, insert, select, text, update

from proxy.domain.events import Event
from proxy.flows import inbox, record
from proxy.flows.audit import Broken, Whole
from proxy.store import eventos, tables
from proxy.store.db import Database
from tests.clock import Clock
from tests.flows.test_deposit import Sender
from tests.people import ROSA, BRUNO, open_casilla
from tests.recorded import advance_all, verify
from tests.store.intruder import without_guards
from tests.store.test_record import end, noted  # noqa: F401

ROW = tables.eventos


@pytest.mark.parametrize("many", [1])
def test_an_evento_that_waits_again_does_not_stop_the_record(
    noted: Database, many: int  # noqa: F811
) -> None:
    with noted.transaction() as tx:
        one = tx.conn.execute(select(tables.line.c.evento_id).limit(1)).scalar_one()
        tx.conn.execute(insert(tables.line_waiting).values(evento_id=one))
        eventos.note(tx, Event.CODE_SENT)
    found = verify(noted, end(noted))
    assert isinstance(found, Broken)


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_an_id_that_is_no_bytes_does_not_stop_the_verification(noted: Database) -> None:  # noqa: F811
    with noted.transaction() as tx:
        tx.conn.execute(
            text(
                "INSERT INTO eventos SELECT 'x', at, kind, casilla_id, notificacion, actor, session,"
                " ip, challenge, message, request, detail, key_id, seal FROM eventos LIMIT 1"
            )
        )
    assert isinstance(verify(noted, end(noted)), Broken)


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
def test_who_holds_the_claim_does_not_stop_the_record_unseen(noted: Database) -> None:  # noqa: F811
    from proxy.store.line import CLAIM

    with noted.engine.connect() as thief:
        thief.execute(text(f"SELECT pg_advisory_lock({CLAIM})"))
        thief.commit()
        for _ in range(5):
            with noted.transaction() as tx:
                eventos.note(tx, Event.LOGIN_FAILED)
        found = verify(noted, end(noted))
        with noted.reading() as tx:
            left = len(tx.conn.execute(select(tables.line_waiting)).all())
        print("whole?", found, "left waiting", left)
        with without_guards(noted) as tx:
            gone = select(tables.line_waiting.c.evento_id)
            tx.conn.execute(delete(ROW).where(ROW.c.id.in_(gone)))
            tx.conn.execute(delete(tables.line_waiting))
        after = verify(noted, end(noted))
        thief.execute(text(f"SELECT pg_advisory_unlock({CLAIM})"))
        thief.commit()
    assert isinstance(found, Broken) or isinstance(after, Broken)


def test_a_trigger_that_swallows_eventos_is_found(noted: Database) -> None:  # noqa: F811
    with noted.transaction() as tx:
        if noted.sqlite:
            tx.conn.exec_driver_sql("DROP TRIGGER eventos_kept_delete")
            tx.conn.exec_driver_sql("DROP TRIGGER eventos_wait")
            tx.conn.exec_driver_sql(
                "CREATE TRIGGER eventos_wait AFTER INSERT ON eventos BEGIN"
                " INSERT INTO line_waiting (evento_id) SELECT NEW.id"
                " WHERE NEW.kind <> 'authn_login_fail';"
                " DELETE FROM eventos WHERE id = NEW.id AND NEW.kind = 'authn_login_fail'; END"
            )
        else:
            tx.conn.exec_driver_sql(
                "CREATE FUNCTION swallow() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN"
                " IF NEW.kind = 'authn_login_fail' THEN RETURN NULL; END IF; RETURN NEW; END $$"
            )
            tx.conn.exec_driver_sql(
                "CREATE TRIGGER aa BEFORE INSERT ON eventos FOR EACH ROW EXECUTE FUNCTION swallow()"
            )
    for _ in range(5):
        with noted.transaction() as tx:
            eventos.note(tx, Event.LOGIN_FAILED)
    assert isinstance(verify(noted, end(noted)), Broken)


N = tables.notificaciones


@pytest.mark.parametrize(
    "change",
    [
        update(N).values(deposited_at=text("'2026-01-01 00:00:00'")),
        update(N).values(read_at=text("'2026-01-01 00:00:00'")),
        update(N).values(read_at=None),
        update(N).values(asunto="otro"),
        update(tables.files).values(sha256="0" * 64),
        [delete(tables.files), delete(N)],
    ],
    ids=["deposited_at", "read_at", "unread", "asunto", "sha256", "gone"],
)
def test_what_was_served_and_is_altered_does_not_verify(
    db: Database, clock: Clock, tmp_path: Path, change: Any
) -> None:
    rosa = open_casilla(db, ROSA)
    one = Sender(db, tmp_path).deposit().id
    clock.advance(seconds=60)
    with db.transaction() as tx:
        inbox.open(tx, rosa.id, one)
    advance_all(db)
    assert isinstance(verify(db, end(db)), Whole)
    with without_guards(db) as tx:
        for statement in change if isinstance(change, list) else [change]:
            tx.conn.execute(statement)
    assert isinstance(verify(db, end(db)), Broken)


def test_a_notificacion_that_is_copied_to_another_casilla_does_not_verify(
    db: Database, tmp_path: Path
) -> None:
    open_casilla(db, ROSA)
    bruno = open_casilla(db, BRUNO)
    Sender(db, tmp_path).deposit()
    advance_all(db)
    assert isinstance(verify(db, end(db)), Whole)
    with db.transaction() as tx:  # no guard refuses it
        names = ", ".join(c.name for c in N.c if c.name != "casilla_id")
        tx.conn.execute(
            text(f"INSERT INTO notificaciones (casilla_id, {names}) SELECT {bruno.id}, {names} FROM notificaciones")
        )
        names = ", ".join(c.name for c in tables.files.c if c.name != "casilla_id")
        tx.conn.execute(
            text(f"INSERT INTO files (casilla_id, {names}) SELECT {bruno.id}, {names} FROM files")
        )
    assert isinstance(verify(db, end(db)), Broken)


@pytest.mark.parametrize("table", ["eventos", "line", "audit", "audit_head"])
@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_no_row_of_the_record_is_put_in_place_of_another(noted: Database, table: str) -> None:  # noqa: F811
    t = tables.metadata.tables[table]
    if table.startswith("audit"):
        with without_guards(noted) as tx:
            tx.conn.execute(text("INSERT INTO audit_head VALUES (1, 0, :seal)"), {"seal": b"x"})
            old = {"id": 1, "at": tx.now, "event": "x", "detail": {}, "key_id": "k1", "seal": b""}
            tx.conn.execute(insert(tables.audit), old)
    with noted.reading() as tx:
        before = tx.conn.execute(select(t)).all()
    last = "seal" if "seal" in t.c else "chain"
    names = [c.name for c in t.c if c.name != last]
    with pytest.raises(Exception, match="keeps its rows"), noted.transaction() as tx:
        tx.conn.execute(
            text(f"REPLACE INTO {table} ({', '.join(names)}, {last}) SELECT {', '.join(names)}, x'00' FROM {table}")
        )
    with noted.reading() as tx:
        assert tx.conn.execute(select(t)).all() == before


def test_who_has_a_retired_key_adds_nothing_to_the_record(db: Database) -> None:
    """The manual says of a stolen key: rotate and retire it on the same day."""
    import hashlib

    from proxy.domain import evento
    from proxy.domain.evento import Evento
    from proxy.domain.vault import Vault

    def subkeys(*ids: str) -> Any:
        return lambda purpose: {
            key_id: hashlib.sha256((key_id + purpose).encode()).digest()
            for key_id in (("k1", "k2") if purpose == "audit" else ids)
        }

    thief, new = Vault(subkeys("k1")), Vault(subkeys("k2"))
    db.vault = lambda: thief
    advance_all(db)
    db.vault = lambda: new
    with db.transaction() as tx:
        eventos.note(tx, Event.KEY_RETIRED, key="k1", passwords=0)
    advance_all(db)
    kept = end(db)
    with db.transaction() as tx:
        one = Evento(
            b"f" * 16, tx.now, "notificacion_read", 1, b"n" * 16, "owner", b"s" * 16, "203.0.113.7",
            None, None, None, "{}",
        )  # fmt: skip
        row = one._asdict() | {"key_id": "k1", "seal": evento.seal(thief, "k1", one)}
        tx.conn.execute(insert(ROW).values(row))
    advance_all(db, kept)
    assert isinstance(verify(db, kept), Broken)


def test_held_a_clock_that_is_set_back_breaks_nothing(noted: Database, clock: Clock) -> None:  # noqa: F811
    clock.advance(days=-3)
    for _ in range(3):
        with noted.transaction() as tx:
            eventos.note(tx, Event.CODE_SENT)
    assert isinstance(verify(noted, end(noted)), Whole)


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_a_row_written_again_as_it_is_does_not_stop_the_record(noted: Database) -> None:  # noqa: F811
    """REPLACE INTO passes the triggers of DELETE, and the row waits a second time."""
    try:
        with noted.transaction() as tx:
            tx.conn.execute(text("REPLACE INTO eventos SELECT * FROM eventos"))
    except Exception:  # refused: good
        pass
    assert isinstance(verify(noted, end(noted)), Whole)
