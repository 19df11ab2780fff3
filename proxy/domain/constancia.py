"""What a constancia states: one JSON, which its paper shows and its seal covers (X3).

    facts, with the act ──▶ written ──▶ at the first attempt to seal it: when, by which certificate,
        after which other one ──▶ stated, the text of constancia.json

The canonical form of RFC 8785: the same facts give the same bytes, whoever writes them.
"""

import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import rfc8785

from catalog.reading.model import Entity
from proxy.domain import effect as effects
from proxy.domain.acto import Described
from proxy.domain.constancia_acts import ETSI, NEGATIVE, Act, Moment
from proxy.domain.content import parse_content
from proxy.domain.identidad import Identidad
from proxy.domain.notificacion import File, Notificacion

VERSION = 1


@dataclass(frozen=True)
class Constancia:
    """`sha256` is of its PDF; without one, it is not sealed yet."""

    number: str
    casilla_id: int
    notificacion_id: bytes | None
    kind: str
    at: datetime
    sha256: str | None
    size: int | None


@dataclass(frozen=True)
class Person:
    identidad: Identidad
    name: str


@dataclass(frozen=True)
class Representative:
    person: Person
    power: str


@dataclass(frozen=True)
class Sender:
    entity: str
    system: str | None = None
    official: str | None = None


@dataclass(frozen=True)
class Authentication:
    factors: tuple[str, ...]
    session: str | None = None  # its hash


@dataclass(frozen=True)
class Part:
    name: str
    size: int  # bytes
    sha256: str


@dataclass(frozen=True)
class Concerned:
    """The notificacion of which something is stated. `effect` and `content` are what was frozen."""

    id: str
    acto: Described
    deposited: datetime
    parts: tuple[Part, ...]
    effect: str | None
    number: str | None = None
    content: str | None = None


def concerned(one: Notificacion, files: Sequence[File]) -> Concerned:
    parts = tuple(Part(file.name, file.size, file.sha256) for file in files)
    return Concerned(
        one.id.hex(), one, one.deposited_at, parts, one.counts, one.number, one.content
    )


@dataclass(frozen=True)
class Policy:
    """The published text under which the service works. `page` is its place on the site."""

    id: str
    sha256: str
    page: str


@dataclass(frozen=True)
class Issuer:
    entity: Entity
    policy: Policy


@dataclass(frozen=True)
class Certificate:
    holder: str
    by: str
    serial: str
    since: datetime
    until: datetime
    sha256: str
    demonstration: bool


@dataclass(frozen=True)
class Previous:
    """The constancia before this one, of the same notificacion."""

    number: str
    sha256: str


@dataclass(frozen=True)
class Facts:
    """`salt` is random: who has only the hash of a constancia cannot guess what it states."""

    number: str
    act: Act
    at: datetime
    sender: Sender
    recipient: Person
    salt: str
    concerned: Concerned | None = None
    representative: Representative | None = None
    authentication: Authentication | None = None
    reasons: tuple[str, ...] = ()
    test: bool = False


@dataclass(frozen=True)
class Sealing:
    """Fixed once, at the first attempt, so that each repetition gives the same bytes."""

    at: datetime
    certificate: Certificate
    origin: str
    previous: Previous | None = None


def written(facts: Facts, issuer: Issuer) -> str:
    """What is kept with the act."""
    if facts.act.kind in NEGATIVE and not facts.reasons:
        raise ValueError(f"{facts.act.kind} without a reason")
    entity, one = issuer.entity, facts.concerned
    zone = ZoneInfo(entity.zona_horaria)

    def moment(at: datetime) -> str:
        return at.astimezone(zone).isoformat(timespec="microseconds")

    effect = _read(one.effect, effects.parse) if one else None
    acuse = effect is not None and effect["base"] == "acuse"
    told: dict[str, Any] = {
        "version": VERSION,
        "id": facts.number,
        "evento": str(facts.act.kind),
        "etsi": [ETSI + name for name in facts.act.etsi(acuse=acuse)],
        "entorno": "prueba" if facts.test else "real",
        "hora_evento": moment(facts.at),
        "emisor": {
            "entidad": entity.nombre,
            "siglas": entity.siglas,
            "ruc": entity.ruc,
            "oficina": entity.signs,
            "direccion": entity.direccion,
            "telefono": entity.contacto.called,
            "zona_horaria": entity.zona_horaria,
        },
        "politica": {
            "id": issuer.policy.id,
            "sha256": issuer.policy.sha256,
            "pagina": issuer.policy.page,
        },
        "remitente": {
            "entidad": facts.sender.entity,
            "sistema": facts.sender.system,
            "funcionario": facts.sender.official,
        },
        "destinatario": _person(facts.recipient),
        "representante": _representative(facts.representative),
        "autenticacion": _authentication(facts.authentication),
        "notificacion": _notificacion(one, moment) if one else None,
        "depositado": moment(one.deposited) if one else None,
        "partes": _parts(one.parts if one else ()),
        "motivos": list(facts.reasons),
        "efecto": effect,
        "detalle": facts.act.told(moment),
        "sal": facts.salt,
    }
    return canonical(told | _arithmetic(effect))


