"""The eventos: every fact, in a row that is inserted with the act and then never changes.

A transaction collects its notes and writes them at its end, in two statements. No lock is taken
that another transaction waits for. `flows/record.py` puts committed rows in line.
"""

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from typing import TYPE_CHECKING, Any, NamedTuple

from sqlalchemy import (
    Column,
    Row,
    Select,
    bindparam,
    func,
    insert,
    literal,
    null,
    select,
    text,
    type_coerce,
)
from sqlalchemy.types import NullType

from proxy.domain import evento
from proxy.domain.evento import Evento
from proxy.domain.events import Event
from proxy.domain.ids import Growing
from proxy.store.instant import instant
from proxy.store.tables import eventos, line, line_waiting

if TYPE_CHECKING:
    from proxy.store.tx import Tx

AT_ONCE = 500  # rows that a reader holds in memory

_ids = Growing()
_ADD = insert(eventos)


def note(
    tx: "Tx",
    event: Event,
    casilla_id: int | None = None,
    *,
    notificacion: bytes | None = None,
    session: bytes | None = None,
    challenge: bytes | None = None,
    message: str | None = None,
    **detail: Any,
) -> None:
    """`tx.by` says by whom, from where and in which session. `session`: one that begins.

    Never pass a code, token, password or identidad: the detail is stored in clear.
    """
    tx.notes.append(
        Evento(
            b"",
            tx.now,
            event,
            casilla_id,
            notificacion,
            str(tx.by),
            session or tx.by.session,
            tx.by.ip,
            challenge,
            message,
            tx.request,
            json.dumps(detail, ensure_ascii=False, sort_keys=True),
        )
    )


def write(tx: "Tx") -> None:
    """The last statements of a transaction."""
    if tx.notes:
        add(tx, tx.notes)


def add(tx: "Tx", notes: list[Evento]) -> list[dict[str, Any]]:
    """Each waits for its place in line: a trigger of the table sees to that."""
    vault, rows = tx.vault, []
    for evento_id, noted in zip(_ids.take(tx.now, len(notes)), notes, strict=True):
        one = noted._replace(id=evento_id)
        sealed = evento.seal(vault, vault.newest, one)
        rows.append(one._asdict() | {"key_id": vault.newest, "seal": sealed})
    tx.insert(_ADD, rows)
    return rows


class Placed(NamedTuple):
    """A row of the line and its evento, as the tables hold them.

    `evento` is None when its values cannot be read.
    """

    place: int
    evento_id: bytes
    chain: bytes
    chain_key: str
    evento: Evento | None
    at: datetime | None
    key_id: str
    seal: bytes
    gone: bool  # there is no such evento


def _raw(column: Column[Any]) -> Any:
    """A SQLite column may hold any value, and a bad row must not stop the reading."""
    return type_coerce(column, NullType()).label(column.name)


