"""Brings a database to the tables of this version, and says whether it is there."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection

from proxy.store.db import Database

MIGRATIONS = Path(__file__).parent / "migrations"


def migrate(db: Database) -> tuple[str | None, str]:
    """Run what is missing, in one transaction. Returns the version before and the one after."""
    with db.transaction() as tx:
        before = _current(tx.conn)
        config = Config()
        config.set_main_option("script_location", str(MIGRATIONS))
        config.attributes["connection"] = tx.conn
        command.upgrade(config, "head")
    return before, newest()


def newest() -> str:
    head = ScriptDirectory(str(MIGRATIONS)).get_current_head()
    assert head is not None
    return head


def of_a_newer_program(version: str | None) -> bool:
    known = {script.revision for script in ScriptDirectory(str(MIGRATIONS)).walk_revisions()}
    return version is not None and version not in known


def current(db: Database) -> str | None:
    """None for an empty database."""
    with db.reading() as tx:
        return _current(tx.conn)


def _current(conn: Connection) -> str | None:
    return MigrationContext.configure(conn).get_current_revision()