def stated(facts: str, sealing: Sealing) -> str:
    """The text of constancia.json."""
    told = json.loads(facts)
    zone = ZoneInfo(told["emisor"]["zona_horaria"])
    by, previous = sealing.certificate, sealing.previous
    told["hora_sello"] = sealing.at.astimezone(zone).isoformat(timespec="microseconds")
    told["emisor"]["certificado"] = {
        "titular": by.holder,
        "emisor": by.by,
        "serie": by.serial,
        "desde": by.since.astimezone(zone).isoformat(),
        "hasta": by.until.astimezone(zone).isoformat(),
        "sha256": by.sha256,
        "demostracion": by.demonstration,
    }
    told["verificar"] = f"{sealing.origin}/verificar/#{told['id']}"
    told["anterior"] = {"id": previous.number, "sha256": previous.sha256} if previous else None
    return canonical(told)


def previous(stated_before: str) -> Previous:
    digest = hashlib.sha256(stated_before.encode()).hexdigest()
    return Previous(json.loads(stated_before)["id"], digest)


def canonical(told: Mapping[str, Any]) -> str:
    return rfc8785.dumps(dict(told)).decode()


def grouped(sha256: str) -> str:
    """Four by four, as a person compares it with another one."""
    return " ".join(sha256[at : at + 4] for at in range(0, len(sha256), 4))


def _read(frozen: str | None, parse: Callable[[str], object]) -> Any:
    """What somebody put there past every check keeps nobody from opening what is theirs; the
    digest in the evento shows it."""
    try:
        if not frozen:
            return None
        parse(frozen)
        told = json.loads(frozen)
        canonical({"": told})
    except effects.UNREADABLE:
        return None
    return told


def _person(person: Person) -> dict[str, str]:
    identidad = person.identidad
    return {"tipo": identidad.kind, "numero": identidad.number, "nombre": person.name}


def _representative(one: Representative | None) -> dict[str, str] | None:
    return {**_person(one.person), "poder": one.power} if one else None


def _authentication(one: Authentication | None) -> dict[str, Any] | None:
    return {"factores": list(one.factors), "sesion": one.session} if one else None


def _notificacion(one: Concerned, moment: Moment) -> dict[str, Any]:
    acto = one.acto
    return {
        "id": one.id,
        "numero": one.number,
        "expediente": acto.expediente,
        "fecha_expediente": acto.expediente_on.isoformat() if acto.expediente_on else None,
        "tipo": acto.tipo,
        "numero_documento": acto.numero,
        "asunto": acto.asunto,
        "dependencia": acto.dependencia,
        "firmado_por": acto.firmado_por,
        "elaborado_por": acto.elaborado_por,
        "fecha_emision": moment(acto.issued_at),
        "contenido": _read(one.content, parse_content),
    }


def _parts(parts: Sequence[Part]) -> list[dict[str, Any]]:
    return [{"nombre": part.name, "bytes": part.size, "sha256": part.sha256} for part in parts]


def _arithmetic(effect: dict[str, Any] | None) -> dict[str, Any]:
    if effect is None:
        return {"regla": None, "calendario": None, "pasos": []}
    return {
        "regla": {
            "id": effect["regla"],
            "version": effect["version_regla"],
            "norma": effect["norma"],
            "verificado": effect["verificado"],
        },
        "calendario": {"id": effect["calendario"], "version": effect["version_calendario"]},
        "pasos": effect["pasos"],
    }
