"""An act that was served and is of no effect from now on: never edited, never deleted (X7)."""

import hashlib
import json
from dataclasses import dataclass
from datetime import datetime

from proxy.domain.evento import EPOCH, MICROSECOND


@dataclass(frozen=True)
class Annulment:
    casilla_id: int
    notificacion_id: bytes
    at: datetime
    reason: str
    replacement: bytes | None  # the notificacion that took its place


@dataclass(frozen=True)
class Void:
    """As its owner is told of it. `number`: of the replacement, when there is one."""

    at: datetime
    reason: str
    replacement: bytes | None = None
    number: str | None = None


def annulment_digest(one: Annulment) -> str:
    """SHA-256 of all that it says, for its evento: the same on both engines."""
    said = [
        (one.at - EPOCH) // MICROSECOND,
        one.reason,
        one.replacement.hex() if one.replacement is not None else None,
    ]
    return hashlib.sha256(json.dumps(said).encode()).hexdigest()
