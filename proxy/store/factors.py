"""The app that gives codes to a casilla, and its recovery codes.

One conditional statement accepts a code, so two requests never use the same code.
"""

import secrets
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import bindparam, delete, func, insert, select, update
from sqlalchemy.exc import IntegrityError

from proxy.store.tables import factors, recovery_codes
from proxy.store.tx import Tx

SECRET = "factors.secret"
UID_BYTES, CASILLA_BYTES = 16, 8


@dataclass(frozen=True)
class Factor:
    casilla_id: int
    uid: bytes
    secret: str
    session_id: bytes | None  # of the session that began it
    created_at: datetime
    confirmed_at: datetime | None
    timecode: int  # step of the last code


_THIS = factors.c.casilla_id == bindparam("casilla")
_OF_CASILLA = select(
    factors.c.casilla_id,
    factors.c.uid,
    factors.c.secret,
    factors.c.session_id,
    factors.c.created_at,
    factors.c.confirmed_at,
    factors.c.timecode,
).where(_THIS)
_ON = select(factors.c.casilla_id).where(_THIS, factors.c.confirmed_at.is_not(None))
_ADD = insert(factors)
_DROP_WAITING = delete(factors).where(_THIS, factors.c.confirmed_at.is_(None))
_DROP = delete(factors).where(_THIS).returning(factors.c.confirmed_at)
# `uid` names the secret that the code was compared with: it may have been replaced since.
_NEWER = (
    _THIS,
    factors.c.uid == bindparam("of_uid"),
    factors.c.timecode < bindparam("step"),
)
_CONFIRM = (
    update(factors)
    .where(*_NEWER, factors.c.confirmed_at.is_(None))
    .values(timecode=bindparam("step"), confirmed_at=bindparam("now"))
    .returning(factors.c.casilla_id)
)
_SPEND = (
    update(factors)
    .where(*_NEWER, factors.c.confirmed_at.is_not(None))
    .values(timecode=bindparam("step"))
    .returning(factors.c.casilla_id)
)
_ADD_CODES = insert(recovery_codes)
_DROP_CODES = delete(recovery_codes).where(recovery_codes.c.casilla_id == bindparam("casilla"))
_SPEND_CODE = (
    update(recovery_codes)
    .where(
        recovery_codes.c.digest == bindparam("code"),
        recovery_codes.c.casilla_id == bindparam("casilla"),
        recovery_codes.c.used_at.is_(None),
    )
    .values(used_at=bindparam("now"))
    .returning(recovery_codes.c.casilla_id)
)
_CODES_LEFT = (
    select(func.count())
    .select_from(recovery_codes)
    .where(
        recovery_codes.c.casilla_id == bindparam("casilla"),
        recovery_codes.c.used_at.is_(None),
    )
)


def of_casilla(tx: Tx, casilla_id: int) -> Factor | None:
    """Confirmed, or still waiting for its first code."""
    row = tx.conn.execute(_OF_CASILLA, {"casilla": casilla_id}).first()
    if row is None or not _of(casilla_id, row.uid):
        return None
    return Factor(**row._asdict() | {"secret": tx.vault.open(SECRET, row.uid, row.secret)})


def _of(casilla_id: int, uid: bytes) -> bool:
    """The secret is sealed for its uid, so nobody moves an app of their own to another casilla."""
    named = uid[UID_BYTES:]  # by 0.2.0: none
    return not named or int.from_bytes(named) == casilla_id


def on(tx: Tx, casilla_id: int) -> bool:
    return tx.conn.execute(_ON, {"casilla": casilla_id}).first() is not None


def add(tx: Tx, casilla_id: int, secret: str, session_id: bytes) -> bool:
    """The secret waits for its first code, and replaces one that was waiting.

    False: the casilla has a confirmed secret, or another request added one at the same moment.
    """
    tx.require_lock(casilla_id)
    drop_waiting(tx, casilla_id)
    uid = secrets.token_bytes(UID_BYTES) + casilla_id.to_bytes(CASILLA_BYTES)
    values = {
        "casilla_id": casilla_id,
        "uid": uid,
        "secret": tx.vault.seal(SECRET, uid, secret),
        "timecode": 0,
        "session_id": session_id,
        "created_at": tx.now,
    }
    try:
        with tx.conn.begin_nested():
            tx.conn.execute(_ADD, values)
    except IntegrityError:
        return False
    return True


def drop_waiting(tx: Tx, casilla_id: int) -> None:
    tx.conn.execute(_DROP_WAITING, {"casilla": casilla_id})


def confirm(tx: Tx, factor: Factor, step: int) -> bool:
    values = {"casilla": factor.casilla_id, "of_uid": factor.uid, "step": step, "now": tx.now}
    return tx.conn.execute(_CONFIRM, values).first() is not None


def spend(tx: Tx, factor: Factor, step: int) -> bool:
    """Spend the code of `step` and every earlier code."""
    values = {"casilla": factor.casilla_id, "of_uid": factor.uid, "step": step}
    return tx.conn.execute(_SPEND, values).first() is not None


def remove(tx: Tx, casilla_id: int) -> bool:
    """Remove the recovery codes too. False: there was no confirmed app."""
    tx.conn.execute(_DROP_CODES, {"casilla": casilla_id})
    row = tx.conn.execute(_DROP, {"casilla": casilla_id}).first()
    return row is not None and row.confirmed_at is not None


def set_codes(tx: Tx, casilla_id: int, digests: list[bytes]) -> None:
    tx.require_lock(casilla_id)
    tx.conn.execute(_DROP_CODES, {"casilla": casilla_id})
    values = {"casilla_id": casilla_id, "created_at": tx.now}
    tx.conn.execute(_ADD_CODES, [values | {"digest": digest} for digest in digests])


def spend_code(tx: Tx, casilla_id: int, digest: bytes) -> bool:
    values = {"casilla": casilla_id, "code": digest, "now": tx.now}
    return tx.conn.execute(_SPEND_CODE, values).first() is not None


def codes_left(tx: Tx, casilla_id: int) -> int:
    return int(tx.conn.execute(_CODES_LEFT, {"casilla": casilla_id}).scalar_one())
