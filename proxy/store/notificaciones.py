"""The notificaciones of each casilla, and the files that were served with them.

Every lookup names the casilla, so it never finds a notificacion of another casilla.
"""

from typing import Any

from sqlalchemy import Select, bindparam, func, insert, select, update

from proxy.domain.notificacion import Counts, File, Notificacion
from proxy.store.tables import files, notificaciones
from proxy.store.tx import Tx


def _page(read: bool, older: bool | None) -> Select[Any]:
    """`older` is True for rows before `key`, False for those after it, None for the newest rows."""
    mine = notificaciones.c.casilla_id == bindparam("casilla")
    state = notificaciones.c.read_at.is_not(None) if read else notificaciones.c.read_at.is_(None)
    statement = select(*_COLUMNS).where(mine, state).limit(bindparam("most"))
    if older is None:
        return statement.order_by(notificaciones.c.id.desc())
    if older:
        return statement.where(notificaciones.c.id < bindparam("key")).order_by(
            notificaciones.c.id.desc()
        )
    return statement.where(notificaciones.c.id > bindparam("key")).order_by(notificaciones.c.id)


_COLUMNS = [notificaciones.c[field] for field in Notificacion.__dataclass_fields__]
_FILE_COLUMNS = [files.c[field] for field in File.__dataclass_fields__]
_PAGES = {
    (read, older): _page(read, older) for read in (False, True) for older in (None, True, False)
}
_ADD = insert(notificaciones)
_ADD_FILES = insert(files)
_COUNTS = select(
    func.count() - func.count(notificaciones.c.read_at), func.count(notificaciones.c.read_at)
).where(notificaciones.c.casilla_id == bindparam("casilla"))
_ONE = select(*_COLUMNS).where(
    notificaciones.c.casilla_id == bindparam("casilla"), notificaciones.c.id == bindparam("key")
)
_LAST_ALIKE = (
    select(*_COLUMNS)
    .join(
        files,
        (files.c.casilla_id == notificaciones.c.casilla_id)
        & (files.c.notificacion_id == notificaciones.c.id),
    )
    .where(
        notificaciones.c.casilla_id == bindparam("casilla"),
        notificaciones.c.numero == bindparam("numero"),
        files.c.position == 0,
        files.c.sha256 == bindparam("sha256"),
    )
    .order_by(notificaciones.c.id.desc())
    .limit(1)
)
_MARK_READ = (
    update(notificaciones)
    .where(
        notificaciones.c.casilla_id == bindparam("casilla"),
        notificaciones.c.id == bindparam("key"),
        notificaciones.c.read_at.is_(None),
    )
    .values(read_at=bindparam("now"))
    .returning(notificaciones.c.id)
)
_ANY_FILE = select(files.c.position).limit(1)
_FILES = (
    select(*_FILE_COLUMNS)
    .where(files.c.casilla_id == bindparam("casilla"), files.c.notificacion_id == bindparam("key"))
    .order_by(files.c.position)
)


def add(tx: Tx, notificacion: Notificacion, served: list[File]) -> None:
    """`served[0]` is the acto."""
    tx.conn.execute(_ADD, vars(notificacion))
    tx.insert(_ADD_FILES, [vars(file) for file in served])


def page(
    tx: Tx, casilla_id: int, *, read: bool, most: int, key: bytes | None = None, older: bool = True
) -> list[Notificacion]:
    """Newest first. `older` chooses the side of `key`, an id that is not included."""
    values = {"casilla": casilla_id, "most": most, "key": key}
    direction = None if key is None else older
    statement = _PAGES[read, direction]
    if key is None:
        del values["key"]
    rows = [Notificacion(*row) for row in tx.conn.execute(statement, values)]
    return rows[::-1] if direction is False else rows


def counts(tx: Tx, casilla_id: int) -> Counts:
    pending, read = tx.conn.execute(_COUNTS, {"casilla": casilla_id}).one()
    return Counts(pending, read)


def one(tx: Tx, casilla_id: int, notificacion_id: bytes) -> Notificacion | None:
    row = tx.conn.execute(_ONE, {"casilla": casilla_id, "key": notificacion_id}).first()
    return Notificacion(*row) if row else None


def last_alike(tx: Tx, casilla_id: int, numero: str, sha256: str) -> Notificacion | None:
    """The newest one of that number whose acto has those bytes."""
    values = {"casilla": casilla_id, "numero": numero, "sha256": sha256}
    row = tx.conn.execute(_LAST_ALIKE, values).first()
    return Notificacion(*row) if row else None


def mark_read(tx: Tx, casilla_id: int, notificacion_id: bytes) -> bool:
    """Set the instant of the first reading, which then never changes. False: it was set before."""
    values = {"casilla": casilla_id, "key": notificacion_id, "now": tx.now}
    return tx.conn.execute(_MARK_READ, values).first() is not None


def any_files(tx: Tx) -> bool:
    return tx.conn.execute(_ANY_FILE).first() is not None


def files_of(tx: Tx, casilla_id: int, notificacion_id: bytes) -> list[File]:
    """The acto first, then the anexos. Empty for a notificacion of another casilla."""
    values = {"casilla": casilla_id, "key": notificacion_id}
    return [File(*row) for row in tx.conn.execute(_FILES, values)]
