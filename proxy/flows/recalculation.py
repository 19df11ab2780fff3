"""Recalculation: a new calendar would give another date. What was frozen stands, and it is told.

    a batch of notificaciones ──▶ dates by the calendar of today ──▶ evento; a message to each owner

The worker looks once at every notificacion for each version of the sheet. What is found is compared
with what was last told, so a later version that gives the same is silent. The sender of a
notificacion reads its eventos.
"""

import logging
from collections import Counter
from contextlib import suppress

from catalog.reading.model import Catalog
from proxy.domain.effect import UNREADABLE, Dates, Given, by_calendar, dates, parse_given
from proxy.domain.events import Event
from proxy.domain.notificacion import Notificacion
from proxy.domain.vault import Unsealable
from proxy.store import calendar_passes, casillas, eventos, outbox
from proxy.store.calendar_passes import Frozen
from proxy.store.tx import Tx

logger = logging.getLogger("casilla.worker")


def advance(tx: Tx, catalog: Catalog) -> tuple[int, int] | None:
    """How many notificaciones were looked at, and of how many something is told. None: all were
    looked at for these calendars."""
    versions = sorted(one.version for one in catalog.holidays.calendars.values())
    batch = calendar_passes.take(tx, " ".join(versions))
    if batch is None:
        return None
    other, same = Counter[int](), Counter[int]()
    told = 0
    for one in batch:
        try:
            found = _news(tx, one, catalog)
        except UNREADABLE:  # not as this service wrote it: see `verificar`
            logger.error("a frozen effect cannot be read", extra={"detail": one.id.hex()})
            continue
        if found is None:
            continue
        told += 1
        frozen = dates(one.frozen)
        eventos.note(
            tx,
            Event.EFFECT_DIFFERS,
            one.casilla_id,
            notificacion=one.id,
            calendar=catalog.holidays.version,
            frozen=frozen,
            gives=found,
        )
        (same if found == frozen else other)[one.casilla_id] += one.concerns_owner
    for casilla_id in +(other + same):
        with suppress(Unsealable):  # an address that no key opens is in the way of nobody else
            casilla, many = casillas.by_id(tx, casilla_id), other[casilla_id]
            again = same[casilla_id]
            for mailbox in casilla.alerted:
                outbox.add(tx, "effect_differs", casilla, recipient=mailbox, other=many, same=again)
    return len(batch), told


def given(tx: Tx, one: Notificacion) -> Given | None:
    """What the newest calendar gives, where it is not what was frozen. What was put off since, or
    brought forward by its reading, was computed with that calendar."""
    with suppress(*UNREADABLE):  # what somebody changed keeps nobody from the rest of the page
        told = eventos.last_detail(tx, Event.EFFECT_DIFFERS, one.id)
        if told is None or told["gives"] == told["frozen"]:
            return None
        if one.counts and told["frozen"] == dates(one.counts):
            return parse_given(told["calendar"], told["gives"])
    return None


def _news(tx: Tx, one: Frozen, catalog: Catalog) -> Dates | None:
    found = by_calendar(one.frozen, one.deposited_at, one.read_at, catalog)
    if found is None:
        return None
    told = eventos.last_detail(tx, Event.EFFECT_DIFFERS, one.id)
    return None if found == (told["gives"] if told else dates(one.frozen)) else found
