"""Brings a database to the tables of this version, and says whether it is there."""

from functools import cache
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, create_engine, inspect
from sqlalchemy.exc import DBAPIError

from proxy.errors import Refusal
from proxy.store import early
from proxy.store.db import Database
from proxy.store.tx import Tx

MIGRATIONS = Path(__file__).parent / "migrations"


class MigrationFailed(Exception):
    """The database refused a step, and neither that one nor those before it stay."""

    def __init__(self, revision: str, error: Exception) -> None:
        super().__init__(revision)
        self.revision = revision
        self.error = error


def migrate(db: Database) -> tuple[str | None, str]:
    """Run what is missing, in one transaction. Returns the version before and the one after.

    Raises MigrationFailed. Refuses tables that are of no version.
    """
    with db.transaction() as tx:
        before = _current(tx.conn)
        if before == early.VERSION and early.found(tx.conn):
            _bring_over(tx)
        elif before and (missing := _columns_of(before) - _columns(tx.conn)):
            raise Refusal("schema.strange", version=before, missing=", ".join(sorted(missing)[:3]))
        _upgrade(tx.conn, newest())
    return before, newest()


@cache
def _scripts() -> ScriptDirectory:
    """Kept: to read them takes longer than most commands."""
    return ScriptDirectory(str(MIGRATIONS))


def newest() -> str:
    head = _scripts().get_current_head()
    assert head is not None
    return head


def of_a_newer_program(version: str | None) -> bool:
    known = {script.revision for script in _scripts().walk_revisions()}
    return version is not None and version not in known


def current(db: Database) -> str | None:
    """None for an empty database."""
    with db.reading() as tx:
        return _current(tx.conn)


def _current(conn: Connection) -> str | None:
    return MigrationContext.configure(conn).get_current_revision()


def _upgrade(conn: Connection, version: str) -> None:
    left = [*_scripts().iterate_revisions(version, _current(conn) or "base")]  # the newest first
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.attributes["connection"] = conn
    config.attributes["after_each"] = lambda **_: left.pop()
    try:
        command.upgrade(config, version)
    except DBAPIError as error:
        raise MigrationFailed(left[-1].revision, error) from error


def _bring_over(tx: Tx) -> None:
    try:
        early.put_aside(tx.conn)
        _upgrade(tx.conn, early.INTO)
        early.bring_over(tx)
    except Exception as error:  # a row of that time that is not as it was written, too
        raise MigrationFailed(early.VERSION, error) from error


def _columns_of(version: str) -> set[str]:
    """What the migrations up to that version make."""
    engine = create_engine("sqlite://")
    with engine.begin() as conn:
        _upgrade(conn, version)
        made = _columns(conn)
    engine.dispose()
    return made


def _columns(conn: Connection) -> set[str]:
    tables = inspect(conn).get_multi_columns()
    return {f"{name}.{one['name']}" for (_, name), found in tables.items() for one in found}
