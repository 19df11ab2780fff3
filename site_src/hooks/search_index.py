"""What the search knows of each page. assets/search.js folds and weighs these words."""

import json
import re
from dataclasses import dataclass, field
from html.parser import HTMLParser
from pathlib import Path

from groups import channels_of
from mkdocs.structure.pages import Page

from catalog.reading.model import Catalog
from catalog.reading.service import Service

MANUAL = "manual/"
LISTS = "catalogo/"  # its pages that are no service come after the others
_WORD = re.compile(r"\w{3,}")
_VOID = ("br", "hr", "img", "input", "wbr")

Entry = dict[str, str | int]


class Index:
    """Two files: what citizens look for, and the manual, which only its own pages search."""

    def __init__(self, catalog: Catalog) -> None:
        self._catalog = catalog
        self._entries: dict[str, list[Entry]] = {"": [], MANUAL: []}

    def add(self, page: Page, service: Service | None) -> None:
        if page.is_homepage:
            return
        url = page.url
        found = [_of_service(url, service, self._catalog)] if service else _of_page(page)
        self._entries[MANUAL if url.startswith(MANUAL) else ""] += found

    def write(self, site: Path) -> None:
        for folder, entries in self._entries.items():
            text = json.dumps(entries, ensure_ascii=False, separators=(",", ":"))
            (site / folder / "buscar.json").write_text(text, encoding="utf-8")


def _of_service(url: str, service: Service, catalog: Catalog) -> Entry:
    offers = " · ".join(offer.nombre for offer in service.ofrece)
    told = (
        service.descripcion,
        *(offer.annex_name for offer in service.ofrece),
        *(public.texto for public in service.audiencia),
        *(service.requisitos or ()),
        *(service.observaciones or ()),
        *(catalog.channel(channel).nombre for channel in channels_of(service)),
    )
    return {
        "url": url,
        "title": service.title,
        "official": service.nombre if service.titulo else "",
        "summary": service.resumen,
        "names": service.palabras or "",
        "acts": offers,
        "text": _bag(" ".join(told)),
        "task": 1,
    }


def _of_page(page: Page) -> list[Entry]:
    meta = page.meta
    reading = _Reading()
    reading.feed(page.content or "")
    reading.close()
    parts = reading.sections[1:]
    entry: Entry = {
        "url": page.url,
        "title": str(page.title),
        "official": "",
        "summary": meta.get("description", ""),
        "names": meta.get("palabras", ""),
        "acts": " · ".join(part.heading for part in parts),
        "text": _bag(" ".join(part.text for part in reading.sections)),
        "task": int(not page.url.startswith(LISTS)),
    }
    if not meta.get("por_pregunta"):
        return [entry]
    questions: list[Entry] = [
        {
            "url": f"{page.url}#{part.id}",
            "title": part.heading,
            "official": str(page.title),
            "summary": part.text[:160].rpartition(" ")[0] + "…",
            "names": "",
            "acts": "",
            "text": _bag(part.text),
            "task": 1,
        }
        for part in parts
        if part.level == "h3"
    ]
    return [{**entry, "acts": "", "text": ""}, *questions]


def _bag(text: str) -> str:
    """Each word once: of a long text the search asks only whether it has the word."""
    return " ".join(dict.fromkeys(_WORD.findall(text.lower())))


@dataclass
class _Section:
    id: str = ""
    level: str = ""
    heading: str = ""
    text: str = ""


@dataclass
class _Reading(HTMLParser):
    """The sections of a page, without what it says twice (data-search-exclude)."""

    sections: list[_Section] = field(default_factory=lambda: [_Section()])

    def __post_init__(self) -> None:
        super().__init__()
        self._open: list[bool] = []  # of each element: is it left out
        self._inside = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in _VOID:
            return
        out = "data-search-exclude" in dict(attrs) or bool(self._open and self._open[-1])
        self._open.append(out)
        if tag in ("h2", "h3") and not out:
            self.sections.append(_Section(dict(attrs).get("id") or "", tag))
            self._inside = True

    def handle_endtag(self, tag: str) -> None:
        if tag not in _VOID and self._open:
            self._open.pop()
        if tag in ("h2", "h3"):
            self._inside = False

    def handle_data(self, data: str) -> None:
        if self._open and self._open[-1]:
            return
        section = self.sections[-1]
        if self._inside:
            section.heading += data
        else:
            section.text = f"{section.text} {data.strip()}".strip()
