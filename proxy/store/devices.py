"""Browsers that have logged in before. Each has its own count of attempts."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import bindparam, func, insert, select, update

from proxy.store.tables import devices, sessions
from proxy.store.tx import Tx


@dataclass(frozen=True)
class Known:
    """A browser in the list that its owner sees."""

    id: bytes
    user_agent: str
    created_at: datetime
    seen_at: datetime


_ADD = insert(devices)
_KNOWN = select(devices.c.id).where(
    devices.c.id == bindparam("id"),
    devices.c.casilla_id == bindparam("casilla"),
    devices.c.revoked_at.is_(None),
)
_FORGET_ALL = (
    update(devices)
    .where(
        devices.c.casilla_id == bindparam("casilla"),
        devices.c.id != bindparam("except_id"),
        devices.c.revoked_at.is_(None),
    )
    .values(revoked_at=bindparam("now"))
)
_THIS = devices.c.id == bindparam("device")
_COUNT_FAILURE = (
    update(devices)
    .where(_THIS)
    .values(failures=devices.c.failures + 1)
    .returning(devices.c.failures)
)
_FAILURES = select(devices.c.failures).where(_THIS)
_CLEAR_FAILURES = update(devices).where(_THIS).values(failures=0)
_LIST = (
    select(
        devices.c.id,
        devices.c.user_agent,
        devices.c.created_at,
        func.max(sessions.c.seen_at, type_=sessions.c.seen_at.type).label("seen_at"),
    )
    .join(sessions, sessions.c.device_id == devices.c.id)
    .where(devices.c.casilla_id == bindparam("casilla"), devices.c.revoked_at.is_(None))
    .group_by(devices.c.id)
    .order_by(func.max(sessions.c.seen_at).desc())
)
_FORGET = (
    update(devices)
    .where(
        devices.c.casilla_id == bindparam("casilla"),
        devices.c.id == bindparam("one"),
        devices.c.revoked_at.is_(None),
    )
    .values(revoked_at=bindparam("now"))
    .returning(devices.c.id)
)


def add(tx: Tx, device_id: bytes, casilla_id: int, user_agent: str) -> None:
    tx.require_lock(casilla_id)
    values = {"id": device_id, "casilla_id": casilla_id, "user_agent": user_agent}
    tx.conn.execute(_ADD, values | {"created_at": tx.now})


def known(tx: Tx, device_id: bytes, casilla_id: int) -> bool:
    return tx.conn.execute(_KNOWN, {"id": device_id, "casilla": casilla_id}).first() is not None


def forget_all(tx: Tx, casilla_id: int, but: bytes = b"") -> None:
    values = {"casilla": casilla_id, "except_id": but, "now": tx.now}
    tx.conn.execute(_FORGET_ALL, values)


def count_failure(tx: Tx, device_id: bytes) -> int:
    """Returns how many wrong passwords in a row it has with this one."""
    return int(tx.conn.execute(_COUNT_FAILURE, {"device": device_id}).scalar_one())


def failures(tx: Tx, device_id: bytes) -> int:
    return int(tx.conn.execute(_FAILURES, {"device": device_id}).scalar_one())


def clear_failures(tx: Tx, device_id: bytes) -> None:
    tx.conn.execute(_CLEAR_FAILURES, {"device": device_id})


def listed(tx: Tx, casilla_id: int) -> list[Known]:
    return [Known(*row) for row in tx.conn.execute(_LIST, {"casilla": casilla_id})]


def forget(tx: Tx, casilla_id: int, device_id: bytes) -> bool:
    values = {"casilla": casilla_id, "one": device_id, "now": tx.now}
    return tx.conn.execute(_FORGET, values).first() is not None
