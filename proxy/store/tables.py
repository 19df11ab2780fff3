"""Every table. `migrations/` brings a database to this; a test compares the two."""

from sqlalchemy import (  # isort: skip
    BigInteger, Boolean, CheckConstraint, Column, Date, ForeignKey, ForeignKeyConstraint,
    Index, Integer, LargeBinary, Table, Text, false,
)  # fmt: skip

from proxy.store.constancia_tables import constancias as constancias
from proxy.store.deposit_tables import annulments as annulments
from proxy.store.deposit_tables import api_keys as api_keys
from proxy.store.deposit_tables import deposits as deposits
from proxy.store.deposit_tables import due as due
from proxy.store.deposit_tables import feed as feed
from proxy.store.deposit_tables import numbers as numbers
from proxy.store.deposit_tables import postponements as postponements
from proxy.store.instant import Instant
from proxy.store.metadata import Number
from proxy.store.metadata import metadata as metadata
from proxy.store.record_tables import audit as audit
from proxy.store.record_tables import audit_head as audit_head
from proxy.store.record_tables import eventos as eventos
from proxy.store.record_tables import line as line
from proxy.store.record_tables import line_waiting as line_waiting

# The vault seals personal data; `info` names the column that ties a value to its row.
casillas = Table(
    "casillas",
    metadata,
    Column("id", Number, primary_key=True),
    Column("uid", LargeBinary, nullable=False, unique=True),  # random, says nothing of its owner
    Column("kind", Text, nullable=False),
    Column("lookup", LargeBinary, nullable=False, unique=True),  # keyed hash of the identidad
    Column("number", LargeBinary, nullable=False, info={"sealed": "uid"}),
    Column("nombres", LargeBinary, nullable=False, info={"sealed": "uid"}),
    Column("email", LargeBinary, nullable=False, info={"sealed": "uid"}),
    Column("phone", LargeBinary, info={"sealed": "uid"}),  # E.164, and proved
    Column("second_email", LargeBinary, info={"sealed": "uid"}),  # proved; alertas go there too
    Column("password", Text),  # empty until its owner chooses one
    Column("must_change", Boolean, nullable=False),  # before anything else
    Column("failures", Integer, nullable=False, server_default="0"),  # wrong passwords in a row
    Column("created_at", Instant, nullable=False),
    Column("suspended_at", Instant),  # by the entity, which may lift it
    Column("closed_at", Instant),
    Column("revoked_at", Instant),  # by its owner, who took the consent back: it is closed too
    Column("first_until", Instant),  # when a password that its owner did not choose lapses
    Column("unreached_at", Instant),  # no alerta of a notificacion arrived, and none did since
)

# `casillas.lookup` under each key: a process that lacks the newest one opens no second casilla.
lookups = Table(
    "lookups",
    metadata,
    Column("lookup", LargeBinary, primary_key=True),
    Column("key_id", Text, nullable=False, index=True),
    Column("casilla_id", Number, ForeignKey("casillas.id"), nullable=False, index=True),
)

devices = Table(
    "devices",
    metadata,
    Column("id", LargeBinary, primary_key=True),
    Column("casilla_id", Number, ForeignKey("casillas.id"), nullable=False, index=True),
    Column("user_agent", Text, nullable=False),
    Column("created_at", Instant, nullable=False),
    Column("revoked_at", Instant),
    Column("failures", Integer, nullable=False, server_default="0"),  # wrong passwords in a row
)

# A code that a browser was asked for: at login, in a recovery, for a new address.
challenges = Table(
    "challenges",
    metadata,
    Column("id", LargeBinary, primary_key=True),
    Column("purpose", Text, nullable=False),
    # Empty for an identidad without a casilla: its challenge looks the same and opens nothing.
    Column("casilla_id", Number, ForeignKey("casillas.id"), index=True),
    Column("subject", LargeBinary, nullable=False, index=True),  # keyed hash of whom it is about
    Column("visit", LargeBinary, nullable=False, unique=True),  # digest of the browser's cookie
    Column("key_id", Text, nullable=False),  # of the key that makes its codes
    Column("channel", Text, nullable=False),  # "email", "sms" or "app"
    Column("recipient", LargeBinary, info={"sealed": "id"}),  # empty: that of the casilla
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
    Column("seal", LargeBinary, info={"sealed": "id"}),  # of purpose, casilla and visit
    Column("made_by", LargeBinary, index=True),  # keyed hash of the form that made it
    Column("pressed_at", Instant),  # the press whose browser has the visit
)

# A link of a message. A signature proves the link; this row says whether it still holds.
links = Table(
    "links",
    metadata,
    Column("id", LargeBinary, primary_key=True),
    Column("purpose", Text, nullable=False),
    Column("casilla_id", Number, ForeignKey("casillas.id"), nullable=False, index=True),
    Column("created_at", Instant, nullable=False),
    Column("expires_at", Instant, nullable=False),
    Column("used_at", Instant),
    Column("ended_at", Instant),
)

