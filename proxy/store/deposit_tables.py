"""The tables of who deposits: the keys of systems, their deposits, and what was annulled."""

from sqlalchemy import (  # isort: skip
    BigInteger, Boolean, Column, ForeignKeyConstraint, Index, Integer, LargeBinary, Table, Text,
    UniqueConstraint,
)  # fmt: skip

from proxy.store.instant import Instant
from proxy.store.metadata import Number, metadata

# A key that a system has for the API. `casilla claves-api` shows it once.
api_keys = Table(
    "api_keys",
    metadata,
    Column("digest", LargeBinary, primary_key=True),  # keyed, of the key
    Column("id", Text, nullable=False, unique=True),  # people name it by this
    Column("system", Text, nullable=False),
    Column("test", Boolean, nullable=False),  # what it deposits has no legal value
    Column("scopes", Text, nullable=False),  # words of `domain/sender.py`, in their order
    Column("created_at", Instant, nullable=False),
    Column("expires_at", Instant, nullable=False),
    Column("used_at", Instant),  # to the minute
    Column("retired_at", Instant),
    # Of id, system, test, scopes and end, while it serves: who writes this table has no key.
    Column("seal", LargeBinary, info={"sealed": "digest"}),
)

# What a system sent: one row for each notificacion that did not come by `casilla depositar`. Never
# changed or deleted (triggers), like all that was served.
deposits = Table(
    "deposits",
    metadata,
    Column("notificacion_id", LargeBinary, primary_key=True),
    Column("casilla_id", Number, nullable=False),
    Column("system", Text, nullable=False),
    Column("test", Boolean, nullable=False),
    Column("key_id", Text),  # `api_keys.id`; empty: an operator deposited many by command
    Column("idempotency", Text, nullable=False),  # how the system names this deposit
    Column("body", LargeBinary, nullable=False),  # keyed hash of what it sent
    Column("reference", Text, nullable=False),
    Column("answer", Text, nullable=False),  # what it was answered, for who asks again
    ForeignKeyConstraint(
        ["casilla_id", "notificacion_id"], ["notificaciones.casilla_id", "notificaciones.id"]
    ),
    UniqueConstraint("system", "test", "idempotency"),
    sqlite_with_rowid=False,
)
# For the lists of a system, which a reference makes short.
Index("ix_deposits_system", deposits.c.system, deposits.c.test, deposits.c.notificacion_id)
Index(
    "ix_deposits_reference",
    deposits.c.system,
    deposits.c.test,
    deposits.c.reference,
    deposits.c.notificacion_id,
)

# An act that was served and is of no effect. Never changed or deleted (triggers).
annulments = Table(
    "annulments",
    metadata,
    Column("notificacion_id", LargeBinary, primary_key=True),
    Column("casilla_id", Number, nullable=False),
    Column("at", Instant, nullable=False),
    Column("reason", Text, nullable=False),
    Column("replacement", LargeBinary),  # the notificacion that took its place
    ForeignKeyConstraint(
        ["casilla_id", "notificacion_id"], ["notificaciones.casilla_id", "notificaciones.id"]
    ),
    ForeignKeyConstraint(
        ["casilla_id", "replacement"], ["notificaciones.casilla_id", "notificaciones.id"]
    ),
    sqlite_with_rowid=False,
)

# What lets a term end, or its count begin, later than was frozen. Never changed or deleted
# (triggers).
postponements = Table(
    "postponements",
    metadata,
    Column("casilla_id", Number, primary_key=True, autoincrement=False),
    Column("notificacion_id", LargeBinary, primary_key=True),
    Column("edition", Integer, primary_key=True, autoincrement=False),  # from 1
    Column("at", Instant, nullable=False),
    Column("kind", Text, nullable=False),  # "prorroga" or "inicio"
    Column("said", Text, nullable=False),  # JSON: what was asked, and by which norm
    Column("effect", Text, nullable=False),  # JSON: the dates that count since
    ForeignKeyConstraint(
        ["casilla_id", "notificacion_id"], ["notificaciones.casilla_id", "notificaciones.id"]
    ),
    sqlite_with_rowid=False,
)

# The last number of each series and year; on PostgreSQL, what its sequence had given before.
numbers = Table(
    "numbers",
    metadata,
    Column("series", Text, primary_key=True),  # "CE", or "CP" for tests
    Column("year", Integer, primary_key=True, autoincrement=False),
    Column("last", BigInteger, nullable=False),
    sqlite_with_rowid=False,
)

# The places in line of what happened to a system's deposits: it reads them in this order.
feed = Table(
    "feed",
    metadata,
    Column("system", Text, primary_key=True),
    Column("test", Boolean, primary_key=True),
    Column("place", BigInteger, primary_key=True, autoincrement=False),
    Column("evento_id", LargeBinary, nullable=False),
    sqlite_with_rowid=False,
)

# What is stored and was found not to be what was deposited, until it is mended.
incidencias = Table(
    "incidencias",
    metadata,
    Column("casilla_id", Number, primary_key=True, autoincrement=False),
    Column("notificacion_id", LargeBinary, primary_key=True),
    Column("position", Integer, primary_key=True, autoincrement=False),
    Column("sha256", Text, nullable=False),  # of the file as it was deposited
    Column("finding", Text, nullable=False),  # as store/documents.py says it
    ForeignKeyConstraint(
        ["casilla_id", "notificacion_id", "position"],
        ["files.casilla_id", "files.notificacion_id", "files.position"],
    ),
)

# What is to be done at an instant that a deposit fixed, unless it is opened before: a list of work,
# and no fact. A row goes when it is done.
due = Table(
    "due",
    metadata,
    Column("id", Number, primary_key=True),
    Column("casilla_id", Number, nullable=False),
    Column("notificacion_id", LargeBinary, nullable=False),
    Column("kind", Text, nullable=False),  # of `domain/reminders.py`
    Column("at", Instant, nullable=False),
    Column("next_at", Instant, nullable=False, index=True),  # when to look
    UniqueConstraint("casilla_id", "notificacion_id", "kind", "at"),
)
