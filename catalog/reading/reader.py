"""Reads the whole catalogue and reports all its faults at once."""

import os
import re
from collections.abc import Sequence
from pathlib import Path
from typing import TypeVar

from pydantic import BaseModel

from catalog.reading import effect, holidays
from catalog.reading.access import Access
from catalog.reading.consent import ConsentSheet
from catalog.reading.effect import EffectSheet
from catalog.reading.faults import check, suggestion
from catalog.reading.holidays import HolidaysSheet
from catalog.reading.model import (
    AudiencesSheet,
    Catalog,
    ChannelsSheet,
    Entity,
    GlossarySheet,
    History,
    LegalSheet,
)
from catalog.reading.service import Service, TechnologySheet
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
    if channels:
        reading.learn("canal", "channels.yml", "canales", [row.id for row in channels.canales])
    if audiences:
        ids = [row.id for row in audiences.audiencias]
        reading.learn("audiencia", "audiences.yml", "audiencias", ids)
    if legal:
        reading.learn("norma", "legal.yml", "normas", [row.id for row in legal.normas])
    if glossary:
        ids = [row.id for row in glossary.terminos]
        reading.unrepeated("glossary.yml", "terminos", ids)
    if history:
        document = reading.documents["history.yml"]
        reading.exists(document, ("aprobacion", "norma"), "norma", history.aprobacion.norma)
    if days:
        for kind in ("normas", "territorios"):
            reading.unrepeated("holidays.yml", kind, [row.id for row in getattr(days, kind)])
        reading.report("holidays.yml", holidays.odd(days))
        ids = [row.id for row in days.calendarios]
        reading.learn("calendario", "holidays.yml", "calendarios", ids)
    if rules:
        ids = [row.id for row in rules.procedimientos]
        reading.unrepeated("effect.yml", "procedimientos", ids)
        reading.report("effect.yml", effect.odd(rules))
        document = reading.documents["effect.yml"]
        reading.exists(document, ("calendario",), "calendario", rules.calendario)
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

    def learn(self, kind: str, name: str, key: str, ids: Sequence[str]) -> None:
        self.unrepeated(name, key, ids)
        self._known[kind] = frozenset(ids)
        self._homes[kind] = name

    def unrepeated(self, name: str, key: str, ids: Sequence[str]) -> None:
        document, seen = self.documents[name], set[str]()
        for index, value in enumerate(ids):
            if value in seen:
                document.fault(document.line((key, index, "id")), f"el id {value} está repetido")
            seen.add(value)

    def exists(
        self, document: Document, path: tuple[str | int, ...], kind: str, value: str
    ) -> None:
        known = self._known.get(kind)
        if known is None or value in known:
            return
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
                if service := check(document, Service, slug=match["slug"]):
                    self._look(document, service, int(match["number"]))
                    services.append(service)
            else:
                document.fault(1, "debe llamarse con número y palabras, como 017-tramites.yml")
            self._faults += document.faults
        return tuple(services)

    def _look(self, document: Document, service: Service, number: int) -> None:
        if number != service.number:
            text = f"«id» empieza con {service.id.partition('-')[0]} y el archivo con {number:03}"
            document.fault(document.line(("id",)), text)
        if self.acronym and service.id.rpartition("-")[2] != self.acronym:
            text = f"«id» debe terminar en {self.acronym}, las siglas de la entidad"
            document.fault(document.line(("id",)), text)
        other = self._ids.setdefault(service.id, document.name)
        if other != document.name:
            text = f"el id {service.id} está repetido: ya está en {other}"
            document.fault(document.line(("id",)), text)
        other = self._slugs.setdefault(service.slug, document.name)
        if other != document.name:
            document.fault(1, f"el nombre «{service.slug}» está repetido: ya está en {other}")
        for index, channel in enumerate(service.canales):
            self.exists(document, ("canales", index), "canal", channel)
        for index, offer in enumerate(service.ofrece):
            if offer.via:
                self.exists(document, ("ofrece", index, "via"), "canal", offer.via)
        for index, public in enumerate(service.audiencia):
            self.exists(document, ("audiencia", index, "grupo"), "audiencia", public.grupo)
        for index, norm in enumerate(service.normas or ()):
            self.exists(document, ("normas", index), "norma", norm)


def _shown(path: Path) -> str:
    path = path.absolute()
    here = Path.cwd()
    return str(path.relative_to(here) if path.is_relative_to(here) else path)
