"""What was annulled, and by what it was replaced: a row of its own, added once."""

from sqlalchemy import bindparam, select

from proxy.domain.annulment import Annulment
from proxy.store.once import added, once
from proxy.store.tables import annulments
from proxy.store.tx import Tx

_OF = select(*(annulments.c[name] for name in Annulment.__dataclass_fields__))
_ONE = _OF.where(annulments.c.notificacion_id == bindparam("key"))
_OF_CASILLA = _OF.where(
    annulments.c.casilla_id == bindparam("casilla"),
    annulments.c.notificacion_id.in_(bindparam("keys", expanding=True)),
)
_ADD = once(annulments, annulments.c.notificacion_id)


def add(tx: Tx, annulment: Annulment) -> bool:
    """False: it was annulled before."""
    return added(tx, _ADD, vars(annulment))


def of(tx: Tx, notificacion_id: bytes) -> Annulment | None:
    row = tx.conn.execute(_ONE, {"key": notificacion_id}).first()
    return Annulment(*row) if row else None


def among(tx: Tx, casilla_id: int, ids: list[bytes]) -> dict[bytes, Annulment]:
    """Those of a page that were annulled, by id."""
    rows = tx.conn.execute(_OF_CASILLA, {"casilla": casilla_id, "keys": ids})
    return {row.notificacion_id: Annulment(*row) for row in rows}
