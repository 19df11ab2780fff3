"""The calculator of the site: no login, by GET, the engine that also computes each deposit (X1)."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

from starlette.requests import Request
from starlette.responses import Response

from catalog.reading.model import Catalog
from proxy.domain import plazo_asked as asked
from proxy.domain.plazo import Answer, Distance, Question
from proxy.domain.plazo_steps import UNITS, moment_text
from proxy.errors import Refusal
from proxy.texts import TEXTS
from proxy.web.edge.pages import page
from proxy.web.edge.state import state_of

FIELDS = (
    *("dia", "hora", "procedimiento", "cantidad", "unidad", "calendario"),
    *("dia_acuse", "hora_acuse", "distancia"),
)
LEAST = {"cantidad": 1, "distancia": 0}
LONGEST = 60  # no name of a sheet is longer, and a sentence may repeat what was typed
# Under which field a refusal is shown; the others are about the deposit.
AT = {
    "plazo.unit": "unidad",
    "plazo.no_unit": "unidad",
    "plazo.no_rule": "procedimiento",
    "plazo.no_procedure": "procedimiento",
    "plazo.no_calendar": "calendario",
    "plazo.read_before": "dia_acuse",
}


async def show(request: Request) -> Response:
    """The empty form, the answer with its steps, or what to correct. Nothing is recorded."""
    catalog = state_of(request).installation.catalog
    typed = {name: request.query_params.get(name, "").strip()[:LONGEST] for name in FIELDS}
    errors: dict[str, str] = {}
    answer = _answer(catalog, typed, errors) if any(typed.values()) else None
    return page(
        request,
        "plazos/plazos.html",
        400 if errors else 200,
        typed=typed,
        errors=errors,
        answer=answer,
        told=moment_text,
        days=catalog.holidays,
        procedures=catalog.effect.choices,
        units={unit: many for unit, (_, many) in UNITS.items()},
        calendars={row.id: row.nombre for row in catalog.holidays.calendarios},
        chosen=catalog.effect.calendario,
    )


def _answer(catalog: Catalog, typed: dict[str, str], errors: dict[str, str]) -> Answer | None:
    """None: `errors` got what to correct, by field."""
    zone = ZoneInfo(catalog.entity.zona_horaria)
    deposited = _moment(typed, errors, "dia", "hora", zone)
    read = None
    if typed["dia_acuse"] or typed["hora_acuse"]:
        read = _moment(typed, errors, "dia_acuse", "hora_acuse", zone)
    amount, distance = (_number(typed, errors, name, least) for name, least in LEAST.items())
    if errors or deposited is None:
        return None
    try:
        term = asked.term(amount, typed["unidad"] or "habiles") if amount else None
        question = Question(deposited, read, term, None if distance is None else Distance(distance))
        return asked.answer(catalog, question, _choice(catalog, typed))
    except Refusal as refusal:
        errors[AT.get(refusal.code, "dia")] = str(refusal)
        return None


def _moment(
    typed: dict[str, str], errors: dict[str, str], day: str, hour: str, zone: ZoneInfo
) -> datetime | None:
    if not typed[day]:
        errors[day] = TEXTS["plazo.day_missing"]
    if not typed[hour]:
        errors[hour] = TEXTS["plazo.hour_missing"]
    if day in errors or hour in errors:
        return None
    found = None
    try:
        found = asked.day(typed[day])
    except Refusal as refusal:
        errors[day] = str(refusal)
    try:
        at = asked.moment(f"{found or date(2000, 1, 1)}T{typed[hour]}", zone)
    except Refusal:
        errors[hour] = TEXTS["plazo.hour"].format(typed=typed[hour])
        return None
    return at if found else None


def _number(typed: dict[str, str], errors: dict[str, str], name: str, least: int) -> int | None:
    text = typed[name]
    if not text:
        return None
    if not (text.isascii() and text.isdigit() and len(text) < 10 and int(text) >= least):
        errors[name] = TEXTS["plazo.number"].format(least=least)
        return None
    return int(text)


def _choice(catalog: Catalog, typed: dict[str, str]) -> asked.Choice:
    name = typed["procedimiento"] or None
    rules = {rule.id for rule in catalog.effect.reglas}
    if name in rules:
        return asked.Choice(rule=name, calendar=typed["calendario"] or None)
    return asked.Choice(procedure=name, calendar=typed["calendario"] or None)
