"""Reports of the content policy: anybody can send them, so only so many are listened to."""

from proxy.domain import limits
from proxy.domain.client import Client
from proxy.store import throttle
from proxy.store.tx import Tx


def listen(tx: Tx, client: Client) -> bool:
    """Whether one more report of this address is worth a line in the log."""
    return throttle.take(tx, limits.violations(client)) is None
