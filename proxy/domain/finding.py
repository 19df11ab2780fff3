"""What an owner looks for in the inbox: conditions on the columns of the list (M93).

Accents, ñ and capitals make no difference, and a year or a day is one of the entity's zone.
"""

import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from proxy.domain.identity import read_day
from proxy.domain.pasted import ALIKE, APOSTROPHES, clean

MOST = 8  # conditions; a page with more would not fit a phone
LONGEST = 200  # characters of what is looked for
ANY = "todo"
TEXTS = {
    "asunto": ("ASUNTO", "asunto"),
    "dependencia": ("DEPENDENCIA", "dependencia"),
    "emisor": ("EMISOR", "firmado_por"),
    "tipo": ("TIPO DE DOCUMENTO", "tipo"),
    "numero": ("NÚM. DOCUMENTO DE EMISIÓN", "numero"),
    "expediente": ("NÚMERO DE EXPEDIENTE", "expediente"),
    "notificacion": ("NÚMERO DE NOTIFICACIÓN", "number"),
}
INSTANTS = {
    "anio": ("AÑO", "issued_at"),
    "emision": ("FECHA DE EMISIÓN", "issued_at"),
    "envio": ("FECHA DE ENVÍO DE MENSAJE", "deposited_at"),
}
LABELS = {ANY: "CUALQUIER DATO"} | {
    name: label
    for name, (label, _) in [("anio", INSTANTS["anio"]), *TEXTS.items(), *INSTANTS.items()]
}
OF_TEXT = {"contiene": "contiene", "igual": "igual a", "sin": "no contiene"}
OF_TIME = {"igual": "igual a", "desde": "desde", "hasta": "hasta", "entre": "entre"}
OPERATORS = OF_TEXT | OF_TIME
JOINS = {"todos": "todas", "cualquiera": "cualquiera"}

# Each letter and its plain one. The databases fold the columns with the same table.
_PLAIN = (
    {
        chr(code): base
        for code in range(ord("A"), 0x180)
        if (base := unicodedata.normalize("NFD", chr(code).lower())[0]).isascii()
        and base != chr(code)
    }
    | {chr(wide): chr(alike).lower() for wide, alike in ALIKE.items()}
    | dict.fromkeys([*APOSTROPHES[1:], chr(0xFF40)], "'")
)
FOLDED, PLAIN = "".join(_PLAIN), "".join(_PLAIN.values())
_TABLE = str.maketrans(FOLDED, PLAIN)


def plain(text: str) -> str:
    return text.translate(_TABLE)


@dataclass(frozen=True)
class Typed:
    """A condition as it stands in the form."""

    column: str = ANY
    operator: str = "contiene"
    value: str = ""
    until: str = ""  # of «entre»


@dataclass(frozen=True)
class OfText:
    columns: tuple[str, ...]  # of the table; it holds if it does in one of them
    text: str  # folded
    operator: str  # of OF_TEXT

    @property
    def words(self) -> list[str]:
        """«contiene» wants each of them, in any order."""
        return [*dict.fromkeys(self.text.split())]


@dataclass(frozen=True)
class OfTime:
    column: str
    start: datetime | None  # the first instant
    end: datetime | None  # the first instant after it


@dataclass(frozen=True)
class Filter:
    conditions: tuple[OfText | OfTime, ...] = ()
    every: bool = True  # or any one of them
    said: str = ""  # for who reads what was taken away

    def __bool__(self) -> bool:
        return bool(self.conditions)


EVERYTHING = Filter()


@dataclass(frozen=True)
class Form:
    """What was typed. `wrong` says, by the place of a condition, what is wrong with it."""

    typed: tuple[Typed, ...]
    join: str
    wrong: Mapping[int, str]  # code of a sentence
    filter: Filter


def read_form(
    columns: Sequence[str],
    operators: Sequence[str],
    values: Sequence[str],
    untils: Sequence[str],
    join: str,
    zone: ZoneInfo,
) -> Form:
    """A condition without a value is none."""
    typed = [
        Typed(
            column if column in LABELS else ANY,
            _at(operators, place, "contiene"),
            _seen(_at(values, place)),
            _seen(_at(untils, place)),
        )
        for place, column in enumerate(columns[:MOST])
    ]
    join = join if join in JOINS else "todos"
    conditions, wrong, said = [], {}, []
    for place, one in enumerate(typed):
        if not one.value and (not one.until or one.column not in INSTANTS):
            continue
        read = _read(one, zone)
        if isinstance(read, str):
            wrong[place] = read
        else:
            conditions.append(read)
            said.append(_said(one))
    link = " y " if join == "todos" else " o "
    found = Filter(tuple(conditions), join == "todos", link.join(said))
    return Form(tuple(typed), join, wrong, EVERYTHING if wrong else found)


def _seen(text: str) -> str:
    """Without control characters: PostgreSQL takes no NUL, and no column holds one."""
    kept = (c for c in clean(text) if unicodedata.category(c) != "Cc")
    return "".join(kept).strip()[:LONGEST]


def _at(texts: Sequence[str], place: int, missing: str = "") -> str:
    return texts[place] if place < len(texts) else missing


def _read(one: Typed, zone: ZoneInfo) -> OfText | OfTime | str:
    if one.column not in INSTANTS:
        if one.operator not in OF_TEXT:
            return "finding.of_text"
        columns = [name for _, name in TEXTS.values()]
        if one.column != ANY:
            columns = [TEXTS[one.column][1]]
        return OfText(tuple(columns), plain(one.value), one.operator)
    column = INSTANTS[one.column][1]
    operator = "igual" if one.operator == "contiene" else one.operator
    if operator not in OF_TIME:
        return "finding.of_time"
    days = _year if one.column == "anio" else _day
    first = days(one.value)
    last = days(one.until) if operator == "entre" else first
    if first is None or last is None:
        return "finding.year" if one.column == "anio" else "finding.day"
    first, last = sorted([first, last])
    start = _midnight(first[0], zone) if operator != "hasta" else None
    end = _midnight(last[1], zone) if operator != "desde" else None
    return OfTime(column, start, end)


def _year(text: str) -> tuple[date, date] | None:
    """Its first day, and the first of the next one."""
    if not (len(text) == 4 and text.isascii() and text.isdigit() and "1900" <= text <= "2199"):
        return None
    return date(int(text), 1, 1), date(int(text) + 1, 1, 1)


def _day(text: str) -> tuple[date, date] | None:
    day = read_day(text)
    if day is None or not 1900 <= day.year <= 2199:
        return None
    return day, day + timedelta(days=1)


def _midnight(day: date, zone: ZoneInfo) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=zone)


def _said(one: Typed) -> str:
    operator = one.operator
    if one.column in INSTANTS and operator == "contiene":
        operator = "igual"
    until = f" y {one.until}" if operator == "entre" else ""
    value = one.value if one.column in INSTANTS else f"«{one.value}»"
    return f"{LABELS[one.column]} {OPERATORS[operator]} {value}{until}"
