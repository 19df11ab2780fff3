"""Changes of e-mails and mobile: asked for, made once the new one is proved, perhaps undone."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from sqlalchemy import Row, bindparam, insert, select, update

from proxy.domain.ids import new_id
from proxy.store.tables import changes
from proxy.store.tx import Tx

Field = Literal["email", "phone", "second_email"]


@dataclass(frozen=True)
class Change:
    id: bytes
    casilla_id: int
    field: Field
    old: str | None
    new: str | None  # None: it is removed
    old_proved_at: datetime | None
    made_at: datetime | None


_COLUMNS = [changes.c[name] for name in Change.__dataclass_fields__]
_ADD = insert(changes)
_OPEN = (changes.c.casilla_id == bindparam("casilla"), changes.c.ended_at.is_(None))
_WAITING = (
    select(*_COLUMNS)
    .where(
        *_OPEN,
        changes.c.visit == bindparam("visit_digest"),
        changes.c.made_at.is_(None),
        changes.c.expires_at > bindparam("now"),
    )
    .order_by(changes.c.field)  # the e-mail before the mobile, and what is only for alertas last
)
_OLD_PROVED = (
    update(changes)
    .where(*_OPEN, changes.c.visit == bindparam("visit_digest"), changes.c.made_at.is_(None))
    .values(old_proved_at=bindparam("now"))
)
_MAKE = (
    update(changes)
    .where(changes.c.id == bindparam("change"))
    .values(made_at=bindparam("now"), expires_at=bindparam("until"))
)
_GIVE_UP = (
    update(changes).where(*_OPEN, changes.c.made_at.is_(None)).values(ended_at=bindparam("now"))
)
_BY_ID = select(*_COLUMNS).where(changes.c.id == bindparam("change"))
_SINCE = (
    select(*_COLUMNS)
    .where(*_OPEN, changes.c.made_at >= bindparam("since"))
    .order_by(changes.c.made_at)
)
_END = update(changes).where(changes.c.id == bindparam("change")).values(ended_at=bindparam("now"))


def add(
    tx: Tx,
    casilla_id: int,
    field: Field,
    old: str | None,
    new: str | None,
    visit: bytes,
    until: datetime,
) -> Change:
    tx.require_lock(casilla_id)
    change_id = new_id(tx.now)
    values = {
        "id": change_id,
        "casilla_id": casilla_id,
        "field": field,
        "old": tx.vault.seal("changes.old", change_id, old) if old else None,
        "new": tx.vault.seal("changes.new", change_id, new) if new else None,
        "visit": visit,
        "asked_at": tx.now,
        "expires_at": until,
    }
    tx.conn.execute(_ADD, values)
    return by_id(tx, change_id)


def waiting(tx: Tx, casilla_id: int, visit: bytes) -> list[Change]:
    values = {"casilla": casilla_id, "visit_digest": visit, "now": tx.now}
    return [_change(tx, row) for row in tx.conn.execute(_WAITING, values)]


def mark_old_proved(tx: Tx, casilla_id: int, visit: bytes) -> None:
    """One code of the registered address proves every change that this browser asked for."""
    values = {"casilla": casilla_id, "visit_digest": visit, "now": tx.now}
    tx.conn.execute(_OLD_PROVED, values)


def make(tx: Tx, change: Change, until: datetime) -> None:
    """`until` is the end of the time to undo it."""
    tx.conn.execute(_MAKE, {"change": change.id, "now": tx.now, "until": until})


def give_up(tx: Tx, casilla_id: int) -> None:
    tx.conn.execute(_GIVE_UP, {"casilla": casilla_id, "now": tx.now})


def by_id(tx: Tx, change_id: bytes) -> Change:
    return _change(tx, tx.conn.execute(_BY_ID, {"change": change_id}).one())


def since(tx: Tx, change: Change) -> list[Change]:
    """`change` and the later changes that still stand, oldest first."""
    values = {"casilla": change.casilla_id, "since": change.made_at}
    return [_change(tx, row) for row in tx.conn.execute(_SINCE, values)]


def end(tx: Tx, change: Change) -> None:
    tx.conn.execute(_END, {"change": change.id, "now": tx.now})


def _change(tx: Tx, row: Row[Any]) -> Change:
    values = row._asdict()
    for name in ("old", "new"):
        if values[name] is not None:
            values[name] = tx.vault.open(f"changes.{name}", row.id, values[name])
    return Change(**values)
