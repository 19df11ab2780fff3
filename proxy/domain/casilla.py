"""A casilla, as its flows see it."""

from dataclasses import dataclass

from proxy.domain.identidad import Identidad


@dataclass(frozen=True)
class Casilla:
    id: int
    uid: bytes
    identidad: Identidad
    nombres: str
    email: str
    phone: str | None  # E.164; only one that its owner proved
    password: str | None  # its hash; None until the owner chooses one
    must_change: bool  # `debe_cambiar`: the password only serves to choose another
    failures: int  # wrong passwords in a row
