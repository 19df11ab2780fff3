"""Messages that wait to leave. They exist if, and only if, what they tell of happened."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

from sqlalchemy import bindparam, func, insert, select, update

from proxy.store.casillas import Casilla
from proxy.store.db import Tx
from proxy.store.tables import outbox, outbox_attempts

USEFUL_FOR = timedelta(days=3)


@dataclass(frozen=True)
class Message:
    id: int
    message_id: str
    name: str
    casilla_id: int
    recipient: str
    context: dict[str, Any]
    created_at: datetime
    expires_at: datetime
    attempts: int  # the one under way included


_ADD = insert(outbox)
_COLUMNS = [outbox.c[field] for field in Message.__dataclass_fields__]
_DUE = (
    select(outbox.c.id)
    .where(outbox.c.next_at <= bindparam("now"))
    .order_by(outbox.c.expires_at)
    .limit(1)
    .with_for_update(skip_locked=True)
    .scalar_subquery()
)
_CLAIM = (
    update(outbox)
    .where(outbox.c.id == _DUE)
    .values(next_at=bindparam("lease"), attempts=outbox.c.attempts + 1)
    .returning(*_COLUMNS)
)
_ATTEMPT = insert(outbox_attempts)
# Whose lease ended while it was sending may come back late: what another worker did since stands.
_STILL_MINE = (
    outbox.c.id == bindparam("message"),
    outbox.c.attempts == bindparam("attempt"),
    outbox.c.next_at.is_not(None),
)
_POSTPONE = update(outbox).where(*_STILL_MINE).values(next_at=bindparam("later"))
_GIVE_UP = (
    update(outbox).where(*_STILL_MINE).values(next_at=None, context={}).returning(outbox.c.id)
)
_CLOSE = (
    update(outbox)
    .where(outbox.c.id == bindparam("message"))
    .values(next_at=None, context={}, sent_at=bindparam("sent"))
)
_OLDEST_DUE = select(func.min(outbox.c.next_at))


def add(
    tx: Tx, name: str, casilla: Casilla, useful_for: timedelta = USEFUL_FOR, **context: Any
) -> None:
    """Leave the message `templates/email/<name>/` for the casilla's owner.

    The context is stored in clear until the message leaves: never put a code or a token in it.
    """
    values = {
        "message_id": uuid4().hex,
        "name": name,
        "casilla_id": casilla.id,
        "recipient": casilla.email,
        "context": context,
        "created_at": tx.now,
        "next_at": tx.now,
        "expires_at": tx.now + useful_for,
    }
    tx.conn.execute(_ADD, values)
    tx.mail = True


def oldest_due(tx: Tx) -> datetime | None:
    """Since when the message that waits longest should have left, in UTC."""
    due: datetime | None = tx.conn.execute(_OLDEST_DUE).scalar_one()
    return due


def claim(tx: Tx, lease: timedelta) -> Message | None:
    """Take the most pressing message that is due. No other worker sees it until the lease ends,
    and then it is due again: who claimed it was killed."""
    row = tx.conn.execute(_CLAIM, {"now": tx.now, "lease": tx.now + lease}).first()
    return Message(*row) if row else None


def attempted(tx: Tx, message: Message, *, sent: bool, detail: str) -> None:
    """Record what came of the attempt under way."""
    values = {"outbox_id": message.id, "at": tx.now, "sent": sent, "detail": detail}
    tx.conn.execute(_ATTEMPT, values)


def postpone(tx: Tx, message: Message, until: datetime) -> None:
    values = {"message": message.id, "attempt": message.attempts, "later": until}
    tx.conn.execute(_POSTPONE, values)


def give_up(tx: Tx, message: Message) -> bool:
    """It will never leave. Its context is emptied. False: another worker saw to it since."""
    values = {"message": message.id, "attempt": message.attempts}
    return tx.conn.execute(_GIVE_UP, values).first() is not None


def close(tx: Tx, message: Message) -> None:
    """It left. Its context is emptied."""
    tx.conn.execute(_CLOSE, {"message": message.id, "sent": tx.now})
