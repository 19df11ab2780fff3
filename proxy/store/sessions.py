"""Sessions. The browser keeps the token and the table its digest: a stolen copy opens nothing."""

from datetime import datetime
from typing import NamedTuple

from sqlalchemy import bindparam, insert, select, update
from sqlalchemy.dialects import sqlite

from proxy.domain.identidad import Identidad
from proxy.store.db import Database, Tx
from proxy.store.tables import casillas, sessions


class Session(NamedTuple):
    digest: bytes
    casilla_id: int
    kind: str
    number: str
    nombres: str
    seen_at: datetime
    expires_at: datetime

    @property
    def identidad(self) -> Identidad:
        return Identidad(self.kind, self.number)


_ADD = insert(sessions)
_OPEN = (
    select(
        sessions.c.digest,
        sessions.c.casilla_id,
        casillas.c.kind,
        casillas.c.number,
        casillas.c.nombres,
        sessions.c.seen_at,
        sessions.c.expires_at,
    )
    .join(casillas, casillas.c.id == sessions.c.casilla_id)
    .where(sessions.c.digest == bindparam("token_digest"), sessions.c.ended_at.is_(None))
)
_OPEN_ON_SQLITE = str(_OPEN.compile(dialect=sqlite.dialect()))
_TOUCH = (
    update(sessions)
    .where(sessions.c.digest == bindparam("token_digest"), sessions.c.ended_at.is_(None))
    .values(seen_at=bindparam("now"))
)
_END = (
    update(sessions)
    .where(sessions.c.digest == bindparam("token_digest"), sessions.c.ended_at.is_(None))
    .values(ended_at=bindparam("now"))
    .returning(sessions.c.casilla_id)
)
_NEWEST = (
    select(sessions.c.digest)
    .where(
        sessions.c.casilla_id == bindparam("casilla"),
        sessions.c.ended_at.is_(None),
        sessions.c.expires_at > bindparam("now"),
        sessions.c.seen_at > bindparam("idle_since"),
    )
    .order_by(sessions.c.created_at.desc())
    .limit(bindparam("keep"))
)
_END_OTHERS = (
    update(sessions)
    .where(
        sessions.c.casilla_id == bindparam("casilla"),
        sessions.c.ended_at.is_(None),
        sessions.c.digest.not_in(_NEWEST),
    )
    .values(ended_at=bindparam("now"))
    .returning(sessions.c.seen_at, sessions.c.expires_at)
)


def add(
    tx: Tx, digest: bytes, casilla_id: int, device_id: bytes, until: datetime, ip: str, agent: str
) -> None:
    values = {
        "digest": digest,
        "casilla_id": casilla_id,
        "device_id": device_id,
        "created_at": tx.now,
        "seen_at": tx.now,
        "expires_at": until,
        "ip": ip,
        "user_agent": agent,
    }
    tx.conn.execute(_ADD, values)


def by_digest(tx: Tx, digest: bytes) -> Session | None:
    """A session that nobody ended; it may be idle or too old."""
    row = tx.conn.execute(_OPEN, {"token_digest": digest}).first()
    return Session(*row) if row else None


def by_digest_here(db: Database, digest: bytes) -> Session | None:
    """The same on SQLite, without leaving the thread: it is read at every request."""
    row = db.one_row(_OPEN_ON_SQLITE, (digest,))
    if row is None:
        return None
    return Session._make((*row[:5], _instant(row[5]), _instant(row[6])))


def touch(tx: Tx, digest: bytes) -> None:
    tx.conn.execute(_TOUCH, {"token_digest": digest, "now": tx.now})


def end(tx: Tx, digest: bytes) -> int | None:
    """Returns whose session it was; None when it had ended already."""
    values = {"token_digest": digest, "now": tx.now}
    casilla_id: int | None = tx.conn.execute(_END, values).scalar_one_or_none()
    return casilla_id


def keep_newest(tx: Tx, casilla_id: int, keep: int, idle_since: datetime) -> int:
    """End all but the newest `keep` sessions. Returns how many of them were still in use."""
    values = {"casilla": casilla_id, "keep": keep, "now": tx.now, "idle_since": idle_since}
    ended = tx.conn.execute(_END_OTHERS, values).all()
    return sum(row.seen_at > idle_since and row.expires_at > tx.now for row in ended)


def _instant(text: str) -> datetime:
    return datetime.fromisoformat(text + "+00:00")
