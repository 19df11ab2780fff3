"""The migrations make the tables that the code speaks of, on both engines."""

from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext

from proxy.store import schema, tables
from proxy.store.db import Database


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


def test_what_must_survive_a_power_cut_is_synced(db: Database) -> None:
    """S66"""
    with db.reading() as tx:
        if not db.sqlite:
            assert tx.conn.exec_driver_sql("SHOW synchronous_commit").scalar_one() == "on"
            return
        pragmas = ("journal_mode", "synchronous", "foreign_keys")
        values = [tx.conn.exec_driver_sql(f"PRAGMA {name}").scalar_one() for name in pragmas]
        assert values == ["wal", 2, 1]
