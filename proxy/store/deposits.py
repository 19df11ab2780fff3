"""What systems sent: found by how they name it, by its id or by its number.

Every lookup names the system, and whether it asks for tests: it never finds what another one sent.
"""

from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, bindparam, select

from proxy.domain.notificacion import Notificacion, Sent
from proxy.domain.sender import Request, Sender
from proxy.domain.sending import State
from proxy.store.notificaciones import OF_ONE
from proxy.store.once import added, once
from proxy.store.tables import annulments, deposits, notificaciones
from proxy.store.tx import Tx


class Found(NamedTuple):
    notificacion: Notificacion
    sent: Sent
    annulled: bool


_SENT = [
    deposits.c[name]
    for name in ("system", "test", "key_id", "idempotency", "body", "reference", "answer")
]
_EVERY = (
    select(*OF_ONE, *_SENT, annulments.c.at)
    .join(
        deposits,
        (deposits.c.casilla_id == notificaciones.c.casilla_id)
        & (deposits.c.notificacion_id == notificaciones.c.id),
    )
    .outerjoin(annulments, annulments.c.notificacion_id == notificaciones.c.id)
)
_OF = _EVERY.where(
    deposits.c.system == bindparam("of_system"), deposits.c.test == bindparam("of_test")
)
_AGAIN = _OF.where(deposits.c.idempotency == bindparam("key"))
_ONE = _OF.where(deposits.c.notificacion_id == bindparam("key"))
_PAGE = (
    _OF.where(deposits.c.notificacion_id > bindparam("key"))
    .order_by(deposits.c.notificacion_id)
    .limit(bindparam("most"))
)
_STATES: dict[State, ColumnElement[bool]] = {
    "depositada": annulments.c.at.is_(None) & notificaciones.c.read_at.is_(None),
    "leida": annulments.c.at.is_(None) & notificaciones.c.read_at.is_not(None),
    "anulada": annulments.c.at.is_not(None),
}
_ADD = once(deposits, deposits.c.system, deposits.c.test, deposits.c.idempotency)


def again(tx: Tx, request: Request) -> Found | None:
    """What was deposited under the same key, whatever was sent with it."""
    return _found(tx, _AGAIN, request.sender, request.idempotency)


def one(tx: Tx, sender: Sender, notificacion_id: bytes) -> Found | None:
    return _found(tx, _ONE, sender, notificacion_id)


def page(
    tx: Tx,
    sender: Sender,
    after: bytes,
    most: int,
    *,
    reference: str | None = None,
    state: State | None = None,
) -> list[Found]:
    """Oldest first, behind the id `after`."""
    statement = _PAGE
    if reference is not None:
        statement = statement.where(deposits.c.reference == reference)
    if state is not None:
        statement = statement.where(_STATES[state])
    values = {"of_system": sender.system, "of_test": sender.test, "key": after, "most": most}
    return [_opened(row) for row in tx.conn.execute(statement, values)]


def add(tx: Tx, notificacion: Notificacion, sent: Sent) -> bool:
    """False: the system sent something else under the same key."""
    request, sender = sent.request, sent.request.sender
    row = {
        "notificacion_id": notificacion.id,
        "casilla_id": notificacion.casilla_id,
        "system": sender.system,
        "test": sender.test,
        "key_id": sender.key_id,
        "idempotency": request.idempotency,
        "body": request.body,
        "reference": request.reference,
        "answer": sent.answer,
    }
    return added(tx, _ADD, row)


def _found(tx: Tx, statement: Any, sender: Sender, key: object) -> Found | None:
    values = {"of_system": sender.system, "of_test": sender.test, "key": key}
    row = tx.conn.execute(statement, values).first()
    return _opened(row) if row else None


def _opened(row: Any) -> Found:
    width = len(OF_ONE)
    system, test, key_id, idempotency, body, reference, answer, annulled_at = row[width:]
    request = Request(Sender(system, key_id, test), idempotency, body, reference)
    return Found(Notificacion(*row[:width]), Sent(request, answer), annulled_at is not None)
