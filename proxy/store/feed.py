"""The feed of a system: what happened to what it sent, in the order of the line.

Its rows come with the places, so a cursor loses nothing and repeats nothing (decision 0028).
"""

from sqlalchemy import bindparam, insert, select

from proxy.store.tables import deposits, eventos, feed, line
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


def go_on(tx: Tx, end: int) -> None:
    """After the places behind `end` were given, in the same transaction."""
    tx.conn.execute(_GO_ON, {"end": end})
