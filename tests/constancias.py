"""One constancia of each kind, about people who do not exist."""

import hashlib
from collections.abc import Mapping
from dataclasses import replace
from datetime import date, datetime, timedelta

from proxy.domain.acto import Described
from proxy.domain.constancia import (
    Authentication,
    Certificate,
    Concerned,
    Facts,
    Issuer,
    Part,
    Person,
    Policy,
    Previous,
    Representative,
    Sealing,
    Sender,
    stated,
    written,
)
from proxy.domain.constancia_acts import (
    Accepted,
    Act,
    Affiliation,
    Alert,
    Annulment,
    Attempt,
    Deposit,
    Expiry,
    Handed,
    Incident,
    Kind,
    Reading,
    Revocation,
)
from proxy.domain.content import Content, Remedy
from proxy.domain.effect import Ruling, freeze
from proxy.domain.number import number
from proxy.domain.plazo import Term
from tests.people import BRUNO, COMERCIAL_SUR, ROSA
from tests.plazos import CATALOG, LIMA, governed_by

AT = datetime(2026, 12, 7, 9, 0, 0, 250_000, tzinfo=LIMA)
LATER = AT + timedelta(days=1, hours=2)
ISSUER = Issuer(
    CATALOG.entity,
    Policy("terminos-1", CATALOG.terms.sha256, "/terminos/1/"),
)
ORIGIN = "https://casilla.example"
CERTIFICATE = Certificate(
    holder="Sello de demostración SIN VALOR LEGAL",
    by="Sello de demostración SIN VALOR LEGAL",
    serial="1F:2E:3D",
    since=datetime(2026, 1, 1, tzinfo=LIMA),
    until=datetime(2028, 1, 1, tzinfo=LIMA),
    sha256=hashlib.sha256(b"certificate").hexdigest(),
    demonstration=True,
)
SEALING = Sealing(AT + timedelta(seconds=2), CERTIFICATE, ORIGIN)
ACTO = Described(
    expediente="DEM.2026000123",
    expediente_on=date(2026, 11, 30),
    tipo="Resolución",
    numero="000009-2026-DEM",
    asunto="Se resuelve lo pedido por la administrada sobre su inscripción en el registro",
    dependencia="Secretaría General (demostración)",
    firmado_por="Funcionaria Ficticia",
    elaborado_por="Servidor Ficticio",
    issued_at=datetime(2026, 12, 4, 16, 30, tzinfo=LIMA),
)
PARTS = (
    Part("resolución 000009.pdf", 123_456, hashlib.sha256(b"acto").hexdigest()),
    Part("anexo 1, croquis.png", 9_876, hashlib.sha256(b"anexo").hexdigest()),
)
DAYS = Term(15, "habiles")
CONTENT = Content(
    authority=CATALOG.entity.nombre,
    address=CATALOG.entity.direccion,
    validity="Desde el día siguiente de su notificación",
    exhausts=False,
    remedies=(Remedy("Reconsideración", "Secretaría General", DAYS),),
    term=DAYS,
    purpose="para presentar lo que se pide",
)
CONCERNED = Concerned(
    id="019b2f0000007000a000000000000001",
    acto=ACTO,
    deposited=AT,
    parts=PARTS,
    effect=freeze(Ruling(CATALOG, "administrativo", DAYS), AT),
    number=number("CE", 2026, 123),
    content=CONTENT.freeze(),
)
# Where the rule waits for the reading.
WAITING = replace(
    CONCERNED,
    effect=freeze(Ruling(governed_by("acuse-5-dias-b1"), "administrativo", DAYS), AT),
)
TEXTS = (
    Accepted("terminos", CATALOG.terms.titulo, CATALOG.terms.version, CATALOG.terms.sha256, AT),
)
ACTS: Mapping[Kind, Act] = {
    act.kind: act
    for act in (
        Deposit("SGD-2026-778", "k-7", "b7d7c1de-0001"),
        Reading("Abrirla no cambia los plazos.", (Handed(PARTS[0].name, LATER, PARTS[0].sha256),)),
        Alert("correo", ROSA.email, (Attempt(AT, "250 2.0.0 Ok"),)),
        Alert(
            "sms",
            "+51987654321",
            (Attempt(AT, "sin respuesta"), Attempt(LATER, "número no asignado")),
            failed=True,
        ),
        Expiry(datetime(2026, 12, 8, tzinfo=LIMA)),
        Incident("El anexo 1 no es el que se depositó", AT, LATER),
        Annulment(number("CE", 2026, 456)),
        Affiliation(TEXTS, ROSA.email, "+51987654321"),
        Revocation(TEXTS, LATER, "Desde mañana no se deposita nada más en esta casilla."),
    )
}
OF_A_PERSON = {Kind.AFILIACION, Kind.REVOCACION}


def facts(kind: Kind) -> Facts:
    concerned = WAITING if kind in (Kind.VENCIMIENTO, Kind.ALERTA_FALLIDA) else CONCERNED
    found = Facts(
        number=number("CC", 2026, [*Kind].index(kind) + 1),
        act=ACTS[kind],
        at=AT if kind is Kind.DEPOSITO else LATER,
        sender=Sender(CATALOG.entity.nombre, "Trámite documentario", "Servidor Ficticio"),
        recipient=Person(ROSA.identidad, ROSA.nombres),
        salt="5a" * 16,
        concerned=None if kind in OF_A_PERSON else concerned,
        authentication=Authentication(("contraseña", "token digital"), "0f" * 32),
        reasons=("Se notificó a otra persona.", "Se rehace.") if kind in REASONED else (),
    )
    if kind is Kind.LECTURA:
        company = Person(COMERCIAL_SUR.identidad, COMERCIAL_SUR.nombres)
        by = Representative(Person(BRUNO.identidad, BRUNO.nombres), "Gerente, partida 1234567")
        return replace(found, recipient=company, representative=by)
    return found


REASONED = {Kind.ALERTA_FALLIDA, Kind.VENCIMIENTO, Kind.INCIDENCIA, Kind.ANULACION}
BEFORE = Previous(number("CC", 2026, 1), hashlib.sha256(b"the one before").hexdigest())


def told(one: Facts, sealing: Sealing = SEALING) -> str:
    return stated(written(one, ISSUER), sealing)


def of(kind: Kind, certificate: Certificate = CERTIFICATE) -> str:
    before = None if kind in OF_A_PERSON | {Kind.DEPOSITO} else BEFORE
    return told(facts(kind), Sealing(LATER, certificate, ORIGIN, before))


def of_a_test() -> str:
    return told(replace(facts(Kind.DEPOSITO), number=number("CT", 2026, 1), test=True))


EVERY: Mapping[str, str] = {str(kind): of(kind) for kind in Kind}
