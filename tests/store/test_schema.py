"""The migrations make the tables that the code speaks of, on both engines."""

import json
from collections.abc import Iterator
from dataclasses import asdict
from datetime import timedelta

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import bindparam, text

from proxy.domain.registration import Draft
from proxy.store import petitions, registrations, schema, tables
from proxy.store.db import Database
from tests.clock import Clock
from tests.people import vault
from tests.store.conftest import upgrade


def test_the_migrations_give_exactly_the_tables(db: Database) -> None:
    with db.reading() as tx:
        assert compare_metadata(MigrationContext.configure(tx.conn), tables.metadata) == []


def test_migrating_twice_changes_nothing(db: Database) -> None:
    assert schema.migrate(db) == (schema.newest(), schema.newest())
    assert schema.current(db) == schema.newest()


def test_an_empty_database_has_no_version(empty_url: str) -> None:
    db = Database(empty_url)
    assert schema.current(db) is None
    db.close()


def test_what_must_survive_a_power_cut_is_synced(as_installed: None, db: Database) -> None:
    """S66"""
    with db.reading() as tx:
        if not db.sqlite:
            assert tx.conn.exec_driver_sql("SHOW synchronous_commit").scalar_one() == "on"
            return
        pragmas = ("journal_mode", "synchronous", "foreign_keys")
        values = [tx.conn.exec_driver_sql(f"PRAGMA {name}").scalar_one() for name in pragmas]
        assert values == ["wal", 2, 1]


@pytest.fixture
def of_0_2_0(empty_url: str) -> Iterator[Database]:
    """A database as the program 0.2.0 left it."""
    db = Database(empty_url, Clock(), vault)
    upgrade(db, "0003")
    yield db
    db.close()


def test_who_is_half_way_through_a_registration_goes_on_after_an_upgrade(
    of_0_2_0: Database,
) -> None:
    """And what an open casilla was registered with can still be read."""
    db = of_0_2_0
    draft = asdict(Draft(persona="natural", email_visit="secret"))
    told = json.dumps({name.replace("visit", "flow"): value for name, value in draft.items()})
    row = (
        "INSERT INTO registrations (id, flow, data, created_at, expires_at)"
        " VALUES (:a, :b, :c, :d, :e)"
    )
    with db.transaction() as tx:
        sealed = tx.vault.seal(registrations.COLUMN, b"r" * 16, told)
        values = {"a": b"r" * 16, "b": b"v" * 32, "c": sealed}
        kind = tables.registrations.c.expires_at.type
        bound = text(row).bindparams(bindparam("d", type_=kind), bindparam("e", type_=kind))
        tx.conn.execute(bound, values | {"d": tx.now, "e": tx.now + timedelta(hours=1)})
    schema.migrate(db)
    with db.reading() as tx:
        found = registrations.alive(tx, b"v" * 32)
    assert found is not None and found.draft.email_visit == "secret"


def test_a_company_that_registered_before_0009_is_listed_and_no_other(
    empty_url: str, clock: Clock
) -> None:
    """S81: it rested on a declared power. Who was opened by the entity accepted nothing here."""
    db = Database(empty_url, clock, vault)
    upgrade(db, "0008")
    with db.transaction() as tx:
        for number, kind in enumerate(("RUC", "RUC", "DNI"), 1):
            tx.conn.execute(
                text(
                    "INSERT INTO casillas (id, uid, kind, lookup, number, nombres, email,"
                    " must_change, created_at) VALUES (:id, :b, :kind, :b, :b, :b, :b, :no, :now)"
                ).bindparams(bindparam("now", type_=tables.casillas.c.created_at.type)),
                {"id": number, "b": bytes([number]), "kind": kind, "no": False, "now": tx.now},
            )
        for number in (2, 3):
            tx.conn.execute(
                tables.acceptances.insert(),
                {"casilla_id": number, "text": "terminos", "version": "1", "sha256": "0",
                 "at": tx.now, "ip": "::1"},
            )  # fmt: skip
    assert schema.migrate(db) == ("0008", schema.newest())
    with db.reading() as tx:
        (one,) = petitions.waiting(tx)
    assert (one.id, one.act, one.casilla_id, one.expires_at) == (1, "declared", 2, None)
    with db.transaction() as tx:  # the numbers of the series go on
        assert petitions.add_company(tx, b"r", "visitor", tx.now) == 2
    db.close()
