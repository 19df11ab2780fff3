"""Every table. `migrations/` brings a database to this; a test compares the two."""

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Date,
    DateTime,
    Dialect,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    Text,
    TypeDecorator,
    UniqueConstraint,
)

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)

Number = BigInteger().with_variant(Integer(), "sqlite")  # SQLite counts only INTEGER up by itself


class Instant(TypeDecorator[datetime]):
    """A moment in UTC. SQLite keeps no zone, so it is taken off and put back here."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is not None and dialect.name == "sqlite":
            return value.astimezone(UTC).replace(tzinfo=None)
        return value

    def process_result_value(self, value: Any, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        moment: datetime = value
        return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)


casillas = Table(
    "casillas",
    metadata,
    Column("id", Number, primary_key=True),
    Column("kind", Text, nullable=False),
    Column("number", Text, nullable=False),
    Column("nombres", Text, nullable=False),
    Column("email", Text, nullable=False),
    Column("password", Text, nullable=False),
    Column("failures", Integer, nullable=False, server_default="0"),  # wrong passwords in a row
    Column("created_at", Instant, nullable=False),
    UniqueConstraint("kind", "number"),
)

devices = Table(
    "devices",
    metadata,
    Column("id", LargeBinary, primary_key=True),
    Column("casilla_id", Number, ForeignKey("casillas.id"), nullable=False, index=True),
    Column("user_agent", Text, nullable=False),
    Column("created_at", Instant, nullable=False),
    Column("revoked_at", Instant),
)

# The second step of a login, between the right password and the right code.
challenges = Table(
    "challenges",
    metadata,
    Column("id", LargeBinary, primary_key=True),
    Column("purpose", Text, nullable=False),
    Column("casilla_id", Number, ForeignKey("casillas.id"), nullable=False, index=True),
    Column("flow", LargeBinary, nullable=False, unique=True),  # digest of the cookie of the browser
    Column("sent", Integer, nullable=False),
    Column("failures", Integer, nullable=False),
    Column("created_at", Instant, nullable=False),
    Column("sent_at", Instant, nullable=False),
    Column("code_expires_at", Instant, nullable=False),
    Column("expires_at", Instant, nullable=False),
    Column("used_at", Instant),
    Column("ended_at", Instant),
    Column("ip", Text, nullable=False),
    Column("user_agent", Text, nullable=False),
)

sessions = Table(
    "sessions",
    metadata,
    Column("digest", LargeBinary, primary_key=True),
    Column("casilla_id", Number, ForeignKey("casillas.id"), nullable=False, index=True),
    Column("device_id", LargeBinary, ForeignKey("devices.id"), nullable=False),
    Column("created_at", Instant, nullable=False),
    Column("seen_at", Instant, nullable=False),
    Column("expires_at", Instant, nullable=False),
    Column("ended_at", Instant),
    Column("ip", Text, nullable=False),
    Column("user_agent", Text, nullable=False),
)

# Generic cell rate algorithm: one row a key, the theoretical arrival time in microseconds.
rates = Table(
    "rates",
    metadata,
    Column("key", LargeBinary, primary_key=True),
    Column("tat", BigInteger, nullable=False),
)

notificaciones = Table(
    "notificaciones",
    metadata,
    Column("casilla_id", Number, ForeignKey("casillas.id"), primary_key=True, autoincrement=False),
    Column("id", LargeBinary, primary_key=True),
    Column("expediente", Text, nullable=False),
    Column("expediente_on", Date),
    Column("tipo", Text, nullable=False),
    Column("numero", Text, nullable=False),
    Column("asunto", Text, nullable=False),
    Column("dependencia", Text, nullable=False),
    Column("firmado_por", Text, nullable=False),
    Column("elaborado_por", Text, nullable=False),
    Column("issued_at", Instant, nullable=False),
    Column("deposited_at", Instant, nullable=False),
    Column("read_at", Instant),
    # Clustered by casilla: a page of the inbox costs the same among ten million as among ten.
    sqlite_with_rowid=False,
)
Index(
    "ix_notificaciones_pending",
    notificaciones.c.casilla_id,
    notificaciones.c.id,
    sqlite_where=notificaciones.c.read_at.is_(None),
    postgresql_where=notificaciones.c.read_at.is_(None),
)

# The acto and its anexos. The bytes are in the document store, under their SHA-256.
files = Table(
    "files",
    metadata,
    Column("casilla_id", Number, primary_key=True, autoincrement=False),
    Column("notificacion_id", LargeBinary, primary_key=True),
    Column("position", Integer, primary_key=True, autoincrement=False),  # 0 is the acto
    Column("name", Text, nullable=False),
    Column("media_type", Text, nullable=False),
    Column("sha256", Text, nullable=False, index=True),
    Column("size", BigInteger, nullable=False),  # bytes
    ForeignKeyConstraint(
        ["casilla_id", "notificacion_id"], ["notificaciones.casilla_id", "notificaciones.id"]
    ),
    CheckConstraint("size > 0", name="size"),
    sqlite_with_rowid=False,
)

outbox = Table(
    "outbox",
    metadata,
    Column("id", Number, primary_key=True),
    Column("message_id", Text, nullable=False, unique=True),
    Column("name", Text, nullable=False),  # the folder in templates/email
    Column("casilla_id", Number, ForeignKey("casillas.id"), nullable=False, index=True),
    Column("recipient", Text, nullable=False),
    Column("context", JSON, nullable=False),  # emptied once the message is sent or given up
    Column("created_at", Instant, nullable=False),
    Column("next_at", Instant, index=True),  # when to try; empty once sent or given up
    Column("expires_at", Instant, nullable=False),  # a message that comes later is of no use
    Column("attempts", Integer, nullable=False, server_default="0"),
    Column("sent_at", Instant),
)
# What still has to leave, the most pressing first: a token before an alerta.
Index(
    "ix_outbox_waiting",
    outbox.c.expires_at,
    sqlite_where=outbox.c.next_at.is_not(None),
    postgresql_where=outbox.c.next_at.is_not(None),
)

outbox_attempts = Table(
    "outbox_attempts",
    metadata,
    Column("id", Number, primary_key=True),
    Column("outbox_id", Number, ForeignKey("outbox.id"), nullable=False, index=True),
    Column("at", Instant, nullable=False),
    Column("sent", Boolean, nullable=False),
    Column("detail", Text, nullable=False),  # what the server answered
)

audit = Table(
    "audit",
    metadata,
    Column("id", Number, primary_key=True),
    Column("at", Instant, nullable=False),
    Column("event", Text, nullable=False),
    Column("casilla_id", Number, ForeignKey("casillas.id"), index=True),
    Column("ip", Text),
    Column("detail", JSON, nullable=False),
)
