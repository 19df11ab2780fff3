"""The feed of a system: what happened to what it sent, in the order of the line.

Its rows come with the places, so a cursor loses nothing and repeats nothing (decision 0028).
"""

from sqlalchemy import bindparam, insert, select

from proxy.domain.notificacion import Notificacion
from proxy.domain.sender import Sender
from proxy.domain.sending import Happened
from proxy.store.tables import deposits, eventos, feed, line, notificaciones
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
_TOLD = (eventos.c.at, eventos.c.kind, eventos.c.notificacion, notificaciones.c.number)
_AFTER = (
    select(feed.c.place, *_TOLD)
    .join_from(feed, eventos, eventos.c.id == feed.c.evento_id)
    .join(notificaciones, _OF_ONE)
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
    .where(eventos.c.notificacion == bindparam("key"), eventos.c.casilla_id == bindparam("casilla"))
    .order_by(eventos.c.id)
)


def after(tx: Tx, sender: Sender, place: int, most: int) -> list[Happened]:
    """What has its place behind `place`."""
    values = {"of_system": sender.system, "of_test": sender.test, "after": place, "most": most}
    return [Happened(*row) for row in tx.conn.execute(_AFTER, values)]


def history(tx: Tx, one: Notificacion) -> list[Happened]:
    """All that happened to it, also what has no place yet."""
    values = {"key": one.id, "casilla": one.casilla_id}
    return [Happened(*row) for row in tx.conn.execute(_HISTORY, values)]


def go_on(tx: Tx, end: int) -> None:
    """After the places behind `end` were given, in the same transaction."""
    tx.conn.execute(_GO_ON, {"end": end})
