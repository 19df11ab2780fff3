"""From what the flows give to the models of the answers."""

import json
from datetime import datetime
from typing import Literal
from zoneinfo import ZoneInfo

from proxy.domain.annulment import Annulment
from proxy.domain.constancia import Constancia
from proxy.domain.effect import UNREADABLE, Given
from proxy.domain.events import Event
from proxy.domain.notificacion import File, Notificacion
from proxy.domain.postponement import Postponement
from proxy.domain.sending import Alerta as Written
from proxy.domain.sending import Happened, Listed, Reader, Seen, State, state_of
from proxy.domain.timeline import described
from proxy.texts import TEXTS
from proxy.web.api import models
from proxy.web.api.models import (
    Alerta,
    Anulacion,
    Depositada,
    Efecto,
    Enlaces,
    Lectura,
    OtraFecha,
    Suceso,
)

BASE = "/api/v1/notificaciones"
# Words of the contract; another kind is told by its own name.
KINDS: dict[str, str] = {
    Event.NOTIFICACION_DEPOSITED: "deposito",
    Event.NOTIFICACION_READ: "lectura",
    Event.NOTIFICACION_ANNULLED: "anulacion",
    Event.MESSAGE_WRITTEN: "alerta",
    Event.ALERTA_SENT: "alerta-enviada",
    Event.ALERTA_TRIED: "alerta-intento",
    Event.ALERTA_BOUNCED: "alerta-rebotada",
    Event.MESSAGE_LOST: "alerta-abandonada",
    Event.ALERTA_UNDELIVERED: "alerta-fallida",
    Event.CONSTANCIA_SEALED: "constancia",
    Event.CONSTANCIA_LATE: "incidencia",
    Event.ACUSE_EXPIRED: "vencimiento",
    Event.FILE_SERVED: "descarga",
    Event.EFFECT_DIFFERS: "otra-fecha",
    Event.TERM_EXTENDED: "prorroga",
    Event.START_POSTPONED: "inicio-aplazado",
    Event.INCIDENCIA_FOUND: "incidencia",
    Event.INCIDENCIA_MENDED: "incidencia-reparada",
}

READERS: dict[Reader, Literal["titular", "representante"]] = {
    "owner": "titular",
    "representative": "representante",
}


class Teller:
    def __init__(self, origin: str, zone: ZoneInfo) -> None:
        self._origin, self._zone = origin, zone

    def deposited(self, one: Notificacion, files: list[File]) -> Depositada:
        return Depositada(
            **self._summed(one, "depositada"),
            depositada=self.instant(one.deposited_at),
            efecto=_effect(one.effect),
            partes=[models.Parte(nombre=f.name, bytes=f.size, sha256=f.sha256) for f in files],
            enlaces=self._links(one),
        )

    def listed(self, one: Listed) -> models.Listada:
        it = one.notificacion
        return models.Listada(
            **self._summed(it, one.state),
            referencia=one.sent.request.reference,
            depositada=self.instant(it.deposited_at),
            enlaces=self._links(it),
        )

    def seen(self, one: Seen) -> models.Notificacion:
        it = one.notificacion
        said = self.deposited(it, one.files).model_dump() | {
            "estado": one.state,
            "efecto": _effect(
                it.counts
            ),  # opening it may bring it forward, and a postponement put it off
        }
        return models.Notificacion(
            **said,
            referencia=one.sent.request.reference,
            alertas=[self._alerta(alerta) for alerta in one.alertas],
            lecturas=self._readings(one),
            anulacion=self._annulment(one.annulment) if one.annulment else None,
            otra_fecha=_other_date(one.given) if one.given else None,
            constancias=[self._constancia(it, each) for each in one.constancias],
            sucesos=[self.happened(happened) for happened in one.history],
        )

    def annulled(self, one: Notificacion, annulment: Annulment) -> models.Anulada:
        return models.Anulada(
            **self._summed(one, "anulada"),
            anulacion=self._annulment(annulment),
            enlaces=self._links(one),
        )

    def postponed(self, one: Notificacion, done: Postponement) -> models.Aplazada:
        return models.Aplazada(
            **self._summed(one, state_of(one, annulled=False)),
            aplazada=self.instant(done.at),
            efecto=_effect(done.effect),
            enlaces=self._links(one),
        )

    def happened(self, one: Happened) -> Suceso:
        return Suceso(
            lugar=one.place,
            suceso=KINDS.get(one.kind, one.kind),
            cuando=self.instant(one.at),
            notificacion=one.notificacion.hex(),
            numero=one.number,
            descripcion=described(one, self._zone),
            constancia=one.constancia,
        )

    def instant(self, at: datetime) -> str:
        return at.astimezone(self._zone).isoformat(timespec="microseconds")

    def _summed(self, one: Notificacion, state: State) -> dict[str, object]:
        return {
            "id": one.id.hex(),
            "numero": one.number,
            "entorno": "prueba" if one.test else "real",
            "aviso": TEXTS["api.worthless"] if one.test else None,
            "estado": state,
        }

    def place(self, notificacion_id: bytes) -> str:
        return f"{self._origin}{BASE}/{notificacion_id.hex()}"

    def _links(self, one: Notificacion) -> Enlaces:
        here = self.place(one.id)
        return Enlaces(notificacion=here, anulacion=f"{here}/anulacion")

    def _alerta(self, one: Written) -> Alerta:
        return Alerta(
            canal=one.channel,
            estado=(
                "rebotada"
                if one.bounced_at
                else "enviada"
                if one.sent_at
                else "abandonada"
                if not one.waits
                else "reintentando"
                if one.attempts
                else "por-enviar"
            ),
            creada=self.instant(one.written_at),
            enviada=self.instant(one.sent_at) if one.sent_at else None,
            rebotada=self.instant(one.bounced_at) if one.bounced_at else None,
            intentos=one.attempts,
        )

    def _constancia(self, of: Notificacion, one: Constancia) -> models.Constancia:
        return models.Constancia(
            numero=one.number,
            clase=one.kind,
            cuando=self.instant(one.at),
            sha256=one.sha256,
            enlace=f"{self.place(of.id)}/constancias/{one.kind}.pdf?numero={one.number}",
        )

    def _readings(self, one: Seen) -> list[Lectura]:
        at = one.notificacion.read_at
        if at is None:
            return []
        by = {
            happened.reader for happened in one.history if happened.kind == Event.NOTIFICACION_READ
        }
        por = READERS["representative" if "representative" in by else "owner"]
        return [Lectura(leida=self.instant(at), por=por)]

    def _annulment(self, one: Annulment) -> Anulacion:
        replacement = one.replacement.hex() if one.replacement else None
        return Anulacion(anulada=self.instant(one.at), motivo=one.reason, reemplazo=replacement)


def _effect(frozen: str | None) -> Efecto | None:
    try:
        told = json.loads(frozen or "")
        return Efecto(**{name: told[name] for name in Efecto.model_fields})
    except UNREADABLE:
        return None


def _other_date(given: Given) -> OtraFecha:
    return OtraFecha(
        version_calendario=given.calendar,
        surte_efecto=given.effective.isoformat(),
        inicio_computo=given.starts.isoformat(),
        vence=given.ends.isoformat() if given.ends else None,
    )
