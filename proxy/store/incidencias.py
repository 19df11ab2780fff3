"""The stored files that were found not to be the deposited ones, each until it is mended."""

from collections.abc import Sequence
from typing import Any, NamedTuple

from sqlalchemy import bindparam, delete, select
from sqlalchemy.dialects import postgresql, sqlite

from proxy.domain.notificacion import File
from proxy.store.deposit_tables import incidencias
from proxy.store.tx import Tx


class Incidencia(NamedTuple):
    casilla_id: int
    notificacion_id: bytes
    position: int
    sha256: str


_COLUMNS = [incidencias.c[name] for name in Incidencia._fields]
_ALL = select(*_COLUMNS).order_by(incidencias.c.sha256)
_ANY = select(incidencias.c.position).limit(1)
_KEY = (incidencias.c.casilla_id, incidencias.c.notificacion_id, incidencias.c.position)
_CLOSE = (
    delete(incidencias)
    .where(
        incidencias.c.casilla_id == bindparam("casilla"),
        incidencias.c.notificacion_id == bindparam("key"),
        incidencias.c.position.in_(bindparam("positions", expanding=True)),
    )
    .returning(incidencias.c.position, incidencias.c.finding)
)


def _add(dialect: Any) -> Any:
    adding = dialect.insert(incidencias)
    return adding.on_conflict_do_update(
        index_elements=_KEY,
        set_={"finding": adding.excluded.finding},
        where=incidencias.c.finding != adding.excluded.finding,
    ).returning(incidencias.c.position)


_ADD = {"sqlite": _add(sqlite), "postgresql": _add(postgresql)}


def add(tx: Tx, file: File, finding: str) -> bool:
    """False: it was known."""
    values = {name: getattr(file, name) for name in Incidencia._fields} | {"finding": finding}
    return tx.conn.execute(_ADD[tx.conn.dialect.name], values).first() is not None


def close(
    tx: Tx, casilla_id: int, notificacion_id: bytes, positions: Sequence[int]
) -> list[tuple[int, str]]:
    """Those of `positions` that were open, with what was found."""
    values = {"casilla": casilla_id, "key": notificacion_id, "positions": positions}
    return sorted((row.position, row.finding) for row in tx.conn.execute(_CLOSE, values))


def every(tx: Tx) -> list[Incidencia]:
    """The same bytes may have been served to many."""
    return [Incidencia(*row) for row in tx.conn.execute(_ALL)]


def any_open(tx: Tx) -> bool:
    return tx.conn.execute(_ANY).first() is not None
