"""Limiting: what an act costs, and who is refused.

What a limit refuses is one evento in each window, however many tries come.
"""

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from proxy.domain.events import Event
from proxy.domain.limits import HOUR, Kind, Limit
from proxy.domain.limits import price as price_of
from proxy.errors import Denied, Reason
from proxy.store import eventos, throttle
from proxy.store.tx import Tx

LEVELS = (
    (1.0, logging.ERROR, "what all may ask for is used"),
    (0.8, logging.WARNING, "most of what all may ask for is used"),
)


@dataclass(frozen=True)
class Charge:
    """What an act costs: a riddle (`limits.price`). Once it is answered, `owed` counts the act."""

    price: int = 0
    owed: tuple[Limit, ...] = ()


FREE = Charge()


def charge(
    tx: Tx, limits: Sequence[Limit], casilla_id: int | None, *, least: int = 0
) -> Charge | Denied:
    """Count one act that is free. One that has a price, at least `least`, counts once it is paid:
    tries without an answered riddle use up nothing that others need.

    A spent BUDGET refuses only a network or a site that took more than its SHARE (S85).
    """
    wait = throttle.take(tx, limits)
    if wait is not None:
        walls = {limit.kind for limit in throttle.refusing(tx, limits)}
        note(tx, limits, casilla_id)
        return Denied(Reason.LIMITED if Kind.WALL in walls else Reason.NETWORK, wait)
    levels = list(zip(limits, throttle.levels(tx, limits), strict=True))
    budgets = [(limit, level) for limit, level in levels if limit.kind is Kind.BUDGET]
    for limit, level in budgets:
        tell(tx, limit, level)
    over = [
        (level - 1) * limit.window
        for limit, level in levels
        if limit.kind is Kind.SHARE and level > 1
    ]
    if over and any(level > 1 for _, level in budgets):
        throttle.give_back(tx, limits)
        if throttle.take(tx, [Limit("over/share", 1, HOUR)]) is None:
            eventos.note(tx, Event.LOGIN_LIMITED, casilla_id)
        return Denied(Reason.NETWORK, max(over))
    asked = max([least, *(price_of(limit, level) for limit, level in levels)])
    if not asked:
        return FREE
    throttle.give_back(tx, limits)
    return Charge(asked, tuple(limits))


def price(tx: Tx, limits: Sequence[Limit]) -> int:
    """What the next act will ask for. Counts nothing."""
    levels = zip(limits, throttle.levels(tx, limits), strict=True)
    return max((price_of(limit, level + 1 / limit.times) for limit, level in levels), default=0)


def take(tx: Tx, limits: Sequence[Limit], casilla_id: int | None) -> timedelta | None:
    """As `throttle.take`, and a refusal is noted."""
    wait = throttle.take(tx, limits)
    if wait is not None:
        note(tx, limits, casilla_id)
    return wait


def full(tx: Tx, limits: Sequence[Limit]) -> timedelta | None:
    """How long to wait until one more fits in all of them. Reads, and counts nothing."""
    levels = zip(limits, throttle.levels(tx, limits), strict=True)
    over = [(level + 1 / limit.times - 1) * limit.window for limit, level in levels]
    return max((wait for wait in over if wait > timedelta(0)), default=None)


def note(tx: Tx, limits: Sequence[Limit], casilla_id: int | None) -> None:
    """Call it at the refusal: later, other limits may refuse."""
    if throttle.refused_first(tx, limits):
        eventos.note(tx, Event.LOGIN_LIMITED, casilla_id)


def tell(tx: Tx, limit: Limit, level: float) -> None:
    """Tell the entity, once an hour, that what all may do together is nearly used, or is."""
    name = limit.key.partition("/")[0]
    for reached, severity, said in LEVELS:
        if level < reached:
            continue
        if throttle.take(tx, [Limit(f"{name}/told/{reached}", 1, HOUR)]) is None:
            detail = f"{reached:.0%} de {limit.times}"
            logging.getLogger(f"casilla.{name}").log(severity, said, extra={"detail": detail})
        return
