"""Told: what an owner is told of strangers who try to get into their casilla."""

from proxy.domain import limits
from proxy.domain.casilla import Casilla
from proxy.domain.client import Client
from proxy.flows.challenge import where
from proxy.store import outbox, throttle
from proxy.store.tx import Tx


def of_tries(tx: Tx, casilla: Casilla | None, client: Client) -> None:
    """Once a day (S84). For nobody the same work is done, and nothing leaves."""
    allowed = throttle.take(tx, [limits.told_of_tries(casilla.id if casilla else 0)]) is None
    if not allowed:
        return
    if casilla:
        outbox.add(tx, "tries", casilla, **where(tx, client))
    else:
        outbox.add_void(tx, "tries", **where(tx, client))
