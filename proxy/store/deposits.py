"""What systems sent: found by how they name it, by its id or by its number.

Every lookup names the system, and whether it asks for tests: it never finds what another one sent.
"""

from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, and_, bindparam, select, true

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
_SYSTEM = select(deposits.c.system).where(
    deposits.c.casilla_id == bindparam("casilla"), deposits.c.notificacion_id == bindparam("key")
)
_STATES: dict[State | None, ColumnElement[bool]] = {
    None: true(),
    "depositada": annulments.c.at.is_(None) & notificaciones.c.read_at.is_(None),
    "leida": annulments.c.at.is_(None) & notificaciones.c.read_at.is_not(None),
    "anulada": annulments.c.at.is_not(None),
}
_BEHIND = {
    named: and_(
        deposits.c.system == bindparam("of_system"),
        deposits.c.test == bindparam("of_test"),
        deposits.c.notificacion_id > bindparam("key"),
        deposits.c.reference == bindparam("of_reference") if named else true(),
    )
    for named in (False, True)
}
_PAGES = {
    (state, named): _EVERY.where(behind, deposits.c.notificacion_id <= bindparam("until"), wanted)
    .order_by(deposits.c.notificacion_id)
    .limit(bindparam("most"))
    for state, wanted in _STATES.items()
    for named, behind in _BEHIND.items()
}
# A page looks at no more rows than LOOKED, however few of them it is asked for.
LOOKED = 1000
_END = b"\xff" * 16  # behind every id
_LAST_LOOKED = {
    named: select(deposits.c.notificacion_id)
    .where(behind)
    .order_by(deposits.c.notificacion_id)
    .offset(bindparam("looked"))
    .limit(1)
    for named, behind in _BEHIND.items()
}
_ADD = once(deposits, deposits.c.system, deposits.c.test, deposits.c.idempotency)


def again(tx: Tx, request: Request) -> Found | None:
    """What was deposited under the same key, whatever was sent with it."""
    return _found(tx, _AGAIN, request.sender, request.idempotency)


def one(tx: Tx, sender: Sender, notificacion_id: bytes) -> Found | None:
    return _found(tx, _ONE, sender, notificacion_id)


def system_of(tx: Tx, one: Notificacion) -> str | None:
    """None: an operator deposited it."""
    values = {"casilla": one.casilla_id, "key": one.id}
    found: str | None = tx.conn.execute(_SYSTEM, values).scalar()
    return found


def page(
    tx: Tx,
    sender: Sender,
    after: bytes,
    most: int,
    *,
    reference: str | None = None,
    state: State | None = None,
) -> tuple[list[Found], bytes]:
    """Oldest first, behind the id `after`; and the id behind which to go on: `after` itself when
    nothing is left. Of few that are asked for, a page may have none, and not be the last."""
    named = reference is not None
    statement = _PAGES[state, named]
    about: dict[str, Any] = {"of_system": sender.system, "of_test": sender.test, "key": after}
    about |= {"of_reference": reference} if named else {}
    looked = {"looked": LOOKED - 1}
    until = tx.conn.execute(_LAST_LOOKED[named], about | looked).scalar_one_or_none()
    values = about | {"until": until or _END, "most": most}
    found = [_opened(row) for row in tx.conn.execute(statement, values)]
    if len(found) < most and until:
        return found, until
    return found, found[-1].notificacion.id if found else after


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
