"""Sessions. The browser has the token and the table its digest: a stolen copy opens no session."""

import secrets
from datetime import datetime
from typing import Any

from sqlalchemy import Row, bindparam, insert, select, update
from sqlalchemy.dialects import sqlite

from proxy.domain.identidad import Identidad
from proxy.domain.session import Holder, Listed, Session
from proxy.domain.vault import Vault
from proxy.store import casillas as casillas_store
from proxy.store.db import Database
from proxy.store.tables import casillas, sessions
from proxy.store.tx import Tx

_THIS = (sessions.c.digest == bindparam("token_digest"), sessions.c.ended_at.is_(None))
_OPEN_OF = (sessions.c.casilla_id == bindparam("casilla"), sessions.c.ended_at.is_(None))
_IN_USE = (
    *_OPEN_OF,
    sessions.c.expires_at > bindparam("now"),
    sessions.c.seen_at > bindparam("idle_since"),
)
_ADD = insert(sessions)
_OPEN = (
    select(
        sessions.c.digest,
        sessions.c.id,
        sessions.c.casilla_id,
        casillas.c.must_change,
        casillas.c.uid,
        casillas.c.kind,
        casillas.c.number,
        casillas.c.nombres,
        sessions.c.proved_at,
        sessions.c.seen_at,
        sessions.c.expires_at,
    )
    .join(casillas, casillas.c.id == sessions.c.casilla_id)
    .where(*_THIS)
)
_OPEN_ON_SQLITE = str(_OPEN.compile(dialect=sqlite.dialect()))
_TOUCH = update(sessions).where(*_THIS).values(seen_at=bindparam("now"))
_END = (
    update(sessions)
    .where(*_THIS)
    .values(ended_at=bindparam("now"))
    .returning(sessions.c.casilla_id, sessions.c.id)
)
_NEWEST = (
    select(sessions.c.digest)
    .where(*_IN_USE)
    .order_by(sessions.c.created_at.desc())
    .limit(bindparam("keep"))
)
_END_OTHERS = (
    update(sessions)
    .where(*_OPEN_OF, sessions.c.digest.not_in(_NEWEST))
    .values(ended_at=bindparam("now"))
    .returning(sessions.c.id, sessions.c.seen_at, sessions.c.expires_at)
)
_PROVE = (
    update(sessions)
    .where(*_THIS)
    .values(digest=bindparam("new_digest"), proved_at=bindparam("now"), seen_at=bindparam("now"))
)
_END_ALL = (
    update(sessions)
    .where(*_OPEN_OF, sessions.c.id != bindparam("except_id"))
    .values(ended_at=bindparam("now"))
    .returning(sessions.c.id)
)
_DEVICE = select(sessions.c.device_id).where(sessions.c.digest == bindparam("token_digest"))
_END_ONE = (
    update(sessions)
    .where(*_OPEN_OF, sessions.c.id == bindparam("one"))
    .values(ended_at=bindparam("now"))
    .returning(sessions.c.id)
)
_END_OF_DEVICE = _END_ALL.where(sessions.c.device_id == bindparam("of_device"))
_LIST = (
    select(*[sessions.c[field] for field in Listed.__dataclass_fields__])
    .where(*_IN_USE)
    .order_by(sessions.c.created_at.desc())
)


def add(
    tx: Tx, digest: bytes, casilla_id: int, device_id: bytes, until: datetime, ip: str, agent: str
) -> bytes:
    """Returns its id."""
    values: dict[str, Any] = {
        "digest": digest,
        "id": secrets.token_bytes(16),
        "casilla_id": casilla_id,
        "device_id": device_id,
        "created_at": tx.now,
        "proved_at": tx.now,
        "seen_at": tx.now,
        "expires_at": until,
        "ip": ip,
        "user_agent": agent,
    }
    tx.conn.execute(_ADD, values)
    session_id: bytes = values["id"]
    return session_id


def by_digest(tx: Tx, digest: bytes) -> Session | None:
    """Not ended, but it may be idle or expired."""
    row = tx.conn.execute(_OPEN, {"token_digest": digest}).first()
    return Session(*row) if row else None


def by_digest_here(db: Database, digest: bytes) -> Session | None:
    """`by_digest` for SQLite, in the thread of the event loop: every request reads a session."""
    row = db.one_row(_OPEN_ON_SQLITE, (digest,))
    if row is None:
        return None
    return Session._make((*row[:8], _instant(row[8]), _instant(row[9]), _instant(row[10])))


def holder(vault: Vault, session: Session) -> Holder:
    number = casillas_store.opened(vault, "number", session.uid, session.number)
    nombres = casillas_store.opened(vault, "nombres", session.uid, session.nombres)
    return Holder(Identidad(session.kind, number), nombres)


def touch(tx: Tx, digest: bytes) -> None:
    tx.conn.execute(_TOUCH, {"token_digest": digest, "now": tx.now})


def end(tx: Tx, digest: bytes) -> Row[Any] | None:
    """Return its casilla_id and id; None when the session had already ended."""
    return tx.conn.execute(_END, {"token_digest": digest, "now": tx.now}).first()


def keep_newest(tx: Tx, casilla_id: int, keep: int, idle_since: datetime) -> list[bytes]:
    """End all but the newest `keep`. Return the ids of those that ended and were still in use."""
    values = {"casilla": casilla_id, "keep": keep, "now": tx.now, "idle_since": idle_since}
    ended = tx.conn.execute(_END_OTHERS, values).all()
    return [row.id for row in ended if row.seen_at > idle_since and row.expires_at > tx.now]


def prove(tx: Tx, digest: bytes, new_digest: bytes) -> None:
    """The owner proved their identity again, and the session gets another token (S64)."""
    values = {"token_digest": digest, "new_digest": new_digest, "now": tx.now}
    tx.conn.execute(_PROVE, values)


def device(tx: Tx, digest: bytes) -> bytes:
    return bytes(tx.conn.execute(_DEVICE, {"token_digest": digest}).scalar_one())


def listed(tx: Tx, casilla_id: int, idle_since: datetime) -> list[Listed]:
    values = {"casilla": casilla_id, "now": tx.now, "idle_since": idle_since}
    return [Listed(*row) for row in tx.conn.execute(_LIST, values)]


def end_one(tx: Tx, casilla_id: int, session_id: bytes) -> bool:
    values = {"casilla": casilla_id, "one": session_id, "now": tx.now}
    return tx.conn.execute(_END_ONE, values).first() is not None


def end_all(tx: Tx, casilla_id: int, but: bytes = b"") -> list[bytes]:
    """Return the ids of those that ended."""
    values = {"casilla": casilla_id, "except_id": but, "now": tx.now}
    return [*tx.conn.execute(_END_ALL, values).scalars()]


def end_of_device(tx: Tx, casilla_id: int, device_id: bytes, but: bytes) -> list[bytes]:
    values = {"casilla": casilla_id, "of_device": device_id, "except_id": but, "now": tx.now}
    return [*tx.conn.execute(_END_OF_DEVICE, values).scalars()]


def _instant(text: str) -> datetime:
    return datetime.fromisoformat(text + "+00:00")
