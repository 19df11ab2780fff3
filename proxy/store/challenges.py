"""The second step of a login: what was asked of a browser and is not answered yet.

Codes are counted and spent by one conditional statement each, so two requests never both win.
"""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import bindparam, insert, select, update

from proxy.store.db import Tx
from proxy.store.tables import challenges


@dataclass(frozen=True)
class Challenge:
    id: bytes
    casilla_id: int
    sent: int
    failures: int
    sent_at: datetime
    code_expires_at: datetime
    expires_at: datetime


@dataclass(frozen=True)
class NewChallenge:
    id: bytes
    purpose: str
    casilla_id: int
    flow: bytes
    code_expires_at: datetime
    expires_at: datetime
    ip: str
    user_agent: str


_COLUMNS = [challenges.c[field] for field in Challenge.__dataclass_fields__]
_LIVING = (
    challenges.c.flow == bindparam("flow_digest"),
    challenges.c.purpose == bindparam("for_purpose"),
    challenges.c.used_at.is_(None),
    challenges.c.ended_at.is_(None),
    challenges.c.expires_at > bindparam("now"),
)
_ADD = insert(challenges)
_ALIVE = select(*_COLUMNS).where(*_LIVING)
_GUESS = (
    update(challenges)
    .where(*_LIVING, challenges.c.failures < bindparam("most"))
    .values(failures=challenges.c.failures + 1)
    .returning(*_COLUMNS)
)
_SPEND = (
    update(challenges)
    .where(challenges.c.id == bindparam("challenge"), challenges.c.used_at.is_(None))
    .values(used_at=bindparam("now"))
    .returning(challenges.c.id)
)
_END = (
    update(challenges)
    .where(
        challenges.c.id == bindparam("challenge"),
        challenges.c.used_at.is_(None),
        challenges.c.ended_at.is_(None),
    )
    .values(ended_at=bindparam("now"))
    .returning(challenges.c.casilla_id)
)
_SEND_AGAIN = (
    update(challenges)
    .where(
        *_LIVING,
        challenges.c.sent < bindparam("most"),
        challenges.c.sent_at <= bindparam("not_after"),
    )
    .values(
        sent=challenges.c.sent + 1,
        sent_at=bindparam("now"),
        code_expires_at=bindparam("code_until"),
    )
    .returning(*_COLUMNS)
)
_SENT = select(challenges.c.sent).where(challenges.c.id == bindparam("challenge"))
_NEWEST = (
    select(challenges.c.id)
    .where(
        challenges.c.casilla_id == bindparam("casilla"),
        challenges.c.used_at.is_(None),
        challenges.c.ended_at.is_(None),
    )
    .order_by(challenges.c.created_at.desc())
    .limit(bindparam("keep"))
)
_END_OTHERS = (
    update(challenges)
    .where(
        challenges.c.casilla_id == bindparam("casilla"),
        challenges.c.used_at.is_(None),
        challenges.c.ended_at.is_(None),
        challenges.c.id.not_in(_NEWEST),
    )
    .values(ended_at=bindparam("now"))
)


def add(tx: Tx, new: NewChallenge) -> None:
    """Its first code counts as sent at this instant."""
    values = {"sent": 1, "failures": 0, "created_at": tx.now, "sent_at": tx.now}
    tx.conn.execute(_ADD, vars(new) | values)


def alive(tx: Tx, flow: bytes, purpose: str) -> Challenge | None:
    values = {"flow_digest": flow, "for_purpose": purpose, "now": tx.now}
    row = tx.conn.execute(_ALIVE, values).first()
    return Challenge(*row) if row else None


def guess(tx: Tx, flow: bytes, purpose: str, most: int) -> Challenge | None:
    """Count a guess before it is looked at. None: there is nothing left to guess."""
    values = {"flow_digest": flow, "for_purpose": purpose, "now": tx.now, "most": most}
    row = tx.conn.execute(_GUESS, values).first()
    return Challenge(*row) if row else None


def spend(tx: Tx, challenge_id: bytes) -> bool:
    values = {"challenge": challenge_id, "now": tx.now}
    return tx.conn.execute(_SPEND, values).first() is not None


def end(tx: Tx, challenge_id: bytes) -> int | None:
    """End a challenge that nobody answered. Returns whose it was; None when it was over already."""
    values = {"challenge": challenge_id, "now": tx.now}
    casilla_id: int | None = tx.conn.execute(_END, values).scalar_one_or_none()
    return casilla_id


def send_again(
    tx: Tx, flow: bytes, purpose: str, *, most: int, not_after: datetime, code_until: datetime
) -> Challenge | None:
    """A new code in place of the old one; the failures stay. None: too many, or too soon."""
    values = {
        "flow_digest": flow,
        "for_purpose": purpose,
        "now": tx.now,
        "most": most,
        "not_after": not_after,
        "code_until": code_until,
    }
    row = tx.conn.execute(_SEND_AGAIN, values).first()
    return Challenge(*row) if row else None


def sent(tx: Tx, challenge_id: bytes) -> int:
    """How many codes were asked for; only the newest opens anything."""
    return tx.conn.execute(_SENT, {"challenge": challenge_id}).scalar_one_or_none() or 0


def keep_newest(tx: Tx, casilla_id: int, keep: int) -> None:
    """End all but the newest `keep` open challenges of a casilla."""
    tx.conn.execute(_END_OTHERS, {"casilla": casilla_id, "keep": keep, "now": tx.now})
