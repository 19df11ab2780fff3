"""The line while somebody changes it under the recorder, on both engines: S69."""

import sqlite3
import threading
import time
from collections.abc import Iterator
from typing import Any

import pytest
from sqlalchemy import insert, select, text

from proxy.domain.evento import Mark
from proxy.domain.events import Event
from proxy.flows import audit, record
from proxy.flows.audit import Broken, Waiting, Whole
from proxy.flows.record import Advanced
from proxy.store import eventos, tables
from proxy.store.db import Database
from proxy.store.line import CLAIM
from tests.clock import Clock
from tests.recorded import verify
from tests.store.intruder import from_outside
from tests.store.test_record import end, noted

__all__ = ["noted"]
CUT = (
    "INSERT INTO line_waiting SELECT evento_id FROM line WHERE place > 4",
    "DELETE FROM eventos WHERE id = (SELECT evento_id FROM line WHERE place = 4)",
    "DELETE FROM line WHERE place >= 4",
)


def note(db: Database, many: int = 1) -> None:
    for number in range(many):
        with db.transaction() as tx:
            eventos.note(tx, Event.CODE_SENT, number=number)


def let_out(kept: Mark, done: Advanced) -> Mark:
    """As the recorder does: a mark that fits and lies further on replaces the one before."""
    return done.mark if done.fits and done.mark and done.mark.place > kept.place else kept


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_a_line_that_is_cut_while_the_recorder_waits_for_its_turn_gets_no_new_mark(
    noted: Database, database_url: str
) -> None:
    """The only writer, for whom it waits, may be who cuts the line."""
    note(noted, 2)
    kept = end(noted)
    thief = sqlite3.connect(database_url.removeprefix("sqlite:///"), isolation_level=None)
    guards = thief.execute("SELECT name, sql FROM sqlite_master WHERE type='trigger'").fetchall()
    thief.execute("BEGIN IMMEDIATE")
    found: list[Advanced] = []
    recorder = threading.Thread(target=lambda: found.append(record.advance(noted, kept)))
    recorder.start()
    time.sleep(1)
    for name, _ in guards:
        thief.execute(f"DROP TRIGGER {name}")
    for statement in CUT:
        thief.execute(statement)
    for _, sql in guards:
        thief.execute(sql)
    thief.execute("COMMIT")
    recorder.join()
    thief.close()
    [done] = found
    assert not done.fits
    assert isinstance(verify(noted, let_out(kept, done)), Broken)


@pytest.fixture
def turned(noted: Database) -> Iterator[Any]:
    """Its owner put a schema of their own before that of PostgreSQL."""
    note(noted, 2)
    with noted.transaction() as tx:
        tx.conn.exec_driver_sql(
            "DO $$ BEGIN EXECUTE format('ALTER DATABASE %%I SET search_path = public, pg_catalog',"
            " current_database()); END $$",
            (),
        )
    noted.engine.dispose()
    return noted


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
def test_a_claim_of_somebody_elses_making_lets_no_cut_line_go_on(turned: Database) -> None:
    kept = end(turned)
    cut = "; ".join(CUT)
    with turned.transaction() as tx:
        tx.conn.exec_driver_sql(
            "CREATE FUNCTION public.pg_try_advisory_xact_lock(bigint) RETURNS boolean"
            " LANGUAGE plpgsql AS $$ BEGIN"
            " ALTER TABLE eventos DISABLE TRIGGER USER; ALTER TABLE line DISABLE TRIGGER USER;"
            f" {cut};"
            " ALTER TABLE eventos ENABLE TRIGGER USER; ALTER TABLE line ENABLE TRIGGER USER;"
            " RETURN true; END $$",
            (),
        )
    assert record.advance(turned, kept).many == 2
    with turned.reading() as tx:
        assert tx.conn.execute(text("SELECT count(*) FROM line WHERE place = 4")).scalar() == 1


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
def test_no_path_puts_another_schema_before_that_of_the_system(turned: Database) -> None:
    with turned.transaction() as tx:
        tx.conn.exec_driver_sql(
            "CREATE FUNCTION public.length(text) RETURNS integer LANGUAGE sql AS 'SELECT 0'"
        )
    with turned.reading() as tx:
        assert tx.conn.execute(text("SHOW search_path")).scalar() == "public"
        assert tx.conn.execute(text("SELECT length('casilla'::text)")).scalar() == 7


EVENTO = "at, kind, casilla_id, notificacion, actor, session, ip, challenge, message, request"


def test_an_evento_that_waits_again_stops_nothing_and_is_named(noted: Database) -> None:
    with noted.transaction() as tx:
        one = tx.conn.execute(select(tables.line.c.evento_id).limit(1)).scalar_one()
        tx.conn.execute(insert(tables.line_waiting).values(evento_id=one))
    note(noted)
    assert verify(noted, end(noted)) == Broken("audit.twice", one.hex())
    with noted.reading() as tx:
        assert tx.conn.execute(text("SELECT count(*) FROM line_waiting")).scalar() == 1


@pytest.mark.parametrize(
    "strange",
    [
        f"INSERT INTO eventos SELECT 'x', {EVENTO}, detail, key_id, seal FROM eventos LIMIT 1",
        f"INSERT INTO eventos SELECT x'00', {EVENTO}, detail, key_id, 'x' FROM eventos LIMIT 1",
        f"INSERT INTO eventos SELECT x'00', {EVENTO}, '[', key_id, x'00' FROM eventos LIMIT 1",
        "INSERT INTO line_waiting VALUES ('x')",
        "INSERT INTO line_waiting VALUES (5)",
        "UPDATE line SET evento_id = 'x' WHERE place = 4",
        "UPDATE line SET chain = 'x' WHERE place = 9",
        "UPDATE eventos SET id = 'x' WHERE id = (SELECT evento_id FROM line WHERE place = 4);"
        "UPDATE line SET evento_id = 'x' WHERE place = 4",
        "INSERT INTO line VALUES ('x', x'00', 'k1', x'00')",
    ],
)
@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_what_no_engine_should_hold_ends_in_no_error(
    noted: Database, database_url: str, strange: str
) -> None:
    from_outside(database_url, strange.replace("INTO eventos", "OR REPLACE INTO eventos"))
    with noted.transaction() as tx:
        if "INTO eventos" in strange:
            tx.conn.execute(
                text(
                    "INSERT OR IGNORE INTO line_waiting SELECT id FROM eventos"
                    " WHERE id NOT IN (SELECT evento_id FROM line)"
                )
            )
    note(noted)
    assert isinstance(verify(noted, None), Broken)
    with noted.reading() as tx:
        assert len([audit.json_line(one) for one in audit.lines(tx)]) >= 9


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
def test_who_holds_the_claim_does_not_stop_the_record_unseen(noted: Database, clock: Clock) -> None:
    with noted.engine.connect() as thief:
        thief.execute(text(f"SELECT pg_advisory_lock({CLAIM})"))
        thief.commit()
        note(noted, 5)
        found, since = verify(noted, end(noted)), clock.now
        assert isinstance(found, Whole)
        assert found.waiting == Waiting(5, since)
        clock.advance(minutes=1, seconds=1)
        assert verify(noted, end(noted)) == Broken("audit.waits", 5, since)
        thief.execute(text(f"SELECT pg_advisory_unlock({CLAIM})"))
        thief.commit()
    assert isinstance(verify(noted, end(noted)), Whole)


def test_a_clock_that_is_set_back_breaks_nothing(noted: Database, clock: Clock) -> None:
    clock.advance(days=-3)
    note(noted, 3)
    assert isinstance(verify(noted, end(noted)), Whole)
