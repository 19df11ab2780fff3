"""The audit: what happened, when and to which casilla, in a chain of sealed rows.

A transaction collects its notes and writes them at its end, because the writing locks the row of
`audit_head`. So another transaction waits only for the last statements of this one.
"""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import Row, bindparam, func, insert, select, text, type_coerce, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.types import NullType

from proxy.domain import chain
from proxy.domain.chain import Entry
from proxy.domain.events import Event
from proxy.store.tables import audit, audit_head

if TYPE_CHECKING:
    from proxy.store.tx import Tx

HEAD = 1  # the id of the only row of audit_head
AT_ONCE = 500  # rows that a reader holds in memory

_HEAD = (
    select(audit_head.c.last_id, audit_head.c.seal).where(audit_head.c.id == HEAD).with_for_update()
)
_FIRST = {"id": HEAD, "last_id": 0, "seal": chain.START}
_BEGIN = {
    "sqlite": sqlite.insert(audit_head).values(_FIRST).on_conflict_do_nothing(),
    "postgresql": postgresql.insert(audit_head).values(_FIRST).on_conflict_do_nothing(),
}
_ADD = insert(audit)
_MOVE = (
    update(audit_head)
    .where(audit_head.c.id == HEAD)
    .values(last_id=bindparam("last"), seal=bindparam("mark"))
)


def note(
    tx: "Tx", event: Event, casilla_id: int | None = None, ip: str | None = None, **detail: Any
) -> None:
    """Never pass a code, token, password or identidad: the detail is stored in clear."""
    tx.notes.append({"at": tx.now, "event": event, "casilla_id": casilla_id, "ip": ip})
    tx.notes[-1]["detail"] = detail | ({"request": tx.request} if tx.request else {})


def write(tx: "Tx") -> None:
    """Must be the last statement of a transaction: it locks the head of the chain."""
    if not tx.notes:
        return
    head = tx.conn.execute(_HEAD).first()
    if head is None:
        tx.conn.execute(_BEGIN[tx.conn.dialect.name])
        head = tx.conn.execute(_HEAD).one()
    vault, last, mark, rows = tx.vault, head.last_id, head.seal, []
    for values in tx.notes:
        last += 1  # an engine's own counter leaves gaps, and a gap means a removed row
        sealed = chain.seal(vault, vault.newest, mark, Entry(id=last, **values))
        mark = chain.mark(vault, vault.newest, sealed)
        rows.append(values | {"id": last, "key_id": vault.newest, "seal": sealed})
    tx.conn.execute(_ADD, rows)
    tx.conn.execute(_MOVE, {"last": last, "mark": mark})


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
_STILL = text("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
_COUNT = select(func.count()).select_from(audit)
_END = select(audit_head.c.last_id, audit_head.c.seal).where(audit_head.c.id == HEAD)


def rows(
    tx: "Tx", since: datetime | None = None, until: datetime | None = None
) -> Iterator[Sealed]:
    """The rows of [since, until) in the order of the chain, AT_ONCE in memory at a time."""
    statement = _ROWS
    if since is not None:
        statement = statement.where(audit.c.at >= since)
    if until is not None:
        statement = statement.where(audit.c.at < until)
    with _any_text(tx), tx.conn.execute(statement) as found:
        for row in found:
            yield _sealed(row)


def hold_still(tx: "Tx") -> None:
    """Let every statement of this transaction see the same rows, as SQLite always does."""
    if tx.conn.dialect.name == "postgresql":
        tx.conn.execute(_STILL)


def count(tx: "Tx") -> int:
    return int(tx.conn.execute(_COUNT).scalar_one())


def head(tx: "Tx") -> Head | None:
    row = tx.conn.execute(_END).first()
    return Head(*row) if row else None


@contextmanager
def _any_text(tx: "Tx") -> Iterator[None]:
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


def _sealed(row: Row[Any]) -> Sealed:
    at, entry = None, None
    try:
        at = _instant(row.at)
        detail = json.loads(row.detail) if isinstance(row.detail, str | bytes) else row.detail
        entry = Entry(row.id, at, row.event, row.casilla_id, row.ip, detail)
    except (TypeError, ValueError, AttributeError, OverflowError, RecursionError):
        pass
    seal = row.seal if isinstance(row.seal, bytes) else b""
    return Sealed(row.id, at, entry, str(row.key_id), seal)


def _instant(value: Any) -> datetime:
    moment = datetime.fromisoformat(value) if isinstance(value, str) else value
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
