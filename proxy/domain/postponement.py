"""What lets a term end, or its count begin, later than was frozen: never an edit (L26, L30)."""

import hashlib
import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from proxy.domain.evento import EPOCH, MICROSECOND

Kind = Literal["prorroga", "inicio"]


@dataclass(frozen=True)
class Postponement:
    """`edition` counts those of one notificacion from 1. `said`: what was asked, and by which norm,
    as canonical JSON. `effect`: the dates that count since, frozen."""

    casilla_id: int
    notificacion_id: bytes
    edition: int
    at: datetime
    kind: str
    said: str
    effect: str


def canonical(said: dict[str, Any]) -> str:
    return json.dumps(said, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def postponement_digest(one: Postponement) -> str:
    """SHA-256 of all that it says, for its evento: the same on both engines."""
    said = [one.edition, (one.at - EPOCH) // MICROSECOND, one.kind, one.said, one.effect]
    return hashlib.sha256(json.dumps(said).encode()).hexdigest()
