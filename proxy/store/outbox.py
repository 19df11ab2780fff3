"""Messages that wait to leave. Each is written in the transaction of the act that it tells of.

Recipient and context are sealed. The context is emptied once the message has left.
"""

import json
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal
from uuid import uuid4

from sqlalchemy import Row, bindparam, exists, func, insert, select, update

from proxy.domain.casilla import Casilla
from proxy.domain.events import Event
from proxy.domain.recipient import masked, nameless, one_line
from proxy.domain.vault import Unsealable
from proxy.store import eventos
from proxy.store.tables import outbox, outbox_attempts
from proxy.store.tx import Tx

Channel = Literal["email", "sms"]

USEFUL_FOR = timedelta(days=3)
DETAIL = 500  # characters kept of a server's answer
# Recipients of void messages, as long as most real ones.
FILLER: dict[Channel, str] = {"email": "nadie.en.ninguna@example.com", "sms": "+51900000000"}


@dataclass(frozen=True)
class Message:
    id: int
    message_id: str
    name: str
    channel: Channel
    casilla_id: int | None
    recipient: str  # empty, like the context, when no key of the ring opens them
    context: dict[str, Any]
    created_at: datetime
    expires_at: datetime
    attempts: int  # including the one under way
    notificacion_id: bytes | None = None  # which one an alerta announces

    @property
    def readable(self) -> bool:
        return bool(self.recipient)


_ADD = insert(outbox)
COLUMNS = [outbox.c[field] for field in Message.__dataclass_fields__]
_DUE = (
    select(outbox.c.id)
    .where(outbox.c.next_at <= bindparam("now"), outbox.c.channel == bindparam("by"))
    .limit(1)
    .with_for_update(skip_locked=True)
)
_CLAIM = (
    update(outbox)
    .values(next_at=bindparam("lease"), attempts=outbox.c.attempts + 1)
    .returning(*COLUMNS)
)
_PRESSING, _WAITING_LONGEST = (
    _CLAIM.where(outbox.c.id == _DUE.order_by(first).scalar_subquery())
    for first in (outbox.c.expires_at, outbox.c.next_at)
)
_ATTEMPT = insert(outbox_attempts)
# A worker whose lease ended while it was sending must not undo what another worker did since.
_STILL_MINE = (
    outbox.c.id == bindparam("message"),
    outbox.c.attempts == bindparam("attempt"),
    outbox.c.next_at.is_not(None),
)
_POSTPONE = (
    update(outbox)
    .where(*_STILL_MINE)
    .values(next_at=bindparam("later"), refused=bindparam("no_such"))
)
_GIVE_UP = (
    update(outbox).where(*_STILL_MINE).values(next_at=None, context=b"").returning(outbox.c.id)
)
_CLOSE = (
    update(outbox)
    .where(outbox.c.id == bindparam("message"), outbox.c.sent_at.is_(None))
    .values(next_at=None, context=b"", sent_at=bindparam("sent"))
    .returning(outbox.c.id)
)
_ATTEMPTS = (
    select(outbox_attempts.c.at, outbox_attempts.c.detail)
    .where(outbox_attempts.c.outbox_id == bindparam("message"))
    .order_by(outbox_attempts.c.id)
)
_LAST_TRIED = (
    select(outbox.c.sent_at, outbox.c.bounced_at)
    .where(
        outbox.c.casilla_id == bindparam("casilla"),
        outbox.c.channel == "email",
        outbox.c.attempts > 0,
    )
    .order_by(outbox.c.id.desc())
    .limit(1)
)
_OLDEST_DUE = select(func.min(outbox.c.next_at))
_WAITING = (
    select(outbox.c.channel)
    .where(
        outbox.c.next_at.is_not(None),
        outbox.c.created_at < bindparam("since"),
        outbox.c.refused.is_(False),
    )
    .distinct()
    .subquery()
)
_SILENT = select(_WAITING.c.channel).where(
    ~exists().where(
        outbox_attempts.c.at >= bindparam("since"),
        outbox_attempts.c.sent,
        outbox.c.id == outbox_attempts.c.outbox_id,
        outbox.c.channel == _WAITING.c.channel,
    )
)


def add(
    tx: Tx,
    name: str,
    casilla: Casilla | None,
    useful_for: timedelta = USEFUL_FOR,
    *,
    channel: Channel = "email",
    recipient: str | None = None,
    notificacion_id: bytes | None = None,
    **context: Any,
) -> None:
    """Queue the message `name` of templates/<channel>/ for the casilla's owner, or `recipient`.

    The context is stored, although sealed: never put a code or a token in it.
    """
    if recipient is None and casilla is not None:
        recipient = casilla.phone if channel == "sms" else casilla.email
    if not recipient:
        raise ValueError(f"{name}: to nobody")
    row = _row(tx, name, channel, recipient, context, useful_for)
    said = {"channel": channel, "to": masked(recipient)} if notificacion_id else {}
    _write(tx, row, casilla.id if casilla else None, notificacion_id, next_at=tx.now, **said)


