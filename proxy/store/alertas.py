"""The alertas among the messages: those that announce a notificacion, and what became of them."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import Select, bindparam, func, select, update

from proxy.domain.sending import Alerta
from proxy.store.outbox import COLUMNS, Message, opened
from proxy.store.tables import outbox, outbox_attempts
from proxy.store.tx import Tx

c = outbox.c
_OF_NOTIFICACION = (c.casilla_id == bindparam("casilla"), c.notificacion_id == bindparam("key"))
_WAITS = c.next_at.is_not(None).label("waits")
_OF_ONE = (
    select(c.channel, c.created_at, c.sent_at, _WAITS, c.attempts, c.bounced_at)
    .where(*_OF_NOTIFICACION)
    .order_by(c.id)
)
_BY_MESSAGE_ID: Select[Any] = select(*COLUMNS, _WAITS, c.sent_at, c.bounced_at).where(
    c.message_id == bindparam("key")
)
_MARK_BOUNCED = (
    update(outbox)
    .where(c.id == bindparam("message"), c.sent_at.is_not(None), c.bounced_at.is_(None))
    .values(bounced_at=bindparam("now"))
    .returning(c.id)
)
_MAY_HAVE_ARRIVED = (
    select(c.id)
    .where(
        *_OF_NOTIFICACION,
        c.next_at.is_not(None) | (c.sent_at.is_not(None) & c.bounced_at.is_(None)),
    )
    .limit(1)
)
_MARK_UNDELIVERED = (
    update(outbox)
    .where(*_OF_NOTIFICACION, c.undelivered_at.is_(None))
    .values(undelivered_at=bindparam("now"))
    .returning(*COLUMNS, c.bounced_at)
)
_MANY_ATTEMPTS = select(func.count()).where(outbox_attempts.c.outbox_id == bindparam("message"))


@dataclass(frozen=True)
class Left:
    """A message by its id, and whether it has left."""

    message: Message
    left: bool
    waits: bool
    bounced: bool


def of_notificacion(tx: Tx, casilla_id: int, notificacion_id: bytes) -> list[Alerta]:
    values = {"casilla": casilla_id, "key": notificacion_id}
    return [Alerta(*row) for row in tx.conn.execute(_OF_ONE, values)]


def by_message_id(tx: Tx, message_id: str) -> Left | None:
    row = tx.conn.execute(_BY_MESSAGE_ID, {"key": message_id}).first()
    if row is None:
        return None
    return Left(opened(tx, row), row.sent_at is not None, row.waits, row.bounced_at is not None)


def mark_bounced(tx: Tx, message: Message) -> bool:
    """False: it had come back before, or has not left."""
    values = {"message": message.id, "now": tx.now}
    return tx.conn.execute(_MARK_BOUNCED, values).first() is not None


def mark_undelivered(tx: Tx, message: Message) -> list[tuple[Message, bool]]:
    """All alertas of its notificacion of which that was not said yet, and whether each came back.
    None, while one of them waits or may have arrived. Call it under the lock of the casilla."""
    values = {"casilla": message.casilla_id, "key": message.notificacion_id}
    if tx.conn.execute(_MAY_HAVE_ARRIVED, values).first():
        return []
    rows = tx.conn.execute(_MARK_UNDELIVERED, values | {"now": tx.now}).all()
    return [
        (opened(tx, row), row.bounced_at is not None) for row in sorted(rows, key=lambda r: r.id)
    ]


def many_attempts(tx: Tx, message: Message) -> int:
    return int(tx.conn.execute(_MANY_ATTEMPTS, {"message": message.id}).scalar_one())
