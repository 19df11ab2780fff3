"""Audit: proof that nobody changed the record, and a copy of it for auditors.

verify: the audit of earlier versions to its end ──▶ the line, which begins with that end ──▶ its
    mark outside the database ──▶ what waits for its place ──▶ the facts that must have an evento
lines:  each row for the copy, without identidades, in one sequence of numbers
"""

import json
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from proxy.domain import chain, evento
from proxy.domain.chain import Entry
from proxy.domain.evento import EPOCH, Evento, Mark
from proxy.domain.events import Event
from proxy.domain.vault import Unsealable
from proxy.store import audit, casillas, eventos, line
from proxy.store.audit import Sealed
from proxy.store.eventos import Placed
from proxy.store.tx import Tx

TOLD_EVERY = 500  # rows
_MISSING = {
    Event.NOTIFICACION_DEPOSITED: "audit.no_deposit",
    Event.NOTIFICACION_READ: "audit.no_reading",
    Event.SESSION_STARTED: "audit.no_session",
    Event.CHALLENGE_MADE: "audit.no_challenge",
    Event.MESSAGE_WRITTEN: "audit.no_message",
}
Progress = Callable[[int], None]


@dataclass(frozen=True)
class Whole:
    """Nobody changed the record."""

    rows: int
    since: datetime | None  # the earliest and the latest instant
    until: datetime | None


@dataclass(frozen=True)
class Broken:
    """The first row that is not as it was written. `code` names the difference."""

    code: str
    id: int | str
    at: datetime | None = None  # None: the row is gone, or its instant cannot be read


class _Reading:
    """Counts what was read, and keeps the earliest and the latest instant."""

    def __init__(self, progress: Progress) -> None:
        self._progress = progress
        self.rows = 0
        self.since: datetime | None = None
        self.until: datetime | None = None

    def count(self, at: datetime | None) -> None:
        self.rows += 1
        if at:  # the line has the order of the commits, and a demonstration writes in the past
            self.since, self.until = min(self.since or at, at), max(self.until or at, at)
        if self.rows % TOLD_EVERY == 0:
            self._progress(self.rows)


@dataclass(frozen=True)
class _Begun:
    """What the first evento says: where the earlier audit ended."""

    at: datetime
    rows: int
    mark: str | None


def count(tx: Tx) -> int:
    return audit.count(tx) + eventos.count(tx)


def verify(tx: Tx, kept: Mark | None, progress: Progress = lambda _done: None) -> Whole | Broken:
    """Call it first in a transaction: rows that others add meanwhile must not count.

    `kept`: the mark that left the database.
    """
    eventos.hold_still(tx)
    reading = _Reading(progress)
    earlier = _verify_earlier(tx, reading)
    if isinstance(earlier, Broken):
        return earlier
    begun = _verify_line(tx, kept, reading, earlier)
    if isinstance(begun, Broken):
        return begun
    broken = _verify_waiting(tx, reading) or _verify_facts(tx, begun)
    return broken or Whole(reading.rows, reading.since, reading.until)


def _verify_earlier(tx: Tx, reading: _Reading) -> audit.Head | Broken:
    """Row by row to the stored end."""
    end, before = audit.head(tx) or audit.Head(0, chain.START), chain.START
    for row in audit.rows(tx):
        reading.count(row.at)
        fault = _fault(tx, row, reading.rows, before)
        if fault is None and reading.rows > end.last_id:
            fault = "audit.inserted"
        if fault:
            return Broken(fault, row.id, row.at)
        before = chain.mark(tx.vault, row.key_id, row.seal)
    if reading.rows < end.last_id:
        return Broken("audit.cut", reading.rows + 1)
    if end.mark != before:
        return Broken("audit.end", reading.rows, reading.until)
    return end


def _fault(tx: Tx, row: Sealed, number: int, before: bytes) -> str | None:
    if row.id != number:
        return "audit.inserted" if row.id < number else "audit.missing"
    try:
        good = row.entry and chain.is_sealed(tx.vault, row.key_id, before, row.entry, row.seal)
    except Unsealable:
        return "audit.key"
    return None if good else "audit.changed"


def _verify_line(
    tx: Tx, kept: Mark | None, reading: _Reading, earlier: audit.Head
) -> _Begun | Broken | None:
    before, begun, number = chain.START, None, earlier.last_id
    for row in eventos.in_line(tx):
        number += 1
        if fault := _fault_in_line(tx, row, number, before):
            return Broken(fault, row.place, row.at)
        if begun is None:
            begun = _begun(row)
            if begun is None or (begun.rows, begun.mark) != _told(earlier):
                return Broken("audit.begun", row.place, row.at)
        before = row.chain
        if kept and kept.place == number and kept.chain != before:
            return Broken("audit.mark", number, row.at)
        reading.count(row.at)
    if kept and kept.place > number:
        return Broken("audit.cut", number + 1)
    # Each casilla was recorded when it opened, and nothing is recorded before the line begins.
    if begun is None and (earlier.last_id or casillas.any_open(tx)):
        return Broken("audit.cut", number + 1)
    return begun


