"""The audit of versions up to 0.2.0: a chain of sealed rows that the eventos followed.

It is only read. `flows/record.py` sealed its end into the first evento.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import Row, func, select, type_coerce
from sqlalchemy.types import NullType

from proxy.domain.chain import Entry
from proxy.store.eventos import AT_ONCE, any_text, between
from proxy.store.instant import instant
from proxy.store.tables import audit, audit_head

if TYPE_CHECKING:
    from proxy.store.tx import Tx

HEAD = 1  # the id of the only row of audit_head


@dataclass(frozen=True)
class Sealed:
    """A row as the table holds it. `entry` is None when its values cannot be read."""

    id: int
    at: datetime | None
    entry: Entry | None
    key_id: str
    seal: bytes


@dataclass(frozen=True)
class Head:
    last_id: int
    mark: bytes


# Raw values: a SQLite column may hold any value, and a bad row must not stop the reading.
_ROWS = (
    select(
        audit.c.id,
        *(type_coerce(audit.c[name], NullType()).label(name) for name in ("at", "detail")),
        audit.c.event,
        audit.c.casilla_id,
        audit.c.ip,
        audit.c.key_id,
        audit.c.seal,
    )
    .order_by(audit.c.id)
    .execution_options(yield_per=AT_ONCE)
)
_COUNT = select(func.count()).select_from(audit)
_END = select(audit_head.c.last_id, audit_head.c.seal).where(audit_head.c.id == HEAD)


def rows(
    tx: "Tx", since: datetime | None = None, until: datetime | None = None
) -> Iterator[Sealed]:
    """The rows of [since, until) in the order of the chain, AT_ONCE in memory at a time."""
    statement = between(_ROWS, audit.c.at, since, until)
    with any_text(tx), tx.conn.execute(statement) as found:
        for row in found:
            yield _sealed(row)


def count(tx: "Tx") -> int:
    return int(tx.conn.execute(_COUNT).scalar_one())


def head(tx: "Tx") -> Head | None:
    row = tx.conn.execute(_END).first()
    return Head(*row) if row else None


def _sealed(row: Row[Any]) -> Sealed:
    at, entry = None, None
    try:
        at = instant(row.at)
        detail = json.loads(row.detail) if isinstance(row.detail, str | bytes) else row.detail
        entry = Entry(row.id, at, row.event, row.casilla_id, row.ip, detail)
    except (TypeError, ValueError, AttributeError, OverflowError, RecursionError):
        pass
    seal = row.seal if isinstance(row.seal, bytes) else b""
    return Sealed(row.id, at, entry, str(row.key_id), seal)
