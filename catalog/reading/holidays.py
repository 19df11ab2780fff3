"""The non-working days, each with the norm that made it, and the calendars that count by them."""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Literal, get_args

from pydantic import Field

from catalog.reading.kinds import Day, Identifier, Many, Sheet, Text, Url, YesNo
from catalog.reading.service import Day as DayOfWeek

Weekday = DayOfWeek
WEEK: tuple[Weekday, ...] = get_args(Weekday)
Scope = Literal["nacional", "departamento", "provincia"]
Effect = Literal["feriado", "no-laborable"]
Odd = Iterator[tuple[tuple[str | int, ...], str]]  # where in the sheet, and what is wrong there


class DayNorm(Sheet):
    id: Identifier
    cita: Text = Field(description="Como la lee el ciudadano: Ley N.° 31788")
    publicada: Day | None = None
    url: Url | None = Field(None, description="Solo si es la dirección oficial")


class Territory(Sheet):
    id: Identifier
    nombre: Text
    ambito: Literal["departamento", "provincia"]


class CalendarSheet(Sheet):
    id: Identifier
    nombre: Text
    efectos: Many[Effect] = Field(description="Qué días deja fuera del cómputo")
    lugares: Many[Identifier] | None = Field(
        None, description="Ids de «territorios»: cuenta también los días de esos lugares"
    )


class NonWorkingDay(Sheet):
    fecha: Day
    efecto: Effect = Field(description="«feriado» para todos; «no-laborable», del sector público")
    ambito: Scope
    lugares: Many[Identifier] | None = Field(
        None, description="Ids de «territorios», si no es de todo el país"
    )
    norma: Identifier = Field(description="Un id de «normas»")
    verificado: YesNo = Field(description="«sí» cuando alguien leyó la norma en El Peruano")
    nombre: Text


class HolidaysSheet(Sheet):
    version: Text
    desde: Day
    hasta: Day
    decretos_hasta: Day = Field(
        description="Hasta qué día se conocen los decretos de días no laborables"
    )
    laborables: Many[Weekday] = Field(description="Los días de la semana en que se atiende")
    normas: Many[DayNorm]
    territorios: Many[Territory]
    calendarios: Many[CalendarSheet]
    dias: Many[NonWorkingDay]

    def norm(self, norm_id: str) -> DayNorm:
        return next(norm for norm in self.normas if norm.id == norm_id)

    def place(self, place_id: str) -> Territory:
        return next(place for place in self.territorios if place.id == place_id)

    @cached_property
    def calendars(self) -> dict[str, "Calendar"]:
        return {row.id: self._calendar(row) for row in self.calendarios}

    def _calendar(self, row: CalendarSheet) -> "Calendar":
        norms = {norm.id: norm.cita for norm in self.normas}
        places = set(row.lugares or ())
        # The one national feriado says more to a person than the local day that falls on it.
        found = {
            day.fecha: DayOff(day.nombre, norms[day.norma], day.verificado)
            for day in sorted(self.dias, key=lambda day: day.ambito == "nacional")
            if day.efecto in row.efectos
            and (day.ambito == "nacional" or places.intersection(day.lugares or ()))
        }
        decreed = "no-laborable" in row.efectos
        return Calendar(
            id=row.id,
            name=row.nombre,
            edition=self.version,
            first=self.desde,
            last=self.hasta,
            decreed_until=self.decretos_hasta if decreed else None,
            weekdays=frozenset(WEEK.index(day) for day in self.laborables),
            days=dict(sorted(found.items())),
        )


@dataclass(frozen=True)
class DayOff:
    name: str
    norm: str
    verified: bool


@dataclass(frozen=True)
class Calendar:
    """What is no business day, from `first` to `last`. Outside of them it knows nothing."""

    id: str
    name: str
    edition: str
    first: date
    last: date
    decreed_until: date | None  # None: it counts no decreed days
    weekdays: frozenset[int]
    days: dict[date, DayOff]

    @cached_property
    def version(self) -> str:
        """Another one for each calendar that could give another date, whoever forgot to say so."""
        days = [(day, off.name, off.norm) for day, off in self.days.items()]
        said = (self.first, self.last, self.decreed_until, sorted(self.weekdays), days)
        return f"{self.edition}-{hashlib.sha256(repr(said).encode()).hexdigest()[:8]}"

    def covers(self, day: date) -> bool:
        return self.first <= day <= self.last

    def works(self, day: date) -> bool:
        return day.weekday() in self.weekdays and day not in self.days


def odd(sheet: HolidaysSheet) -> Odd:
    """What no single value of the sheet tells."""
    if sheet.hasta <= sheet.desde:
        yield ("hasta",), "«hasta» debe ser después de «desde»"
        return
    if not sheet.desde <= sheet.decretos_hasta <= sheet.hasta:
        yield ("decretos_hasta",), f"«decretos_hasta» debe estar {_range(sheet)}"
    places = {place.id: place for place in sheet.territorios}
    for index, calendar in enumerate(sheet.calendarios):
        for at, place in enumerate(calendar.lugares or ()):
            if place not in places:
                yield ("calendarios", index, "lugares", at), f"«{place}» no está en «territorios»"
    for index, day in enumerate(sheet.dias):
        yield from _odd_day(sheet, places, index, day)
    yield from _twice(sheet)
    years = {day.fecha.year for day in sheet.dias if day.efecto == "feriado"}
    for year in range(sheet.desde.year, sheet.hasta.year + 1):
        if year not in years:
            yield (
                ("hasta",),
                f"el {year} no tiene ningún feriado: agregue los suyos o acorte «hasta»",
            )


def _range(sheet: HolidaysSheet) -> str:
    return f"entre {sheet.desde} y {sheet.hasta}, como dicen «desde» y «hasta»"


def _odd_day(
    sheet: HolidaysSheet, places: dict[str, Territory], index: int, day: NonWorkingDay
) -> Odd:
    if not sheet.desde <= day.fecha <= sheet.hasta:
        yield ("dias", index, "fecha"), f"la fecha {day.fecha} debe estar {_range(sheet)}"
    if day.norma not in {norm.id for norm in sheet.normas}:
        yield ("dias", index, "norma"), f"«{day.norma}» no está en «normas»: agregue ahí su cita"
    if (day.ambito == "nacional") == bool(day.lugares):
        yield (
            ("dias", index, "ambito"),
            "un día nacional no lleva «lugares», y uno de un departamento o provincia sí",
        )
    for at, place in enumerate(day.lugares or ()):
        if place not in places:
            yield ("dias", index, "lugares", at), f"«{place}» no está en «territorios»"
        elif day.ambito not in ("nacional", places[place].ambito):
            yield (
                ("dias", index, "lugares", at),
                f"«{place}» es de ámbito {places[place].ambito}, y este día, {day.ambito}",
            )


def _twice(sheet: HolidaysSheet) -> Odd:
    """Two rows of one day for the same people: one of them is a slip of who copied a line."""
    seen: dict[tuple[date, str], date] = {}
    for index, day in enumerate(sheet.dias):
        for place in day.lugares or ("",):
            if (day.fecha, place) in seen:
                yield ("dias", index, "fecha"), f"el día {day.fecha} está repetido: deje uno solo"
                break
            seen[day.fecha, place] = day.fecha
