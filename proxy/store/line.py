"""The line: the place of each evento, each chained to the one before; and what must have an evento.

Rows are only added, by one transaction at a time, in batches.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, delete, exists, func, insert, literal, select, text

from proxy.domain.evento import Mark
from proxy.domain.events import Event
from proxy.store.tables import (
    challenges,
    eventos,
    line,
    line_waiting,
    notificaciones,
    outbox,
    sessions,
)
from proxy.store.tx import Tx

BATCH = 500  # eventos
CLAIM = 0x6361_7369_6C6C_61  # «casilla»: a number that no other program of this database takes

_CLAIM = text("SELECT pg_try_advisory_xact_lock(:number)").bindparams(number=CLAIM)
_LAST = select(line.c.place, line.c.chain).order_by(line.c.place.desc()).limit(1)
_AT = select(line.c.chain).where(line.c.place == bindparam("number"))
_WAITS = select(literal(1)).where(exists().where(line_waiting.c.evento_id.is_not(None)))
_NEXT = (
    select(eventos.c.id, eventos.c.seal)
    .join(line_waiting, line_waiting.c.evento_id == eventos.c.id)
    .order_by(eventos.c.id)
    .limit(BATCH)
)
_ADD = insert(line)
_PLACED = select(line.c.evento_id).where(line.c.place > bindparam("end"))
_NO_LONGER = delete(line_waiting).where(line_waiting.c.evento_id.in_(_PLACED))
_COUNT = select(func.count()).select_from(line)


def claim(tx: Tx) -> bool:
    """Until the end of the transaction. On SQLite a transaction that writes is alone anyway."""
    if tx.conn.dialect.name != "postgresql":
        return True
    return bool(tx.conn.execute(_CLAIM).scalar_one())


def last(tx: Tx) -> Mark | None:
    row = tx.conn.execute(_LAST).first()
    return Mark(row.place, row.chain) if row else None


def fits(tx: Tx, mark: Mark) -> bool:
    """Whether that place still has that chain."""
    return tx.conn.execute(_AT, {"number": mark.place}).scalar() == mark.chain


def waits(tx: Tx) -> bool:
    return tx.conn.execute(_WAITS).first() is not None


def waiting(tx: Tx) -> list[tuple[bytes, bytes]]:
    """Id and seal of the next BATCH eventos. Their transactions are committed."""
    return [(row.id, row.seal) for row in tx.conn.execute(_NEXT)]


def add(tx: Tx, rows: list[dict[str, Any]]) -> None:
    """Places that follow the end of the line. Who has one no longer waits."""
    tx.conn.execute(_ADD, rows)
    tx.conn.execute(_NO_LONGER, {"end": rows[0]["place"] - 1})


def count(tx: Tx) -> int:
    return int(tx.conn.execute(_COUNT).scalar_one())


@dataclass(frozen=True)
class Unrecorded:
    """A fact of the tables whose evento is missing."""

    kind: Event
    id: str  # hexadecimal


def _lacking(fact: Any, at: Any, evento_column: Any, event: Event) -> Any:
    noted = select(evento_column).where(eventos.c.kind == event, evento_column.is_not(None))
    return select(fact).where(at >= bindparam("since")).except_(noted).limit(1)


_FACTS = {
    Event.NOTIFICACION_DEPOSITED: (
        notificaciones.c.id,
        notificaciones.c.deposited_at,
        "notificacion",
    ),
    Event.NOTIFICACION_READ: (notificaciones.c.id, notificaciones.c.read_at, "notificacion"),
    Event.SESSION_STARTED: (sessions.c.id, sessions.c.created_at, "session"),
    Event.CHALLENGE_MADE: (challenges.c.id, challenges.c.created_at, "challenge"),
    Event.MESSAGE_WRITTEN: (outbox.c.message_id, outbox.c.created_at, "message"),
}
_LACKING = {
    event: _lacking(fact, at, eventos.c[column], event)
    for event, (fact, at, column) in _FACTS.items()
}


def unrecorded(tx: Tx, since: datetime) -> Unrecorded | None:
    """A deposit, reading, session, challenge or message since then whose evento is missing."""
    for event, statement in _LACKING.items():
        found = tx.conn.execute(statement, {"since": since}).scalar()
        if found is not None:
            return Unrecorded(event, found.hex() if isinstance(found, bytes) else str(found))
    return None
