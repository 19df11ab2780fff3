"""Audit: proof that nobody changed the record, and a copy of it for auditors.

verify: the audit of earlier versions to its end ──▶ the line, which begins with that end ──▶ its
    mark outside the database ──▶ what waits for its place ──▶ the facts that must have an evento
    ──▶ the constancias, and their PDF
lines:  each row for the copy, without identidades, in one sequence of numbers
"""

import json
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from proxy.domain import chain, evento
from proxy.domain.chain import Entry
from proxy.domain.evento import Evento, Mark
from proxy.domain.events import Event
from proxy.domain.vault import Unsealable
from proxy.flows import evidence, facts
from proxy.store import audit, casillas, eventos, guards, line
from proxy.store.audit import Sealed
from proxy.store.documents import Documents
from proxy.store.eventos import Placed
from proxy.store.tx import Tx

TOLD_EVERY = 500  # rows
WAITS_AT_MOST = timedelta(minutes=1)  # the worker gives every evento its place within a second
Progress = Callable[[int], None]


@dataclass(frozen=True)
class Waiting:
    """Eventos that have no place yet."""

    many: int
    oldest: datetime | None


@dataclass(frozen=True)
class Whole:
    """Nobody changed the record."""

    rows: int
    since: datetime | None  # the earliest and the latest instant
    until: datetime | None
    began: datetime | None  # when the line began
    waiting: Waiting


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
    """What the first evento says: where the earlier audit ended, and what was served before."""

    at: datetime
    rows: int
    mark: str | None
    earlier: dict[str, Any]


def count(tx: Tx) -> int:
    return audit.count(tx) + eventos.count(tx)


def verify(
    tx: Tx,
    kept: Mark | None,
    progress: Progress = lambda _done: None,
    documents: Documents | None = None,
) -> Whole | Broken:
    """Call it first in a transaction: rows that others add meanwhile must not count.

    `kept`: the mark that left the database. Without `documents` no PDF is read.
    """
    eventos.hold_still(tx)
    reading = _Reading(progress)
    earlier = _verify_earlier(tx, reading)
    if isinstance(earlier, Broken):
        return earlier
    retired: set[str] = set()
    begun = _verify_line(tx, kept, reading, earlier, retired)
    if isinstance(begun, Broken):
        return begun
    waiting = _verify_waiting(tx, reading, retired)
    if isinstance(waiting, Broken):
        return waiting
    if broken := _verify_facts(tx, begun):
        return broken
    if fault := evidence.verify(tx, documents):
        return Broken(*fault)
    if not guards.as_made(tx):
        return Broken("audit.guards", "")
    if waiting.oldest and tx.now - waiting.oldest > WAITS_AT_MOST:
        return Broken("audit.waits", waiting.many, waiting.oldest)
    began = begun.at if begun else None
    return Whole(reading.rows, reading.since, reading.until, began, waiting)


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
    tx: Tx, kept: Mark | None, reading: _Reading, earlier: audit.Head, retired: set[str]
) -> _Begun | Broken | None:
    """`retired` gets the keys that the line says are retired: none of them seals what follows."""
    before, begun, number = chain.START, None, earlier.last_id
    for row in eventos.in_line(tx):
        number += 1
        fault = _fault_in_line(tx, row, number, before)
        fault = fault or _fault_of_key(row.key_id, retired) or _fault_of_key(row.chain_key, retired)
        if fault:
            return Broken(fault, _number(row.place), row.at)
        if begun is None:
            begun = _begun(row)
            if begun is None or (begun.rows, begun.mark) != _told(earlier):
                return Broken("audit.begun", row.place, row.at)
        before = row.chain
        if kept and kept.place == number and kept.chain != before:
            return Broken("audit.mark", number, row.at)
        reading.count(row.at)
        if row.evento and row.evento.kind == Event.KEY_RETIRED:
            retired.add(json.loads(row.evento.detail)["key"])
    if kept and kept.place > number:
        return Broken("audit.cut", number + 1)
    # Each casilla was recorded when it opened, and nothing is recorded before the line begins.
    if begun is None and (earlier.last_id or casillas.any_open(tx)):
        return Broken("audit.cut", number + 1)
    return begun


def lost(tx: Tx, kept: Mark | None) -> Broken | None:
    """What `verify` would say of the mark alone."""
    end, fits = line.last(tx, kept)
    if fits or kept is None:
        return None
    if end and end.place >= kept.place:
        return Broken("audit.mark", kept.place)
    return Broken("audit.cut", (end.place if end else audit.count(tx)) + 1)


