"""Browsers that already logged in once. They keep their own count of attempts."""

from sqlalchemy import bindparam, insert, select, update

from proxy.store.db import Tx
from proxy.store.tables import devices

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


def add(tx: Tx, device_id: bytes, casilla_id: int, user_agent: str) -> None:
    values = {"id": device_id, "casilla_id": casilla_id, "user_agent": user_agent}
    tx.conn.execute(_ADD, values | {"created_at": tx.now})


def known(tx: Tx, device_id: bytes, casilla_id: int) -> bool:
    """Whether this browser has logged in to this casilla before."""
    return tx.conn.execute(_KNOWN, {"id": device_id, "casilla": casilla_id}).first() is not None


def forget_all(tx: Tx, casilla_id: int, but: bytes = b"") -> None:
    """None of the casilla's browsers is known any more, except `but`."""
    values = {"casilla": casilla_id, "except_id": but, "now": tx.now}
    tx.conn.execute(_FORGET_ALL, values)
