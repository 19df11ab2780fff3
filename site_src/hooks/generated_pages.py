"""The pages made from the sheets: their addresses, titles and templates, and the values of each."""

from collections.abc import Callable, Iterator
from datetime import date, timedelta
from itertools import groupby
from pathlib import Path
from typing import Any

from groups import Group, availabilities, by_audience, by_availability, by_channel, marks
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup, escape
from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import File, Files, InclusionLevel
from mkdocs.structure.pages import Page
from mkdocs.structure.toc import get_toc
from mkdocs.utils import get_relative_url

from catalog.reading.exports import script_json, service_jsonld
from catalog.reading.model import Catalog
from catalog.reading.publication import COLUMNS
from catalog.reading.service import Service
from proxy.domain.constancia import grouped
from proxy.domain.plazo_steps import UNITS, day_text

MONTHS = (
    *("enero", "febrero", "marzo", "abril", "mayo", "junio"),
    *("julio", "agosto", "septiembre", "octubre", "noviembre", "diciembre"),
)

# Of each template, its script.
SCRIPTS = {"index.html": "catalogo.js", "plazos.html": "fecha.js"}
HEADING = "contenido"  # the id of every page's heading, where «Saltar al contenido» leads
IN_NAV, APART = InclusionLevel.UNDEFINED, InclusionLevel.NOT_IN_NAV

Values = Callable[[], dict[str, Any]]


