"""A casilla, as the flows use it."""

from dataclasses import dataclass
from datetime import datetime

from proxy.domain.identidad import Identidad


@dataclass(frozen=True)
class Casilla:
    id: int
    uid: bytes
    identidad: Identidad
    nombres: str
    email: str
    phone: str | None  # E.164; the owner proved it
    password: str | None  # the hash; None until the owner chooses a password
    must_change: bool  # `debe_cambiar`: this password only lets the owner choose another
    first_until: datetime | None  # when a first password lapses; None: the owner's own password
    failures: int  # wrong passwords in a row
