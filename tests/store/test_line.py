"""The line while somebody changes it under the recorder, on both engines: S69."""

import sqlite3
import threading
import time
from collections.abc import Iterator
from typing import Any

import pytest
from sqlalchemy import text

from proxy.domain.evento import Mark
from proxy.domain.events import Event
from proxy.flows import record
from proxy.flows.audit import Broken
from proxy.flows.record import Advanced
from proxy.store import eventos
from proxy.store.db import Database
from tests.recorded import verify
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
