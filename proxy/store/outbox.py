"""Messages that wait to leave. They exist if, and only if, what they tell of happened."""

from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

from sqlalchemy import func, insert, select

from proxy.store.casillas import Casilla
from proxy.store.db import Tx
from proxy.store.tables import outbox

USEFUL_FOR = timedelta(days=3)

_ADD = insert(outbox)
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
