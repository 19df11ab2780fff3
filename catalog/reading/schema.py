"""JSON Schema from the models: editors complete the keys of a sheet and underline what is wrong."""

import json
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel

from catalog.reading.access import Access
from catalog.reading.consent import ConsentSheet
from catalog.reading.effect import EffectSheet
from catalog.reading.holidays import HolidaysSheet
from catalog.reading.model import (
    AudiencesSheet,
    ChannelsSheet,
    Entity,
    GlossarySheet,
    History,
    LegalSheet,
)
from catalog.reading.service import ServiceSheet, TechnologySheet

FOLDER = Path(__file__).parents[1] / "schema"

SHEETS: dict[str, type[BaseModel]] = {
    "access": Access,
    "audiences": AudiencesSheet,
    "channels": ChannelsSheet,
    "consent": ConsentSheet,
    "effect": EffectSheet,
    "entity": Entity,
    "glossary": GlossarySheet,
    "history": History,
    "holidays": HolidaysSheet,
    "legal": LegalSheet,
    "service": ServiceSheet,
    "technology": TechnologySheet,
}


def schema(
    model: type[BaseModel], title: str, mode: Literal["validation", "serialization"] = "validation"
) -> dict[str, Any]:
    made = model.model_json_schema(mode=mode)
    for part in (made, *made.get("$defs", {}).values()):
        # Docstrings are for programmers: an editor shows the Spanish descriptions of the fields.
        part.pop("description", None)
        part.pop("title", None)
        for field in part.get("properties", {}).values():
            field.pop("title", None)
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", "title": title, **made}


def as_json(value: object) -> bytes:
    return (json.dumps(value, ensure_ascii=False, indent=2) + "\n").encode()


def files() -> dict[str, bytes]:
    return {
        f"{name}.schema.json": as_json(schema(model, f"Ficha {name}.yml"))
        for name, model in SHEETS.items()
    }


def write(folder: Path | None = None) -> list[Path]:
    folder = folder or FOLDER
    folder.mkdir(parents=True, exist_ok=True)
    written = []
    for name, content in files().items():
        path = folder / name
        path.write_bytes(content)
        written.append(path)
    return written
