"""When an owner is reminded of what is not opened, and when the days to open it are over (X2).

Computed at the deposit, by the calendar that its dates were frozen with. Business days are counted
from the day after the deposit, whatever its hour.
"""

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from catalog.reading.holidays import Calendar
from catalog.reading.model import Catalog
from proxy.domain import effect
from proxy.domain.effect import Effect, end_of
from proxy.domain.plazo import last_to_open

ONE = timedelta(days=1)


class Due(StrEnum):
    REMINDER = "recordatorio"
    EXPIRY = "vencimiento"


def plan(frozen: str, deposited: datetime, catalog: Catalog) -> list[tuple[Due, datetime]]:
    """What is due while nobody opens it, and when. Nothing for sheets that cannot say."""
    found, zone = effect.parse(frozen), ZoneInfo(catalog.entity.zona_horaria)
    calendar = catalog.holidays.calendars.get(found.calendar)
    if calendar is None:
        return []
    over = end_of(found, zone)
    reminders = {
        at
        for at in _reminders(found, deposited, calendar, catalog)
        if deposited < at and (over is None or at < over)
    }
    planned = [(Due.REMINDER, at) for at in sorted(reminders)]
    hours = isinstance(found.effective, datetime)  # it takes effect at once, whatever its rule
    if not hours and (ended := _expiry(frozen, deposited, calendar, catalog)):
        planned.append((Due.EXPIRY, ended))
    return planned


def later(at: datetime, over: datetime | None, catalog: Catalog) -> datetime:
    """When a reminder is due again whose casilla had one on that day already: at the hour of the
    next day, or at its beginning if the term is over by then."""
    zone = ZoneInfo(catalog.entity.zona_horaria)
    following = at.astimezone(zone).date() + ONE
    usual = datetime.combine(following, _hour(catalog), zone)
    return usual if over is None or usual < over else datetime.combine(following, time(), zone)


def _reminders(
    found: Effect, deposited: datetime, calendar: Calendar, catalog: Catalog
) -> Iterator[datetime]:
    sheet, zone = catalog.effect.recordatorios, ZoneInfo(catalog.entity.zona_horaria)
    days = [
        _business_day(deposited.astimezone(zone).date(), count, calendar)
        for count in sheet.despues_del_deposito
    ]
    if isinstance(found.ends, datetime) and isinstance(found.starts, datetime):
        # Twelve hours leave some of the day, whenever it ends; of a short term, the half is left.
        ahead = timedelta(hours=sheet.horas_antes)
        yield found.ends - min(ahead, (found.ends - found.starts) / 2)
    elif found.ends and sheet.antes_de_vencer:
        days.append(_business_day(found.ends, -sheet.antes_de_vencer, calendar))
    for day in days:
        if day:
            yield datetime.combine(day, _hour(catalog), zone)


def _business_day(day: date, count: int, calendar: Calendar) -> date | None:
    """The one that is so many after `day`, or before it. None: the calendar does not reach it."""
    step, left = (ONE if count > 0 else -ONE), abs(count)
    while left:
        day += step
        if not calendar.covers(day):
            return None
        left -= calendar.works(day)
    return day


def _expiry(
    frozen: str, deposited: datetime, calendar: Calendar, catalog: Catalog
) -> datetime | None:
    """The end of the last day to open it, where its rule waits for that."""
    rule = effect.rule_of(frozen, catalog)
    if rule is None or rule.base != "acuse":
        return None
    zone = ZoneInfo(catalog.entity.zona_horaria)
    return _end_of(last_to_open(deposited, rule, calendar, zone), zone)


def _hour(catalog: Catalog) -> time:
    return time.fromisoformat(catalog.effect.recordatorios.hora)


def _end_of(day: date, zone: ZoneInfo) -> datetime:
    return datetime.combine(day + ONE, time(), zone)
