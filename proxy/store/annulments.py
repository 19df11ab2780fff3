"""What was annulled, and by what it was replaced: a row of its own, added once."""

from collections.abc import Sequence

from sqlalchemy import bindparam, insert, select

from proxy.domain.annulment import Annulment, Void
from proxy.store.tables import annulments, notificaciones
from proxy.store.tx import Tx

_OF = select(*(annulments.c[name] for name in Annulment.__dataclass_fields__))
_ONE = _OF.where(annulments.c.notificacion_id == bindparam("key"))
_AMONG = (
    select(
        annulments.c.notificacion_id,
        *(annulments.c[name] for name in ("at", "reason", "replacement")),
        notificaciones.c.number,
    )
    .outerjoin(
        notificaciones,
        (notificaciones.c.casilla_id == annulments.c.casilla_id)
        & (notificaciones.c.id == annulments.c.replacement),
    )
    .where(
        annulments.c.casilla_id == bindparam("casilla"),
        annulments.c.notificacion_id.in_(bindparam("keys", expanding=True)),
    )
)
_ADD = insert(annulments)


def add(tx: Tx, annulment: Annulment) -> None:
    """A second one of the same notificacion raises IntegrityError."""
    tx.conn.execute(_ADD, vars(annulment))


def of(tx: Tx, notificacion_id: bytes) -> Annulment | None:
    row = tx.conn.execute(_ONE, {"key": notificacion_id}).first()
    return Annulment(*row) if row else None


def among(tx: Tx, casilla_id: int, ids: Sequence[bytes]) -> dict[bytes, Void]:
    """Those of a page that were annulled, by id."""
    rows = tx.conn.execute(_AMONG, {"casilla": casilla_id, "keys": [*ids]}) if ids else ()
    return {key: Void(*told) for key, *told in rows}
