"""A notificacion and its files."""

from dataclasses import dataclass
from datetime import datetime

from proxy.domain.acto import Described


@dataclass(frozen=True)
class Notificacion(Described):
    casilla_id: int
    id: bytes
    deposited_at: datetime
    read_at: datetime | None


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
