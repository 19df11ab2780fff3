"""What depends on a key: passwords, links, codes, sealed values, and the hashes that find rows.

The key that seals a row also makes the hash that finds it, so one statement renews both.
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import (
    Column,
    ColumnElement,
    LargeBinary,
    Row,
    Table,
    bindparam,
    delete,
    func,
    insert,
    or_,
    select,
    update,
)

from proxy.domain.identidad import Identidad, parse_identidad
from proxy.domain.vault import Unsealable, Vault, label
from proxy.errors import Refusal
from proxy.store.tables import casillas, challenges, links, lookups, metadata, padron, registrations
from proxy.store.tx import Tx

TABLES = [table for table in metadata.sorted_tables if any("sealed" in c.info for c in table.c)]

_OF_KEY = func.substr(casillas.c.password, 1, bindparam("length")) == bindparam("start")
_COUNT_PASSWORDS = select(func.count()).where(_OF_KEY)
_DROP_PASSWORDS = update(casillas).where(_OF_KEY).values(password=None)
_DROP_LOOKUP = delete(lookups).where(lookups.c.lookup == bindparam("new"))
_DROP_LOOKUPS = delete(lookups).where(lookups.c.key_id == bindparam("key"))
_LIVING_LINKS = select(func.max(links.c.expires_at)).where(
    links.c.created_at < bindparam("before"),
    links.c.expires_at > bindparam("now"),
    links.c.used_at.is_(None),
    links.c.ended_at.is_(None),
)
_LIVING_CODES = select(func.max(challenges.c.expires_at)).where(
    challenges.c.key_id == bindparam("key"),
    challenges.c.expires_at > bindparam("now"),
    challenges.c.used_at.is_(None),
    challenges.c.ended_at.is_(None),
)
# A registration is found by the same hash as the casilla that it opened.
_FOLLOW = (
    update(registrations)
    .where(registrations.c.lookup.in_(bindparam("old", expanding=True)))
    .values(lookup=bindparam("new"))
)


_LATEST = select(casillas.c.uid, casillas.c.number).order_by(casillas.c.id.desc()).limit(3)


@dataclass(frozen=True)
class Batch:
    last: Any  # the primary key of its last row; the next batch begins after it
    rows: int
    renewed: int  # the other rows are damaged: no key opens them


def passwords(tx: Tx, key_id: str) -> int:
    return int(tx.conn.execute(_COUNT_PASSWORDS, _start(key_id)).scalar_one())


def drop_passwords(tx: Tx, key_id: str) -> None:
    """Their owners choose another one by the recovery."""
    tx.conn.execute(_DROP_PASSWORDS, _start(key_id))


def drop_lookups(tx: Tx, key_id: str) -> None:
    """The casillas have those of the newer keys: see `renew`."""
    tx.conn.execute(_DROP_LOOKUPS, {"key": key_id})


def good_until(tx: Tx, key_id: str, before: datetime) -> datetime | None:
    """When the last code of this key and the last link older than `before` expire (UTC).

    A link does not say which key signed it: the newest key signs each link as it leaves.
    """
    values = {"before": before, "key": key_id, "now": tx.now}
    ends = (tx.conn.execute(last, values).scalar_one() for last in (_LIVING_LINKS, _LIVING_CODES))
    return max(filter(None, ends), default=None)


def rows(tx: Tx, key_id: str) -> int:
    """How many rows only this key opens."""
    counts = (select(func.count()).where(_of_key(table, key_id)) for table in TABLES)
    return sum(int(tx.conn.execute(count).scalar_one()) for count in counts)


def renew(tx: Tx, table: Table, key_id: str, after: Any, many: int) -> Batch:
    """Seal the next rows of `key_id` again, with the newest key. `after`: see Batch.last."""
    (primary,) = table.primary_key.columns
    statement = select(table).where(_of_key(table, key_id)).order_by(primary).limit(many)
    if after is not None:
        statement = statement.where(primary > after)
    found = tx.conn.execute(statement.with_for_update()).all()
    changed: list[dict[str, Any]] = []
    good: list[Row[Any]] = []
    for row in found:
        try:
            changed.append({"this": row._mapping[primary.name]} | _renewed(tx.vault, table, row))
        except (Unsealable, Refusal, ValueError):
            continue
        good.append(row)
    if changed:
        names = [name for name in changed[0] if name != "this"]
        fresh: dict[str, Any] = {name: bindparam(f"new_{name}") for name in names}
        given = [{f"new_{name}": one[name] for name in one} for one in changed]
        tx.conn.execute(update(table).where(primary == bindparam("new_this")).values(fresh), given)
        _follow(tx, table, good)
    last = found[-1]._mapping[primary.name] if found else None
    return Batch(last, len(found), len(changed))


def _renewed(vault: Vault, table: Table, row: Row[Any]) -> dict[str, Any]:
    values: dict[str, Any] = {}
    for column in _sealed(table):
        place, old = f"{table.name}.{column.name}", row._mapping[column.name]
        tie = row._mapping[column.info["sealed"]]
        name = tie.encode() if isinstance(tie, str) else tie
        # Empty: there is no phone, or the message has left.
        values[column.name] = vault.seal(place, name, vault.open(place, name, old)) if old else old
    if whose := _WHOSE.get(table.name):
        values["lookup"] = vault.lookup(str(whose(vault, row)))
    return values


def _follow(tx: Tx, table: Table, found: list[Row[Any]]) -> None:
    if table is casillas:
        for row in found:
            *old, new = tx.vault.lookups(str(_of_casilla(tx.vault, row)))
            tx.conn.execute(_FOLLOW, {"old": old, "new": new})
            tx.conn.execute(_DROP_LOOKUP, {"new": new})
            name = {"lookup": new, "key_id": tx.vault.newest, "casilla_id": row.id}
            tx.conn.execute(insert(lookups), name)


def _of_casilla(vault: Vault, row: Row[Any]) -> Identidad:
    return Identidad(row.kind, vault.open("casillas.number", row.uid, row.number))


def _of_record(vault: Vault, row: Row[Any]) -> Identidad:
    return parse_identidad(json.loads(vault.open("padron.record", row.uid, row.record))[0])


_WHOSE: Mapping[str, Callable[[Vault, Row[Any]], Identidad]] = {
    casillas.name: _of_casilla,
    padron.name: _of_record,
}


def _sealed(table: Table) -> list[Column[Any]]:
    return [column for column in table.c if "sealed" in column.info]


def _of_key(table: Table, key_id: str) -> ColumnElement[bool]:
    start = label(key_id)
    return or_(
        *(
            func.substr(column, 1, len(start), type_=LargeBinary) == start
            for column in _sealed(table)
        )
    )


def _start(key_id: str) -> dict[str, Any]:
    return {"start": f"{key_id}$", "length": len(key_id) + 1}


def opens(tx: Tx) -> bool:
    """Whether the key ring is that of this database. One casilla of several may be damaged."""
    rows = tx.conn.execute(_LATEST).all()
    return not rows or any(_opens(tx.vault, row) for row in rows)


def _opens(vault: Vault, row: Row[Any, Any]) -> bool:
    try:
        return bool(vault.open("casillas.number", row.uid, row.number))
    except Unsealable:
        return False