sessions = Table(
    "sessions",
    metadata,
    Column("digest", LargeBinary, primary_key=True),  # keyed, of the token
    Column("id", LargeBinary, nullable=False, unique=True),  # its owner ends it by this id
    Column("casilla_id", Number, ForeignKey("casillas.id"), nullable=False, index=True),
    Column("device_id", LargeBinary, ForeignKey("devices.id"), nullable=False, index=True),
    Column("created_at", Instant, nullable=False),
    Column("proved_at", Instant, nullable=False),  # when its owner last proved their identity
    Column("seen_at", Instant, nullable=False),
    Column("expires_at", Instant, nullable=False),
    Column("ended_at", Instant),
    Column("ip", Text, nullable=False),
    Column("user_agent", Text, nullable=False),
    Column("seal", LargeBinary, info={"sealed": "digest"}),  # id, casilla and end, while it lasts
    Column("made_by", LargeBinary),  # keyed hash of the code, until a request brings the token
    Column("pressed_at", Instant),  # the press that opened it
    sqlite_with_rowid=False,  # one search instead of two, at every request
)

# The app that gives codes of its own (TOTP), one for each casilla.
factors = Table(
    "factors",
    metadata,
    Column("casilla_id", Number, ForeignKey("casillas.id"), primary_key=True, autoincrement=False),
    Column("uid", LargeBinary, nullable=False),
    Column("secret", LargeBinary, nullable=False, info={"sealed": "uid"}),
    Column("timecode", BigInteger, nullable=False),  # step of the last code: none serves twice
    Column("created_at", Instant, nullable=False),
    Column("session_id", LargeBinary),  # the session that began it: no other sees its secret
    Column("confirmed_at", Instant),  # empty until a first code proves that the app has it
)

recovery_codes = Table(
    "recovery_codes",
    metadata,
    Column("digest", LargeBinary, primary_key=True),
    Column("casilla_id", Number, ForeignKey("casillas.id"), nullable=False, index=True),
    Column("created_at", Instant, nullable=False),
    Column("used_at", Instant),
)

# A change of e-mail or mobile. Until it expires, the address that was told of it can undo it.
changes = Table(
    "changes",
    metadata,
    Column("id", LargeBinary, primary_key=True),  # also the id of its link «deshacer»
    Column("casilla_id", Number, ForeignKey("casillas.id"), nullable=False, index=True),
    Column("field", Text, nullable=False),  # "email", "phone" or "second_email"
    Column("old", LargeBinary, info={"sealed": "id"}),
    Column("new", LargeBinary, info={"sealed": "id"}),  # empty: it is removed
    Column("visit", LargeBinary, nullable=False),  # digest of the browser's cookie
    Column("asked_at", Instant, nullable=False),
    Column("old_proved_at", Instant),  # the owner wrote the code of the old address
    Column("made_at", Instant),  # empty until the new one is proved
    Column("expires_at", Instant, nullable=False),
    Column("ended_at", Instant),  # given up, or undone
)

# What waits for the entity: an act that one of its people asked for and another one approves, as
# another OS user (S39); a company whose power no register confirms (S81), and one of 0.2.0.
petitions = Table(
    "petitions",
    metadata,
    Column("id", Number, primary_key=True),  # people name it, so no number serves twice
    Column("uid", LargeBinary, nullable=False),
    Column("act", Text, nullable=False),  # "email", "factor", "company" or "declared"
    Column("casilla_id", Number, ForeignKey("casillas.id"), index=True),  # empty: not open yet
    Column("registration_id", LargeBinary),  # of a company that waits
    Column("email", LargeBinary, info={"sealed": "uid"}),  # the new one
    Column("responds", Text, nullable=False),  # who identified the owner; empty: nobody did
    Column("authorises", Text),  # the name of who is to approve; empty: of whoever does
    Column("asked_by", Text, nullable=False),  # the OS user
    Column("asked_at", Instant, nullable=False),
    Column("expires_at", Instant),  # empty: it waits until it is answered
    Column("answered_at", Instant),  # approved or refused: the audit says which, and by whom
    sqlite_autoincrement=True,
)

# A registration: what a person has typed so far, and accepted.
registrations = Table(
    "registrations",
    metadata,
    Column("id", LargeBinary, primary_key=True),
    Column("visit", LargeBinary, nullable=False, unique=True),  # digest of the browser's cookie
    Column("lookup", LargeBinary, index=True),  # keyed hash of the identidad, once it has a casilla
    Column("challenge_id", LargeBinary, index=True),  # of the code sent to its e-mail
    Column("data", LargeBinary, nullable=False, info={"sealed": "id"}),  # JSON
    Column("created_at", Instant, nullable=False),
    Column("expires_at", Instant, nullable=False),
    Column("ended_at", Instant),  # its casilla was opened, or the entity decides
)
# For the purge of unfinished ones.
Index(
    "ix_registrations_unfinished",
    registrations.c.expires_at,
    sqlite_where=registrations.c.ended_at.is_(None),
    postgresql_where=registrations.c.ended_at.is_(None),
)