class Templates:
    """The templates of the generated pages. Values are escaped; an unknown name stops the build."""

    def __init__(self, folder: Path) -> None:
        self._env = Environment(
            loader=FileSystemLoader(folder),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        self._env.filters |= {"fecha": _long_date, "dia": day_text, "grupos": grouped}
        self._env.globals["marks"] = marks

    def render(self, name: str, values: dict[str, Any]) -> str:
        return self._env.get_template(name).render(values)


class CatalogPage(Page):
    """A page that a template fills when MkDocs writes it, and that is emptied afterwards.

    It never passes through Markdown, and only one such page is in memory at a time.
    """

    jsonld: str | None = None
    above: Page | None = None  # the list that it belongs to, when it is in no menu
    found = True  # by the search

    def __init__(
        self, file: File, config: MkDocsConfig, title: str, description: str, template: str
    ) -> None:
        super().__init__(title, file, config)
        self._description = description
        self._template = template
        self._values: Values = dict
        self.service: Service | None = None

    def giving(self, values: Values) -> "CatalogPage":
        self._values = values
        return self

    def of(self, service: Service) -> "CatalogPage":
        self.service = service
        return self

    def read_source(self, config: MkDocsConfig) -> None:
        self.markdown = ""

    def render(self, config: MkDocsConfig, files: Files) -> None:
        self.content = ""

    def fill(self, config: MkDocsConfig) -> None:
        catalog: Catalog = config.extra["catalog"]
        values = {
            "catalog": catalog,
            "title": self.title,
            "heading": HEADING,
            "root": get_relative_url(".", self.url),
            "site": config.site_url,
            "service": self.service,
            **self._values(),
        }
        if self.service:
            data = service_jsonld(catalog, self.service, config.site_url)
            self.jsonld = Markup(script_json(data))
        self.meta = {"description": escape(self._description), "hide": ["toc"]}
        if script := SCRIPTS.get(self._template):
            self.meta["scripts"] = [f"assets/{script}"]
        self.toc = get_toc([{"level": 1, "id": HEADING, "name": str(self.title), "children": []}])
        self.content = config.extra["templates"].render(self._template, values)

    def empty(self) -> None:
        self.content, self.toc, self.meta, self.jsonld = None, get_toc([]), {}, None


def generated_pages(catalog: Catalog, config: MkDocsConfig) -> Iterator[File]:
    ours = f"{catalog.entity.de} {catalog.entity.siglas}"

    def page(
        path: str, title: str, description: str, template: str, inclusion: InclusionLevel = IN_NAV
    ) -> CatalogPage:
        file = File.generated(config, f"{path}.md", content="", inclusion=inclusion)
        return CatalogPage(file, config, title, description, template)

    def groups(
        folder: str, title: str, description: str, found: list[Group]
    ) -> Iterator[CatalogPage]:
        index = page(f"catalogo/{folder}/index", title, description, "groups.html")
        yield index.giving(lambda: {"groups": found, "folder": folder, "intro": description})
        for group in found:
            said = f"{group.title}: {group.description}"
            one = page(f"catalogo/{folder}/{group.id}", group.title, said, "group.html", APART)
            one.above = index
            yield one.giving(lambda group=group: {"group": group, "above": title})

    channels, audiences = by_channel(catalog), by_audience(catalog)
    available = by_availability(catalog)
    pages: list[CatalogPage] = [
        page(
            "catalogo/index",
            "Servicios digitales",
            f"Los {len(catalog.services)} servicios digitales {ours}: qué puede hacer en "
            "cada uno, para quién es, por dónde se usa y cuándo funciona.",
            "index.html",
        ).giving(
            lambda: {
                "audiences": audiences,
                "channels": channels,
                "available": available,
                "ids": availabilities(catalog),
            }
        ),
        *groups(
            "publicos",
            "Por público",
            f"Los servicios digitales {ours} según quién los usa.",
            audiences,
        ),
        *groups(
            "canales",
            "Por canal",
            f"Los sitios web y sistemas {ours} por los que se usan sus servicios digitales.",
            channels,
        ),
        *groups(
            "disponibilidad",
            "Por disponibilidad",
            f"Cuándo funciona cada servicio digital {ours}.",
            available,
        ),
        page(
            "catalogo/servicios-tecnologicos",
            "Servicios tecnológicos",
            f"Los {len(catalog.technology)} servicios tecnológicos {ours}, con sus "
            "subservicios y la dirección de cada uno.",
            "technology.html",
        ),
        page(
            "catalogo/resumen",
            "Tabla resumen",
            "Qué características cumplía cada servicio digital según el catálogo aprobado, y qué "
            "añade esta edición.",
            "summary.html",
        ),
        page(
            "catalogo/definiciones",
            "Definiciones",
            "Qué quieren decir las palabras del catálogo y de la casilla electrónica.",
            "definitions.html",
        ),
        page(
            "catalogo/historial",
            "Historial",
            f"Quién elaboró y aprobó el catálogo de servicios digitales {ours}, con qué "
            "resolución, y cómo ha cambiado.",
            "history.html",
        ),
        page(
            "normativas",
            "Normativas",
            "La base legal del catálogo de servicios digitales y de la casilla electrónica: leyes, "
            "reglamentos y otras normas.",
            "legal.html",
        ),
        page(
            "plazos",
            "Plazos y días hábiles",
            "Desde cuándo vale una notificación y cuándo vence un plazo: las reglas, los días que "
            "no se trabaja con su norma, y cómo calcular una fecha.",
            "plazos.html",
        ).giving(lambda: _terms(catalog)),
        page(
            "datos/index",
            "Datos abiertos",
            "El catálogo de servicios digitales en JSON, CSV y JSON-LD, con su esquema: qué trae "
            "cada archivo y cómo usarlo.",
            "data.html",
        ).giving(lambda: {"columns": COLUMNS}),
    ]
    for one in pages:
        yield one.file
    for folder, consent in (("terminos", catalog.terms), ("privacidad", catalog.privacy)):
        until = None
        for one in consent.versions:
            title = f"{one.titulo}, versión {one.version}"
            said = f"{one.titulo}: la versión {one.version}, como se publicó, con su huella."
            shown = {"one": one, "until": until, "versions": consent.versions}
            path = f"{folder}/{one.version}"
            of_one = page(path, title, said, "consent.html", APART).giving(lambda it=shown: it)
            of_one.found = False  # the text in force has a page that is
            yield of_one.file
            yield File.generated(config, f"{path}.txt", content=one.text.encode())
            until = one.desde - timedelta(days=1)
    for service in catalog.services:
        path = f"catalogo/{service.slug}"
        yield page(path, service.title, service.resumen, "service.html", APART).of(service).file


def _terms(catalog: Catalog) -> dict[str, Any]:
    days = sorted(catalog.holidays.dias, key=lambda day: day.fecha)
    return {
        "units": {unit: many for unit, (_, many) in UNITS.items()},
        "unverified": not all(day.verificado for day in days),
        "years": {year: list(rows) for year, rows in groupby(days, lambda day: day.fecha.year)},
    }


def _long_date(day: date) -> str:
    return f"{day.day} de {MONTHS[day.month - 1]} de {day.year}"
