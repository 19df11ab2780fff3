"""A notificacion and its files."""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from proxy.domain import effect
from proxy.domain.acto import Described
from proxy.domain.effect import Effect
from proxy.domain.evento import EPOCH, MICROSECOND


@dataclass(frozen=True)
class Notificacion(Described):
    casilla_id: int
    id: bytes
    deposited_at: datetime
    read_at: datetime | None
    effect: str | None = None  # frozen at the deposit; 0.2.0 computed none
    effect_read: str | None = None  # what the first reading made of it, where the rule has an acuse

    @property
    def takes_effect(self) -> Effect | None:
        frozen = self.effect_read or self.effect
        return effect.parse(frozen) if frozen else None


@dataclass(frozen=True)
class File:
    casilla_id: int
    notificacion_id: bytes
    position: int  # 0 is the acto, the anexos follow
    name: str
    media_type: str
    sha256: str  # hexadecimal
    size: int  # bytes


@dataclass(frozen=True)
class Counts:
    pending: int
    read: int


def digest(one: Described, served: Sequence[File], frozen: object = None) -> str:
    """SHA-256 of all that was served, for its evento: it must say the same on both engines.
    `frozen`: its effect. Without one, it is the digest of earlier versions.

    Raises what values that no notificacion has may raise: SQLite accepts any value in any column.
    """
    acto = {name: getattr(one, name) for name in Described.__dataclass_fields__}
    acto["expediente_on"] = str(one.expediente_on) if one.expediente_on is not None else None
    acto["issued_at"] = (one.issued_at - EPOCH) // MICROSECOND
    acto["files"] = [[f.position, f.name, f.media_type, f.sha256, f.size] for f in served]
    if frozen is not None:
        acto["effect"] = frozen
    return hashlib.sha256(json.dumps(acto, sort_keys=True).encode()).hexdigest()


def effect_digest(frozen: object) -> str | None:
    """SHA-256 of what the first reading made of the effect, for the evento of that reading."""
    if frozen is None:
        return None
    return hashlib.sha256(str(frozen).encode(errors="replace")).hexdigest()
