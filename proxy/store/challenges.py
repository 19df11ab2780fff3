"""Codes that a browser was asked for and has not answered yet.

One conditional statement counts a guess, and one spends a code, so two requests never both win. A
seal ties each row to its casilla and browser: who can write the table has no step of a recovery.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from sqlalchemy import Row, bindparam, insert, select, update

from proxy.domain.events import Event
from proxy.domain.vault import Unsealable
from proxy.store import eventos
from proxy.store.tables import challenges
from proxy.store.tx import Tx

Way = Literal["email", "sms", "app"]  # "app": the owner's app has the code, nothing is sent

RECIPIENT, SEAL = "challenges.recipient", "challenges.seal"


@dataclass(frozen=True)
class Challenge:
    id: bytes
    purpose: str
    casilla_id: int | None  # None: there is no casilla, or not yet
    subject: bytes
    key_id: str
    channel: Way
    recipient: str | None
    sent: int
    failures: int
    sent_at: datetime
    pressed_at: datetime  # of the press whose browser has the visit
    code_expires_at: datetime
    expires_at: datetime

    @property
    def unseen(self) -> bool:
        """Neither guessed at nor sent again: nobody came with its visit."""
        return self.failures == 0 and self.sent == 1


@dataclass(frozen=True)
class NewChallenge:
    id: bytes
    purpose: str
    casilla_id: int | None
    subject: bytes
    visit: bytes
    key_id: str
    channel: Way
    recipient: str | None
    code_expires_at: datetime
    expires_at: datetime
    ip: str
    user_agent: str
    made_by: bytes | None = None


_COLUMNS = [challenges.c[name] for name in (*Challenge.__dataclass_fields__, "visit", "seal")]
_OPEN = (challenges.c.used_at.is_(None), challenges.c.ended_at.is_(None))
_LIVING = (*_OPEN, challenges.c.expires_at > bindparam("now"))
_OF_SUBJECT = (
    challenges.c.subject == bindparam("whom"),
    challenges.c.purpose == bindparam("for_purpose"),
    *_OPEN,
)
_THIS = (challenges.c.id == bindparam("challenge"), *_LIVING)
_ADD = insert(challenges)
_ALIVE = select(*_COLUMNS).where(
    challenges.c.visit == bindparam("visit_digest"),
    challenges.c.purpose == bindparam("for_purpose"),
    *_LIVING,
)
_JUST_SPENT = select(*_COLUMNS).where(
    challenges.c.visit == bindparam("visit_digest"),
    challenges.c.purpose == bindparam("for_purpose"),
    challenges.c.used_at > bindparam("since"),
    challenges.c.ended_at.is_(None),
)
_JUST_MADE = (
    select(*_COLUMNS)
    .where(
        challenges.c.made_by == bindparam("by"),
        challenges.c.purpose == bindparam("for_purpose"),
        challenges.c.created_at > bindparam("since"),
        *_LIVING,
    )
    .order_by(challenges.c.pressed_at.desc())
    .limit(1)
)
_MOVE = (
    update(challenges)
    .where(*_THIS, challenges.c.failures == 0, challenges.c.sent == 1)
    .values(
        visit=bindparam("visit_digest"),
        seal=bindparam("new_seal"),
        pressed_at=bindparam("pressed"),
    )
    .returning(challenges.c.id)
)
_GUESS = (
    update(challenges)
    .where(*_THIS, challenges.c.failures < bindparam("most"))
    .values(failures=challenges.c.failures + 1)
    .returning(*_COLUMNS)
)
_SPEND = (
    update(challenges).where(*_THIS).values(used_at=bindparam("now")).returning(challenges.c.id)
)
_END = (
    update(challenges)
    .where(challenges.c.id == bindparam("challenge"), *_OPEN)
    .values(ended_at=bindparam("now"))
    .returning(challenges.c.casilla_id)
)
_SEND_AGAIN = (
    update(challenges)
    .where(
        *_THIS,
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
    .where(*_OF_SUBJECT)
    .order_by(challenges.c.created_at.desc())
    .limit(bindparam("keep"))
)
_END_OTHERS = (
    update(challenges)
    .where(*_OF_SUBJECT, challenges.c.id.not_in(_NEWEST))
    .values(ended_at=bindparam("now"))
)
_BY_ID = select(*_COLUMNS).where(challenges.c.id == bindparam("challenge"))
_END_ALL = (
    update(challenges)
    .where(challenges.c.casilla_id == bindparam("casilla"), *_OPEN)
    .values(ended_at=bindparam("now"))
)


def add(tx: Tx, new: NewChallenge) -> None:
    tx.require_lock(new.casilla_id)
    fixed = _fixed(new.purpose, new.casilla_id, new.visit)
    values = {"sent": 1, "failures": 0, "created_at": tx.now, "sent_at": tx.now}
    values |= {"pressed_at": tx.pressed_at, "seal": tx.vault.seal(SEAL, new.id, fixed)}
    if new.recipient:
        values["recipient"] = tx.vault.seal(RECIPIENT, new.id, new.recipient)
    tx.conn.execute(_ADD, vars(new) | values)
    eventos.note(tx, Event.CHALLENGE_MADE, new.casilla_id, challenge=new.id, purpose=new.purpose)


def by_id(tx: Tx, challenge_id: bytes) -> Challenge:
    found = _challenge(tx, tx.conn.execute(_BY_ID, {"challenge": challenge_id}).one())
    assert found is not None  # `add` has just sealed it
    return found


def alive(tx: Tx, visit: bytes, purpose: str) -> Challenge | None:
    values = {"visit_digest": visit, "for_purpose": purpose, "now": tx.now}
    row = tx.conn.execute(_ALIVE, values).first()
    return _challenge(tx, row) if row else None


def just_spent(tx: Tx, visit: bytes, purpose: str, since: datetime) -> Challenge | None:
    """The challenge that this visit answered rightly since then."""
    values = {"visit_digest": visit, "for_purpose": purpose, "since": since}
    row = tx.conn.execute(_JUST_SPENT, values).first()
    return _challenge(tx, row) if row else None


def just_made(tx: Tx, made_by: bytes, purpose: str, since: datetime) -> Challenge | None:
    values = {"by": made_by, "for_purpose": purpose, "since": since, "now": tx.now}
    row = tx.conn.execute(_JUST_MADE, values).first()
    return _challenge(tx, row) if row else None


def move(tx: Tx, challenge: Challenge, visit: bytes) -> bool:
    """It is of another visit from now on. False: somebody came with the earlier one."""
    seal = tx.vault.seal(SEAL, challenge.id, _fixed(challenge.purpose, challenge.casilla_id, visit))
    values = {"challenge": challenge.id, "now": tx.now, "visit_digest": visit, "new_seal": seal}
    values["pressed"] = tx.pressed_at
    return tx.conn.execute(_MOVE, values).first() is not None


def guess(tx: Tx, challenge_id: bytes, most: int) -> Challenge | None:
    """Count the guess before it is compared. None: no guess is left."""
    values = {"challenge": challenge_id, "now": tx.now, "most": most}
    row = tx.conn.execute(_GUESS, values).first()
    return _challenge(tx, row) if row else None


def spend(tx: Tx, challenge_id: bytes) -> bool:
    """False: it was already used, ended or expired."""
    values = {"challenge": challenge_id, "now": tx.now}
    return tx.conn.execute(_SPEND, values).first() is not None


def end(tx: Tx, challenge_id: bytes) -> int | None:
    """Return its casilla; None when there is none or the challenge was already over."""
    values = {"challenge": challenge_id, "now": tx.now}
    casilla_id: int | None = tx.conn.execute(_END, values).scalar_one_or_none()
    return casilla_id


def send_again(
    tx: Tx, challenge_id: bytes, *, most: int, not_after: datetime, code_until: datetime
) -> Challenge | None:
    """A new code replaces the old one, and the failures stay. None: too many, or too soon."""
    values = {
        "challenge": challenge_id,
        "now": tx.now,
        "most": most,
        "not_after": not_after,
        "code_until": code_until,
    }
    row = tx.conn.execute(_SEND_AGAIN, values).first()
    return _challenge(tx, row) if row else None


def sent(tx: Tx, challenge_id: bytes) -> int:
    return tx.conn.execute(_SENT, {"challenge": challenge_id}).scalar_one_or_none() or 0


def keep_newest(tx: Tx, purpose: str, subject: bytes, keep: int) -> None:
    values = {"whom": subject, "for_purpose": purpose, "keep": keep, "now": tx.now}
    tx.conn.execute(_END_OTHERS, values)


def end_all(tx: Tx, casilla_id: int) -> None:
    tx.conn.execute(_END_ALL, {"casilla": casilla_id, "now": tx.now})


def _fixed(purpose: str, casilla_id: int | None, visit: bytes) -> str:
    return f"{purpose}/{casilla_id}/{visit.hex()}"


def _challenge(tx: Tx, row: Row[Any]) -> Challenge | None:
    """None: the row is not as this service wrote it."""
    values = row._asdict()
    visit, seal = values.pop("visit"), values.pop("seal")
    try:
        if tx.vault.open(SEAL, row.id, seal or b"") != _fixed(row.purpose, row.casilla_id, visit):
            return None
    except Unsealable:
        return None
    if row.recipient is not None:
        values["recipient"] = tx.vault.open(RECIPIENT, row.id, row.recipient)
    return Challenge(**values)