def add_void(
    tx: Tx,
    name: str,
    useful_for: timedelta = USEFUL_FOR,
    *,
    channel: Channel = "email",
    **context: Any,
) -> None:
    """The same work as `add` for an identidad without a casilla. The message never leaves.

    Pass the context that the message would have, so that the row is as large (S31).
    """
    row = _row(tx, name, channel, FILLER[channel], context, useful_for)
    _write(tx, row, None, None, next_at=None)


def last_left(tx: Tx, casilla_id: int) -> bool | None:
    """Whether the last e-mail that was tried has left, and did not come back. None: none was."""
    row = tx.conn.execute(_LAST_TRIED, {"casilla": casilla_id}).first()
    return row.sent_at is not None and row.bounced_at is None if row else None


def oldest_due(tx: Tx) -> datetime | None:
    """When the message that waits longest should have left (UTC)."""
    due: datetime | None = tx.conn.execute(_OLDEST_DUE).scalar_one()
    return due


def silent(tx: Tx, since: datetime) -> list[Channel]:
    """The channels that sent nothing after `since` although an older message waits.

    A message whose recipient was refused does not count: it says nothing about its channel.
    """
    return list(tx.conn.execute(_SILENT, {"since": since}).scalars())


def claim(tx: Tx, channel: Channel, lease: timedelta, *, longest: bool = False) -> Message | None:
    """Take the due message that expires first or, with `longest`, the one that waits longest.

    No other worker sees it before the lease ends. It is due again then: its worker was killed.
    """
    values = {"now": tx.now, "by": channel, "lease": tx.now + lease}
    row = tx.conn.execute(_WAITING_LONGEST if longest else _PRESSING, values).first()
    return opened(tx, row) if row else None


def record_attempt(tx: Tx, message: Message, *, sent: bool, detail: str) -> str:
    """Returns what is kept of the answer, which may quote the recipient: this table is not
    sealed."""
    detail = one_line(nameless(detail, message.recipient))[:DETAIL]
    values = {"outbox_id": message.id, "at": tx.now, "sent": sent, "detail": detail}
    tx.conn.execute(_ATTEMPT, values)
    return detail


def attempts_of(tx: Tx, message: Message) -> list[tuple[datetime, str]]:
    """When each was, and what was answered."""
    return [(row.at, row.detail) for row in tx.conn.execute(_ATTEMPTS, {"message": message.id})]


def postpone(tx: Tx, message: Message, until: datetime, *, refused: bool) -> None:
    """`refused`: the recipient was refused, and the channel itself works."""
    values = {"message": message.id, "attempt": message.attempts, "later": until}
    tx.conn.execute(_POSTPONE, values | {"no_such": refused})


def give_up(tx: Tx, message: Message) -> bool:
    """Empty the context. False: another worker has taken the message since."""
    values = {"message": message.id, "attempt": message.attempts}
    return tx.conn.execute(_GIVE_UP, values).first() is not None


def close(tx: Tx, message: Message) -> bool:
    """False: another worker has sent it, too, and said so before."""
    return tx.conn.execute(_CLOSE, {"message": message.id, "sent": tx.now}).first() is not None


def _write(
    tx: Tx,
    row: dict[str, Any],
    casilla_id: int | None,
    notificacion_id: bytes | None,
    next_at: datetime | None,
    **said: Any,
) -> None:
    row |= {"casilla_id": casilla_id, "notificacion_id": notificacion_id, "next_at": next_at}
    tx.conn.execute(_ADD, row)
    eventos.note(
        tx,
        Event.MESSAGE_WRITTEN,
        casilla_id,
        notificacion=notificacion_id,
        message=row["message_id"],
        name=row["name"],
        **said,
    )
    tx.mail = True


def _row(
    tx: Tx,
    name: str,
    channel: Channel,
    recipient: str,
    context: dict[str, Any],
    useful_for: timedelta,
) -> dict[str, Any]:
    message_id = uuid4().hex
    return {
        "message_id": message_id,
        "name": name,
        "channel": channel,
        "recipient": tx.vault.seal("outbox.recipient", message_id.encode(), recipient),
        "context": tx.vault.seal("outbox.context", message_id.encode(), json.dumps(context)),
        "created_at": tx.now,
        "expires_at": tx.now + useful_for,
        "refused": False,
    }


def opened(tx: Tx, row: Row[Any]) -> Message:
    """Of a row with at least the COLUMNS."""
    values = {name: row._mapping[name] for name in Message.__dataclass_fields__}
    place = row.message_id.encode()
    try:
        values["recipient"] = tx.vault.open("outbox.recipient", place, row.recipient)
        # Empty once it left or was given up.
        context = row.context and tx.vault.open("outbox.context", place, row.context)
        values["context"] = json.loads(context or "{}")
    except Unsealable:
        values |= {"recipient": "", "context": {}}
    return Message(**values)
