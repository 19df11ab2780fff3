"""From what somebody typed at the command or in a form to the rule, the calendar, the answer."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from catalog.reading.effect import Rule, Unit
from catalog.reading.holidays import Calendar
from catalog.reading.model import Catalog
from proxy.domain.identity import read_day
from proxy.domain.plazo import Answer, Question, Term, reckon
from proxy.domain.plazo_steps import UNITS, day_text
from proxy.errors import Refusal

BY_DEFAULT = "administrativo"  # the procedure, at the command and the form: never at the API (L34)


@dataclass(frozen=True)
class Choice:
    """By which rule and calendar; the entity's own where nothing is said."""

    procedure: str | None = None
    rule: str | None = None
    calendar: str | None = None


def answer(catalog: Catalog, question: Question, choice: Choice) -> Answer:
    zone = ZoneInfo(catalog.entity.zona_horaria)
    day = _local_day(question.deposited, zone)
    rule = _named(catalog, choice.rule, day) if choice.rule else None
    rule = rule or governing(catalog, choice.procedure or BY_DEFAULT, day)
    chosen = calendar(catalog, choice.calendar)
    return reckon(question, rule, chosen, zone, catalog.entity.official_time)


def governing(catalog: Catalog, procedure: str, day: date) -> Rule:
    """The rule of the procedure of what was deposited on `day`, never of the entity alone (L34)."""
    known = [row.id for row in catalog.effect.procedimientos]
    if procedure not in known:
        raise Refusal("plazo.no_procedure", typed=procedure, known=_known(known))
    rule = catalog.effect.governing(procedure, day)
    if rule is None:
        raise Refusal("plazo.ungoverned", procedure=procedure, day=day_text(day))
    return rule


def calendar(catalog: Catalog, name: str | None = None) -> Calendar:
    """The one of that name, or the entity's."""
    known = catalog.holidays.calendars
    name = name or catalog.effect.calendario
    if name not in known:
        raise Refusal("plazo.no_calendar", typed=name, known=_known(known))
    return known[name]


def moment(typed: str, zone: ZoneInfo) -> datetime:
    """An instant, of the entity's zone unless it carries an offset. A day alone is refused."""
    try:
        found = datetime.fromisoformat(typed.strip())
        local = (found if found.tzinfo else found.replace(tzinfo=zone)).astimezone(zone)
    except (ValueError, OverflowError):
        raise Refusal("plazo.moment", typed=typed) from None
    if len(typed.strip()) <= len("2025-04-16"):
        raise Refusal("plazo.moment", typed=typed)
    return local


def day(typed: str) -> date:
    found = read_day(typed.strip())
    if found is None:
        raise Refusal("plazo.day", typed=typed)
    return found


def term(amount: int, typed: str) -> Term:
    units: dict[str, Unit] = {unit: unit for unit in UNITS}
    if typed not in units:
        raise Refusal("plazo.no_unit", typed=typed, known=_known(units))
    return Term(amount, units[typed])


def amount(days: int | None, amount: int | None, unit: str | None) -> Term | None:
    """Of two ways to say it, one."""
    if (amount is None) != (unit is None) or (days and amount):
        raise Refusal("plazo.amount_alone")
    if days:
        return Term(days, "habiles")
    return term(amount, unit) if amount and unit else None


def _named(catalog: Catalog, name: str, day: date) -> Rule:
    versions = catalog.effect.named(name)
    if not versions:
        known = dict.fromkeys(rule.id for rule in catalog.effect.reglas)
        raise Refusal("plazo.no_rule", typed=name, known=_known(known))
    for rule in versions:
        if rule.holds(day):
            return rule
    raise Refusal("plazo.unruled", rule=name, day=day_text(day))


def _local_day(at: datetime, zone: ZoneInfo) -> date:
    return at.astimezone(zone).date()


def _known(names: Iterable[str]) -> str:
    return ", ".join(names)
