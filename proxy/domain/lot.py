"""A lot: a table of deposits, one a line, as a spreadsheet writes it.

Its cells say what `datos` says in JSON: each line becomes one, and is checked as one.
"""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, time
from typing import Any, NamedTuple, get_args
from zoneinfo import ZoneInfo

from catalog.reading.effect import Unit
from proxy.domain.columns import Columns
from proxy.domain.datos import Datos, Malformed, Wrong, read_datos
from proxy.domain.finding import plain
from proxy.domain.identity import read_day
from proxy.domain.plazo_asked import BY_DEFAULT
from proxy.errors import Refusal
from proxy.texts import TEXTS

BETWEEN = "|"  # between the parts of a remedy, and between anexos
NEXT = "||"  # between remedies
SAME = (
    "destinatario", "expediente", "tipo", "numero", "asunto", "dependencia", "firmado_por",
    "elaborado_por",
)  # fmt: skip
COLUMNS = Columns(
    needed=(*SAME, "fecha_expediente", "fecha_emision", "vigencia", "agota_via", "acto"),
    optional=(
        "recursos", "sin_recursos", "anexos", "clave", "referencia", "procedimiento", "plazo",
        "plazo_para", "distancia", "distancia_norma", "inicio_no_antes_de", "inicio_norma",
    ),
)  # fmt: skip
CELLS = {  # where a field of the JSON stands in the table, when it has another name there
    "contenido": "recursos",
    "contenido.vigencia": "vigencia",
    "contenido.agota_via": "agota_via",
    "contenido.sin_recursos": "sin_recursos",
    "plazo.para": "plazo_para",
    "distancia.norma": "distancia_norma",
    "inicio_no_antes_de.norma": "inicio_norma",
}
YES, NO = {"si", "true", "verdadero"}, {"no", "false", "falso"}  # spreadsheets translate theirs
AMOUNT = re.compile(r"([0-9]{1,4}) ([a-z]+)", re.ASCII)
HOUR = re.compile(r"[0-9]{1,2}:[0-9]{2}(:[0-9]{2})?", re.ASCII)


class Named(NamedTuple):
    """A file that a line names, and what its bytes are."""

    name: str
    sha256: str


@dataclass(frozen=True)
class Line:
    """`key`: how the sender names this deposit. None: what it says is its name."""

    told: Mapping[str, Any]
    key: str | None
    acto: str  # a path, from the folder of the table
    anexos: tuple[str, ...]

    def datos(self, acto: Named, anexos: Sequence[Named]) -> Datos:
        """Refuses `datos.malformed`."""
        files = [{"nombre": one.name, "sha256": one.sha256} for one in (acto, *anexos)]
        told = {**self.told, "acto": files[0], "anexos": files[1:]}
        try:
            return read_datos(json.dumps(told).encode(), BY_DEFAULT)
        except Malformed as malformed:
            raise _refusal(malformed) from None


def read(values: Mapping[str, str], zone: ZoneInfo) -> Line:
    """Refuses `datos.malformed`."""
    cells = {name: values.get(name, "").strip() for name in (*COLUMNS.needed, *COLUMNS.optional)}
    try:
        told: dict[str, Any] = {name: cells[name] for name in SAME}
        told |= {"fecha_expediente": _day(cells, "fecha_expediente")}
        told |= {"fecha_emision": _moment(cells["fecha_emision"], zone)}
        told |= {"referencia": cells["referencia"] or cells["clave"] or cells["expediente"]}
        told |= {"contenido": _content(cells)}
        told |= {"procedimiento": cells["procedimiento"]} if cells["procedimiento"] else {}
        told |= _optional(cells)
    except Malformed as malformed:
        raise _refusal(malformed) from None
    if not cells["acto"]:
        raise _refusal(Malformed(Wrong("acto", TEXTS["datos.missing"])))
    key = cells["clave"] or None
    return Line(told, key, cells["acto"], tuple(_parts(cells["anexos"], BETWEEN)))


def _content(cells: Mapping[str, str]) -> dict[str, Any]:
    said = plain(cells["agota_via"])
    if said not in YES | NO:
        raise Malformed(Wrong("agota_via", TEXTS["lot.yes_no"]))
    content: dict[str, Any] = {"vigencia": cells["vigencia"], "agota_via": said in YES}
    if cells["sin_recursos"]:
        content["sin_recursos"] = cells["sin_recursos"]
    return content | {"recursos": [_remedy(one) for one in _parts(cells["recursos"], NEXT)]}


def _remedy(cell: str) -> dict[str, Any]:
    parts = [part.strip() for part in cell.split(BETWEEN)]
    if len(parts) != 3:
        raise Malformed(Wrong("recursos", TEXTS["lot.remedy"]))
    return {"recurso": parts[0], "organo": parts[1], "plazo": _term(parts[2], "recursos")}


def _optional(cells: Mapping[str, str]) -> dict[str, Any]:
    """What an act may lack. One of its two cells alone is told as what is missing."""
    told: dict[str, Any] = {}
    if cells["plazo"] or cells["plazo_para"]:
        told["plazo"] = _term(cells["plazo"], "plazo") | {"para": cells["plazo_para"]}
    if cells["distancia"] or cells["distancia_norma"]:
        days = cells["distancia"]
        if not (days.isascii() and days.isdigit()):
            raise Malformed(Wrong("distancia", TEXTS["lot.number"]))
        told["distancia"] = {"dias": int(days), "norma": cells["distancia_norma"]}
    if cells["inicio_no_antes_de"] or cells["inicio_norma"]:
        first = _day(cells, "inicio_no_antes_de")
        told["inicio_no_antes_de"] = {"fecha": first, "norma": cells["inicio_norma"]}
    return told


def _term(cell: str, column: str) -> dict[str, Any]:
    found = AMOUNT.fullmatch(plain(" ".join(cell.split())))
    unit = found[2].replace("anos", "anios") if found else ""
    if found is None or unit not in get_args(Unit):
        raise Malformed(Wrong(column, TEXTS["lot.term"]))
    return {"cantidad": int(found[1]), "unidad": unit}


def _day(cells: Mapping[str, str], column: str) -> str:
    found = read_day(cells[column])
    if found is None:
        raise Malformed(Wrong(column, TEXTS["lot.day"]))
    return found.isoformat()


def _moment(cell: str, zone: ZoneInfo) -> str:
    """As `datos` has it, or as spreadsheets leave it: a day, and maybe an hour of the entity."""
    day, _, hour = cell.replace("T", " ").partition(" ")
    found = read_day(day)
    try:
        if found and HOUR.fullmatch(hour):
            at = time.fromisoformat(hour.rjust(len(hour) + (hour.find(":") == 1), "0"))
            return datetime.combine(found, at, zone).isoformat()
        if found and not hour:
            return found.isoformat()
        if found and datetime.fromisoformat(cell).tzinfo:
            return cell
    except ValueError:
        pass
    raise Malformed(Wrong("fecha_emision", TEXTS["lot.moment"]))


def _parts(cell: str, between: str) -> list[str]:
    return [part.strip() for part in cell.split(between) if part.strip()]


def _refusal(malformed: Malformed) -> Refusal:
    """All that is wrong with a line, by its columns: it is corrected in one go."""
    said = dict.fromkeys(
        TEXTS["lot.wrong"].format(field=_cell(one.field), why=one.why) for one in malformed.faults
    )
    return Refusal("datos.malformed", said=" ".join(said))


def _cell(field: str) -> str:
    first = field.split(".")[0]
    return CELLS.get(field) or CELLS.get(first) or first
