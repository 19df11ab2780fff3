"""Facts that somebody back-dates past the beginning of the record: S69."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import insert, text, update

from proxy.flows.audit import Broken, Whole
from proxy.store import tables
from proxy.store.db import Database
from tests.clock import Clock
from tests.people import ROSA, open_casilla
from tests.recorded import advance_all, verify
from tests.store.test_upgrade import SERVED, clock, end, old, upgraded  # noqa: F401

N = tables.notificaciones


def test_a_reading_of_nobody_dated_before_the_upgrade_is_named(upgraded: Database) -> None:  # noqa: F811
    """No trigger refuses it: read_at goes from nothing to an instant."""
    kept = end(upgraded)
    with upgraded.transaction() as tx:
        past = tx.now - timedelta(days=1)
        tx.conn.execute(update(N).where(N.c.id == b"n" * 16).values(read_at=past))
    assert isinstance(verify(upgraded, kept), Broken)


def test_a_deposit_of_nobody_dated_before_the_upgrade_is_named(upgraded: Database) -> None:  # noqa: F811
    kept = end(upgraded)
    with upgraded.transaction() as tx:
        past = tx.now - timedelta(days=1)
        rosa = tx.conn.execute(text("SELECT id FROM casillas")).scalar_one()
        one = SERVED | {"casilla_id": rosa, "id": b"o" * 16, "issued_at": past, "deposited_at": past}
        tx.conn.execute(insert(N), one)
    assert isinstance(verify(upgraded, kept), Broken)


@pytest.mark.parametrize("when", [datetime(1960, 1, 1, tzinfo=UTC)])
def test_a_fact_dated_before_1970_is_named(db: Database, when: datetime) -> None:
    """Its evento is removed before it got its place, and the fact is dated out of sight."""
    rosa = open_casilla(db, ROSA)
    advance_all(db)
    assert isinstance(verify(db), Whole)
    with db.transaction() as tx:
        one = SERVED | {"casilla_id": rosa.id, "id": b"o" * 16, "issued_at": when, "deposited_at": when, "read_at": when}
        tx.conn.execute(insert(N), one)
    assert isinstance(verify(db), Broken)


def test_a_record_that_begins_a_second_time_hides_nothing_of_the_first(
    upgraded: Database, clock: Clock  # noqa: F811
) -> None:
    """All of the record emptied and its mark deleted: it begins anew, and looks at later facts only."""
    from sqlalchemy import delete

    from tests.store.intruder import without_guards
    from tests.store.test_upgrade import read_another

    read_another(upgraded)
    advance_all(upgraded)
    clock.advance(days=1)
    with without_guards(upgraded) as tx:
        for table in (tables.line, tables.line_waiting, tables.eventos):
            tx.conn.execute(delete(table))
    assert isinstance(verify(upgraded, None), Broken)
