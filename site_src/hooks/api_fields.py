"""The table of what a deposit through the API says, made from the models that read it."""

from collections.abc import Iterator
from typing import Any

from proxy.domain.datos import Datos

KINDS = {"integer": "entero", "boolean": "`true` o `false`", "array": "lista", "object": "objeto"}


def _rows(schema: dict[str, Any], defs: dict[str, Any], before: str = "") -> Iterator[str]:
    needed = schema.get("required", [])
    for name, said in schema["properties"].items():
        field = _of(said, defs)
        items = _of(field["items"], defs) if "items" in field else {}
        path = f"{before}{name}{'[]' if items else ''}"
        says = said.get("description") or field.get("description", "")
        yield f"| `{path}` | {'sí' if name in needed else 'no'} | {_kind(field)} | {says} |"
        for inner in (field, items):
            if "properties" in inner:
                yield from _rows(inner, defs, f"{path}.")


def _of(said: dict[str, Any], defs: dict[str, Any]) -> dict[str, Any]:
    """What it refers to, and without the null of what may be left out."""
    forms = [one for one in said.get("anyOf", []) if one.get("type") != "null"]
    if len(forms) == 1:
        own = {name: value for name, value in said.items() if name != "anyOf"}
        return _of(forms[0], defs) | own
    if "$ref" in said:
        found: dict[str, Any] = defs[said["$ref"].rpartition("/")[2]]
        return found
    return said


def _kind(field: dict[str, Any]) -> str:
    if "enum" in field:
        return ", ".join(f"`{one}`" for one in field["enum"])
    if field.get("format") == "date":
        return "fecha, `AAAA-MM-DD`"
    if "anyOf" in field:
        return "instante o fecha"
    if "maxLength" in field:
        return f"texto, hasta {field['maxLength']}"
    least, most = field.get("minimum"), field.get("maximum")
    between = f", de {least} a {most}" if most else ""
    return KINDS.get(field.get("type", ""), "texto") + between


_schema = Datos.model_json_schema()
FIELDS = "\n".join(
    [
        "| Dato | Hace falta | Cómo | Qué es |",
        "|---|---|---|---|",
        *_rows(_schema, _schema["$defs"]),
    ]
)
