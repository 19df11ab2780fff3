"""Links of messages. A signature proves that a link is ours; its row says whether it holds."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import uuid4

from sqlalchemy import bindparam, insert, select, update

from proxy.store.tables import links
from proxy.store.tx import Tx


@dataclass(frozen=True)
class Link:
    id: bytes
    purpose: str
    casilla_id: int
    created_at: datetime
    expires_at: datetime
    used_at: datetime | None
    ended_at: datetime | None

    def holds(self, now: datetime) -> bool:
        return self.used_at is None and self.ended_at is None and now < self.expires_at


_COLUMNS = [links.c[field] for field in Link.__dataclass_fields__]
_ADD = insert(links)
_BY_ID = select(*_COLUMNS).where(
    links.c.id == bindparam("link"), links.c.purpose == bindparam("for_purpose")
)
_NEWEST = (
    select(*_COLUMNS)
    .where(links.c.casilla_id == bindparam("casilla"), links.c.purpose == bindparam("for_purpose"))
    .order_by(links.c.created_at.desc())
    .limit(1)
)
_OPEN = (links.c.used_at.is_(None), links.c.ended_at.is_(None))
_SPEND = (
    update(links)
    .where(
        links.c.id == bindparam("link"),
        links.c.purpose == bindparam("for_purpose"),
        links.c.expires_at > bindparam("now"),
        *_OPEN,
    )
    .values(used_at=bindparam("now"))
    .returning(links.c.casilla_id)
)
_END_ALL = (
    update(links)
    .where(links.c.casilla_id == bindparam("casilla"), links.c.purpose.in_(
        bindparam("purposes", expanding=True)
    ), *_OPEN)
    .values(ended_at=bindparam("now"))
)  # fmt: skip


def add(
    tx: Tx, purpose: str, casilla_id: int, life: timedelta, link_id: bytes | None = None
) -> bytes:
    tx.require_lock(casilla_id)
    link_id = link_id or uuid4().bytes
    values = {"id": link_id, "purpose": purpose, "casilla_id": casilla_id}
    tx.conn.execute(_ADD, values | {"created_at": tx.now, "expires_at": tx.now + life})
    return link_id


def by_id(tx: Tx, link_id: bytes, purpose: str) -> Link | None:
    """The link may be spent, ended or expired."""
    row = tx.conn.execute(_BY_ID, {"link": link_id, "for_purpose": purpose}).first()
    return Link(*row) if row else None


def newest(tx: Tx, casilla_id: int, purpose: str) -> Link | None:
    row = tx.conn.execute(_NEWEST, {"casilla": casilla_id, "for_purpose": purpose}).first()
    return Link(*row) if row else None


def spend(tx: Tx, link_id: bytes, purpose: str) -> int | None:
    """Return its casilla; None when the link is already spent, ended or expired."""
    values = {"link": link_id, "for_purpose": purpose, "now": tx.now}
    casilla_id: int | None = tx.conn.execute(_SPEND, values).scalar_one_or_none()
    return casilla_id


def end_all(tx: Tx, casilla_id: int, *purposes: str) -> None:
    tx.conn.execute(_END_ALL, {"casilla": casilla_id, "purposes": purposes, "now": tx.now})
