"""What happened to a notificacion, and the feed of a system: of what it sent, in the order of the
line.

Its rows come with the places, so a cursor loses nothing and repeats nothing (decision 0028).
"""

import json
from contextlib import suppress
from typing import Any

from sqlalchemy import bindparam, insert, select

from proxy.domain.email import masked_email
from proxy.domain.notificacion import Notificacion
from proxy.domain.phone import masked_phone
from proxy.domain.sender import Sender
from proxy.domain.sending import Happened
from proxy.domain.vault import Unsealable
from proxy.store.tables import deposits, eventos, feed, line, notificaciones, outbox
from proxy.store.tx import Tx

_GO_ON = insert(feed).from_select(
    ["system", "test", "place", "evento_id"],
    select(deposits.c.system, deposits.c.test, line.c.place, line.c.evento_id)
    .join_from(line, eventos, eventos.c.id == line.c.evento_id)
    .join(
        deposits,
        (deposits.c.notificacion_id == eventos.c.notificacion)
        & (deposits.c.casilla_id == eventos.c.casilla_id),
    )
    .where(line.c.place > bindparam("end")),
)

_OF_ONE = (notificaciones.c.casilla_id == eventos.c.casilla_id) & (
    notificaciones.c.id == eventos.c.notificacion
)
_TOLD = (
    eventos.c.at,
    eventos.c.kind,
    eventos.c.notificacion,
    notificaciones.c.number,
    notificaciones.c.dependencia,
    eventos.c.actor,
    eventos.c.detail,
    outbox.c.channel,
    outbox.c.message_id,
    outbox.c.recipient,
)
_MESSAGE = outbox.c.message_id == eventos.c.message
_AFTER = (
    select(feed.c.place, *_TOLD)
    .join_from(feed, eventos, eventos.c.id == feed.c.evento_id)
    .join(notificaciones, _OF_ONE)
    .outerjoin(outbox, _MESSAGE)
    .where(
        feed.c.system == bindparam("of_system"),
        feed.c.test == bindparam("of_test"),
        feed.c.place > bindparam("after"),
    )
    .order_by(feed.c.place)
    .limit(bindparam("most"))
)
_HISTORY = (
    select(line.c.place, *_TOLD)
    .join_from(eventos, notificaciones, _OF_ONE)
    .outerjoin(line, line.c.evento_id == eventos.c.id)
    .outerjoin(outbox, _MESSAGE)
    .where(eventos.c.notificacion == bindparam("key"), eventos.c.casilla_id == bindparam("casilla"))
    .order_by(eventos.c.id)
)


def after(tx: Tx, sender: Sender, place: int, most: int) -> list[Happened]:
    """What has its place behind `place`."""
    values = {"of_system": sender.system, "of_test": sender.test, "after": place, "most": most}
    return [_happened(tx, row) for row in tx.conn.execute(_AFTER, values)]


def history(tx: Tx, one: Notificacion) -> list[Happened]:
    """All that happened to it, also what has no place yet."""
    values = {"key": one.id, "casilla": one.casilla_id}
    return [_happened(tx, row) for row in tx.conn.execute(_HISTORY, values)]


def go_on(tx: Tx, end: int) -> None:
    """After the places behind `end` were given, in the same transaction."""
    tx.conn.execute(_GO_ON, {"end": end})


def _happened(tx: Tx, row: Any) -> Happened:
    place, at, kind, key, number, dependencia, actor, detail, channel, message_id, recipient = row
    address = None
    if recipient:
        with suppress(Unsealable):  # its words do without it
            whole = tx.vault.open("outbox.recipient", message_id.encode(), recipient)
            address = masked_phone(whole) if channel == "sms" else masked_email(whole)
    told: object = {}
    with suppress(ValueError, RecursionError):  # as `verificar` tells
        told = json.loads(detail)
    said = told if isinstance(told, dict) else {}
    return Happened(place, at, kind, key, number, dependencia, actor, said, channel, address)
