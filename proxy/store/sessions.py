"""Sessions. The browser has the token and the table its digest: a stolen copy opens no session.

A seal ties the digest to the casilla, so who can write the table makes no session: neither the row
of a token of their own, nor a row that leads elsewhere or holds longer.
"""

import secrets
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Row, bindparam, func, insert, select, update
from sqlalchemy.dialects import sqlite

from proxy.domain.identidad import Identidad
from proxy.domain.session import Holder, Listed, Session
from proxy.domain.vault import Unsealable, Vault
from proxy.store import casillas as casillas_store
from proxy.store.db import Database
from proxy.store.tables import casillas, sessions
from proxy.store.tx import Tx

SEAL = "sessions.seal"

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
        casillas.c.first_until.is_not(None),
        casillas.c.uid,
        casillas.c.kind,
        casillas.c.number,
        casillas.c.nombres,
        sessions.c.proved_at,
        sessions.c.seen_at,
        sessions.c.expires_at,
        sessions.c.made_by.is_not(None),
        sessions.c.seal,
    )
    .join(casillas, casillas.c.id == sessions.c.casilla_id)
    .where(*_THIS)
)
_OPEN_ON_SQLITE = str(_OPEN.compile(dialect=sqlite.dialect()))
_TOUCH = (
    update(sessions)
    .where(*_THIS)
    .values(seen_at=bindparam("now"), made_by=None)
    .returning(sessions.c.id)
)
_END = (
    update(sessions)
    .where(*_THIS)
    .values(ended_at=bindparam("now"), seal=None)
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
    .values(ended_at=bindparam("now"), seal=None)
    .returning(sessions.c.id, sessions.c.seen_at, sessions.c.expires_at)
)
_PROVE = (
    update(sessions)
    .where(*_THIS)
    .values(
        digest=bindparam("new_digest"),
        seal=bindparam("new_seal"),
        proved_at=bindparam("now"),
        seen_at=bindparam("now"),
    )
)
_END_ALL = (
    update(sessions)
    .where(*_OPEN_OF, sessions.c.id != bindparam("except_id"))
    .values(ended_at=bindparam("now"), seal=None)
    .returning(sessions.c.id)
)
_ADDRESSES = (
    select(sessions.c.ip)
    .where(
        sessions.c.casilla_id == bindparam("casilla"), sessions.c.created_at >= bindparam("since")
    )
    .distinct()
)
_ANY_OF = select(sessions.c.id).where(sessions.c.device_id == bindparam("of_device")).limit(1)
_ANY = select(sessions.c.id).where(sessions.c.casilla_id == bindparam("casilla")).limit(1)
_LAST = select(func.max(sessions.c.created_at)).where(sessions.c.casilla_id == bindparam("casilla"))
_DEVICE = select(sessions.c.device_id).where(sessions.c.digest == bindparam("token_digest"))
_END_ONE = (
    update(sessions)
    .where(*_OPEN_OF, sessions.c.id == bindparam("one"))
    .values(ended_at=bindparam("now"), seal=None)
    .returning(sessions.c.id)
)
_END_UNSEEN = (
    update(sessions)
    .where(
        *_OPEN_OF,
        sessions.c.made_by == bindparam("by"),
        sessions.c.pressed_at <= bindparam("pressed"),
    )
    .values(ended_at=bindparam("now"), seal=None)
    .returning(sessions.c.id, sessions.c.device_id)
)
_END_OF_DEVICE = _END_ALL.where(sessions.c.device_id == bindparam("of_device"))
_LIST = (
    select(*[sessions.c[field] for field in Listed.__dataclass_fields__])
    .where(*_IN_USE)
    .order_by(sessions.c.created_at.desc())
)


def add(
    tx: Tx,
    digest: bytes,
    casilla_id: int,
    device_id: bytes,
    until: datetime,
    ip: str,
    agent: str,
    made_by: bytes | None = None,
) -> bytes:
    """Returns its id."""
    tx.require_lock(casilla_id)
    session_id = secrets.token_bytes(16)
    values: dict[str, Any] = {
        "digest": digest,
        "id": session_id,
        "seal": _seal(tx.vault, digest, session_id, casilla_id, until),
        "casilla_id": casilla_id,
        "device_id": device_id,
        "created_at": tx.now,
        "proved_at": tx.now,
        "seen_at": tx.now,
        "expires_at": until,
        "ip": ip,
        "user_agent": agent,
        "made_by": made_by,
        "pressed_at": tx.pressed_at,
    }
    tx.conn.execute(_ADD, values)
    return session_id


def any_of(tx: Tx, device_id: bytes) -> bool:
    return tx.conn.execute(_ANY_OF, {"of_device": device_id}).first() is not None


def any_of_year(tx: Tx, casilla_id: int) -> bool:
    """Sessions are kept for a year."""
    return tx.conn.execute(_ANY, {"casilla": casilla_id}).first() is not None


def last_of_year(tx: Tx, casilla_id: int) -> datetime | None:
    """When the newest one began; they are kept for a year."""
    found: datetime | None = tx.conn.execute(_LAST, {"casilla": casilla_id}).scalar_one()
    return found


