"""Audit: proof that nobody changed the recorded rows, and a copy of them for auditors.

verify: every row against the mark of the one before ──▶ the end against the stored mark
lines:  each row for the copy, without identidades
"""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from proxy.domain import chain
from proxy.domain.events import Event
from proxy.domain.vault import Unsealable
from proxy.store import audit, casillas
from proxy.store.audit import Sealed
from proxy.store.tx import Tx

TOLD_EVERY = 500  # rows
Progress = Callable[[int], None]


@dataclass(frozen=True)
class Whole:
    """Nobody changed the table."""

    rows: int
    since: datetime | None  # instants of the first and the last row
    until: datetime | None


@dataclass(frozen=True)
class Broken:
    """The first row that is not as it was written. `code` names the difference."""

    code: str
    id: int
    at: datetime | None  # None: the row is gone, or its instant cannot be read


def count(tx: Tx) -> int:
    return audit.count(tx)


def verify(tx: Tx, progress: Progress = lambda _done: None) -> Whole | Broken:
    """Call it first in a transaction: rows that others add meanwhile must not count."""
    audit.hold_still(tx)
    keys, end = tx.vault, audit.head(tx)
    before, first, last = chain.START, None, None
    number = 0
    for row in audit.rows(tx):
        number += 1
        fault = _fault(tx, row, number, before)
        if fault is None and (end is None or number > end.last_id):
            fault = "audit.inserted"
        if fault:
            return Broken(fault, row.id, row.at)
        before = chain.mark(keys, row.key_id, row.seal)
        first, last = first or row.at, row.at
        if number % TOLD_EVERY == 0:
            progress(number)
    if end and number < end.last_id:
        return Broken("audit.cut", number + 1, None)
    if end and end.mark != before:
        return Broken("audit.end", number, last)
    if end is None and casillas.any_open(tx):  # each one was recorded when it opened
        return Broken("audit.cut", 1, None)
    return Whole(number, first, last)


def _fault(tx: Tx, row: Sealed, number: int, before: bytes) -> str | None:
    if row.id != number:
        return "audit.inserted" if row.id < number else "audit.missing"
    try:
        good = row.entry and chain.is_sealed(tx.vault, row.key_id, before, row.entry, row.seal)
    except Unsealable:
        return "audit.key"
    return None if good else "audit.changed"


def record_export(tx: Tx) -> None:
    audit.note(tx, Event.AUDIT_EXPORTED)


def lines(
    tx: Tx, since: datetime | None = None, until: datetime | None = None
) -> Iterator[dict[str, Any]]:
    """Rows of [since, until), oldest first. `user` is a keyed hash of the owner (S69)."""
    for row in audit.rows(tx, since, until):
        entry = row.entry
        whose = None if entry is None or entry.casilla_id is None else str(entry.casilla_id)
        yield {
            "id": row.id,
            "at": row.at.isoformat(timespec="microseconds") if row.at else None,
            "event": entry.event if entry else None,
            "user": tx.vault.alias(whose).hex() if whose else None,
            "ip": entry.ip if entry else None,
            "detail": entry.detail if entry else None,
            "key_id": row.key_id,
            "seal": row.seal.hex(),
        }


def json_line(line: dict[str, Any]) -> str:
    return json.dumps(line, ensure_ascii=False, separators=(",", ":")) + "\n"
