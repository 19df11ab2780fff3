"""Expiry: nobody opened a notificacion in the days that its rule gives to open it (X3).

    due at the end of the last day ──▶ one evento with its constancia, or none: opened, annulled

Noted late, it is as valid: it says when those days were over.
"""

from datetime import timedelta
from zoneinfo import ZoneInfo

from catalog.reading.model import Catalog
from proxy.domain.constancia import Sender
from proxy.domain.constancia_acts import Expiry
from proxy.domain.events import Event
from proxy.flows import constancias
from proxy.store import annulments, casillas, deposits, due, eventos, notificaciones
from proxy.store.due import Next
from proxy.store.tx import Tx
from proxy.texts import TEXTS

MOMENT = timedelta(microseconds=1)


def expire(tx: Tx, catalog: Catalog, found: Next) -> bool:
    """False: another worker has it, or it did not expire. Raises Unsealable when no key opens whose
    it is."""
    casillas.lock(tx, found.casilla_id)  # or it would miss what puts it off meanwhile
    row = due.take(tx, found.id)
    one = row and notificaciones.lock_unread(tx, row.casilla_id, row.notificacion_id)
    if row is None or one is None or annulments.of(tx, one.id):
        return False
    entity = catalog.entity
    last = (row.at - MOMENT).astimezone(ZoneInfo(entity.zona_horaria))
    reason = TEXTS["constancia.vencimiento.reason"].format(
        day=f"{last:%d/%m/%Y}", official=entity.official_time
    )
    proof = constancias.of(
        tx,
        catalog,
        casillas.by_id(tx, one.casilla_id),
        Expiry(row.at),
        one,
        notificaciones.files_of(tx, one.casilla_id, one.id),
        sender=Sender(entity.nombre, deposits.system_of(tx, one)),
        reasons=[reason],
    )
    eventos.note(
        tx,
        Event.ACUSE_EXPIRED,
        one.casilla_id,
        notificacion=one.id,
        ended=row.at.isoformat(),
        **proof,
    )
    return True
