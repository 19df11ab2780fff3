"""One database, SQLite or PostgreSQL, and its transactions."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from functools import cached_property
from pathlib import Path
from threading import Lock
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.engine import make_url
from sqlalchemy.pool import ConnectionPoolEntry, PoolProxiedConnection

from proxy.domain.actor import WORKER, Actor
from proxy.domain.finding import plain
from proxy.domain.vault import Vault
from proxy.store import eventos
from proxy.store.folding import NAME
from proxy.store.tx import Tx, no_keys, utc_now

# A fixed size: on PostgreSQL a pool that grows under load costs five times as much.
CONNECTIONS = 8


class Database:
    """`vault` is called at each use, so a running service follows its key ring.

    `by` is the actor of each transaction that names no other.
    """

    def __init__(
        self,
        url: str,
        clock: Callable[[], datetime] = utc_now,
        vault: Callable[[], Vault] = no_keys,
        by: Actor = WORKER,
    ) -> None:
        self.engine = _engine(url)
        self.clock = clock
        self.vault = vault
        self.by = by
        self.sqlite = self.engine.dialect.name == "sqlite"
        path = make_url(url).database if self.sqlite else None
        self.folder = Path(path).parent if path else None  # where this machine keeps it
        # SQLite has one writer. This lock wakes its waiters in order; SQLite's busy handler polls.
        self._writer = Lock()

    @contextmanager
    def transaction(self, by: Actor | None = None) -> Iterator[Tx]:
        if not self.sqlite:
            with self.engine.begin() as conn:
                yield from self._work(conn, by)
            return
        with self._writer, self.engine.connect() as conn:
            conn.execution_options(writes=True)
            with conn.begin():
                yield from self._work(conn, by)

    def _work(self, conn: Connection, by: Actor | None) -> Iterator[Tx]:
        tx = Tx(conn, self.clock(), self.vault, by or self.by)
        yield tx
        eventos.write(tx)

    @contextmanager
    def reading(self) -> Iterator[Tx]:
        """Never waits for a writer."""
        with self.engine.begin() as conn:
            yield Tx(conn, self.clock(), self.vault, self.by)

    def one_row(self, statement: str, values: tuple[object, ...]) -> tuple[Any, ...] | None:
        """One row by its key, for SQLite, at a tenth of the price of a transaction.

        Only the thread of the event loop may call it: the connection belongs to that thread.
        """
        row: tuple[Any, ...] | None = self._ask_here(statement, values).fetchone()
        return row

    @cached_property
    def _here(self) -> PoolProxiedConnection:
        return self.engine.raw_connection()

    @cached_property
    def _ask_here(self) -> Callable[..., Any]:
        driver = self._here.driver_connection
        assert driver is not None
        ask: Callable[..., Any] = driver.execute
        return ask

    def close(self) -> None:
        if "_here" in self.__dict__:
            self._here.close()
        self.engine.dispose()


def _engine(url: str) -> Engine:
    # hide_parameters: errors go to the log, and the values of a statement must not (S69).
    parsed = make_url(url)
    if parsed.get_backend_name() != "sqlite":
        if parsed.drivername == "postgresql":
            parsed = parsed.set(drivername="postgresql+psycopg")
        engine = create_engine(
            parsed, pool_size=CONNECTIONS, max_overflow=0, pool_pre_ping=True, hide_parameters=True
        )
        event.listen(engine, "connect", _prepare_postgresql)
        return engine
    if parsed.database:
        path = Path(parsed.database)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch(mode=0o600)  # SQLite gives its other files the same mode (S66)
    engine = create_engine(
        parsed,
        pool_size=CONNECTIONS + 1,  # one is for the event loop
        max_overflow=0,
        hide_parameters=True,
    )
    event.listen(engine, "connect", _prepare_sqlite)
    event.listen(engine, "begin", _begin_sqlite)
    return engine


def _prepare_postgresql(connection: object, _record: ConnectionPoolEntry) -> None:
    """PostgreSQL looks for its own functions and operators first, unless a path says otherwise.

    Who owns the database could set such a path, and put functions of their own before them.
    """
    cursor = connection.cursor()  # type: ignore[attr-defined]
    [path] = cursor.execute("SHOW search_path").fetchone()
    schemas = path.split(",")
    others = [one for one in schemas if one.strip().strip('"') != "pg_catalog"]
    if others != schemas:
        cursor.execute(f"SET search_path TO {','.join(others) or 'public'}")
    connection.commit()  # type: ignore[attr-defined]


def _prepare_sqlite(connection: object, _record: ConnectionPoolEntry) -> None:
    connection.isolation_level = None  # type: ignore[attr-defined]
    cursor = connection.cursor()  # type: ignore[attr-defined]
    cursor.execute("PRAGMA journal_mode=WAL")
    cursor.execute("PRAGMA synchronous=FULL")  # a deposit survives a power cut (S66)
    cursor.execute("PRAGMA foreign_keys=ON")
    cursor.execute("PRAGMA trusted_schema=OFF")
    cursor.execute("PRAGMA busy_timeout=10000")
    cursor.close()
    connection.create_function(NAME, 1, plain, deterministic=True)  # type: ignore[attr-defined]


def _begin_sqlite(conn: Connection) -> None:
    # After a plain BEGIN, a write that follows a read fails if another writer came in between.
    writes = conn.get_execution_options().get("writes", False)
    driver = conn.connection.driver_connection
    assert driver is not None
    driver.execute("BEGIN IMMEDIATE" if writes else "BEGIN")