def addresses(tx: Tx, casilla_id: int, since: datetime) -> list[str]:
    """From which the owner logged in."""
    values = {"casilla": casilla_id, "since": since}
    return list(tx.conn.execute(_ADDRESSES, values).scalars())


def by_digest(tx: Tx, digest: bytes) -> Session | None:
    """Not ended, but it may be idle or expired."""
    row = tx.conn.execute(_OPEN, {"token_digest": digest}).first()
    return _session(tx.vault, row) if row else None


def by_digest_here(db: Database, digest: bytes) -> Session | None:
    """`by_digest` for SQLite, in the thread of the event loop: every request reads a session."""
    row = db.one_row(_OPEN_ON_SQLITE, (digest,))
    if row is None:
        return None
    *values, proved_at, seen_at, expires_at, unseen, seal = row
    instants = map(_instant, (proved_at, seen_at, expires_at))
    return _session(db.vault(), (*values, *instants, unseen, seal))


def holder(vault: Vault, session: Session) -> Holder:
    number = casillas_store.opened(vault, "number", session.uid, session.number)
    nombres = casillas_store.opened(vault, "nombres", session.uid, session.nombres)
    return Holder(Identidad(session.kind, number), nombres)


def touch(tx: Tx, digest: bytes) -> bool:
    """A request brought its token. False: it has ended."""
    return tx.conn.execute(_TOUCH, {"token_digest": digest, "now": tx.now}).first() is not None


def end(tx: Tx, digest: bytes) -> Row[Any] | None:
    """Return its casilla_id and id; None when the session had already ended."""
    return tx.conn.execute(_END, {"token_digest": digest, "now": tx.now}).first()


def keep_newest(tx: Tx, casilla_id: int, keep: int, idle_since: datetime) -> list[bytes]:
    """End all but the newest `keep`. Return the ids of those that ended and were still in use."""
    values = {"casilla": casilla_id, "keep": keep, "now": tx.now, "idle_since": idle_since}
    ended = tx.conn.execute(_END_OTHERS, values).all()
    return [row.id for row in ended if row.seen_at > idle_since and row.expires_at > tx.now]


def prove(tx: Tx, session: Session, digest: bytes) -> None:
    """The owner proved their identity again, and the session gets another token (S64)."""
    seal = _seal(tx.vault, digest, session.id, session.casilla_id, session.expires_at)
    values = {"token_digest": session.digest, "new_digest": digest, "new_seal": seal}
    tx.conn.execute(_PROVE, values | {"now": tx.now})


def device(tx: Tx, digest: bytes) -> bytes:
    return bytes(tx.conn.execute(_DEVICE, {"token_digest": digest}).scalar_one())


def listed(tx: Tx, casilla_id: int, idle_since: datetime) -> list[Listed]:
    values = {"casilla": casilla_id, "now": tx.now, "idle_since": idle_since}
    return [Listed(*row) for row in tx.conn.execute(_LIST, values)]


def end_one(tx: Tx, casilla_id: int, session_id: bytes) -> bool:
    values = {"casilla": casilla_id, "one": session_id, "now": tx.now}
    return tx.conn.execute(_END_ONE, values).first() is not None


def end_unseen(tx: Tx, casilla_id: int, made_by: bytes) -> Row[Any] | None:
    """Its id and device_id. None: it had ended, a request brought its token, or it is of a later
    press."""
    values = {"casilla": casilla_id, "by": made_by, "now": tx.now, "pressed": tx.pressed_at}
    return tx.conn.execute(_END_UNSEEN, values).first()


def end_all(tx: Tx, casilla_id: int, but: bytes = b"") -> list[bytes]:
    """Return the ids of those that ended."""
    values = {"casilla": casilla_id, "except_id": but, "now": tx.now}
    return [*tx.conn.execute(_END_ALL, values).scalars()]


def end_of_device(tx: Tx, casilla_id: int, device_id: bytes, but: bytes = b"") -> list[bytes]:
    values = {"casilla": casilla_id, "of_device": device_id, "except_id": but, "now": tx.now}
    return [*tx.conn.execute(_END_OF_DEVICE, values).scalars()]


def _seal(vault: Vault, digest: bytes, session_id: bytes, whose: int, until: datetime) -> bytes:
    return vault.seal(SEAL, digest, _fixed(session_id, whose, until))


def _fixed(session_id: bytes, casilla_id: int, until: datetime) -> str:
    """What stays as it is while a session lasts."""
    return f"{session_id.hex()}/{casilla_id}/{until.astimezone(UTC).isoformat()}"


def _session(vault: Vault, row: Sequence[Any]) -> Session | None:
    """None: the row is not as this service wrote it."""
    *values, seal = row
    session = Session._make(values)
    fixed = _fixed(session.id, session.casilla_id, session.expires_at)
    try:
        return session if seal and vault.open(SEAL, session.digest, seal) == fixed else None
    except Unsealable:
        return None


def _instant(text: str) -> datetime:
    return datetime.fromisoformat(text + "+00:00")