def _fault_in_line(tx: Tx, row: Placed, number: int, before: bytes) -> str | None:
    if row.place != number:
        return "audit.inserted" if _number(row.place) < number else "audit.missing"
    if row.gone:
        return "audit.gone"
    try:
        chained = evento.chain(tx.vault, row.chain_key, before, number, row.evento_id, row.seal)
    except Unsealable:
        return "audit.key"
    except TypeError:  # SQLite accepts any value in any column
        return "audit.changed"
    return _fault_of_seal(tx, row) or (None if chained == row.chain else "audit.changed")


def _fault_of_seal(tx: Tx, row: Placed) -> str | None:
    try:
        good = row.evento and evento.is_sealed(tx.vault, row.key_id, row.evento, row.seal)
    except Unsealable:
        return "audit.key"
    return None if good else "audit.changed"


def _fault_of_key(key_id: str, retired: set[str]) -> str | None:
    return "audit.retired" if key_id in retired else None


def _number(place: object) -> int:
    return place if isinstance(place, int) else 0


def _begun(row: Placed) -> _Begun | None:
    if row.evento is None or row.evento.kind != Event.RECORD_BEGUN:
        return None
    told = json.loads(row.evento.detail)
    if told.keys() != {"rows", "mark", *facts.NONE}:
        return None
    return _Begun(row.evento.at, told.pop("rows"), told.pop("mark"), told)


def _told(earlier: audit.Head) -> tuple[int, str | None]:
    return earlier.last_id, earlier.mark.hex() if earlier.last_id else None


def _verify_waiting(tx: Tx, reading: _Reading, retired: set[str]) -> Waiting | Broken:
    many, oldest = 0, None
    for row in eventos.unplaced(tx):
        many += 1
        shown = _plain(row.evento_id)
        if row.gone:
            return Broken("audit.gone", shown)
        fault = _fault_of_key(row.key_id, retired) or _fault_of_seal(tx, row)
        if fault:
            return Broken(fault, shown, row.at)
        assert row.at
        oldest = min(oldest or row.at, row.at)
        reading.count(row.at)
    if twice := line.twice(tx):
        return Broken("audit.twice", _plain(twice))
    if eventos.count(tx) != line.count(tx) + many and (lost := eventos.astray(tx)):
        return Broken("audit.astray", _plain(lost))
    return Waiting(many, oldest)


def _verify_facts(tx: Tx, begun: _Begun | None) -> Broken | None:
    if begun is None:
        fault = facts.verify(tx, None, facts.NONE, upgraded=False)
    else:
        fault = facts.verify(tx, begun.at, begun.earlier, upgraded=begun.rows > 0)
    return Broken(*fault) if fault else None


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
        said = (one.kind, _detail(one.detail)) if one else (None, None)
        told = _line(tx, row.place, row.at, one, said) | _sealed(row)
        yield told | {"evento": _plain(row.evento_id), "chain": _plain(row.chain)}


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
        told[name] = value
    return {
        name: value.hex() if isinstance(value, bytes) else value for name, value in told.items()
    }


def _plain(value: object) -> str:
    """SQLite accepts any value in any column."""
    return value.hex() if isinstance(value, bytes) else str(value)


def _detail(text: str) -> Any:
    """As it is, when somebody changed it to what is no JSON."""
    try:
        return json.loads(text)
    except (TypeError, ValueError, RecursionError):
        return str(text)


def _sealed(row: Sealed | Placed) -> dict[str, Any]:
    return {"key_id": row.key_id, "seal": row.seal.hex(), "evento": None, "chain": None}


def json_line(line: dict[str, Any]) -> str:
    return json.dumps(line, ensure_ascii=False, separators=(",", ":")) + "\n"


@dataclass(frozen=True)
class Same:
    """Rows of an earlier export that are today as they were."""

    rows: int
    gaps: int  # rows of today between those of the export


def compare(tx: Tx, exported: Iterable[dict[str, Any]]) -> Same | Broken:
    """An export may begin later than the record."""
    eventos.hold_still(tx)
    today, rows, before, gaps = lines(tx), 0, None, 0
    for then in exported:
        now = next((one for one in today if one["id"] >= then["id"]), None)
        if now is None:
            return Broken("audit.export.cut", then["id"])
        if any(now.get(name) != value for name, value in then.items()):
            return Broken("audit.export.changed", then["id"])
        rows += 1
        gaps += then["id"] - before - 1 if before is not None else 0
        before = then["id"]
    return Same(rows, gaps)
