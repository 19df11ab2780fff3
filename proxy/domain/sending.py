"""What a system is told of what it sent: its state, its alertas, and what happened to it."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from proxy.domain.annulment import Annulment
from proxy.domain.constancia import Constancia
from proxy.domain.effect import Given
from proxy.domain.notificacion import File, Notificacion, Sent

Reader = Literal["owner", "representative"]
State = Literal["depositada", "leida", "anulada"]


def state_of(one: Notificacion, annulled: bool) -> State:
    if annulled:
        return "anulada"
    return "leida" if one.read_at else "depositada"


@dataclass(frozen=True)
class Happened:
    """An evento of a notificacion. `place` is its place in line, once it has one. `channel` and
    `address`, which is masked, are of the message that it is about."""

    place: int | None
    at: datetime
    kind: str
    notificacion: bytes
    number: str | None
    dependencia: str
    actor: str
    detail: dict[str, Any]
    channel: str | None = None
    address: str | None = None

    @property
    def reader(self) -> Reader:
        """Who did it, of those who may open a casilla."""
        return "representative" if self.actor.startswith("representative") else "owner"

    @property
    def constancia(self) -> str | None:
        """The number of the constancia that proves it, or that it is about."""
        number = self.detail.get("constancia")
        return number if isinstance(number, str) else None


@dataclass(frozen=True)
class Alerta:
    channel: Literal["email", "sms"]
    written_at: datetime
    sent_at: datetime | None
    waits: bool  # it will be tried again
    attempts: int
    bounced_at: datetime | None


@dataclass(frozen=True)
class Listed:
    notificacion: Notificacion
    sent: Sent
    state: State


@dataclass(frozen=True)
class Seen(Listed):
    files: list[File]
    annulment: Annulment | None
    alertas: list[Alerta]
    given: Given | None  # what a later calendar gives, where it is another date
    history: list[Happened]
    constancias: list[Constancia]


@dataclass(frozen=True)
class Reach:
    """Whether somebody can be notified here, and whether it would reach them."""

    member: bool
    alertas: Literal["sanas", "fallan", "sin-probar"] = "sin-probar"
    last_login: Literal["semana", "mes", "anio", "no-consta"] = "no-consta"
