"""Reads the whole catalogue and says everything that is wrong with it at once."""

import os
import re
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TypeVar

from pydantic import BaseModel

from catalog.access import Access
from catalog.faults import check, suggestion
from catalog.model import (
    AudiencesSheet,
    Catalog,
    ChannelsSheet,
    Entity,
    GlossarySheet,
    History,
    LegalSheet,
)
from catalog.service import Service, TechnologySheet
from catalog.sheet import Document, Fault, read_sheet

FOLDER = Path(__file__).parent
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
    technology = reading.one("technology.yml", TechnologySheet)
    services = reading.services()

    if channels:
        reading.unrepeated("channels.yml", "canales", [row.id for row in channels.canales])
    if audiences:
        reading.unrepeated("audiences.yml", "audiencias", [row.id for row in audiences.audiencias])
    if legal:
        reading.unrepeated("legal.yml", "normas", [row.id for row in legal.normas])
    if glossary:
        reading.unrepeated("glossary.yml", "terminos", [row.id for row in glossary.terminos])
    known = {
        "canal": {row.id for row in channels.canales} if channels else None,
        "audiencia": {row.id for row in audiences.audiencias} if audiences else None,
        "norma": {row.id for row in legal.normas} if legal else None,
    }
    reading.services_unique(services, entity.siglas if entity else None)
    for document, service in services:
        _references(document, service, known)
    if history:
        document = reading.documents["history.yml"]
        _exists(document, ("aprobacion", "norma"), "norma", history.aprobacion.norma, known)
    if technology:
        reading.numbers(technology, [service.number for _, service in services])

    found = sorted(fault for document in reading.all_documents() for fault in document.faults)
    if found or not (
        entity and channels and audiences and legal and glossary and history and access
        and technology
    ):  # fmt: skip
        return None, found
    catalog = Catalog(
        services=tuple(service for _, service in services),
        technology_sheet=technology,
        channels=channels.canales,
        audiences=audiences.audiencias,
        entity=entity,
        legal=legal,
        glossary=glossary.terminos,
        history=history,
        access=access,
    )
    return catalog, []


class _Reading:
    """The files of one folder, each read once, with what was found in them."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.documents: dict[str, Document] = {}

    def all_documents(self) -> Iterable[Document]:
        return self.documents.values()

    def one(self, name: str, model: type[M]) -> M | None:
        return check(self._read(name), model)

    def services(self) -> list[tuple[Document, Service]]:
        """The sheets in the order of their file names."""
        sheets = []
        folder = self.folder / "services"
        names = sorted(os.listdir(folder)) if folder.is_dir() else []
        for name in names:
            if name.startswith(".") or not name.endswith((".yml", ".yaml")):
                continue
            if not (match := SHEET_NAME.fullmatch(name)):
                document = self.documents[name] = Document(self._shown(folder / name))
                document.fault(
                    1, "el archivo debe llamarse con número y palabras, como 001-busquedas.yml"
                )
                continue
            document = self._read(f"services/{name}")
            if service := check(document, Service, slug=match["slug"]):
                if int(match["number"]) != service.number:
                    document.fault(
                        document.line(("id",)),
                        f"«id» empieza con {service.number:03} y el archivo con {match['number']}",
                    )
                sheets.append((document, service))
        if not names:
            self.documents["services"] = Document(self._shown(folder))
            self.documents["services"].fault(1, "no tiene ninguna ficha")
        return sheets

    def unrepeated(self, name: str, key: str, ids: Sequence[str]) -> None:
        document, seen = self.documents[name], set[str]()
        for index, value in enumerate(ids):
            if value in seen:
                document.fault(document.line((key, index, "id")), f"el id «{value}» está repetido")
            seen.add(value)

    def services_unique(
        self, sheets: Sequence[tuple[Document, Service]], acronym: str | None
    ) -> None:
        ids: dict[str, str] = {}
        slugs: dict[str, str] = {}
        for document, service in sheets:
            line = document.line(("id",))
            if acronym and service.id.rpartition("-")[2] != acronym:
                document.fault(line, f"«id» debe terminar en {acronym}, las siglas de la entidad")
            if other := ids.get(service.id):
                document.fault(line, f"el id «{service.id}» está repetido: ya está en {other}")
            if other := slugs.get(service.slug):
                document.fault(1, f"el nombre «{service.slug}» está repetido: ya está en {other}")
            ids.setdefault(service.id, document.name)
            slugs.setdefault(service.slug, document.name)

    def numbers(self, technology: TechnologySheet, taken: Sequence[int]) -> None:
        document, seen = self.documents["technology.yml"], set(taken)
        for index, row in enumerate(technology.internos):
            if row.numero in seen:
                document.fault(
                    document.line(("internos", index, "numero")),
                    f"el número {row.numero} está repetido",
                )
            seen.add(row.numero)

    def _read(self, name: str) -> Document:
        path = self.folder / name
        document = self.documents[name] = read_sheet(path, self._shown(path))
        return document

    def _shown(self, path: Path) -> str:
        """The path as somebody would type it from here."""
        path = path.absolute()
        here = Path.cwd()
        return str(path.relative_to(here) if path.is_relative_to(here) else path)


def _references(document: Document, service: Service, known: dict[str, set[str] | None]) -> None:
    for index, channel in enumerate(service.canales):
        _exists(document, ("canales", index), "canal", channel, known)
    for index, offer in enumerate(service.ofrece):
        if offer.via:
            _exists(document, ("ofrece", index, "via"), "canal", offer.via, known)
    for index, public in enumerate(service.audiencia):
        _exists(document, ("audiencia", index, "grupo"), "audiencia", public.grupo, known)
    for index, norm in enumerate(service.normas or ()):
        _exists(document, ("normas", index), "norma", norm, known)


_HOME = {"canal": "channels.yml", "audiencia": "audiences.yml", "norma": "legal.yml"}


def _exists(
    document: Document,
    path: tuple[str | int, ...],
    kind: str,
    value: str,
    known: dict[str, set[str] | None],
) -> None:
    ids = known[kind]
    if ids is None or value in ids:  # None: its sheet has faults of its own
        return
    document.fault(
        document.line(path),
        f"no existe {kind} «{value}» en {_HOME[kind]}{suggestion(value, sorted(ids))}",
    )
