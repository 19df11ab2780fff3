"""Reads the whole catalogue and reports all its faults at once."""

import os
import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TypeVar

from pydantic import BaseModel

from catalog.reading import consent as consents
from catalog.reading import effect, holidays
from catalog.reading.access import Access
from catalog.reading.consent import ConsentSheet
from catalog.reading.effect import EffectSheet
from catalog.reading.faults import check, suggestion
from catalog.reading.holidays import HolidaysSheet
from catalog.reading.kinds import IDENTIFIER
from catalog.reading.model import (
    AudiencesSheet,
    Catalog,
    ChannelsSheet,
    Entity,
    GlossarySheet,
    History,
    LegalSheet,
)
from catalog.reading.service import SERVICE_ID, Service, TechnologySheet
from catalog.reading.sheet import Document, Fault, read_sheet

FOLDER = Path(__file__).parents[1]
SHEET_NAME = re.compile(r"(?P<number>[0-9]{3,6})-(?P<slug>[a-z0-9]+(-[a-z0-9]+)*)\.yml")

M = TypeVar("M", bound=BaseModel)


class CatalogFaults(Exception):
    """The catalogue cannot be read. `str()` has one line for each fault."""

    def __init__(self, faults: Sequence[Fault]) -> None:
        super().__init__("\n".join(map(str, faults)))
        self.faults = tuple(faults)


def read_catalog(folder: Path | None = None) -> Catalog:
    """The catalogue in `folder`, or the one that ships. Raises CatalogFaults with all of them."""
    catalog, found = _read(folder or FOLDER)
    if catalog is None:
        raise CatalogFaults(found)
    return catalog


def lacking(folder: Path) -> str | None:
    """What is wrong with `folder` itself, before any sheet is read."""
    if not folder.exists():
        return f"no existe {folder}: escriba la carpeta donde están sus fichas"
    if not folder.is_dir():
        return f"{folder} es un archivo: escriba la carpeta donde están sus fichas"
    if not (folder / "entity.yml").is_file():
        return f"en {folder} no hay fichas (falta entity.yml): copie ahí las de catalog/ y edítelas"
    return None


def faults(folder: Path | None = None) -> list[Fault]:
    return _read(folder or FOLDER)[1]


def _read(folder: Path) -> tuple[Catalog | None, list[Fault]]:
    reading = _Reading(folder)
    entity = reading.one("entity.yml", Entity)
    channels = reading.one("channels.yml", ChannelsSheet)
    audiences = reading.one("audiences.yml", AudiencesSheet)
    legal = reading.one("legal.yml", LegalSheet)
    glossary = reading.one("glossary.yml", GlossarySheet)
    history = reading.one("history.yml", History)
    access = reading.one("access.yml", Access)
    consent = reading.one("consent.yml", ConsentSheet)
    technology = reading.one("technology.yml", TechnologySheet)
    days = reading.one("holidays.yml", HolidaysSheet)
    rules = reading.one("effect.yml", EffectSheet)

    if entity:
        reading.acronym = entity.siglas
    reading.learn("canal", "channels.yml", "canales")
    reading.learn("audiencia", "audiences.yml", "audiencias")
    reading.learn("norma", "legal.yml", "normas")
    reading.unrepeated("glossary.yml", "terminos")
    reading.exist(reading.documents["history.yml"], ("aprobacion", "norma"), "norma")
    if consent and entity:
        reading.report("consent.yml", consents.odd(consent, entity.nombre, entity.siglas))
    if days:
        reading.report("holidays.yml", holidays.odd(days))
    for kind in ("normas", "territorios"):
        reading.unrepeated("holidays.yml", kind)
    reading.learn("calendario", "holidays.yml", "calendarios")
    if rules:
        reading.report("effect.yml", effect.odd(rules))
    reading.unrepeated("effect.yml", "procedimientos")
    reading.exist(reading.documents["effect.yml"], ("calendario",), "calendario")
    services = reading.services()

    found = reading.found()
    if found or not (
        entity and channels and audiences and legal and glossary and history and access
        and consent and technology and days and rules
    ):  # fmt: skip
        return None, found
    catalog = Catalog(
        services=services,
        technology_sheet=technology,
        channels=channels.canales,
        audiences=audiences.audiencias,
        entity=entity,
        legal=legal,
        glossary=glossary.terminos,
        history=history,
        access=access,
        consent=consent,
        effect=rules,
        holidays=days,
    )
    return catalog, []


