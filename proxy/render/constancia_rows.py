"""A constancia as a person reads it: from its JSON alone, so paper and JSON say the same."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from proxy.domain.constancia import grouped
from proxy.domain.constancia_acts import ETSI, Kind
from proxy.domain.email import masked_email
from proxy.domain.phone import masked_phone
from proxy.domain.plazo_steps import amount_text, moment_text
from proxy.texts import TEXTS

Told = Mapping[str, Any]
Rows = list[tuple[str, str]]

TITLES = {
    Kind.DEPOSITO: "constancia.deposito.title",
    Kind.LECTURA: "constancia.lectura.title",
    Kind.ALERTA: "constancia.alerta.title",
    Kind.ALERTA_FALLIDA: "constancia.alerta_fallida.title",
    Kind.VENCIMIENTO: "constancia.vencimiento.title",
    Kind.INCIDENCIA: "constancia.incidencia.title",
    Kind.ANULACION: "constancia.anulacion.title",
    Kind.AFILIACION: "constancia.afiliacion.title",
    Kind.REVOCACION: "constancia.revocacion.title",
}
SAID = {
    Kind.DEPOSITO: "constancia.deposito",
    Kind.LECTURA: "constancia.lectura",
    Kind.ALERTA: "constancia.alerta",
    Kind.ALERTA_FALLIDA: "constancia.alerta_fallida",
    Kind.VENCIMIENTO: "constancia.vencimiento",
    Kind.INCIDENCIA: "constancia.incidencia",
    Kind.ANULACION: "constancia.anulacion",
    Kind.AFILIACION: "constancia.afiliacion",
    Kind.REVOCACION: "constancia.revocacion",
}
SENT_BY = ("entidad", "sistema", "funcionario")
CHANNELS = {"correo": "correo electrónico", "sms": "mensaje de texto"}
# What happened bears on the term, so it is said in a sentence too.
OF_A_TERM = {Kind.DEPOSITO, Kind.LECTURA, Kind.VENCIMIENTO}


@dataclass(frozen=True)
class Section:
    heading: str
    rows: Rows = field(default_factory=list)
    steps: list[str] = field(default_factory=list)
    hashes: Rows = field(default_factory=list)  # what is compared letter by letter


@dataclass(frozen=True)
class Shown:
    title: str
    at: str
    warnings: list[str]
    paragraphs: list[str]
    sections: list[Section]
    sealed: str
    proof: Section


def shown(told: Told) -> Shown:
    kind = Kind(told["evento"])
    found = [
        Section("Datos", _subject(told)),
        _besides(kind, told["detalle"], _site(told)),
        Section("Motivos", steps=told["motivos"]),
        _content(told["notificacion"]),
        _effect(kind, told),
        Section("Archivos", hashes=[_file(part) for part in told["partes"]]),
    ]
    return Shown(
        title=TEXTS[TITLES[kind]],
        at=_moment(told, told["hora_evento"]),
        warnings=_warnings(told),
        paragraphs=_paragraphs(kind, told),
        sections=[one for one in found if one.rows or one.steps or one.hashes],
        sealed=_sealed(told),
        proof=_proof(told),
    )


def _subject(told: Told) -> Rows:
    """In the order and with the words of the guide (M92)."""
    one, person = told["notificacion"], told["destinatario"]
    rows: Rows = [("Expediente", one["expediente"])] if one else []
    rows += [("Administrado", person["nombre"]), ("Documento Identidad", _identidad(person))]
    if by := told["representante"]:
        rows.append(("Representante", f"{by['nombre']}, {_identidad(by)}"))
        rows.append(("Poder", by["poder"]))
    if one:
        rows.append(("Documento", f"{one['tipo']} {one['numero_documento']}"))
    rows.append(("Fecha y Hora", _moment(told, told["hora_evento"])))
    if one:
        if told["depositado"] != told["hora_evento"]:
            rows.append(("Depositada", _moment(told, told["depositado"])))
        rows += [
            ("Notificación", one["numero"] or one["id"]),
            ("Asunto", one["asunto"]),
            ("Dependencia", one["dependencia"]),
            ("Firmado por", one["firmado_por"]),
            ("Elaborado por", one["elaborado_por"]),
            ("Fecha de emisión", _moment(told, one["fecha_emision"])),
        ]
        if day := one["fecha_expediente"]:
            rows.append(("Fecha de Expediente", f"{date.fromisoformat(day):%d/%m/%Y}"))
    return rows


def _besides(kind: Kind, detail: Told, site: str) -> Section:
    heading, rows = _BESIDES[kind]
    found = [(label, text) for label, text in rows(detail) if text]
    found += _accepted(detail.get("textos", ()), site)
    texts = [(one["titulo"], grouped(one["sha256"])) for one in detail.get("textos", ())]
    return Section(heading, found, hashes=texts)


def _of_deposit(detail: Told) -> Rows:
    return [
        ("Referencia", detail["referencia"]),
        ("Clave del sistema", detail["clave"]),
        ("Idempotencia", detail["idempotencia"]),
    ]


def _of_reading(detail: Told) -> Rows:
    taken = [("Entregado", f"{one['nombre']}, {_clock(one['hora'])}") for one in detail["entregas"]]
    return [("Advertencia previa", detail["advertencia"]), *taken]


def _of_alert(detail: Told) -> Rows:
    masked = masked_email if detail["canal"] == "correo" else masked_phone
    tried = [
        (f"Intento {number}", f"{_clock(one['hora'])}: {one['respuesta']}")
        for number, one in enumerate(detail["intentos"], 1)
    ]
    return [
        ("Canal", CHANNELS[detail["canal"]]),
        ("Dirección", masked(detail["direccion"])),
        *tried,
    ]


def _of_incident(detail: Told) -> Rows:
    mended = detail["corregida"]
    return [
        ("Hallazgo", detail["hallazgo"]),
        ("Desde", _clock(detail["desde"])),
        ("Corregida", _clock(mended) if mended else "Todavía no"),
    ]


def _of_annulment(detail: Told) -> Rows:
    return [("La reemplaza", detail["reemplazo"] or "Ninguna")]


def _of_affiliation(detail: Told) -> Rows:
    return [
        ("Correo", masked_email(detail["correo"])),
        ("Teléfono indicado", masked_phone(detail["telefono"]) if detail["telefono"] else ""),
    ]


def _of_revocation(detail: Told) -> Rows:
    return [
        ("Rige desde", _clock(detail["desde"])),
        ("Advertencia previa", detail["advertencia"]),
        ("Texto", "" if detail["textos"] else TEXTS["constancia.revocacion.none"]),
    ]


def _site(told: Told) -> str:
    return str(told["verificar"].partition("/verificar/")[0])


def _accepted(texts: Sequence[Told], site: str) -> Rows:
    return [
        row
        for one in texts
        for row in (
            ("Texto", f"{one['titulo']}, versión {one['version']}"),
            ("Publicado en", f"{site}{one['pagina']}"),
            ("Aceptado", _clock(one["aceptado"])),
        )
    ]


_BESIDES: dict[Kind, tuple[str, Callable[[Told], Rows]]] = {
    Kind.DEPOSITO: ("El envío", _of_deposit),
    Kind.LECTURA: ("La lectura", _of_reading),
    Kind.ALERTA: ("La alerta", _of_alert),
    Kind.ALERTA_FALLIDA: ("La alerta", _of_alert),
    Kind.VENCIMIENTO: ("El acuse", lambda detail: [("Venció", _clock(detail["vencio"]))]),
    Kind.INCIDENCIA: ("La incidencia", _of_incident),
    Kind.ANULACION: ("La anulación", _of_annulment),
    Kind.AFILIACION: ("Lo aceptado", _of_affiliation),
    Kind.REVOCACION: ("La revocación", _of_revocation),
}


def _content(notificacion: Told | None) -> Section:
    """What the law wants said with the act (L7)."""
    found = notificacion and notificacion["contenido"]
    if not found:
        return Section("Recursos")
    term = found["plazo"]
    rows = [
        ("Autoridad", f"{found['autoridad']}, {found['direccion']}"),
        ("Vigencia", found["vigencia"]),
        ("Agota la vía", "Sí" if found["agota_via"] else "No"),
        ("Plazo", f"{_amount(term)}, {term['para']}" if term else ""),
        ("Sin recursos", found["sin_recursos"]),
        *(
            (one["recurso"], f"{one['organo']}, {_amount(one['plazo'])}")
            for one in found["recursos"]
        ),
    ]
    return Section("Vigencia y recursos", [row for row in rows if row[1]])


def _amount(term: Told) -> str:
    return amount_text(term["cantidad"], term["unidad"])


def _effect(kind: Kind, told: Told) -> Section:
    """The steps say the rule, its norm and the calendar, each with its version."""
    effect = told["efecto"]
    annulled = kind is Kind.ANULACION
    heading = "Cuándo habría surtido efecto" if annulled else "Cuándo surte efecto"
    if effect is None:
        return Section(heading)
    ends = effect["vence"]
    rows = [
        ("Fecha de efecto", _day(effect["surte_efecto"])),
        ("Plazos desde", _day(effect["inicio_computo"])),
        ("Fin del plazo", f"{_day(ends)}{_closes(effect)}" if ends else ""),
    ]
    return Section(heading, [row for row in rows if row[1]], told["pasos"])


def _file(part: Told) -> tuple[str, str]:
    size = f"{part['bytes']:,}".replace(",", " ")
    return f"{part['nombre']} ({size} bytes)", grouped(part["sha256"])


def _proof(told: Told) -> Section:
    issuer, sender, before = told["emisor"], told["remitente"], told["anterior"]
    proved, events = told["autenticacion"], [one.removeprefix(ETSI) for one in told["etsi"]]
    page = told["politica"].get("pagina")  # what 0.4.0 wrote has none
    rows = [
        ("Número", told["id"]),
        ("Entorno", told["entorno"]),
        ("Evento", ", ".join([told["evento"], *events])),
        ("Hora del evento", told["hora_evento"]),
        ("Hora del sello", told["hora_sello"]),
        ("Emisor", issuer["entidad"] + (f", RUC {issuer['ruc']}" if issuer["ruc"] else "")),
        ("Remitente", ", ".join(filter(None, map(sender.get, SENT_BY)))),
        ("Autenticación", ", ".join(proved["factores"]) if proved else ""),
        ("Política", told["politica"]["id"]),
        ("Publicada en", _site(told) + page if page else ""),
        ("Anterior", before["id"] if before else "Ninguna"),
        ("Formato", f"versión {told['version']}"),
        ("Sal", grouped(told["sal"])),
    ]
    hashes = [
        ("Política", told["politica"]["sha256"]),
        ("Certificado", issuer["certificado"]["sha256"]),
        ("Sesión", proved["sesion"] if proved else None),
        ("Anterior", before["sha256"] if before else None),
    ]
    compared = [(label, grouped(text)) for label, text in hashes if text]
    return Section("Para comprobarla", [row for row in rows if row[1]], hashes=compared)


def _warnings(told: Told) -> list[str]:
    said = [TEXTS["constancia.test"]] if told["entorno"] == "prueba" else []
    if told["emisor"]["certificado"]["demostracion"]:
        said.append(TEXTS["constancia.demonstration"])
    return said


def _paragraphs(kind: Kind, told: Told) -> list[str]:
    values = {"at": _moment(told, told["hora_evento"])}
    if kind is Kind.LECTURA:
        values["who"] = _who(told)
    if "canal" in told["detalle"]:
        values["channel"] = CHANNELS[told["detalle"]["canal"]]
    said = [TEXTS["constancia.dear"], TEXTS[SAID[kind]].format(**values)]
    return [*said, _term(told)] if kind in OF_A_TERM else said


def _who(told: Told) -> str:
    if by := told["representante"]:
        return TEXTS["constancia.lectura.representative"].format(name=by["nombre"])
    return TEXTS["constancia.lectura.owner"].format(name=told["destinatario"]["nombre"])


def _term(told: Told) -> str:
    effect = told["efecto"]
    if effect is None:
        return TEXTS["constancia.effect.none"]
    waits = effect["base"] == "acuse" and effect["acuse"] is None
    waits = waits and Kind(told["evento"]) is Kind.DEPOSITO
    ends = ""
    if effect["vence"]:
        ends = TEXTS["constancia.effect.ends"].format(
            ends=_day(effect["vence"]), closes=_closes(effect)
        )
    return TEXTS["constancia.effect.waits" if waits else "constancia.effect"].format(
        effective=_day(effect["surte_efecto"]), starts=_day(effect["inicio_computo"]), ends=ends
    )


def _sealed(told: Told) -> str:
    by = told["emisor"]["certificado"]
    since, until = (datetime.fromisoformat(by[name]) for name in ("desde", "hasta"))
    return TEXTS["constancia.sealed"].format(
        holder=by["titular"],
        serial=by["serie"],
        by=by["emisor"],
        since=f"{since:%d/%m/%Y}",
        until=f"{until:%d/%m/%Y}",
    )


def _identidad(person: Told) -> str:
    return f"{person['tipo']} {person['numero']}"


def moment_of(told: Told, at: datetime) -> str:
    """«07/12/2026 09:00:00 (hora de Lima, UTC-05:00)» (R18)"""
    zone = told["emisor"]["zona_horaria"]
    local = at.astimezone(ZoneInfo(zone))
    place = zone.rpartition("/")[2].replace("_", " ")
    return f"{local:%d/%m/%Y %H:%M:%S} (hora de {place}, UTC{local.isoformat()[-6:]})"


def _moment(told: Told, text: str) -> str:
    return moment_of(told, datetime.fromisoformat(text))


def _clock(text: str) -> str:
    """The same, where a line has no room for more."""
    return f"{datetime.fromisoformat(text):%d/%m/%Y %H:%M:%S} UTC{text[-6:]}"


def _day(text: str) -> str:
    return moment_text(datetime.fromisoformat(text) if "T" in text else date.fromisoformat(text))


def _closes(effect: Told) -> str:
    closes = effect["cierre"]
    return f" a las {closes}" if closes and "T" not in effect["vence"] else ""
