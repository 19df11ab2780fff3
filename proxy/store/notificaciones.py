"""The notificaciones of each casilla, and the files that were served with them.

Every lookup names the casilla, so it never finds a notificacion of another casilla. What a system
deposited as a test is no row of any list, count or search, and cannot be read.
"""

from datetime import datetime
from functools import reduce
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Select,
    and_,
    bindparam,
    false,
    func,
    insert,
    or_,
    select,
    update,
)  # fmt: skip

from proxy.domain.finding import EVERYTHING, Filter, OfText, OfTime, plain
from proxy.domain.notificacion import COLUMNS, Counts, File, Notificacion
from proxy.store.folding import folded
from proxy.store.postponements import LAST
from proxy.store.tables import annulments, files, notificaciones
from proxy.store.tx import Tx

REAL = notificaciones.c.test.is_(False)
OF_ONE = [*(notificaciones.c[name] for name in COLUMNS), LAST]


def _page(read: bool, older: bool | None) -> Select[Any]:
    """`older` is True for rows before `key`, False for those after it, None for the newest rows."""
    statement = select(*OF_ONE).where(*_in_state(read)).limit(bindparam("most"))
    if older is None:
        return statement.order_by(notificaciones.c.id.desc())
    if older:
        return statement.where(notificaciones.c.id < bindparam("key")).order_by(
            notificaciones.c.id.desc()
        )
    return statement.where(notificaciones.c.id > bindparam("key")).order_by(notificaciones.c.id)


def _in_state(read: bool) -> tuple[ColumnElement[bool], ...]:
    mine = notificaciones.c.casilla_id == bindparam("casilla")
    state = notificaciones.c.read_at.is_not(None) if read else notificaciones.c.read_at.is_(None)
    return mine, state, REAL


_FILE_COLUMNS = [files.c[field] for field in File.__dataclass_fields__]
_PAGES = {
    (read, older): _page(read, older) for read in (False, True) for older in (None, True, False)
}
_STATES = {read: select(func.count()).where(*_in_state(read)) for read in (False, True)}
_ADD = insert(notificaciones)
_ADD_FILES = insert(files)
_COUNTS = select(
    func.count() - func.count(notificaciones.c.read_at), func.count(notificaciones.c.read_at)
).where(notificaciones.c.casilla_id == bindparam("casilla"), REAL)
_ONE = select(*OF_ONE).where(
    notificaciones.c.casilla_id == bindparam("casilla"),
    notificaciones.c.id == bindparam("key"),
    REAL,
)
_LAST_ALIKE = (
    select(*OF_ONE)
    .join(
        files,
        (files.c.casilla_id == notificaciones.c.casilla_id)
        & (files.c.notificacion_id == notificaciones.c.id),
    )
    .where(
        notificaciones.c.casilla_id == bindparam("casilla"),
        REAL,
        folded(notificaciones.c.numero) == bindparam("numero"),
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
        REAL,
    )
    .values(read_at=bindparam("now"), effect_read=bindparam("upon"))
    .returning(notificaciones.c.id)
)
_UNREAD = (
    _ONE.with_only_columns(*OF_ONE)
    .where(notificaciones.c.read_at.is_(None))
    .with_for_update(of=notificaciones)
)
_WAITING = (
    select(func.count())
    .select_from(
        notificaciones.outerjoin(
            annulments,
            (annulments.c.casilla_id == notificaciones.c.casilla_id)
            & (annulments.c.notificacion_id == notificaciones.c.id),
        )
    )
    .where(*_in_state(read=False), annulments.c.at.is_(None))
)
_BY_ID = select(*OF_ONE).where(notificaciones.c.id == bindparam("key")).limit(2)
_BY_NUMBER = select(*OF_ONE).where(notificaciones.c.number == bindparam("key"))
_ANY_FILE = select(files.c.position).limit(1)
_FILES = (
    select(*_FILE_COLUMNS)
    .where(files.c.casilla_id == bindparam("casilla"), files.c.notificacion_id == bindparam("key"))
    .order_by(files.c.position)
)


def add(tx: Tx, notificacion: Notificacion, served: list[File]) -> None:
    """`served[0]` is the acto."""
    tx.conn.execute(_ADD, {name: getattr(notificacion, name) for name in COLUMNS})
    tx.insert(_ADD_FILES, [vars(file) for file in served])


def page(
    tx: Tx,
    casilla_id: int,
    wanted: Filter = EVERYTHING,
    *,
    read: bool,
    most: int,
    key: bytes | None = None,
    older: bool = True,
) -> list[Notificacion]:
    """Newest first. `older` chooses the side of `key`, an id that is not included.

    A filter reads all rows of its owner, and no others: no index helps to find a word.
    """
    values = {"casilla": casilla_id, "most": most, "key": key}
    direction = None if key is None else older
    statement = _PAGES[read, direction]
    if wanted:
        statement = statement.where(_lets_through(wanted))
    if key is None:
        del values["key"]
    rows = [Notificacion(*row) for row in tx.conn.execute(statement, values)]
    return rows[::-1] if direction is False else rows


