"""Reports of the content policy: anybody can send them, so only so many are listened to."""

from datetime import timedelta

from proxy.domain.client import Client
from proxy.domain.limits import Limit
from proxy.store import throttle
from proxy.store.tx import Tx

MINUTE = timedelta(minutes=1)


def listen(tx: Tx, client: Client) -> bool:
    """Whether one more report of this address is worth a line in the log."""
    limits = [Limit(f"report/{client.network}", 10, MINUTE), Limit("report", 60, MINUTE)]
    return throttle.take(tx, limits) is None
