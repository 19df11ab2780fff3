"""Limiting: what a limit refuses is one evento in each window, however many tries come."""

from collections.abc import Sequence
from datetime import timedelta

from proxy.domain.events import Event
from proxy.domain.limits import Limit
from proxy.store import eventos, throttle
from proxy.store.tx import Tx


def take(tx: Tx, limits: Sequence[Limit], casilla_id: int | None) -> timedelta | None:
    """As `throttle.take`, and a refusal is noted."""
    wait = throttle.take(tx, limits)
    if wait is not None:
        note(tx, limits, casilla_id)
    return wait


def note(tx: Tx, limits: Sequence[Limit], casilla_id: int | None) -> None:
    """Call it at the refusal: later, other limits may refuse."""
    if throttle.refused_first(tx, limits):
        eventos.note(tx, Event.LOGIN_LIMITED, casilla_id)
