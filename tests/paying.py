"""A try whose riddle is answered."""

from proxy.errors import Denied
from proxy.flows.limiting import Charge
from proxy.store import throttle
from proxy.store.tx import Tx


def paid(tx: Tx, charge: Charge | Denied) -> int | Denied:
    """Count it, as the right answer to its riddle does. Returns its price."""
    if isinstance(charge, Denied):
        return charge
    throttle.take(tx, charge.owed)
    return charge.price
