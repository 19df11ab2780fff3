"""The non-working days are those of the law, and the sheet says what is wrong in it (L10, L11)."""

import dataclasses
from datetime import date, timedelta

import holidays as library
import pytest

from catalog.reading.model import Catalog
from tests.catalog.conftest import Copy

SHEET = "holidays.yml"
YEARS = range(2024, 2029)
# What the library of others counts and our sheet does not, and why.
NOT_OURS = {
    "Domingo de Resurrección": "article 6 of D.Leg. 713 names Thursday and Friday only; a Sunday",
}
# What our sheet counts and the library does not, and why.
NOT_THEIRS = {"no-laborable": "decreed for the public sector: the library has feriados only"}


def test_the_national_holidays_are_those_of_another_library(catalog: Catalog) -> None:
    """The differences are the listed ones. The library calls some by other names."""
    theirs = dict(library.country_holidays("PE", years=YEARS, language="es").items())
    ours = {day.fecha for day in catalog.holidays.dias if day.efecto == "feriado"}
    assert {theirs[day] for day in theirs.keys() - ours} == set(NOT_OURS)
    assert ours - theirs.keys() == set()
    others = {day.efecto for day in catalog.holidays.dias if day.fecha not in theirs}
    assert others == set(NOT_THEIRS)
    assert set(catalog.holidays.calendars["feriados-nacionales"].days) == ours


def test_each_year_has_its_sixteen_holidays(catalog: Catalog) -> None:
    national = catalog.holidays.calendars["feriados-nacionales"]
    found = {year: sum(day.year == year for day in national.days) for year in YEARS}
    assert found == dict.fromkeys(YEARS, 16)
    for day, off in national.days.items():
        if off.name.endswith("Santo"):
            assert day.weekday() == ("Jueves", "Viernes").index(off.name.split()[0]) + 3


def test_the_decreed_days_are_the_known_ones_l31(catalog: Catalog) -> None:
    calendars = catalog.holidays.calendars
    national = set(calendars["sector-publico"].days) - set(calendars["feriados-nacionales"].days)
    assert sorted(map(str, national)) == [
        "2024-01-02", "2024-07-26", "2024-07-27", "2024-10-07", "2024-12-06", "2024-12-23",
        "2024-12-24", "2024-12-30", "2024-12-31", "2025-05-02", "2025-12-26", "2026-01-02",
        "2026-07-27",
    ]  # fmt: skip
    lima = set(calendars["lima"].days) - set(calendars["sector-publico"].days)
    assert sorted(map(str, lima)) == ["2024-11-14", "2024-11-15", "2024-11-16"]


def test_every_day_has_its_norm_and_says_who_verified_it_l11(catalog: Catalog) -> None:
    sheet = catalog.holidays
    assert {day.norma for day in sheet.dias} == {norm.id for norm in sheet.normas}
    assert not any(day.verificado for day in sheet.dias), "say in the commit who read El Peruano"


def test_what_may_give_another_date_gives_another_version(catalog: Catalog) -> None:
    calendar = catalog.holidays.calendars["lima"]
    day, off = next(iter(calendar.days.items()))
    one_less = dict(list(calendar.days.items())[1:])
    changed = [
        {"days": one_less},
        {"days": {**calendar.days, day + timedelta(1): off}},
        {"days": {**calendar.days, day: dataclasses.replace(off, name="Otro")}},
        {"last": date(2029, 12, 31)},
        {"decreed_until": date(2027, 12, 31)},
        {"weekdays": frozenset(range(6))},
        {"edition": "2027-01-01"},
    ]
    versions = {dataclasses.replace(calendar, **change).version for change in changed}  # type: ignore[arg-type]
    assert len(versions | {calendar.version}) == len(changed) + 1
    assert dataclasses.replace(calendar).version == calendar.version


DAY = "  - {fecha: 2028-12-25,"
CHANGES = [
    (f"{DAY} efecto: feriado", f"{DAY} efecto: fiesta", "«efecto» no puede ser «fiesta»: use uno"),
    (f"{DAY} efecto: feriado, ambito: nacional", f"{DAY} efecto: feriado", "falta «ambito»"),
    (DAY, "  - {fecha: 2028-12-9,", "«fecha» debe ser una fecha año-mes-día"),
    (DAY, "  - {fecha: 2028-02-30,", "«fecha» debe ser una fecha año-mes-día"),
    (DAY, "  - {fecha: 2028-12-09,", "el día 2028-12-09 está repetido: deje uno solo"),
    (DAY, "  - {fecha: 2029-12-25,", "la fecha 2029-12-25 debe estar entre 2024-01-01 y 2028"),
    (DAY, "  - {fecha: 2023-12-25,", "la fecha 2023-12-25 debe estar entre 2024-01-01 y 2028"),
    ("  - {id: ley-31381, publicada", "  - {id: ley-31382, publicada", "«ley-31381» no está en «n"),
    ("  - {id: ley-31381, publicada", "  - {id: ley-31530, publicada", "el id ley-31530 está rep"),
    ("  - {id: callao, ambito: p", "  - {id: calao, ambito: p", "«callao» no está en «territor"),
    ("  - {id: callao, ambito: provincia", "  - {id: callao, ambito: departamento", "«callao» es"),
    ("lugares: [lima, departamento-de-lima]", "lugares: [limma]", "«limma» no está en «territor"),
    ("hasta: 2028-12-31", "hasta: 2029-12-31", "el 2029 no tiene ningún feriado: agregue los suy"),
    ("\nhasta: 2028-12-31", "\nhasta: 2023-12-31", "«hasta» debe ser después de «desde»"),
    ("decretos_hasta: 2026-07-31", "decretos_hasta: 2036-07-31", "«decretos_hasta» debe estar en"),
    ("laborables: [lunes,", "laborables: [lunez,", "no puede ser «lunez»: use uno de estos"),
    ("  - id: sector-publico", "  - id: lima", "el id lima está repetido"),
    ("    efectos: [feriado]", "    efectos: []", "«efectos» es una lista vacía"),
]


@pytest.mark.parametrize(("old", "new", "said"), CHANGES)
def test_a_slip_in_the_sheet_gets_its_line(copy: Copy, old: str, new: str, said: str) -> None:
    line = copy.change(old, new, SHEET)
    line += new.startswith("\n")
    found = copy.faults()
    assert any(fault.startswith(f"catalog/{SHEET}:") and said in fault for fault in found), found
    if old == DAY or old.startswith("hasta"):
        assert any(fault.startswith(f"catalog/{SHEET}:{line}: ") for fault in found), found


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (f"{DAY} efecto: feriado, ambito: nacional,", f"{DAY} efecto: feriado, ambito: provincia,"),
        (DAY, f"{DAY} lugares: [lima],"),
    ],
)
def test_a_day_of_one_place_says_which_and_a_national_one_none_l31(
    copy: Copy, old: str, new: str
) -> None:
    line = copy.change(old, new, SHEET)
    assert copy.faults() == [
        f"catalog/{SHEET}:{line}: un día nacional no lleva «lugares», y uno de un departamento o "
        "provincia sí"
    ]


def test_one_day_may_be_off_in_two_places_by_two_norms(copy: Copy) -> None:
    text = copy.text(SHEET)
    copy.write(
        SHEET,
        text
        + "  - {fecha: 2026-11-25, efecto: no-laborable, ambito: provincia, lugares: [callao], "
        "norma: ds-093-85-pcm, verificado: no, nombre: Otro}\n",
    )
    assert copy.faults() == []
