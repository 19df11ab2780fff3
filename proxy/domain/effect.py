"""When a notificacion takes effect: computed at its deposit and frozen with it (X1).

Canonical JSON, so that a digest can hold it. The sheets change; what was frozen does not.
"""

import json
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from typing import Any
from zoneinfo import ZoneInfo

from catalog.reading.effect import Rule
from catalog.reading.holidays import Calendar
from catalog.reading.model import Catalog
from proxy.domain import plazo_asked as asked
from proxy.domain.plazo import Answer, Distance, Extension, Later, Question, Term, reckon
from proxy.errors import Refusal
from proxy.texts import TEXTS

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
    edition: int = 0  # how often the entity has put off its dates since the deposit
    changed_at: datetime | None = None  # the last time


def freeze(ruling: Ruling, deposited: datetime) -> str:
    """Refuses what `plazo_asked.governing` and `reckon` refuse."""
    catalog, zone = ruling.catalog, ZoneInfo(ruling.catalog.entity.zona_horaria)
    rule = asked.governing(catalog, ruling.procedure, deposited.astimezone(zone).date())
    question = Question(deposited, None, ruling.term, ruling.distance, ruling.not_before)
    calendar = asked.calendar(catalog)
    answer = reckon(question, rule, calendar, zone, catalog.entity.official_time)
    return _told(ruling.procedure, question, answer)


def postpone(
    frozen: str, deposited: datetime, change: Extension | Later, now: datetime, catalog: Catalog
) -> str:
    """The effect with more time, or with a later start of the count: by the rule that was frozen.

    Refuses `postponement.rule`: the sheets of today do not have that rule, or its calendar;
    `postponement.not_later`: nothing would end, or begin, later; `postponement.unit`: hours and
    days do not add up; and what `reckon` refuses.
    """
    told = json.loads(frozen)
    sheets = _sheets(told, catalog)
    if sheets is None:
        raise Refusal("postponement.rule")
    question = _question(
        told, deposited, datetime.fromisoformat(told["acuse"]) if told["acuse"] else None
    )
    if isinstance(change, Extension):
        hours = question.term is not None and question.term.unit == "horas"
        if hours != (change.term.unit == "horas"):
            raise Refusal("postponement.unit")
        question = replace(question, extension=change)
    else:
        question = replace(question, not_before=change)
    rule, calendar = sheets
    zone = ZoneInfo(catalog.entity.zona_horaria)
    answer = reckon(question, rule, calendar, zone, catalog.entity.official_time)
    if calendar.version != told["version_calendario"]:
        before, version = told["version_calendario"], calendar.version
        said = TEXTS["plazo.other_calendar"].format(version=version, before=before)
        answer = replace(answer, steps=(*answer.steps, said))
    edition = told.get("edicion", 0) + 1
    made = _told(told["procedimiento"], question, answer, edition, now.isoformat())
    if not _later(parse(made), parse(frozen), change):
        raise Refusal("postponement.not_later")
    return made


def end_of(effect: Effect, zone: tzinfo) -> datetime | None:
    """The first instant at which its term is over (L33). None: it has no term."""
    end = effect.ends
    if end is None or isinstance(end, datetime):
        return end
    if effect.closes:
        return datetime.combine(end, time.fromisoformat(effect.closes), zone)
    return datetime.combine(end + timedelta(days=1), time(), zone)


def _later(now: Effect, before: Effect, change: Extension | Later) -> bool:
    """No calendar takes back what was given."""
    if now.starts < before.starts or (now.ends and before.ends and now.ends < before.ends):
        return False
    if isinstance(change, Later):
        return now.starts > before.starts
    return now.ends is not None and before.ends is not None and now.ends > before.ends


