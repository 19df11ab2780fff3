"""Demonstration: invented people with two years of notificaciones, to try the casilla with.

    load ──▶ for each person who is not there yet: casilla opened ──▶ acts deposited ──▶ some read
                ──▶ one annulled, and replaced

Loading is all or nothing, and skips people who have a casilla: a second load changes nothing. No
alerta leaves: nobody wants seventy messages about acts of last year.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from io import BytesIO
from zoneinfo import ZoneInfo

from catalog.reading.model import Catalog
from proxy.domain.acto import Acto
from proxy.domain.casilla import Casilla
from proxy.domain.client import Client
from proxy.domain.content import Content
from proxy.domain.effect import Ruling, freeze
from proxy.domain.files import Limits
from proxy.domain.plazo_asked import BY_DEFAULT
from proxy.domain.sender import Request, Sender
from proxy.errors import Refusal
from proxy.flows import annulment, constancias, cuentas, deposit, inbox
from proxy.flows.demonstration_people import KNOWN, STORIES, STRANGERS, SYSTEM, Person, Said, Story
from proxy.flows.deposit import Offered, Receipt
from proxy.render.pdf import render_pdf, render_picture
from proxy.store import casillas, padron
from proxy.store.documents import Documents
from proxy.store.tx import Tx

LOCAL = Client(ip="127.0.0.1", user_agent="demostración")
CARGO = "Área de Demostración"


@dataclass(frozen=True)
class _Dated:
    at: datetime
    person: Person
    number: int
    story: Story


def missing(tx: Tx) -> list[Person]:
    return [p for p in STORIES if casillas.by_identidad(tx, p.identidad) is None]


def holders(tx: Tx) -> dict[Person, Casilla]:
    found = {person: casillas.by_identidad(tx, person.identidad) for person in STORIES}
    return {person: casilla for person, casilla in found.items() if casilla}


def load(
    tx: Tx, documents: Documents, limits: Limits, catalog: Catalog, hashes: Mapping[Person, str]
) -> int:
    zone = ZoneInfo(catalog.entity.zona_horaria)
    stories = sorted(
        (_Dated(_moment(tx.now, zone, story.days_ago), person, number, story)
         for person in hashes for number, story in enumerate(STORIES[person], 1)),
        key=lambda dated: dated.at,
    )  # fmt: skip
    open_at = min((dated.at for dated in stories), default=tx.now) - timedelta(days=1)
    people = {
        person: cuentas.open_casilla(
            replace(tx, now=open_at),
            person.identidad,
            person.nombres,
            person.email,
            hashed,
            must_change=False,
        )
        for person, hashed in hashes.items()
    }
    lived = {
        (dated.person, dated.number): _live(
            tx, documents, limits, catalog, people[dated.person], dated
        )
        for dated in stories
    }
    for dated in stories:
        if dated.story.annulled:
            wrong, right = (lived[dated.person, dated.number + n] for n in (0, 1))
            at = min(right.at + timedelta(hours=1), tx.now)
            named = wrong.id.hex(), dated.story.annulled, right.id.hex()
            annulment.record(replace(tx, now=at), catalog, *named, Sender(SYSTEM))
    constancias.count_from_now(tx, [casilla.id for casilla in people.values()])
    return len(stories)


def introduce(tx: Tx) -> None:
    unknown = [one for one in STRANGERS if not padron.find(tx, one.identidad).there]
    padron.put(tx, unknown, KNOWN)


def _live(
    tx: Tx, documents: Documents, limits: Limits, catalog: Catalog, casilla: Casilla, dated: _Dated
) -> Receipt:
    story, at, zone = dated.story, dated.at, ZoneInfo(catalog.entity.zona_horaria)
    acto = _acto(casilla, dated)
    rows = {
        "Expediente": acto.expediente,
        "Administrado": casilla.nombres,
        "Fecha": f"{at.astimezone(zone):%d/%m/%Y}",
        "Asunto": acto.asunto,
    }
    content = {
        "titulo": f"{acto.tipo} N.° {acto.numero}",
        "datos": list(rows.items()),
        "parrafos": story.paragraphs,
        "firmante": acto.firmado_por,
        "cargo": CARGO,
    }
    served = Offered(f"{acto.tipo} {acto.numero}.pdf", _pdf(content, at))
    anexos = [_anexo(kind, content, rows, at) for kind in story.anexos]
    files = deposit.receive(documents, limits, served, anexos)
    effect = _effect(catalog, at)
    said, sent = None, None
    if story.content:
        said = _content(catalog, story.content)
        sender = Sender(SYSTEM, test=story.test)
        sent = Request(sender, acto.numero, tx.vault.digest(acto.numero), acto.expediente)
    receipt = deposit.record(replace(tx, now=at), catalog, casilla, acto, files, effect, said, sent)
    if story.read_after is not None:
        later = replace(tx, now=min(at + timedelta(days=story.read_after, hours=3), tx.now))
        inbox.open(later, casilla.id, receipt.id, catalog)
    return receipt


def _content(catalog: Catalog, said: Said) -> Content:
    return Content(
        catalog.entity.nombre,
        catalog.entity.direccion,
        said.validity,
        said.exhausts,
        said.remedies,
        said.no_remedies,
    )


def _effect(catalog: Catalog, at: datetime) -> str | None:
    try:
        return freeze(Ruling(catalog, BY_DEFAULT), at)
    except Refusal:  # two years ago is more than the sheets of this entity tell of
        return None


def _acto(casilla: Casilla, dated: _Dated) -> Acto:
    issued = dated.at - timedelta(hours=26)
    number = casilla.id * 1000 + dated.number
    return Acto(
        expediente=f"DEMO.{issued.year}{number:06}",
        expediente_on=(issued - timedelta(days=20)).date(),
        tipo=dated.story.tipo,
        numero=f"{number:06}-{issued.year}-DEMO",
        asunto=dated.story.asunto,
        dependencia=CARGO,
        firmado_por="Jefa Imaginaria de Demostración",
        elaborado_por="Analista Supuesto de Demostración",
        issued_at=issued,
    )


def _anexo(
    kind: str, content: Mapping[str, object], rows: Mapping[str, str], at: datetime
) -> Offered:
    title = f"Anexo: {content['titulo']}"
    match kind:
        case "pdf":
            return Offered("Informe de sustento.pdf", _pdf({**content, "titulo": title}, at))
        case "png":
            return Offered("Croquis del local.png", BytesIO(render_picture("croquis", content)))
        case "csv":
            lines = "\r\n".join(f"{name},{value}" for name, value in rows.items())
            return Offered("Detalle.csv", BytesIO(f"Dato,Valor\r\n{lines}\r\n".encode()))
    text = f"DEMOSTRACIÓN SIN VALOR LEGAL\n\n{title}\nTranscripción del audio de la diligencia.\n"
    return Offered("Transcripción.txt", BytesIO(text.encode()))


def _pdf(content: Mapping[str, object], at: datetime) -> BytesIO:
    return BytesIO(render_pdf("demonstration", content, at))


def _moment(now: datetime, zone: ZoneInfo, days_ago: int) -> datetime:
    day = now.astimezone(zone) - timedelta(days=days_ago)
    day -= timedelta(days=max(0, day.weekday() - 4))
    return day.replace(hour=8 + days_ago % 8, minute=days_ago * 7 % 60, second=0, microsecond=0)
