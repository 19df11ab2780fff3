"""A notificacion and its files."""

from dataclasses import dataclass
from datetime import date, datetime


@dataclass(frozen=True)
class Notificacion:
    casilla_id: int
    id: bytes
    expediente: str
    expediente_on: date | None
    tipo: str
    numero: str
    asunto: str
    dependencia: str
    firmado_por: str
    elaborado_por: str
    issued_at: datetime
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