def counting(effect: str | None, effect_read: str | None, postponed: str | None) -> str | None:
    """Of what was frozen at the deposit, by its reading and by the last postponement, the one whose
    dates count: the reading kept the postponements before it, and one after it keeps the reading.
    """
    if postponed is None:
        return effect_read or effect
    return (
        effect_read if effect_read and _edition(effect_read) >= _edition(postponed) else postponed
    )


def _edition(frozen: str) -> int:
    """-1 of what nobody can read."""
    try:
        return int(json.loads(frozen).get("edicion", 0))
    except UNREADABLE:
        return -1


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
        return _told(told["procedimiento"], *found, told.get("edicion", 0), told.get("cambiada"))
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
    sheets = _sheets(told, catalog)
    if sheets is None:
        return None
    rule, calendar = sheets
    question = _question(told, deposited, read)
    zone = ZoneInfo(catalog.entity.zona_horaria)
    try:
        return question, reckon(question, rule, calendar, zone, catalog.entity.official_time)
    except Refusal:
        return None


def rule_of(frozen: str, catalog: Catalog) -> Rule | None:
    """By which it was computed. None: the sheets of today do not have it."""
    return _rule(json.loads(frozen), catalog)


def _rule(told: dict[str, Any], catalog: Catalog) -> Rule | None:
    versions = {rule.version: rule for rule in catalog.effect.named(told["regla"])}
    return versions.get(told["version_regla"])


def _sheets(told: dict[str, Any], catalog: Catalog) -> tuple[Rule, Calendar] | None:
    """The rule that was frozen, in its version, and the calendar of today."""
    rule, calendar = _rule(told, catalog), catalog.holidays.calendars.get(told["calendario"])
    return (rule, calendar) if rule and calendar else None


WORDS = (
    "procedimiento", "regla", "version_regla", "norma", "calendario", "version_calendario", "base",
)  # fmt: skip


def parse(frozen: str) -> Effect:
    """Raises one of UNREADABLE."""
    told = json.loads(frozen)
    _question(told, datetime.min, None)
    if not all(isinstance(said, str) for said in (*(told[name] for name in WORDS), *told["pasos"])):
        raise TypeError("no effect")
    found = Effect(
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
        edition=told.get("edicion", 0),
        changed_at=datetime.fromisoformat(told["cambiada"]) if told.get("cambiada") else None,
    )
    over = end_of(found, UTC)
    for at in (over, found.changed_at, found.effective, found.starts, found.notified):
        _usable(at)
    if not isinstance(found.edition, int):
        raise TypeError("no edition")
    return found


def _usable(at: date | None) -> None:
    """Or a page fails that compares it with its own instant, or shows it in its own zone."""
    if isinstance(at, datetime) and at.tzinfo is None:
        raise ValueError("an instant without its zone")
    if at and not date.min.year < at.year < date.max.year:
        raise ValueError("no day of a calendar")


def _told(
    procedure: str,
    question: Question,
    answer: Answer,
    edition: int = 0,
    changed: str | None = None,
) -> str:
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
    if edition:  # what was never put off says nothing of it
        more = question.extension
        said |= {
            "edicion": edition,
            "cambiada": changed,
            "prorroga": {"cantidad": more.term.amount, "unidad": more.term.unit, "norma": more.norm}
            if more
            else None,
        }
    return json.dumps(said, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def _question(told: dict[str, Any], deposited: datetime, read: datetime | None) -> Question:
    term, distance, later = (told[name] for name in ("plazo", "distancia", "inicio_no_antes_de"))
    more = told.get("prorroga")
    return Question(
        deposited,
        read,
        _term(term) if term else None,
        Distance(distance["dias"], distance["norma"]) if distance else None,
        Later(date.fromisoformat(later["fecha"]), later["norma"]) if later else None,
        extension=Extension(_term(more), more["norma"]) if more else None,
    )


def _term(told: dict[str, Any]) -> Term:
    return Term(told["cantidad"], told["unidad"])


def _moment(text: str) -> date:
    return datetime.fromisoformat(text) if "T" in text else date.fromisoformat(text)
