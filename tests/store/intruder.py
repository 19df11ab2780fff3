"""Somebody with every right on the database, and without the keys."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import text

from proxy.store.db import Database
from proxy.store.tx import Tx


@contextmanager
def without_guards(db: Database) -> Iterator[Tx]:
    """The triggers that refuse a change are gone, until the end of the transaction."""
    with db.transaction() as tx:
        if not db.sqlite:
            tx.conn.execute(text("SET LOCAL session_replication_role = replica"))
            yield tx
            return
        found = tx.conn.execute(text("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'"))
        guards = found.all()
        for guard in guards:
            tx.conn.execute(text(f"DROP TRIGGER {guard.name}"))
        yield tx
        for guard in guards:
            tx.conn.exec_driver_sql(guard.sql)


def from_outside(sqlite_url: str, statement: str) -> None:
    """With SQLite alone, which looks at no reference between tables unless it is told to."""
    thief = sqlite3.connect(sqlite_url.removeprefix("sqlite:///"))
    guards = thief.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'").fetchall()
    for name, _ in guards:
        thief.execute(f"DROP TRIGGER {name}")
    thief.executescript(statement)
    for _, sql in guards:
        thief.execute(sql)
    thief.commit()
    thief.close()
