"""Facts: what the tables say was served and read is what the record says, both ways.

begin: those that were there before the record are counted, and sealed into its first evento
verify: every notificacion beside its eventos ──▶ those without one beside that count ──▶ sessions,
    codes and messages, which must each have one
"""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, NamedTuple

from proxy.domain.events import Event
from proxy.store import facts
from proxy.store.facts import Fact, Noted, Served
from proxy.store.tx import Tx

_MISSING = {
    Event.SESSION_STARTED: "audit.no_session",
    Event.CHALLENGE_MADE: "audit.no_challenge",
    Event.MESSAGE_WRITTEN: "audit.no_message",
}
POSTPONED = {Event.TERM_EXTENDED, Event.START_POSTPONED}


class Fault(NamedTuple):
    code: str
    id: str
    at: datetime | None = None


@dataclass
class _Tally:
    """Facts without an evento, in the order of their keys."""

    many: int = 0
    hash: Any = field(default_factory=hashlib.sha256)

    def add(self, *values: object) -> None:
        self.many += 1
        self.hash.update(repr(values).encode(errors="replace"))

    def told(self) -> dict[str, Any]:
        return {"many": self.many, "sha256": self.hash.hexdigest()}


@dataclass
class Earlier:
    """What was served and read before the record began."""

    deposits: _Tally = field(default_factory=_Tally)
    readings: _Tally = field(default_factory=_Tally)

    def told(self) -> dict[str, Any]:
        return {"deposits": self.deposits.told(), "readings": self.readings.told()}

    def add(self, key: facts.Key, served: Served, noted: dict[str, Noted]) -> Iterator[str]:
        """Says what is without an evento."""
        if Event.NOTIFICACION_DEPOSITED not in noted:
            self.deposits.add(*key, _said(served.deposited_at), served.digest)
            yield "audit.no_deposit"
        if served.read and Event.NOTIFICACION_READ not in noted:
            effect = (
                [served.effect] if served.effect else []
            )  # no version before the record had one
            self.readings.add(*key, _said(served.read_at), *effect)
            yield "audit.no_reading"


def _said(at: datetime | None) -> str:
    return at.isoformat(timespec="microseconds") if at else "?"


def earlier(tx: Tx) -> dict[str, Any]:
    found = Earlier()
    for fact in facts.of_notificaciones(tx):
        if fact.served:
            list(found.add(fact.key, fact.served, _by_kind(fact)))
    return found.told()


def verify(tx: Tx, began: datetime | None, told: dict[str, Any], *, upgraded: bool) -> Fault | None:
    """`told`: what `earlier` said when the record began."""
    found = Earlier()
    for fact in facts.of_notificaciones(tx):
        name = fact.served.id if fact.served else fact.key[1]
        shown = name.hex() if isinstance(name, bytes) else str(name)
        if code := _fault(fact):
            return Fault(code, shown)
        assert fact.served
        for lacks in found.add(fact.key, fact.served, _by_kind(fact)):
            deposit = lacks == "audit.no_deposit"
            at = fact.served.deposited_at if deposit else fact.served.read_at
            none = told["deposits" if deposit else "readings"]["many"] == 0
            if none or at is None or (began and at >= began):
                return Fault(lacks, shown)
    if found.told() != told:
        return Fault("audit.earlier", "")
    lost = facts.unrecorded(tx, began if upgraded else None)
    return Fault(_MISSING[lost.kind], lost.id) if lost else None


def _by_kind(fact: Fact) -> dict[str, Noted]:
    return {one.kind: one for one in fact.noted}


def _fault(fact: Fact) -> str | None:
    served, noted = fact.served, _by_kind(fact)
    if served is None:
        return "audit.unserved"
    later = [one for one in fact.noted if one.kind in POSTPONED]
    if [(one.at, one.postponement) for one in later] != [(p.at, p.digest) for p in fact.put_off]:
        return "audit.postponed"
    if len({*noted} - POSTPONED) < len(fact.noted) - len(later):
        return "audit.served"  # more than one deposit, or reading
    deposit = noted.get(Event.NOTIFICACION_DEPOSITED)
    if deposit and (deposit.at, deposit.acto) != (served.deposited_at, served.digest):
        return "audit.served"
    reading = noted.get(Event.NOTIFICACION_READ)
    told = (reading.at, reading.effect) if reading else (served.read_at, served.effect)
    if told != (served.read_at, served.effect):
        return "audit.read"
    annulled = noted.get(Event.NOTIFICACION_ANNULLED)
    why = (annulled.at, annulled.annulment) if annulled else None
    found = (served.annulled_at, served.annulment) if served.annulled else None
    return "audit.annulled" if why != found else None


NONE: dict[str, Any] = Earlier().told()
