"""The open data under /datos/: the whole catalogue in four files that say the same."""

import json
from pathlib import Path

from catalog.linked import catalog_jsonld, service_jsonld
from catalog.model import Catalog
from catalog.publication import Publication, as_csv, publication
from catalog.schema import as_json, schema

__all__ = ["exports", "script_json", "service_jsonld", "write"]


def exports(catalog: Catalog, base_url: str) -> dict[str, bytes]:
    """The content of each file by name. `base_url` is where the site is."""
    published = publication(catalog, base_url)
    return {
        "catalogo.json": published.model_dump_json(indent=2).encode() + b"\n",
        "catalogo.csv": as_csv(catalog, base_url),
        "catalogo.jsonld": as_json(catalog_jsonld(catalog, base_url)),
        "catalogo.schema.json": as_json(
            schema(Publication, "Catálogo de servicios digitales: catalogo.json", "serialization")
        ),
    }


def write(folder: Path, catalog: Catalog, base_url: str) -> list[Path]:
    folder.mkdir(parents=True, exist_ok=True)
    written = []
    for name, content in exports(catalog, base_url).items():
        path = folder / name
        path.write_bytes(content)
        written.append(path)
    return written


def script_json(value: object) -> str:
    """JSON that may stand inside a <script>: no text in it can close the element."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).replace("<", "\\u003c")
