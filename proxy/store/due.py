"""What is due at an instant that a deposit fixed, unless the notificacion is opened before.

Each row is taken by one conditional statement, in the transaction of what is done about it: a
worker that is killed leaves it there, and of two workers one gets it.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import bindparam, delete, select, update
from sqlalchemy.dialects import postgresql, sqlite

from proxy.domain.reminders import Due
from proxy.store.deposit_tables import due
from proxy.store.tx import Tx


class Row(NamedTuple):
    casilla_id: int
    notificacion_id: bytes
    kind: str
    at: datetime


class Next(NamedTuple):
    id: int
    kind: str
    casilla_id: int


_COLUMNS = [due.c[name] for name in Row._fields]
_NEXT = (
    select(due.c.id, due.c.kind, due.c.casilla_id)
    .where(due.c.next_at <= bindparam("now"))
    .order_by(due.c.next_at)
    .limit(1)
)
_TAKE = delete(due).where(due.c.id == bindparam("key")).returning(*_COLUMNS)
_TAKE_OF = (
    delete(due)
    .where(
        due.c.casilla_id == bindparam("casilla"),
        due.c.kind == bindparam("of_kind"),
        due.c.next_at <= bindparam("now"),
    )
    .returning(*_COLUMNS)
)
_DROP = delete(due).where(
    due.c.casilla_id == bindparam("casilla"),
    due.c.notificacion_id == bindparam("key"),
    due.c.kind == bindparam("of_kind"),
)
_PUT_OFF = update(due).where(due.c.id == bindparam("key")).values(next_at=bindparam("later"))
_ADD: dict[str, Any] = {
    "sqlite": sqlite.insert(due).on_conflict_do_nothing(),
    "postgresql": postgresql.insert(due).on_conflict_do_nothing(),
}


def add(tx: Tx, rows: Sequence[Row], next_at: datetime | None = None) -> None:
    """Due at their instant, or looked at again at `next_at`. What is there already stays."""
    if rows:
        values = [one._asdict() | {"next_at": next_at or one.at} for one in rows]
        tx.insert(_ADD[tx.conn.dialect.name], values)


def next(tx: Tx) -> Next | None:
    """What is due and waits longest. It is still anybody's."""
    row = tx.conn.execute(_NEXT, {"now": tx.now}).first()
    return Next(*row) if row else None


def take(tx: Tx, key: int) -> Row | None:
    """None: another worker has it."""
    row = tx.conn.execute(_TAKE, {"key": key}).first()
    return Row(*row) if row else None


def take_of(tx: Tx, casilla_id: int, kind: Due) -> list[Row]:
    """All of a casilla that are due."""
    values = {"casilla": casilla_id, "of_kind": kind.value, "now": tx.now}
    return [Row(*row) for row in tx.conn.execute(_TAKE_OF, values)]


def drop(tx: Tx, casilla_id: int, notificacion_id: bytes, kind: Due) -> None:
    values = {"casilla": casilla_id, "key": notificacion_id, "of_kind": kind.value}
    tx.conn.execute(_DROP, values)


def put_off(tx: Tx, key: int, later: datetime) -> None:
    tx.conn.execute(_PUT_OFF, {"key": key, "later": later})
