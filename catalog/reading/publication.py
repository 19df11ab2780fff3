"""The catalogue as tables and trees for other programs: catalogo.json and catalogo.csv."""

import csv
import io
from collections.abc import Iterator, Sequence

from catalog.reading.kinds import Sheet, Text, Url
from catalog.reading.model import Audience, Catalog, Channel, Entity, History, Norm, Term
from catalog.reading.service import Hours, Service, ServiceSheet, TechnologyService

FORMAT = "1"  # changes only when a program that reads the file would have to change
MARK = "\ufeff"  # without it Excel takes the letters for those of Windows, and breaks their accents
BETWEEN = " | "  # between the values of one cell

COLUMNS = (
    "id",
    "nombre",
    "version",
    "resumen",
    "descripcion",
    "ofrece",
    "enlaces",
    "audiencia",
    "canales",
    "disponibilidad",
    "condicion",
    "consultas",
    "observaciones",
    "automatico",
    "no_presencial",
    "interoperable",
    "escalable",
    "usable",
    "accesible",
    "pagina",
    "titulo",
    "palabras",
)


class PublishedService(ServiceSheet):
    """A sheet with its page, and with the entity's hours when it has no hours of its own."""

    slug: Text
    pagina: Url
    consultas: Hours


class PublishedSubService(Sheet):
    nombre: Text
    via: Text | None
    url: Url | None


class PublishedTechnology(Sheet):
    numero: int
    nombre: Text
    digital: bool
    servicio: Text | None
    subservicios: tuple[PublishedSubService, ...]


class Publication(Sheet):
    formato: Text
    catalogo: History
    entidad: Entity
    servicios: tuple[PublishedService, ...]
    servicios_tecnologicos: tuple[PublishedTechnology, ...]
    canales: tuple[Channel, ...]
    audiencias: tuple[Audience, ...]
    normas: tuple[Norm, ...]
    definiciones: tuple[Term, ...]


def page_of(service: Service, base_url: str) -> str:
    return f"{base_url.rstrip('/')}/catalogo/{service.slug}/"


def members(catalog: Catalog, base_url: str) -> dict[str, object]:
    """The fields of a Publication. Its two long lists are made while they are read."""
    return {
        "formato": FORMAT,
        "catalogo": catalog.history,
        "entidad": catalog.entity,
        "servicios": (_published(catalog, service, base_url) for service in catalog.services),
        "servicios_tecnologicos": (_technology(row) for row in catalog.technology),
        "canales": iter(catalog.channels),
        "audiencias": iter(catalog.audiences),
        "normas": iter(catalog.legal.normas),
        "definiciones": iter(catalog.glossary),
    }


def _published(catalog: Catalog, service: Service, base_url: str) -> PublishedService:
    # Built without checking again: the sheets were checked when they were read.
    return PublishedService.model_construct(
        **{**dict(service), "consultas": catalog.hours(service)},
        pagina=page_of(service, base_url),
    )


def _technology(row: TechnologyService) -> PublishedTechnology:
    return PublishedTechnology(
        numero=row.number,
        nombre=row.name,
        digital=row.digital,
        servicio=row.service.id if row.service else None,
        subservicios=tuple(
            PublishedSubService(nombre=sub.name, via=sub.channel, url=sub.url)
            for sub in row.subservices
        ),
    )


def csv_lines(catalog: Catalog, base_url: str) -> Iterator[str]:
    """RFC 4180: one line for each service, CRLF, quotes only where they are needed."""
    yield MARK + csv_line(COLUMNS)
    for service in catalog.services:
        yield csv_line(_row(catalog, service, base_url))


def csv_line(cells: Sequence[str]) -> str:
    file = io.StringIO(newline="")
    csv.writer(file, lineterminator="\r\n").writerow(cells)
    return file.getvalue()


def _row(catalog: Catalog, service: Service, base_url: str) -> tuple[str, ...]:
    marks = dict(service.caracteristicas)
    return (
        service.id,
        service.nombre,
        service.version,
        service.resumen,
        service.descripcion,
        BETWEEN.join(offer.nombre for offer in service.ofrece),
        BETWEEN.join(offer.url or "" for offer in service.ofrece),
        BETWEEN.join(public.texto for public in service.audiencia),
        BETWEEN.join(catalog.channel(channel).nombre for channel in service.canales),
        service.disponibilidad,
        service.condicion or "",
        str(catalog.hours(service)),
        BETWEEN.join(service.observaciones or ()),
        *("SÍ" if marks[name] else "NO" for name in marks),
        page_of(service, base_url),
        service.titulo or "",
        service.palabras or "",
    )
