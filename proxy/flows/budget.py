"""Budget: how many messages the whole service may send, however many browsers ask for them.

Messages cost the entity money, or its good name as a sender. A message for nobody takes nothing
from the budget, and is refused like any other when the budget is spent. So invented numbers neither
use it up nor reveal which numbers are real (S31).
"""

import logging
from dataclasses import replace
from datetime import timedelta

from proxy.domain.limits import HOUR, Limit
from proxy.flows import limiting
from proxy.store import throttle
from proxy.store.tx import Tx

WARN_AT = 80  # per cent of the limit


def take(tx: Tx, limit: Limit, casilla_id: int | None, *, leaves: bool) -> timedelta | None:
    """Take one if the message `leaves`. None: it may. Otherwise the time to wait."""
    ask = throttle.take if leaves else throttle.look
    most = max(1, limit.times * WARN_AT // 100)
    wait = ask(tx, [limit])
    if wait:
        limiting.note(tx, [limit], casilla_id)
    spent = ask(tx, [replace(limit, key=f"{limit.key}/warning", times=most)])
    logger = logging.getLogger(f"casilla.{limit.key}")
    if wait and _first_this_hour(tx, f"{limit.key}/refused"):
        logger.error("no more codes leave this way", extra={"detail": f"{limit.times}"})
    elif spent and _first_this_hour(tx, f"{limit.key}/warned"):
        detail = f"{WARN_AT} % de {limit.times}"
        logger.warning("most codes that may leave this way did", extra={"detail": detail})
    return wait


def _first_this_hour(tx: Tx, what: str) -> bool:
    return throttle.take(tx, [Limit(what, 1, HOUR)]) is None
