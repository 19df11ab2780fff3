"""Evidence: each constancia is what the record says that it states, and its PDF is there.

the row beside the evento of its act ──▶ beside that of its seal ──▶ the PDF of that digest
"""

import hashlib
import json
from datetime import datetime
from typing import NamedTuple

from proxy.store import evidence
from proxy.store.documents import Documents
from proxy.store.evidence import Kept, Noted, Told
from proxy.store.tx import Tx


class Fault(NamedTuple):
    code: str
    id: str  # the number of the constancia
    at: datetime | None = None


def verify(tx: Tx, documents: Documents | None) -> Fault | None:
    """Without `documents` no PDF is read."""
    for told in evidence.of_constancias(tx):
        if found := _of_one(told, documents):
            return found
    return None


def _of_one(told: Told, documents: Documents | None) -> Fault | None:
    acts = {one.number: one for one in told.noted if one.facts}
    seals = {one.number: one for one in told.noted if not one.facts}
    for one in told.kept:
        act, seal = acts.pop(one.number, None), seals.pop(one.number, None)
        if act is None:
            return Fault("audit.constancia.added", one.number, one.at)
        if not _as_written(one, act) or not _as_sealed(one, seal):
            return Fault("audit.constancia.changed", one.number, act.at)
        if seal and documents and (fault := _fault_of_pdf(one, documents)):
            return Fault(fault, one.number, seal.at)
    for gone in (*acts.values(), *seals.values()):
        return Fault("audit.constancia.gone", str(gone.number), gone.at)
    return None


def _as_written(one: Kept, act: Noted) -> bool:
    if one.at != act.at or _digest(one.facts) != act.facts:
        return False
    told = json.loads(one.facts or "")
    said = (told.get("id"), told.get("evento"), told.get("entorno") == "prueba")
    return said == (one.number, one.kind, bool(one.test))


def _as_sealed(one: Kept, seal: Noted | None) -> bool:
    sha256, _ = one.sealed
    if seal is None:
        return sha256 is None
    return (sha256, _digest(one.stated)) == (seal.sha256, seal.stated)


def _fault_of_pdf(one: Kept, documents: Documents) -> str | None:
    sha256, size = one.sealed
    if documents.fault(str(sha256)):
        return "audit.constancia.pdf"
    there = documents.path(str(sha256)).stat().st_size
    return None if there == size else "audit.constancia.changed"


def _digest(text: str | None) -> str | None:
    return None if text is None else hashlib.sha256(text.encode()).hexdigest()
