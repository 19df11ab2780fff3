"""Padron: a file fills the local register with people and companies.

read a line ──▶ write a batch; a record replaces the one with the same identidad
"""

from collections.abc import Mapping, Sequence

from proxy.domain.columns import Columns, Fault
from proxy.domain.events import Event
from proxy.domain.identity import Claim
from proxy.domain.padron import COMPANY, PERSON, parse_record
from proxy.store import eventos, padron
from proxy.store.tx import Tx

COLUMNS = Columns(needed=("identidad",), optional=(*PERSON, "cui", *COMPANY))


def read(values: Mapping[str, str]) -> Claim:
    return parse_record(values)


def write(tx: Tx, claims: Sequence[tuple[int, Claim]]) -> list[Fault]:
    padron.put(tx, [claim for _, claim in claims])
    eventos.note(tx, Event.PADRON_LOADED, records=len(claims))
    return []
