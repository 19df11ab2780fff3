"""One database, SQLite or PostgreSQL, and its transactions."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from functools import cached_property
from pathlib import Path
from threading import Lock
from typing import Any

from sqlalchemy import Connection
from sqlalchemy.engine import make_url
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.pool import PoolProxiedConnection

from proxy.domain.actor import WORKER, Actor
from proxy.domain.vault import Vault
from proxy.errors import Unavailable
from proxy.store import eventos
from proxy.store.engine import REQUESTS, WORK, Patience, identity, make_engine
from proxy.store.tx import Tx, no_keys, utc_now
from proxy.store.unavailable import unavailable


class Turns:
    """SQLite has one writer. This lock wakes its waiters in order; SQLite's busy handler polls."""

    def __init__(self) -> None:
        self._writer = Lock()
        self._taken = 0  # that came to their end

    @contextmanager
    def take(self, give_up: float | None) -> Iterator[None]:
        """Raises Unavailable when nobody finished anything for so long: many are no reason."""
        before = self._taken
        while not self._writer.acquire(timeout=give_up or -1):
            if before == self._taken:
                raise Unavailable("database.busy")
            before = self._taken
        try:
            yield
            self._taken += 1
        finally:
            self._writer.release()


class Database:
    """`vault` is called at each use, so a running service follows its key ring.

    `by` is the actor of each transaction that names no other. A transaction that the database does
    not let work, or whose connection is lost, raises Unavailable.
    """

    def __init__(
        self,
        url: str,
        clock: Callable[[], datetime] = utc_now,
        vault: Callable[[], Vault] = no_keys,
        by: Actor = WORKER,
        patience: Patience = WORK,
    ) -> None:
        self.engine = make_engine(url, patience)
        self.clock = clock
        self.vault = vault
        self.by = by
        self.sqlite = self.engine.dialect.name == "sqlite"
        path = make_url(url).database if self.sqlite else None
        self.path = Path(path) if path else None
        self.folder = self.path.parent if self.path else None  # where this machine keeps it
        self._url, self._patience = url, patience
        self._faults = (SQLAlchemyError, self.engine.dialect.loaded_dbapi.Error)
        self._turns = Turns()
        self._here: tuple[PoolProxiedConnection, object] | None = None

    @cached_property
    def hurried(self) -> "Database":
        """The same database with connections for requests, which give up sooner."""
        other = Database(self._url, self.clock, self.vault, self.by, REQUESTS)
        other._turns = self._turns
        return other

    @contextmanager
    def transaction(self, by: Actor | None = None) -> Iterator[Tx]:
        with self._telling():
            if not self.sqlite:
                with self.engine.begin() as conn:
                    yield from self._work(conn, by)
                return
            give_up = None if self._patience is WORK else self._patience.lock
            with self._turns.take(give_up), self.engine.connect() as conn:
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
        with self._telling(), self.engine.begin() as conn:
            yield Tx(conn, self.clock(), self.vault, self.by)

    @contextmanager
    def _telling(self) -> Iterator[None]:
        try:
            yield
        except self._faults as error:
            found = unavailable(error)
            if found is None:
                raise
            raise found from error

    def one_row(self, statement: str, values: tuple[object, ...]) -> tuple[Any, ...] | None:
        """One row by its key, for SQLite, at a tenth of the price of a transaction.

        Only the thread of the event loop may call it: the connection belongs to that thread. It
        waits for nothing: a file that is locked at this moment is Unavailable.
        """
        with self._telling():
            row: tuple[Any, ...] | None = self._ask_here(statement, values).fetchone()
        return row

    def _ask_here(self, statement: str, values: tuple[object, ...]) -> Any:
        now = identity(self.path)
        if self._here is None or self._here[1] != now:
            self._leave_here()
            opened = self.engine.raw_connection()
            self._here = opened, now
            self._asks().execute("PRAGMA busy_timeout=0")
        return self._asks().execute(statement, values)

    def _asks(self) -> Any:
        assert self._here is not None
        return self._here[0].driver_connection

    def _leave_here(self) -> None:
        here, self._here = self._here, None
        if here:
            here[0].invalidate()

    def close(self) -> None:
        if "hurried" in self.__dict__:
            self.hurried.close()
        self._leave_here()
        self.engine.dispose()
