"""Reports of the content policy: anybody can send them, so limits decide which ones are logged."""

from proxy.domain import limits
from proxy.domain.client import Client
from proxy.store import throttle
from proxy.store.tx import Tx


def listen(tx: Tx, client: Client) -> bool:
    return throttle.take(tx, limits.violations(client)) is None
