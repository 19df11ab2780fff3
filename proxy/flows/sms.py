"""How many SMS may be asked for: each one costs the entity money, and a mobile its peace.

A number, a network and the whole entity have a limit each. Who has no casilla counts as well, so
that the answer tells nobody whether there is one (SECURITY C30, D31, Y).
"""

import logging
from datetime import timedelta

from proxy.domain.client import Client
from proxy.store import throttle
from proxy.store.db import Tx
from proxy.store.throttle import Limit

logger = logging.getLogger("casilla.sms")

WARN_AT = 80  # per cent of what may leave in a day
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)


def take(tx: Tx, a_day: int, about: str, client: Client) -> timedelta | None:
    """Take one SMS to `about`: the number, or the identidad of who has none.

    None: it may leave. Otherwise, how long to wait. `a_day` is for the whole entity.
    """
    wait = throttle.take(tx, _limits(about, client))
    if wait is not None:
        return wait
    wait = throttle.take(tx, [Limit("sms", a_day, DAY)])
    spent = throttle.take(tx, [Limit("sms/warning", max(1, a_day * WARN_AT // 100), DAY)])
    if wait and _first_this_hour(tx, "sms/refused"):
        logger.error("no SMS leave: those of a day are spent", extra={"detail": f"{a_day}"})
    elif spent and _first_this_hour(tx, "sms/warned"):
        logger.warning("most SMS of a day are spent", extra={"detail": f"{WARN_AT} % de {a_day}"})
    return wait


def _first_this_hour(tx: Tx, what: str) -> bool:
    return throttle.take(tx, [Limit(what, 1, HOUR)]) is None


def _limits(about: str, client: Client) -> list[Limit]:
    return [
        Limit(f"sms/{about}/15", 3, 15 * MINUTE),
        Limit(f"sms/{about}/day", 5, DAY),
        Limit(f"sms/{client.network}", 5, HOUR),
    ]