def how_many(tx: Tx, casilla_id: int, wanted: Filter, *, read: bool) -> int:
    statement = _STATES[read].where(_lets_through(wanted))
    return tx.conn.execute(statement, {"casilla": casilla_id}).scalar_one()


def as_of(
    tx: Tx,
    casilla_id: int,
    wanted: Filter,
    *,
    read: bool,
    at: datetime,
    most: int,
    key: bytes | None,
) -> list[Notificacion]:
    """The rows older than the row `key` as they stood at `at`, newest first: what was served is
    never changed, so parts that are asked for one after another fit."""
    c = notificaciones.c
    state = c.read_at <= at if read else or_(c.read_at.is_(None), c.read_at > at)
    statement = (
        select(*OF_ONE)
        .where(c.casilla_id == casilla_id, REAL, c.deposited_at <= at, state, _lets_through(wanted))
        .order_by(c.id.desc())
        .limit(most)
    )
    if key is not None:
        statement = statement.where(c.id < key)
    return [Notificacion(*row) for row in tx.conn.execute(statement)]


def _lets_through(wanted: Filter) -> ColumnElement[bool]:
    conditions = [
        _of_text(one) if isinstance(one, OfText) else _of_time(one) for one in wanted.conditions
    ]
    return and_(True, *conditions) if wanted.every else or_(false(), *conditions)


def _of_text(one: OfText) -> ColumnElement[bool]:
    # A column that may be empty, as the number of an old one, would empty the text of all.
    columns = [func.coalesce(notificaciones.c[name], "") for name in one.columns]
    if one.operator == "igual":
        return or_(*(folded(column) == one.text for column in columns))
    # All in one text, whose line ends are in no word: one condition a word, of hundreds.
    text = folded(reduce(lambda before, column: before + "\n" + column, columns))
    words = [text.contains(word, autoescape=True) for word in one.words]
    return ~and_(*words) if one.operator == "sin" else and_(*words)


def _of_time(one: OfTime) -> ColumnElement[bool]:
    column = notificaciones.c[one.column]
    return and_(
        True,
        *([column >= one.start] if one.start else []),
        *([column < one.end] if one.end else []),
    )


def counts(tx: Tx, casilla_id: int) -> Counts:
    pending, read = tx.conn.execute(_COUNTS, {"casilla": casilla_id}).one()
    return Counts(pending, read)


def one(tx: Tx, casilla_id: int, notificacion_id: bytes) -> Notificacion | None:
    row = tx.conn.execute(_ONE, {"casilla": casilla_id, "key": notificacion_id}).first()
    return Notificacion(*row) if row else None


def last_alike(tx: Tx, casilla_id: int, numero: str, sha256: str) -> Notificacion | None:
    """The newest one whose acto has those bytes and that number, in capitals or not, with any
    hyphen: people and spreadsheets write one number in many ways."""
    values = {"casilla": casilla_id, "numero": plain(numero), "sha256": sha256}
    row = tx.conn.execute(_LAST_ALIKE, values).first()
    return Notificacion(*row) if row else None


def mark_read(tx: Tx, casilla_id: int, notificacion_id: bytes, effect: str | None = None) -> bool:
    """Set the instant of the first reading, and what it made of the effect: neither ever changes.
    False: they were set before."""
    values = {"casilla": casilla_id, "key": notificacion_id, "now": tx.now, "upon": effect}
    return tx.conn.execute(_MARK_READ, values).first() is not None


def lock_unread(tx: Tx, casilla_id: int, notificacion_id: bytes) -> Notificacion | None:
    """Nobody opens or annuls it before this transaction ends. None: it was opened, or is a test."""
    row = tx.conn.execute(_UNREAD, {"casilla": casilla_id, "key": notificacion_id}).first()
    return Notificacion(*row) if row else None


def waiting(tx: Tx, casilla_id: int) -> int:
    """How many the owner did not open. What was annulled waits for nobody."""
    return tx.conn.execute(_WAITING, {"casilla": casilla_id}).scalar_one()


def by_number(tx: Tx, number: str) -> Notificacion | None:
    """For who deposits, real or a test."""
    row = tx.conn.execute(_BY_NUMBER, {"key": number}).first()
    return Notificacion(*row) if row else None


def by_id(tx: Tx, notificacion_id: bytes) -> Notificacion | None:
    """For who deposits, real or a test. Reads all of them: the casilla is not known."""
    rows = tx.conn.execute(_BY_ID, {"key": notificacion_id}).all()
    return Notificacion(*rows[0]) if len(rows) == 1 else None


def any_files(tx: Tx) -> bool:
    return tx.conn.execute(_ANY_FILE).first() is not None


def files_of(tx: Tx, casilla_id: int, notificacion_id: bytes) -> list[File]:
    """The acto first, then the anexos. Empty for a notificacion of another casilla."""
    values = {"casilla": casilla_id, "key": notificacion_id}
    return [File(*row) for row in tx.conn.execute(_FILES, values)]
