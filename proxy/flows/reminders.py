"""Reminders: whoever leaves a notificacion unopened is told again, as the sheet says (X2).

    plan, with the deposit ──▶ due ──▶ one message of all that wait, in a casilla and a day
                                   └─▶ nothing: opened, annulled, its term over, the casilla shut

What is true when the message is written decides: the check is in its transaction.
"""

from collections.abc import Sequence
from contextlib import suppress
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from catalog.reading.model import Catalog
from proxy.domain import limits
from proxy.domain.effect import UNREADABLE, end_of
from proxy.domain.events import Event
from proxy.domain.notificacion import Notificacion
from proxy.domain.reminders import Due, later, plan
from proxy.errors import Refusal
from proxy.store import (
    annulments,
    calendar_passes,
    casillas,
    due,
    eventos,
    notificaciones,
    outbox,
    throttle,
)
from proxy.store.due import Row
from proxy.store.tx import Tx

EARLIER = "recordatorios"  # the pass over what earlier versions deposited
USEFUL_FOR = timedelta(days=1)


def plan_for(tx: Tx, catalog: Catalog, one: Notificacion) -> None:
    """With its deposit, and again when it is put off: what is there already stays, but the calendar
    of that day may give another end to the days to open it. What expired does not expire again."""
    planned = _planned(catalog, one.casilla_id, one.id, one.counts, one.deposited_at)
    planned = [row for row in planned if row.at > tx.now]
    if one.postponed and any(row.kind == Due.EXPIRY for row in planned):
        due.drop(tx, one.casilla_id, one.id, Due.EXPIRY)
        if eventos.last_detail(tx, Event.ACUSE_EXPIRED, one.id):
            planned = [row for row in planned if row.kind != Due.EXPIRY]
    due.add(tx, planned)


def plan_earlier(tx: Tx, catalog: Catalog) -> int | None:
    """For what was deposited by a version that planned nothing: what is still to come. Returns of
    how many; None: all of them have it."""
    batch = calendar_passes.take(tx, EARLIER)
    if batch is None:
        return None
    waiting = [one for one in batch if one.read_at is None and one.concerns_owner]
    rows = [
        row
        for one in waiting
        for row in _planned(catalog, one.casilla_id, one.id, one.frozen, one.deposited_at)
        if row.at > tx.now
    ]
    due.add(tx, rows)
    return len(waiting)


def remind(tx: Tx, catalog: Catalog, casilla_id: int) -> bool:
    """Whether a message was written. Raises Unsealable for an address that no key opens."""
    casillas.lock(tx, casilla_id)  # of two workers, the second finds nothing more
    rows = due.take_of(tx, casilla_id, Due.REMINDER)
    casilla = casillas.by_id(tx, casilla_id)
    waiting = _waiting(tx, catalog, rows) if casilla.in_use else {}
    if not waiting:
        return False
    day = tx.now.astimezone(ZoneInfo(catalog.entity.zona_horaria)).date()
    if throttle.take(tx, [limits.reminder(casilla_id, day)]) is not None:
        for row, over in waiting.items():
            again = later(tx.now, over, catalog)
            if over is None or again < over:
                due.add(tx, [row], again)
        return False
    many = notificaciones.waiting(tx, casilla_id)
    for mailbox in casilla.alerted:
        outbox.add(tx, "notificacion_reminder", casilla, USEFUL_FOR, recipient=mailbox, many=many)
    return True


def _waiting(tx: Tx, catalog: Catalog, rows: Sequence[Row]) -> dict[Row, datetime | None]:
    """Those whose notificacion waits for its owner, and when the term of each is over."""
    zone, found = ZoneInfo(catalog.entity.zona_horaria), {}
    for row in rows:
        one = notificaciones.lock_unread(tx, row.casilla_id, row.notificacion_id)
        if one is None or annulments.of(tx, one.id):
            continue
        if effect := one.takes_effect:
            over = end_of(effect, zone)
            if over is None or tx.now < over:
                found[row] = over
    return found


def _planned(
    catalog: Catalog, casilla_id: int, key: bytes, frozen: str | None, deposited: datetime
) -> list[Row]:
    # The calendar may end too soon: what is served is served all the same.
    with suppress(*UNREADABLE, Refusal):
        if frozen:
            planned = plan(frozen, deposited, catalog)
            return [Row(casilla_id, key, str(kind), at) for kind, at in planned]
    return []