def _fault_in_line(tx: Tx, row: Placed, number: int, before: bytes) -> str | None:
    if row.place != number:
        return "audit.inserted" if row.place < number else "audit.missing"
    if row.gone:
        return "audit.gone"
    try:
        chained = evento.chain(tx.vault, row.chain_key, before, number, row.evento_id, row.seal)
        good = row.evento and evento.is_sealed(tx.vault, row.key_id, row.evento, row.seal)
    except Unsealable:
        return "audit.key"
    return None if good and chained == row.chain else "audit.changed"


def _begun(row: Placed) -> _Begun | None:
    if row.evento is None or row.evento.kind != Event.RECORD_BEGUN:
        return None
    told = json.loads(row.evento.detail)
    return _Begun(row.evento.at, told["rows"], told["mark"])


def _told(earlier: audit.Head) -> tuple[int, str | None]:
    return earlier.last_id, earlier.mark.hex() if earlier.last_id else None


def _verify_waiting(tx: Tx, reading: _Reading) -> Broken | None:
    waiting = 0
    for row in eventos.unplaced(tx):
        waiting += 1
        try:
            good = row.evento and evento.is_sealed(tx.vault, row.key_id, row.evento, row.seal)
        except Unsealable:
            return Broken("audit.key", row.evento_id.hex(), row.at)
        if not good:
            code = "audit.gone" if row.gone else "audit.changed"
            return Broken(code, row.evento_id.hex(), row.at)
        reading.count(row.at)
    if eventos.count(tx) != line.count(tx) + waiting and (lost := eventos.astray(tx)):
        return Broken("audit.astray", lost.hex())
    return None


def _verify_facts(tx: Tx, begun: _Begun | None) -> Broken | None:
    """Those of an earlier version are told in its audit, whose end is sealed into the line."""
    since = begun.at if begun and begun.rows else EPOCH
    found = line.unrecorded(tx, since)
    return Broken(_MISSING[found.kind], found.id) if found else None


def record_export(tx: Tx) -> None:
    eventos.note(tx, Event.AUDIT_EXPORTED)


def lines(
    tx: Tx, since: datetime | None = None, until: datetime | None = None
) -> Iterator[dict[str, Any]]:
    """Rows of [since, until), oldest first. `user` is a keyed hash of the owner (S69)."""
    for old in audit.rows(tx, since, until):
        entry = old.entry
        said = (entry.event, entry.detail) if entry else (None, None)
        yield _line(tx, old.id, old.at, entry, said) | _sealed(old)
    for row in eventos.in_line(tx, since, until):
        one = row.evento
        said = (one.kind, json.loads(one.detail)) if one else (None, None)
        told = _line(tx, row.place, row.at, one, said) | _sealed(row)
        yield told | {"evento": row.evento_id.hex(), "chain": row.chain.hex()}


def _line(
    tx: Tx,
    number: int,
    at: datetime | None,
    one: Entry | Evento | None,
    said: tuple[str | None, Any],
) -> dict[str, Any]:
    event, detail = said
    told = {
        "id": number,
        "at": at.isoformat(timespec="microseconds") if at else None,
        "event": event,
        "user": tx.vault.alias(str(one.casilla_id)).hex() if one and one.casilla_id else None,
        "ip": one.ip if one else None,
        "detail": detail,
    }
    for name in ("actor", "session", "notificacion", "challenge", "message", "request"):
        value = getattr(one, name, None)  # the audit of earlier versions has none of them
        told[name] = value.hex() if isinstance(value, bytes) else value
    return told


def _sealed(row: Sealed | Placed) -> dict[str, Any]:
    return {"key_id": row.key_id, "seal": row.seal.hex(), "evento": None, "chain": None}


def json_line(line: dict[str, Any]) -> str:
    return json.dumps(line, ensure_ascii=False, separators=(",", ":")) + "\n"


def compare(tx: Tx, exported: Iterable[dict[str, Any]]) -> int | Broken:
    """How many rows of an earlier export are today as they were. An export may begin later."""
    eventos.hold_still(tx)
    today, same, now = lines(tx), 0, None
    for then in exported:
        now = next((one for one in today if one["id"] >= then["id"]), None)
        if now is None:
            return Broken("audit.export.cut", then["id"])
        if any(now.get(name) != value for name, value in then.items()):
            return Broken("audit.export.changed", then["id"])
        same += 1
    return same
