"""The connections to a database: how each is prepared, and how long it waits."""

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.engine import URL, ExceptionContext, make_url
from sqlalchemy.exc import DisconnectionError
from sqlalchemy.pool import ConnectionPoolEntry

from proxy.domain.finding import plain
from proxy.store.folding import NAME

# A fixed size: on PostgreSQL a pool that grows under load costs five times as much.
CONNECTIONS = 8


@dataclass(frozen=True)
class Patience:
    """Seconds that a connection waits. None: as long as it takes."""

    connect: int  # psycopg waits two at least
    lock: float  # SQLite: until another program has written
    pool: float  # until another thread gives a connection back
    statement: float | None  # PostgreSQL
    silence: int  # until a network that answers nothing counts as gone

    @property
    def answer(self) -> float | None:
        """A server that was stopped counts no time, so this side counts too, a little longer."""
        return self.statement + 0.5 if self.statement else None


# A migration, an audit or a purge takes its time: only who answers nothing at all is left.
WORK = Patience(connect=5, lock=10, pool=30, statement=None, silence=20)
# A person waits: an answer leaves within three seconds, see `proxy/web/edge/pages.py`.
REQUESTS = Patience(connect=2, lock=1.5, pool=1, statement=2, silence=3)


def make_engine(url: str, patience: Patience) -> Engine:
    parsed = make_url(url)
    if parsed.get_backend_name() == "sqlite":
        return _sqlite(parsed, patience)
    return _postgresql(parsed, patience)


def _postgresql(url: URL, patience: Patience) -> Engine:
    if url.drivername == "postgresql":
        url = url.set(drivername="postgresql+psycopg")
    engine = create_engine(
        url,
        pool_size=CONNECTIONS,
        max_overflow=0,
        pool_timeout=patience.pool,
        pool_pre_ping=True,  # after a restart of the server the next request finds it
        hide_parameters=True,  # errors go to the log, and the values of a statement must not (S69)
    )
    limits = {
        "connect_timeout": patience.connect,
        "keepalives_idle": patience.silence,
        "keepalives_interval": max(1, patience.silence // 3),
        "keepalives_count": 3,
        "tcp_user_timeout": patience.silence * 1000,
    }

    def connect(_dialect: object, _record: object, cargs: Any, cparams: dict[str, Any]) -> object:
        from psycopg import Connection as Patient

        kind = Patient if patience.answer is None else _impatient(patience.answer)
        return kind.connect(*cargs, **limits | cparams)  # what the URL says, holds

    def prepare(connection: Any, _record: ConnectionPoolEntry) -> None:
        """PostgreSQL looks for its own functions and operators first, unless a path says otherwise.

        Who owns the database could set such a path, and put functions of their own before them.
        """
        cursor = connection.cursor()
        [path] = cursor.execute("SHOW search_path").fetchone()
        schemas = path.split(",")
        others = [one for one in schemas if one.strip().strip('"') != "pg_catalog"]
        if others != schemas:
            cursor.execute(f"SET search_path TO {','.join(others) or 'public'}")
        if patience.statement:
            cursor.execute(f"SET statement_timeout = {int(patience.statement * 1000)}")
        connection.commit()

    event.listen(engine, "do_connect", connect)
    event.listen(engine, "connect", prepare)
    event.listen(engine, "handle_error", _hush)
    return engine


def _hush(context: ExceptionContext) -> None:
    """PostgreSQL says which constraint failed, and in further lines (DETAIL, CONTEXT) the row.

    What cannot be read as a number or a date (class 22) stands in the first line already.
    """
    state = getattr(context.original_exception, "sqlstate", None) or ""
    for error in (context.original_exception, context.sqlalchemy_exception):
        if error and error.args and isinstance(error.args[0], str):
            said = error.args[0].splitlines()[0] if error.args[0] else ""
            error.args = (f"SQLSTATE {state}" if state.startswith("22") else said, *error.args[1:])


def _impatient(seconds: float) -> Any:
    """A connection that closes itself when the server does not answer for `seconds`."""
    import psycopg

    class Impatient(psycopg.Connection[Any]):
        def wait(self, gen: Any, interval: float = 0.1, timeout: float | None = None) -> Any:
            try:
                return super().wait(gen, interval, timeout or seconds)
            except psycopg.errors._WaitTimeout:
                self.pgconn.finish()  # the answer may still come: to whoever is next, as theirs
                raise psycopg.OperationalError("the server does not answer") from None

    return Impatient


def _sqlite(url: URL, patience: Patience) -> Engine:
    path = Path(url.database) if url.database and url.database != ":memory:" else None
    if path:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch(mode=0o600)  # SQLite gives its other files the same mode (S66)
    engine = create_engine(
        url,
        pool_size=CONNECTIONS + 1,  # one is for the event loop
        max_overflow=0,
        pool_timeout=patience.pool,
        hide_parameters=True,
    )

    def connect(_dialect: object, _record: object, cargs: Any, cparams: dict[str, Any]) -> None:
        """A file that is gone must not come back empty: what is written there would be lost."""
        cparams["timeout"] = patience.lock
        if path and not url.query:
            cargs[:] = [f"{path.absolute().as_uri()}?mode=rw"]
            cparams["uri"] = True

    def prepare(connection: Any, record: ConnectionPoolEntry) -> None:
        connection.isolation_level = None
        cursor = connection.cursor()
        cursor.execute("PRAGMA journal_mode=WAL")
        cursor.execute("PRAGMA synchronous=FULL")  # a deposit survives a power cut (S66)
        cursor.execute("PRAGMA foreign_keys=ON")
        cursor.execute("PRAGMA trusted_schema=OFF")
        cursor.close()
        connection.create_function(NAME, 1, plain, deterministic=True)
        record.info["file"] = identity(path)

    def still_there(_connection: Any, record: ConnectionPoolEntry, _proxy: object) -> None:
        """Who holds a file that was removed or replaced writes where nobody will ever read."""
        if record.info["file"] != identity(path):
            raise DisconnectionError

    event.listen(engine, "do_connect", connect)
    event.listen(engine, "connect", prepare)
    event.listen(engine, "begin", _begin_sqlite)
    if path:
        event.listen(engine, "checkout", still_there)
    return engine


def identity(path: Path | None) -> tuple[int, int] | None:
    try:
        found = os.stat(path) if path else None
    except OSError:
        return None
    return (found.st_dev, found.st_ino) if found else None


def _begin_sqlite(conn: Connection) -> None:
    # After a plain BEGIN, a write that follows a read fails if another writer came in between.
    writes = conn.get_execution_options().get("writes", False)
    driver = conn.connection.driver_connection
    assert driver is not None
    driver.execute("BEGIN IMMEDIATE" if writes else "BEGIN")
