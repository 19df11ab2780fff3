"""The open data under /datos/: the catalogue as JSON, CSV and JSON-LD, the rules of effect and the
non-working days, and a schema of each JSON."""

import json
from collections.abc import Iterable, Iterator
from pathlib import Path

from catalog.reading import plazos
from catalog.reading.kinds import Sheet
from catalog.reading.linked import catalog_jsonld, service_jsonld
from catalog.reading.model import Catalog
from catalog.reading.publication import Publication, csv_lines, members
from catalog.reading.schema import as_json, schema

__all__ = ["exports", "script_json", "service_jsonld", "write"]


def exports(catalog: Catalog, base_url: str) -> dict[str, bytes]:
    return {name: "".join(text).encode() for name, text in _files(catalog, base_url).items()}


def write(folder: Path, catalog: Catalog, base_url: str) -> list[Path]:
    folder.mkdir(parents=True, exist_ok=True)
    written = []
    for name, text in _files(catalog, base_url).items():
        path = folder / name
        beside = path.with_name(f".{name}.nuevo")  # a reader meanwhile gets the old one
        try:
            with beside.open("w", encoding="utf-8", newline="") as file:
                file.writelines(text)
            beside.replace(path)
        finally:
            beside.unlink(missing_ok=True)
        written.append(path)
    return written


def _files(catalog: Catalog, base_url: str) -> dict[str, Iterable[str]]:
    """The text of each file, in pieces: a large catalogue is never in memory as text."""
    own = schema(Publication, "Catálogo de servicios digitales: catalogo.json", "serialization")
    terms = schema(plazos.PublishedTerms, "Plazos: plazos.json", "serialization")
    return {
        "catalogo.json": _object(members(catalog, base_url)),
        "catalogo.csv": csv_lines(catalog, base_url),
        "catalogo.jsonld": _object(catalog_jsonld(catalog, base_url)),
        "catalogo.schema.json": [as_json(own).decode()],
        "plazos.json": _object(plazos.members(catalog)),
        "plazos.schema.json": [as_json(terms).decode()],
        "dias-no-laborables.csv": plazos.csv_lines(catalog),
    }


def _object(values: dict[str, object]) -> Iterator[str]:
    """The text of json.dumps with indent=2. An iterator becomes a list, one item at a time."""
    before = "{\n"
    for name, value in values.items():
        yield f"{before}  {json.dumps(name)}: "
        if isinstance(value, Iterator):
            yield from _list(value)
        else:
            yield _indented(value, 2)
        before = ",\n"
    yield "\n}\n"


def _list(items: Iterator[object]) -> Iterator[str]:
    before = "[\n    "
    for item in items:
        yield before + _indented(item, 4)
        before = ",\n    "
    yield "\n  ]"


def _indented(value: object, spaces: int) -> str:
    if isinstance(value, Sheet):
        text = value.model_dump_json(indent=2)
    else:
        text = json.dumps(value, ensure_ascii=False, indent=2)
    return text.replace("\n", "\n" + " " * spaces)


def script_json(value: object) -> str:
    """JSON for the inside of a <script>: no text in it can close the element."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).replace("<", "\\u003c")