class _Reading:
    """The files of one folder, each read once, and their faults."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.acronym: str | None = None
        self.documents: dict[str, Document] = {}
        self._faults: list[Fault] = []
        self._known: dict[str, frozenset[str]] = {}  # a vocabulary with faults stays unknown
        self._homes: dict[str, str] = {}
        self._ids: dict[str, str] = {}
        self._slugs: dict[str, str] = {}

    def found(self) -> list[Fault]:
        own = [fault for document in self.documents.values() for fault in document.faults]
        return sorted([*self._faults, *own])

    def one(self, name: str, model: type[M]) -> M | None:
        path = self.folder / name
        document = self.documents[name] = read_sheet(path, _shown(path))
        return check(document, model)

    def report(self, name: str, odd: holidays.Odd) -> None:
        document = self.documents[name]
        for path, text in odd:
            document.fault(document.line(path), text)

    def learn(self, kind: str, name: str, key: str) -> None:
        """The ids of a vocabulary, even when its sheet has a fault elsewhere."""
        data, ids = self.documents[name].data, self.unrepeated(name, key)
        if ids and isinstance(data, dict) and len(ids) == len(data[key]):
            self._known[kind] = frozenset(ids)
            self._homes[kind] = name

    def unrepeated(self, name: str, key: str) -> list[str]:
        document, seen = self.documents[name], list[str]()
        for path, value in _texts(document.data, key, "id"):
            if value in seen:
                document.fault(document.line(path), f"el id {value} está repetido")
            seen.append(value)
        return seen

    def exist(self, document: Document, keys: tuple[str, ...], kind: str) -> None:
        known = self._known.get(kind)
        if known is None:
            return
        for path, value in _texts(document.data, *keys):
            if value not in known and IDENTIFIER.fullmatch(value):
                document.fault(
                    document.line(path),
                    f"«{value}» no está en {self._homes[kind]}{suggestion(value, sorted(known))}",
                )

    def services(self) -> tuple[Service, ...]:
        """In the order of the file names. No other part of the sheets stays in memory."""
        folder, services = self.folder / "services", []
        names = sorted(os.listdir(folder)) if folder.is_dir() else []
        sheets = [name for name in names if not name.startswith(".")]
        if not sheets:
            self._faults.append(Fault(_shown(folder), 1, "no tiene ninguna ficha"))
        for name in sheets:
            path = folder / name
            document = Document(_shown(path))
            if match := SHEET_NAME.fullmatch(name):
                document = read_sheet(path, document.name)
                self._look(document, match["slug"], int(match["number"]))
                if service := check(document, Service, slug=match["slug"]):
                    services.append(service)
            else:
                document.fault(1, "debe llamarse con número y palabras, como 017-tramites.yml")
            self._faults += document.faults
        return tuple(services)

    def _look(self, document: Document, slug: str, number: int) -> None:
        """What the rest of the catalogue says of a sheet, whether or not the sheet is whole."""
        for _, own in _texts(document.data, "id"):
            if re.fullmatch(SERVICE_ID, own):
                self._look_at_id(document, own, number)
        other = self._slugs.setdefault(slug, document.name)
        if other != document.name:
            document.fault(1, f"el nombre «{slug}» está repetido: ya está en {other}")
        self.exist(document, ("canales",), "canal")
        self.exist(document, ("ofrece", "via"), "canal")
        self.exist(document, ("audiencia", "grupo"), "audiencia")
        self.exist(document, ("normas",), "norma")

    def _look_at_id(self, document: Document, own: str, number: int) -> None:
        line = document.line(("id",))
        if number != int(own.partition("-")[0]):
            text = f"«id» empieza con {own.partition('-')[0]} y el archivo con {number:03}"
            document.fault(line, text)
        if self.acronym and own.rpartition("-")[2] != self.acronym:
            text = f"«id» debe terminar en {self.acronym}, las siglas de la entidad"
            document.fault(line, text)
        other = self._ids.setdefault(own, document.name)
        if other != document.name:
            document.fault(line, f"el id {own} está repetido: ya está en {other}")


Place = tuple[str | int, ...]


def _texts(value: object, *keys: str, path: Place = ()) -> Iterator[tuple[Place, str]]:
    """The texts under `keys`, each with its path. A list stands for each of its items."""
    if isinstance(value, list):
        for index, item in enumerate(value):
            yield from _texts(item, *keys, path=(*path, index))
    elif keys:
        if isinstance(value, dict):
            yield from _texts(value.get(keys[0]), *keys[1:], path=(*path, keys[0]))
    elif isinstance(value, str):
        yield path, value


def _shown(path: Path) -> str:
    path = path.absolute()
    here = Path.cwd()
    return str(path.relative_to(here) if path.is_relative_to(here) else path)
