"""The rules of effect and the non-working days for other programs: plazos.json, and days as CSV."""

from collections.abc import Iterator

from catalog.reading.effect import Procedure, Rule
from catalog.reading.holidays import (
    WEEK,
    CalendarSheet,
    DayNorm,
    NonWorkingDay,
    Territory,
    Weekday,
)
from catalog.reading.kinds import Day, Identifier, Sheet, Text
from catalog.reading.model import Catalog
from catalog.reading.publication import BETWEEN, FORMAT, MARK, csv_line

COLUMNS = ("fecha", "dia", "nombre", "efecto", "ambito", "lugares", "norma", "verificado")


class PublishedCalendar(CalendarSheet):
    """`version` is another one whenever the calendar could give another date."""

    version: Text


class PublishedTerms(Sheet):
    formato: Text
    calendario: Identifier
    procedimientos: tuple[Procedure, ...]
    reglas: tuple[Rule, ...]
    desde: Day
    hasta: Day
    decretos_hasta: Day
    laborables: tuple[Weekday, ...]
    normas: tuple[DayNorm, ...]
    territorios: tuple[Territory, ...]
    calendarios: tuple[PublishedCalendar, ...]
    dias: tuple[NonWorkingDay, ...]


def members(catalog: Catalog) -> dict[str, object]:
    effect, holidays = catalog.effect, catalog.holidays
    calendars = (
        PublishedCalendar(**dict(row), version=holidays.calendars[row.id].version)
        for row in holidays.calendarios
    )
    return {
        "formato": FORMAT,
        "calendario": effect.calendario,
        "procedimientos": iter(effect.procedimientos),
        "reglas": iter(effect.reglas),
        "desde": holidays.desde.isoformat(),
        "hasta": holidays.hasta.isoformat(),
        "decretos_hasta": holidays.decretos_hasta.isoformat(),
        "laborables": holidays.laborables,
        "normas": iter(holidays.normas),
        "territorios": iter(holidays.territorios),
        "calendarios": calendars,
        "dias": iter(holidays.dias),
    }


def csv_lines(catalog: Catalog) -> Iterator[str]:
    yield MARK + csv_line(COLUMNS)
    sheet = catalog.holidays
    for day in sheet.dias:
        places = BETWEEN.join(sheet.place(place).nombre for place in day.lugares or ())
        verified = "SÍ" if day.verificado else "NO"
        weekday = WEEK[day.fecha.weekday()]
        norm = sheet.norm(day.norma).cita
        yield csv_line(
            (str(day.fecha), weekday, day.nombre, day.efecto, day.ambito, places, norm, verified)
        )
