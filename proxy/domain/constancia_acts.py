"""What each kind of constancia states besides what all of them do."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, Protocol

ETSI = "http://uri.etsi.org/19522/Event/"  # ETSI EN 319 522-1 (1.2.1)


class Kind(StrEnum):
    DEPOSITO = "deposito"
    LECTURA = "lectura"
    ALERTA = "alerta"
    ALERTA_FALLIDA = "alerta-fallida"
    VENCIMIENTO = "vencimiento"
    INCIDENCIA = "incidencia"
    ANULACION = "anulacion"
    AFILIACION = "afiliacion"
    REVOCACION = "revocacion"


OF_A_PERSON = (Kind.AFILIACION, Kind.REVOCACION)
OF_A_NOTIFICACION = tuple(kind for kind in Kind if kind not in OF_A_PERSON)
# They say why: something did not happen, or holds no more.
NEGATIVE = {Kind.ALERTA_FALLIDA, Kind.VENCIMIENTO, Kind.INCIDENCIA, Kind.ANULACION}


class Act(Protocol):
    @property
    def kind(self) -> Kind: ...

    def etsi(self, *, acuse: bool) -> Sequence[str]:
        """The names of its events. `acuse`: whether its rule waits for the reading."""

    def told(self, moment: "Moment") -> dict[str, Any]: ...


class Moment(Protocol):
    def __call__(self, at: datetime) -> str: ...


@dataclass(frozen=True)
class Deposit:
    """`key` is the id of the sender's key of the API, `repetition` its idempotency key."""

    reference: str | None = None
    key: str | None = None
    repetition: str | None = None
    kind = Kind.DEPOSITO

    def etsi(self, *, acuse: bool) -> Sequence[str]:
        return ("SubmissionAcceptance", "ContentConsignment")

    def told(self, moment: Moment) -> dict[str, Any]:
        return {
            "referencia": self.reference,
            "clave": self.key,
            "idempotencia": self.repetition,
        }


@dataclass(frozen=True)
class Handed:
    """A file that was taken away. What was handed over is what was deposited: one digest."""

    name: str
    at: datetime
    sha256: str


@dataclass(frozen=True)
class Reading:
    """`warned` is the text that stood before the click."""

    warned: str
    handed: tuple[Handed, ...] = ()
    kind = Kind.LECTURA

    def etsi(self, *, acuse: bool) -> Sequence[str]:
        taken = ("ContentHandover", "ContentAccessTracking") if self.handed else ()
        return ("ConsignmentAcceptance", *taken)

    def told(self, moment: Moment) -> dict[str, Any]:
        handed = [
            {"nombre": one.name, "hora": moment(one.at), "sha256": one.sha256}
            for one in self.handed
        ]
        return {"advertencia": self.warned, "entregas": handed}


@dataclass(frozen=True)
class Attempt:
    at: datetime
    said: str  # what the provider answered


@dataclass(frozen=True)
class Alert:
    """`channel` is correo or sms; the address is whole here, and masked in print."""

    channel: str
    address: str
    attempts: tuple[Attempt, ...]
    failed: bool = False

    @property
    def kind(self) -> Kind:
        return Kind.ALERTA_FALLIDA if self.failed else Kind.ALERTA

    def etsi(self, *, acuse: bool) -> Sequence[str]:
        name = "NotificationForAcceptance" if acuse else "ConsignmentNotification"
        return (f"{name}Failure" if self.failed else name,)

    def told(self, moment: Moment) -> dict[str, Any]:
        attempts = [{"hora": moment(one.at), "respuesta": one.said} for one in self.attempts]
        return {"canal": self.channel, "direccion": self.address, "intentos": attempts}


@dataclass(frozen=True)
class Expiry:
    """Nobody opened it in the days that the rule waits. `ended` is when they were over, whenever
    it was noted."""

    ended: datetime
    kind = Kind.VENCIMIENTO

    def etsi(self, *, acuse: bool) -> Sequence[str]:
        return ("AcceptanceRejectionExpiry",)

    def told(self, moment: Moment) -> dict[str, Any]:
        return {"vencio": moment(self.ended)}


@dataclass(frozen=True)
class Incident:
    """What could not be handed over, from when, and when it was mended. Why is in the reasons."""

    found: str
    since: datetime
    mended: datetime | None = None
    kind = Kind.INCIDENCIA

    def etsi(self, *, acuse: bool) -> Sequence[str]:
        return ("ContentHandoverFailure",)

    def told(self, moment: Moment) -> dict[str, Any]:
        mended = moment(self.mended) if self.mended else None
        return {"hallazgo": self.found, "desde": moment(self.since), "corregida": mended}


@dataclass(frozen=True)
class Annulment:
    """`replacement` is the number of the notificacion that takes its place, if there is one."""

    replacement: str | None = None
    kind = Kind.ANULACION

    def etsi(self, *, acuse: bool) -> Sequence[str]:
        return ()

    def told(self, moment: Moment) -> dict[str, Any]:
        return {"reemplazo": self.replacement}


@dataclass(frozen=True)
class Accepted:
    """A text as a person accepted it (S45). `text` is its place on the site."""

    text: str
    title: str
    version: str
    sha256: str
    at: datetime


@dataclass(frozen=True)
class Affiliation:
    """The addresses are whole here, and masked in print (L19). Nobody proved the telephone."""

    accepted: tuple[Accepted, ...]
    email: str
    phone: str | None = None
    kind = Kind.AFILIACION

    def etsi(self, *, acuse: bool) -> Sequence[str]:
        return ()

    def told(self, moment: Moment) -> dict[str, Any]:
        return {
            "textos": _texts(self.accepted, moment),
            "correo": self.email,
            "telefono": self.phone,
        }


@dataclass(frozen=True)
class Revocation:
    """Consent taken back (L16): nothing is deposited from `since` on."""

    revoked: tuple[Accepted, ...]
    since: datetime
    warned: str  # what was said before the click
    kind = Kind.REVOCACION

    def etsi(self, *, acuse: bool) -> Sequence[str]:
        return ()

    def told(self, moment: Moment) -> dict[str, Any]:
        return {
            "textos": _texts(self.revoked, moment),
            "desde": moment(self.since),
            "advertencia": self.warned,
        }


def _texts(texts: Sequence[Accepted], moment: Moment) -> list[dict[str, str]]:
    return [
        {
            "titulo": one.title,
            "version": one.version,
            "pagina": f"/{one.text}/{one.version}/",
            "sha256": one.sha256,
            "aceptado": moment(one.at),
        }
        for one in texts
    ]
