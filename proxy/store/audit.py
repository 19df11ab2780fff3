"""What happened, when and to whom. Written in the same transaction as the act."""

from typing import Any

from sqlalchemy import insert

from proxy.domain.events import Event
from proxy.store.db import Tx
from proxy.store.tables import audit

_ADD = insert(audit)


def note(
    tx: Tx, event: Event, casilla_id: int | None = None, ip: str | None = None, **detail: Any
) -> None:
    """Record `event`. Never give it a code, token, password or identidad."""
    values = {"at": tx.now, "event": event, "casilla_id": casilla_id, "ip": ip, "detail": detail}
    values |= {"key_id": "", "seal": b""}
    tx.conn.execute(_ADD, values)
