"""The tables of the record: eventos, their line, and the audit of versions up to 0.2.0."""

from sqlalchemy import (  # isort: skip
    JSON, BigInteger, Column, ForeignKey, Index, Integer, LargeBinary, Table, Text,
)  # fmt: skip

from proxy.store.instant import Instant
from proxy.store.metadata import Number, metadata

# Every fact, inserted with its act; never updated or deleted (triggers). No reference to another
# table: what is sealed here stays as it was said, and costs no look elsewhere.
eventos = Table(
    "eventos",
    metadata,
    Column("id", LargeBinary, primary_key=True),
    Column("at", Instant, nullable=False),
    Column("kind", Text, nullable=False),
    Column("casilla_id", Number),
    Column("notificacion", LargeBinary),
    Column("actor", Text, nullable=False),  # "owner", "operator:name" …
    Column("session", LargeBinary),
    Column("ip", Text),
    Column("challenge", LargeBinary),
    Column("message", Text),
    Column("request", Text),
    Column("detail", Text, nullable=False),  # JSON
    Column("key_id", Text, nullable=False),
    Column("seal", LargeBinary, nullable=False),  # keyed hash of this row
    sqlite_with_rowid=False,
)
# For what happened to one notificacion.
Index(
    "ix_eventos_notificacion",
    eventos.c.notificacion,
    sqlite_where=eventos.c.notificacion.is_not(None),
    postgresql_where=eventos.c.notificacion.is_not(None),
)

# Eventos of committed acts that have no place in line yet.
line_waiting = Table(
    "line_waiting",
    metadata,
    Column("evento_id", LargeBinary, primary_key=True),
    sqlite_with_rowid=False,
)

line = Table(
    "line",
    metadata,
    Column("place", BigInteger, primary_key=True, autoincrement=False),
    Column("evento_id", LargeBinary, nullable=False, unique=True),
    Column("key_id", Text, nullable=False),
    Column("chain", LargeBinary, nullable=False),  # keyed hash of the place and the one before
    sqlite_with_rowid=False,
)

# The audit of versions up to 0.2.0 and its end. Only read: its end is sealed into the first evento.
audit = Table(
    "audit",
    metadata,
    Column("id", Number, primary_key=True),
    Column("at", Instant, nullable=False),
    Column("event", Text, nullable=False),
    Column("casilla_id", Number, ForeignKey("casillas.id"), index=True),
    Column("ip", Text),
    Column("detail", JSON, nullable=False),
    Column("key_id", Text, nullable=False),
    Column("seal", LargeBinary, nullable=False),  # keyed hash of this row and the seal before it
)

audit_head = Table(
    "audit_head",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("last_id", BigInteger, nullable=False),
    Column("seal", LargeBinary, nullable=False),
)
