"""What was put off after its deposit: a row of its own each time, and the last one counts."""

from sqlalchemy import bindparam, insert, select

from proxy.domain.postponement import Postponement
from proxy.store.tables import notificaciones, postponements
from proxy.store.tx import Tx

_NAMES = [*Postponement.__dataclass_fields__]
_OF = (
    select(*(postponements.c[name] for name in _NAMES))
    .where(
        postponements.c.casilla_id == bindparam("casilla"),
        postponements.c.notificacion_id == bindparam("key"),
    )
    .order_by(postponements.c.edition)
)
_ADD = insert(postponements)
# A column of what is selected of a notificacion.
LAST = (
    select(postponements.c.effect)
    .where(
        postponements.c.casilla_id == notificaciones.c.casilla_id,
        postponements.c.notificacion_id == notificaciones.c.id,
    )
    .order_by(postponements.c.edition.desc())
    .limit(1)
    .correlate(notificaciones)
    .scalar_subquery()
    .label("postponed")
)


def add(tx: Tx, one: Postponement) -> None:
    tx.conn.execute(_ADD, vars(one))


def of(tx: Tx, casilla_id: int, notificacion_id: bytes) -> list[Postponement]:
    """Oldest first."""
    values = {"casilla": casilla_id, "key": notificacion_id}
    return [Postponement(*row) for row in tx.conn.execute(_OF, values)]
