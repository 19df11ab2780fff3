"""The line: the place of each evento, each chained to the one before.

Rows are only added, by one transaction at a time, in batches.
"""

from typing import Any

from sqlalchemy import bindparam, delete, exists, func, insert, select, text, type_coerce
from sqlalchemy.types import NullType

from proxy.domain.evento import Mark
from proxy.store.tables import eventos, line, line_waiting
from proxy.store.tx import Tx

BATCH = 500  # eventos
CLAIM = 0x6361_7369_6C6C_61  # «casilla»: a number that no other program of this database takes

# By its full name: who owns the database could put a function of that name in another schema.
_CLAIM = text("SELECT pg_catalog.pg_try_advisory_xact_lock(:number)").bindparams(number=CLAIM)
_KEPT = line.alias("kept")
_AT = select(_KEPT.c.chain).where(_KEPT.c.place == bindparam("number")).scalar_subquery()
_END = (
    select(*(type_coerce(line.c[name], NullType()) for name in ("place", "chain")), _AT)
    .order_by(line.c.place.desc())
    .limit(1)
)
# SQLite accepts any value in any column. No text and no number is as great as a blob.
_NEXT = (
    select(line_waiting.c.evento_id.label("id"), eventos.c.seal)
    .join(eventos, eventos.c.id == line_waiting.c.evento_id)
    .where(line_waiting.c.evento_id >= b"", eventos.c.seal >= b"")
    .where(~exists().where(line.c.evento_id == line_waiting.c.evento_id))
    .order_by(line_waiting.c.evento_id)
    .limit(BATCH)
)
_TWICE = (
    select(line_waiting.c.evento_id)
    .where(exists().where(line.c.evento_id == line_waiting.c.evento_id))
    .limit(1)
)
_NEWEST = select(line.c.evento_id).order_by(line.c.place.desc()).limit(1)
_ADD = insert(line)
_PLACED = select(line.c.evento_id).where(line.c.place > bindparam("end"))
_NO_LONGER = delete(line_waiting).where(line_waiting.c.evento_id.in_(_PLACED))
_COUNT = select(func.count()).select_from(line)


def claim(tx: Tx) -> bool:
    """Until the end of the transaction. On SQLite a transaction that writes is alone anyway."""
    if tx.conn.dialect.name != "postgresql":
        return True
    return bool(tx.conn.execute(_CLAIM).scalar_one())


def last(tx: Tx, kept: Mark | None = None) -> tuple[Mark | None, bool]:
    """The end of the line, and whether the place of `kept` still has that chain.

    One statement, so that nobody changes the line between the two answers.
    """
    row = tx.conn.execute(_END, {"number": kept.place if kept else 0}).first()
    if row is None:
        return None, kept is None
    place, chain, found = tuple(row)
    if not isinstance(place, int) or not isinstance(chain, bytes):  # nothing that we wrote
        return None, False
    return Mark(place, chain), kept is None or found == kept.chain


def newest(tx: Tx) -> bytes | None:
    """The evento that has the last place."""
    found: bytes | None = tx.conn.execute(_NEWEST).scalar()
    return found


def waiting(tx: Tx) -> list[tuple[bytes, bytes]]:
    """Id and seal of the next BATCH eventos. Their transactions are committed."""
    return [(row.id, row.seal) for row in tx.conn.execute(_NEXT)]


def twice(tx: Tx) -> bytes | None:
    """An evento that waits although it has its place: somebody put it there."""
    found: bytes | None = tx.conn.execute(_TWICE).scalar()
    return found


def add(tx: Tx, rows: list[dict[str, Any]]) -> None:
    """Places that follow the end of the line. Who has one no longer waits."""
    tx.conn.execute(_ADD, rows)
    tx.conn.execute(_NO_LONGER, {"end": rows[0]["place"] - 1})


def count(tx: Tx) -> int:
    return int(tx.conn.execute(_COUNT).scalar_one())