# Which text was accepted, in which version and when (S45).
acceptances = Table(
    "acceptances",
    metadata,
    Column("casilla_id", Number, ForeignKey("casillas.id"), primary_key=True, autoincrement=False),
    Column("text", Text, primary_key=True),
    Column("version", Text, primary_key=True),
    Column("sha256", Text, nullable=False),
    Column("at", Instant, nullable=False),
    Column("ip", Text, nullable=False),
)

# The local register of people and companies, in place of RENIEC and SUNAT.
padron = Table(
    "padron",
    metadata,
    Column("lookup", LargeBinary, primary_key=True),  # keyed hash of the identidad
    Column("uid", LargeBinary, nullable=False),
    Column("record", LargeBinary, nullable=False, info={"sealed": "uid"}),  # JSON
    Column("known", LargeBinary, info={"sealed": "uid"}),  # JSON: representatives, e-mails
)

# A riddle that tells people from programs. Without a visit it is in the pool.
captchas = Table(
    "captchas",
    metadata,
    Column("id", LargeBinary, primary_key=True),
    Column("answer", LargeBinary, nullable=False),  # keyed hash
    Column("key_id", Text, nullable=False),
    Column("created_at", Instant, nullable=False),
    Column("visit", LargeBinary, index=True),  # digest of the browser's cookie
    Column("form", Text),
    Column("expires_at", Instant),
    Column("price", Integer, nullable=False, server_default="1"),  # times the work
    # Last: SQLite reads through a large value to the next column. Empty when only work answers.
    Column("image", LargeBinary, nullable=False),  # PNG
    Column("audio", LargeBinary, nullable=False),  # WAV
)

# Generic cell rate algorithm: one row for each key, the theoretical arrival time in microseconds.
rates = Table(
    "rates",
    metadata,
    Column("key", LargeBinary, primary_key=True),
    Column("tat", BigInteger, nullable=False),
    Column("whose", LargeBinary, index=True),  # keyed hash of the identidad that it is about
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
    Column("effect", Text),  # JSON, frozen at the deposit; 0.2.0 computed none
    Column("effect_read", Text),  # what the first reading made of it
    Column("number", Text),  # "CE-2026-000123-H"; 0.3.0 gave none
    Column("content", Text),  # JSON: remedies and the rest that the law wants said, if declared
    Column("test", Boolean, nullable=False, server_default=false()),  # its owner never sees it
    # Clustered by casilla: a page of the inbox costs the same among ten million as among ten.
    sqlite_with_rowid=False,
)
Index("uq_notificaciones_number", notificaciones.c.number, unique=True)
Index(
    "ix_notificaciones_pending",
    notificaciones.c.casilla_id,
    notificaciones.c.id,
    sqlite_where=notificaciones.c.read_at.is_(None) & notificaciones.c.test.is_(False),
    postgresql_where=notificaciones.c.read_at.is_(None) & notificaciones.c.test.is_(False),
)

# How far the worker has looked whether these calendars would give other dates.
calendar_passes = Table(
    "calendar_passes",
    metadata,
    Column("versions", Text, primary_key=True),
    Column("begun_at", Instant, nullable=False),
    Column("casilla_id", Number, nullable=False),  # the last notificacion, in the order of both
    Column("notificacion", LargeBinary, nullable=False),
    Column("ended_at", Instant),
    sqlite_with_rowid=False,
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
    Column("name", Text, nullable=False),  # the folder in templates/<channel>
    Column("channel", Text, nullable=False),  # "email" or "sms"
    Column("casilla_id", Number, ForeignKey("casillas.id"), index=True),  # or of nobody
    Column("recipient", LargeBinary, nullable=False, info={"sealed": "message_id"}),
    # JSON; emptied once the message is sent or given up.
    Column("context", LargeBinary, nullable=False, info={"sealed": "message_id"}),
    Column("created_at", Instant, nullable=False),
    Column("next_at", Instant, index=True),  # when to try; empty once sent or given up
    Column("expires_at", Instant, nullable=False),  # later, the message is of no use
    Column("attempts", Integer, nullable=False, server_default="0"),
    Column("refused", Boolean, nullable=False),  # the last server knew no such recipient
    Column("sent_at", Instant),
    Column("notificacion_id", LargeBinary),  # which one an alerta announces
    Column("bounced_at", Instant),  # of an alerta that left: it came back
    # It never arrived, and no other alerta of its notificacion did: its constancia says so.
    Column("undelivered_at", Instant),
)
# Waiting messages, those that expire first at the front: a token before an alerta.
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
    Column("at", Instant, nullable=False, index=True),
    Column("sent", Boolean, nullable=False),
    Column("detail", Text, nullable=False),  # what the server answered
)
