"""Padron: a file fills the local register with people and companies.

check every line ──▶ write a batch; a record replaces the one with the same identidad
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from proxy.domain import padron as rules
from proxy.domain.columns import Columns, Seen
from proxy.domain.email import parse_email
from proxy.domain.events import Event
from proxy.domain.identidad import Identidad
from proxy.domain.identity import Claim, Known
from proxy.domain.padron import ADDRESSES, COMPANY, PERSON, REPRESENTATIVES
from proxy.store import eventos, padron
from proxy.store.tx import Tx

COLUMNS = Columns(
    needed=("identidad",), optional=(*PERSON, "cui", *COMPANY, REPRESENTATIVES, ADDRESSES)
)


@dataclass(frozen=True)
class Line:
    claim: Claim
    known: Known

    @property
    def identidad(self) -> Identidad:
        return self.claim.identidad


def read(values: Mapping[str, str]) -> Line:
    claim = rules.parse_record(values)
    representatives = rules.parse_representatives(values, claim.identidad)
    addresses = tuple(map(parse_email, rules.apart(values.get(ADDRESSES, ""))))
    return Line(claim, Known(representatives, addresses))


def check(_tx: Tx, _lines: Sequence[tuple[int, Line]]) -> Seen:
    """A line that can be read has no fault."""
    return Seen([])


def write(tx: Tx, lines: Sequence[tuple[int, Line]]) -> Seen:
    known = {line.identidad: line.known for _, line in lines}
    padron.put(tx, [line.claim for _, line in lines], known)
    eventos.note(tx, Event.PADRON_LOADED, records=len(lines))
    return Seen([])
