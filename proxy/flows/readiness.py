"""Readiness: what must hold for the service to do its work."""

from datetime import timedelta

from proxy.store import outbox, throttle
from proxy.store.db import Tx
from proxy.store.throttle import Limit


def write(tx: Tx) -> None:
    """Write one row, the same one each time. Raises when the database cannot."""
    throttle.take(tx, [Limit("readiness", 1, timedelta(microseconds=1))])


def late_messages(tx: Tx, age: timedelta) -> bool:
    """Whether a message waits, due, for longer than `age`: no worker takes it."""
    due = outbox.oldest_due(tx)
    return due is not None and tx.now - due > age
