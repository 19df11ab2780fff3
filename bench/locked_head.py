"""How versions up to 0.2.0 wrote their audit: each transaction ended with one lock for all.

    lock the row of `audit_head` ──▶ number and seal the rows ──▶ insert them ──▶ move the head

The lock is held until the commit is on disk, so one transaction commits at a time.
"""

import json
from collections.abc import Iterator, Sequence
from typing import Any

from sqlalchemy import Connection, bindparam, insert, select, text, update
from sqlalchemy.dialects import postgresql, sqlite

from proxy.domain import chain
from proxy.domain.actor import Actor
from proxy.domain.chain import Entry
from proxy.domain.evento import Evento
from proxy.domain.events import Event
from proxy.store.db import Database
from proxy.store.tables import audit, audit_head
from proxy.store.tx import Tx

HEAD = 1  # the id of the only row of audit_head
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
_ACTS = ("insert", "update", "delete")
_CLOSING = {
    "sqlite": "SELECT sql FROM sqlite_master WHERE type = 'trigger' AND tbl_name LIKE 'audit%'",
    "postgresql": "SELECT pg_get_triggerdef(oid) FROM pg_trigger"
    " WHERE NOT tgisinternal AND tgrelid IN ('audit'::regclass, 'audit_head'::regclass)",
}
_LET_WRITE = {
    "sqlite": [
        f"DROP TRIGGER {table}_kept_{act}" for table in ("audit", "audit_head") for act in _ACTS
    ],
    "postgresql": [f"DROP TRIGGER {table}_kept ON {table}" for table in ("audit", "audit_head")],
}


class LockedHead(Database):
    """Its transactions write the audit instead of eventos. Call `let_write` once before."""

    def _work(self, conn: Connection, by: Actor | None) -> Iterator[Tx]:
        tx = Tx(conn, self.clock(), self.vault, by or self.by)
        yield tx
        write(tx, [_entry(one) for one in tx.notes])


def let_write(db: Database) -> list[str]:
    """Take away the triggers that close the audit since 0.3.0. Returns what makes them again."""
    with db.transaction() as tx:
        closing = list(tx.conn.execute(text(_CLOSING[tx.conn.dialect.name])).scalars())
        for statement in _LET_WRITE[tx.conn.dialect.name]:
            tx.conn.execute(text(statement))
    return closing


def close(db: Database, closing: list[str]) -> None:
    with db.transaction() as tx:
        for statement in closing:
            tx.conn.exec_driver_sql(statement)


def note(
    tx: Tx, event: Event, casilla_id: int | None = None, ip: str | None = None, **detail: Any
) -> None:
    """Write one row at once, in a transaction of any database whose audit is open."""
    write(
        tx, [{"at": tx.now, "event": event, "casilla_id": casilla_id, "ip": ip, "detail": detail}]
    )


def write(tx: Tx, notes: Sequence[dict[str, Any]]) -> None:
    if not notes:
        return
    head = tx.conn.execute(_HEAD).first()
    if head is None:
        tx.conn.execute(_BEGIN[tx.conn.dialect.name])
        head = tx.conn.execute(_HEAD).one()
    vault, last, mark, rows = tx.vault, head.last_id, head.seal, []
    for values in notes:
        last += 1
        sealed = chain.seal(vault, vault.newest, mark, Entry(id=last, **values))
        mark = chain.mark(vault, vault.newest, sealed)
        rows.append(values | {"id": last, "key_id": vault.newest, "seal": sealed})
    tx.conn.execute(_ADD, rows)
    tx.conn.execute(_MOVE, {"last": last, "mark": mark})


def _entry(one: Evento) -> dict[str, Any]:
    detail = json.loads(one.detail) | ({"request": one.request} if one.request else {})
    values = {"at": one.at, "event": one.kind, "casilla_id": one.casilla_id, "ip": one.ip}
    return values | {"detail": detail}
