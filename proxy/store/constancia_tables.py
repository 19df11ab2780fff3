"""The table of constancias: their facts, with the act, and later their sealed PDF."""

from sqlalchemy import (  # isort: skip
    Boolean, BigInteger, Column, ForeignKey, ForeignKeyConstraint, Index, Integer, LargeBinary,
    Table, Text, false,
)  # fmt: skip

from proxy.store.instant import Instant
from proxy.store.metadata import Number, metadata

# What a constancia states never changes, and once it is sealed its PDF does not either (triggers).
constancias = Table(
    "constancias",
    metadata,
    Column("number", Text, primary_key=True),  # "CC-2026-000123-K"
    Column("casilla_id", Number, ForeignKey("casillas.id"), nullable=False),
    Column("notificacion_id", LargeBinary),
    Column("kind", Text, nullable=False),  # of `domain/constancia_acts.py`
    Column("at", Instant, nullable=False),  # of what it proves
    Column("uid", LargeBinary, nullable=False),
    Column("facts", LargeBinary, nullable=False, info={"sealed": "uid"}),  # JSON, with the act
    Column("stated", LargeBinary, info={"sealed": "uid"}),  # constancia.json, since a first attempt
    Column("attempts", Integer, nullable=False, server_default="0"),
    Column("next_at", Instant),  # empty: it is sealed
    Column("sealed_at", Instant),
    Column("sha256", Text),  # of its PDF, in the document store
    Column("size", BigInteger),  # bytes
    # True: of a test, which its owner never sees.
    Column("test", Boolean, nullable=False),
    Column("late_at", Instant),  # when it is late; empty: it is sealed, or of a test
    Column("late", Boolean, nullable=False, server_default=false()),  # it was told late
    ForeignKeyConstraint(
        ["casilla_id", "notificacion_id"], ["notificaciones.casilla_id", "notificaciones.id"]
    ),
)
Index("ix_constancias_of", constancias.c.casilla_id, constancias.c.notificacion_id)
Index(
    "ix_constancias_due",
    constancias.c.test,  # in the order in which they are claimed
    constancias.c.next_at,
    sqlite_where=constancias.c.next_at.is_not(None),
    postgresql_where=constancias.c.next_at.is_not(None),
)
Index(
    "ix_constancias_late",
    constancias.c.late_at,
    sqlite_where=constancias.c.late_at.is_not(None),
    postgresql_where=constancias.c.late_at.is_not(None),
)