_EVENTO = [_raw(eventos.c[name]) for name in (*Evento._fields, "key_id", "seal")]
_LINE = [line.c.place, line.c.evento_id, line.c.chain, line.c.key_id.label("chain_key")]
_ROWS = (
    select(*_LINE, *_EVENTO)
    .select_from(line.outerjoin(eventos, eventos.c.id == line.c.evento_id))
    .order_by(line.c.place)
    .execution_options(yield_per=AT_ONCE)
)
_UNPLACED = (
    select(literal(0), line_waiting.c.evento_id, null(), null(), *_EVENTO)
    .select_from(line_waiting.outerjoin(eventos, eventos.c.id == line_waiting.c.evento_id))
    .order_by(line_waiting.c.evento_id)
    .execution_options(yield_per=AT_ONCE)
)
_OF_KINDS = (
    select(literal(0), eventos.c.id, null(), null(), *_EVENTO)
    .where(eventos.c.kind.in_(bindparam("kinds", expanding=True)))
    .order_by(eventos.c.id)
    .execution_options(yield_per=AT_ONCE)
)
_STILL = text("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
_LAST_DETAIL = (
    select(eventos.c.detail)
    .where(eventos.c.notificacion == bindparam("key"), eventos.c.kind == bindparam("of_kind"))
    .order_by(eventos.c.id.desc())
    .limit(1)
)
_OF_ONE = (
    select(eventos.c.at, eventos.c.kind, eventos.c.detail)
    .where(
        eventos.c.notificacion == bindparam("key"),
        eventos.c.kind.in_(bindparam("kinds", expanding=True)),
    )
    .order_by(eventos.c.id)
)
_COUNT = select(func.count()).select_from(eventos)
_ASTRAY = (
    select(eventos.c.id)
    .except_(select(line.c.evento_id), select(line_waiting.c.evento_id))
    .limit(1)
)


def in_line(
    tx: "Tx", since: datetime | None = None, until: datetime | None = None
) -> Iterator[Placed]:
    """The eventos of [since, until) in the order of the line, AT_ONCE in memory at a time."""
    statement = between(_ROWS, eventos.c.at, since, until)
    with any_text(tx), tx.conn.execute(statement) as found:
        for row in found:
            yield _placed(row)


def between(
    statement: Select[Any], at: Column[Any], since: datetime | None, until: datetime | None
) -> Select[Any]:
    """[since, until)"""
    if since is not None:
        statement = statement.where(at >= since)
    return statement if until is None else statement.where(at < until)


def unplaced(tx: "Tx") -> Iterator[Placed]:
    """Those that wait for their place, which is 0 until then."""
    with any_text(tx), tx.conn.execute(_UNPLACED) as found:
        for row in found:
            yield _placed(row)


def of_kinds(tx: "Tx", *kinds: Event) -> Iterator[Placed]:
    """Reads every evento: only for what people seldom ask."""
    with any_text(tx), tx.conn.execute(_OF_KINDS, {"kinds": kinds}) as found:
        for row in found:
            yield _placed(row)


def last_detail(tx: "Tx", kind: Event, notificacion: bytes) -> dict[str, Any] | None:
    """Of the last evento of that kind."""
    found = tx.conn.execute(_LAST_DETAIL, {"key": notificacion, "of_kind": kind.value}).scalar()
    return json.loads(found) if found else None


def of_one(
    tx: "Tx", notificacion: bytes, kinds: Sequence[Event]
) -> list[tuple[datetime, str, dict[str, Any]]]:
    """When, which kind, and the detail; the oldest first."""
    rows = tx.conn.execute(_OF_ONE, {"key": notificacion, "kinds": [*kinds]})
    return [(row.at, row.kind, json.loads(row.detail)) for row in rows]


def count(tx: "Tx") -> int:
    return int(tx.conn.execute(_COUNT).scalar_one())


def astray(tx: "Tx") -> bytes | None:
    """An evento that is neither in line nor waits for it: somebody took it out."""
    found: bytes | None = tx.conn.execute(_ASTRAY).scalar()
    return found


def hold_still(tx: "Tx") -> None:
    """Let every statement of this transaction see the same rows, as SQLite always does."""
    if tx.conn.dialect.name == "postgresql":
        tx.conn.execute(_STILL)


@contextmanager
def any_text(tx: "Tx") -> Iterator[None]:
    """SQLite can store text that is not UTF-8. Read it too: its seal will not match."""
    if tx.conn.dialect.name != "sqlite":
        yield
        return
    driver: Any = tx.conn.connection.driver_connection
    driver.text_factory = lambda raw: raw.decode(errors="replace")
    try:
        yield
    finally:
        driver.text_factory = str


def _placed(row: Row[Any]) -> Placed:
    place, evento_id, chained, chain_key, *values, key_id, seal = tuple(row)
    at, read = None, None
    try:
        at = values[1] = instant(values[1])
        read = Evento(*values)
    except (TypeError, ValueError, AttributeError, OverflowError):
        pass
    if not isinstance(seal, bytes):
        seal = b""
    return Placed(
        place, evento_id, chained, chain_key, read, at, str(key_id), seal, gone=values[0] is None
    )
