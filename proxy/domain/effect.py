"""When a notificacion takes effect: computed at its deposit and frozen with it (X1).

Canonical JSON, so that a digest can hold it. The sheets change; what was frozen does not.
"""

import json
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from catalog.reading.effect import Rule
from catalog.reading.model import Catalog
from proxy.domain import plazo_asked as asked
from proxy.domain.plazo import Answer, Distance, Later, Question, Term, reckon
from proxy.errors import Refusal

# What reading something else than this service froze may raise.
UNREADABLE = (
    ValueError, TypeError, LookupError, AttributeError, ArithmeticError, RecursionError,
)  # fmt: skip


@dataclass(frozen=True)
class Ruling:
    """By what a deposit is computed. Its sender says the procedure: nothing guesses it (L34)."""

    catalog: Catalog
    procedure: str
    term: Term | None = None
    distance: Distance | None = None
    not_before: Later | None = None


@dataclass(frozen=True)
class Effect:
    """What was frozen. Days, or instants where the unit of the term is hours."""

    procedure: str
    rule: str
    calendar: str
    calendar_version: str
    verified: bool
    waits: bool  # the rule asks for an acuse, and nobody has opened it yet
    notified: date
    effective: date
    starts: date
    ends: date | None
    closes: str | None  # the hour at which a term in days ends, where the rule says one
    steps: tuple[str, ...]


def freeze(ruling: Ruling, deposited: datetime) -> str:
    """Refuses what `plazo_asked.governing` and `reckon` refuse."""
    catalog, zone = ruling.catalog, ZoneInfo(ruling.catalog.entity.zona_horaria)
    rule = asked.governing(catalog, ruling.procedure, deposited.astimezone(zone).date())
    question = Question(deposited, None, ruling.term, ruling.distance, ruling.not_before)
    calendar = asked.calendar(catalog)
    answer = reckon(question, rule, calendar, zone, catalog.entity.official_time)
    return _told(ruling.procedure, question, answer)


def upon_reading(frozen: str, deposited: datetime, read: datetime, catalog: Catalog) -> str | None:
    """What opening it makes of the effect, by the rule that was frozen and the calendar of today.

    None: the frozen effect stands. The rule asks for no acuse, or the sheets of today cannot say,
    or would say a later day: no new calendar puts off what was frozen. Nor is anybody kept from
    opening what is theirs by a calendar that ends too early, or by what somebody put there past
    every check: the digest in the record shows that.
    """
    try:
        told = json.loads(frozen)
        if told["base"] != "acuse":
            return None
        found = _reckoned(told, deposited, read, catalog)
        if found is None or found[1].effective > _moment(told["surte_efecto"]):
            return None
        return _told(told["procedimiento"], *found)
    except UNREADABLE:
        return None


Dates = dict[str, str | None]  # of DATES, as JSON has them
DATES = ("notificado", "surte_efecto", "inicio_computo", "vence")


def dates(frozen: str) -> Dates:
    told = json.loads(frozen)
    return {name: told[name] for name in DATES}


@dataclass(frozen=True)
class Given:
    """What a calendar gives that came after the frozen dates."""

    calendar: str  # its edition
    effective: date
    starts: date
    ends: date | None


def parse_given(calendar: str, found: Dates) -> Given:
    effective, starts, ends = (found[name] for name in DATES[1:])
    assert effective and starts
    return Given(calendar, _moment(effective), _moment(starts), _moment(ends) if ends else None)


def by_calendar(
    frozen: str, deposited: datetime, read: datetime | None, catalog: Catalog
) -> Dates | None:
    """What the rule that was frozen gives with the calendar of today. None: that calendar is the
    one of the frozen dates, or the sheets of today cannot say."""
    told = json.loads(frozen)
    calendar = catalog.holidays.calendars.get(told["calendario"])
    if calendar is None or calendar.version == told["version_calendario"]:
        return None
    found = _reckoned(told, deposited, read if told["base"] == "acuse" else None, catalog)
    return dates(_told(told["procedimiento"], *found)) if found else None


def _reckoned(
    told: dict[str, Any], deposited: datetime, read: datetime | None, catalog: Catalog
) -> tuple[Question, Answer] | None:
    rule = _rule(told, catalog)
    calendar = catalog.holidays.calendars.get(told["calendario"])
    if rule is None or calendar is None:
        return None
    question = Question(deposited, read, *_asked(told))
    zone = ZoneInfo(catalog.entity.zona_horaria)
    try:
        return question, reckon(question, rule, calendar, zone, catalog.entity.official_time)
    except Refusal:
        return None


WORDS = (
    "procedimiento", "regla", "version_regla", "norma", "calendario", "version_calendario", "base",
)  # fmt: skip


def rule_of(frozen: str, catalog: Catalog) -> Rule | None:
    """By which it was computed. None: the sheets of today do not have it."""
    return _rule(json.loads(frozen), catalog)


def _rule(told: dict[str, Any], catalog: Catalog) -> Rule | None:
    versions = {rule.version: rule for rule in catalog.effect.named(told["regla"])}
    return versions.get(told["version_regla"])


def parse(frozen: str) -> Effect:
    """Raises one of UNREADABLE."""
    told = json.loads(frozen)
    _asked(told)
    if not all(isinstance(said, str) for said in (*(told[name] for name in WORDS), *told["pasos"])):
        raise TypeError("no effect")
    return Effect(
        procedure=told["procedimiento"],
        rule=told["regla"],
        calendar=told["calendario"],
        calendar_version=told["version_calendario"],
        verified=told["verificado"],
        waits=told["base"] == "acuse" and told["acuse"] is None,
        notified=_moment(told["notificado"]),
        effective=_moment(told["surte_efecto"]),
        starts=_moment(told["inicio_computo"]),
        ends=_moment(told["vence"]) if told["vence"] else None,
        closes=told["cierre"],
        steps=tuple(told["pasos"]),
    )


def _told(procedure: str, question: Question, answer: Answer) -> str:
    term, distance, later = question.term, question.distance, question.not_before
    rule = answer.rule
    said = answer.as_dict() | {
        "procedimiento": procedure,
        "norma": rule.norma,
        "verificado": rule.verificado,
        "base": rule.base,
        "cierre": rule.cierre,
        "acuse": question.read.isoformat() if question.read else None,
        "plazo": {"cantidad": term.amount, "unidad": term.unit} if term else None,
        "distancia": {"dias": distance.days, "norma": distance.norm} if distance else None,
        "inicio_no_antes_de": (
            {"fecha": later.day.isoformat(), "norma": later.norm} if later else None
        ),
    }
    return json.dumps(said, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def _asked(told: dict[str, Any]) -> tuple[Term | None, Distance | None, Later | None]:
    term, distance, later = (told[name] for name in ("plazo", "distancia", "inicio_no_antes_de"))
    return (
        Term(term["cantidad"], term["unidad"]) if term else None,
        Distance(distance["dias"], distance["norma"]) if distance else None,
        Later(date.fromisoformat(later["fecha"]), later["norma"]) if later else None,
    )


def _moment(text: str) -> date:
    return datetime.fromisoformat(text) if "T" in text else date.fromisoformat(text)
