"""When an owner is reminded of what is not opened: X2, L1."""

from dataclasses import replace
from datetime import datetime

import pytest

from catalog.reading.effect import Reminders
from catalog.reading.model import Catalog
from proxy.domain.effect import Ruling, end_of, freeze, parse
from proxy.domain.plazo import Term
from proxy.domain.reminders import Due, later, plan
from tests.plazos import CATALOG, LIMA, at, governed_by

HOURS, DAYS = "electoral", "administrativo"


def planned(
    deposited: str, procedure: str = DAYS, term: Term | None = None, catalog: Catalog = CATALOG
) -> list[str]:
    moment = at(deposited)
    frozen = freeze(Ruling(catalog, procedure, term), moment)
    return [
        f"{when.astimezone(LIMA):%d/%m %H:%M}" + (" fin" if kind is Due.EXPIRY else "")
        for kind, when in plan(frozen, moment, catalog)
    ]


@pytest.mark.parametrize(
    ("deposited", "term", "found"),
    [
        # Monday 16 November 2026. The last of fifteen days is Monday 7 December.
        ("2026-11-16T10:00", None, ["17/11 09:00", "19/11 09:00", "20/11 09:00"]),
        (
            "2026-11-16T10:00",
            Term(15, "habiles"),
            ["17/11 09:00", "19/11 09:00", "20/11 09:00", "04/12 09:00"],
        ),
        # A Friday night: the 8 and 9 December are holidays.
        ("2026-12-04T22:00", None, ["07/12 09:00", "11/12 09:00", "14/12 09:00"]),
        # A term that is over on Thursday 10: nothing leaves later, and one on Monday 7, not two.
        ("2026-12-04T22:00", Term(1, "habiles"), ["07/12 09:00"]),
        # A Sunday.
        ("2026-11-15T08:00", None, ["16/11 09:00", "18/11 09:00", "19/11 09:00"]),
    ],
)
def test_business_days_after_the_deposit_and_before_the_end(
    deposited: str, term: Term | None, found: list[str]
) -> None:
    assert planned(deposited, term=term) == found


@pytest.mark.parametrize(
    ("hours", "found"),
    [
        (72, ["17/11 09:00", "18/11 22:00", "19/11 09:00"]),
        (24, ["16/11 22:00", "17/11 09:00"]),
        (6, ["16/11 13:00"]),  # of a short term, the half is left
    ],
)
def test_a_term_in_hours_is_reminded_of_hours_before_it_ends(hours: int, found: list[str]) -> None:
    assert planned("2026-11-16T10:00", HOURS, Term(hours, "horas")) == found


@pytest.mark.parametrize("rule", ["acuse-5-dias-b1", "acuse-5-dias-b2"])
def test_the_days_to_open_it_are_over_when_the_last_of_them_is(rule: str) -> None:
    """Both readings give the same days to open it, and another day of effect."""
    catalog = governed_by(rule)
    assert planned("2026-12-01T10:00", catalog=catalog)[-1] == "11/12 00:00 fin"
    assert planned("2026-12-03T18:00", catalog=catalog)[-1] == "16/12 00:00 fin"
    assert not [one for one in planned("2026-12-01T10:00") if "fin" in one]


def test_the_sheet_decides_and_may_want_none() -> None:
    def with_sheet(**values: object) -> Catalog:
        sheet = CATALOG.effect.model_copy(update={"recordatorios": Reminders(**values)})  # type: ignore[arg-type]
        return replace(CATALOG, effect=sheet)

    none = with_sheet(despues_del_deposito=(), antes_de_vencer=None)
    assert planned("2026-11-16T10:00", term=Term(15, "habiles"), catalog=none) == []
    other = with_sheet(despues_del_deposito=(2,), antes_de_vencer=3, hora="07:30")
    found = planned("2026-11-16T10:00", term=Term(15, "habiles"), catalog=other)
    assert found == ["18/11 07:30", "02/12 07:30"]


def test_a_calendar_that_ends_too_soon_plans_what_it_can() -> None:
    last = CATALOG.holidays.hasta
    friday = datetime(last.year, 12, 29, 10, tzinfo=LIMA)  # of 2028: nothing is known of January
    frozen = freeze(Ruling(CATALOG, HOURS, Term(24, "horas")), friday)
    assert [when.date().day for _, when in plan(frozen, friday, CATALOG)] == [29]


def test_one_that_was_held_back_leaves_before_its_term_is_over() -> None:
    """A casilla gets one message a day."""
    now = at("2026-11-16T13:00")
    assert later(now, None, CATALOG) == at("2026-11-17T09:00")
    assert later(now, at("2026-11-17T09:01"), CATALOG) == at("2026-11-17T09:00")
    assert later(now, at("2026-11-17T08:00"), CATALOG) == at("2026-11-17T00:00")


def test_a_term_is_over_when_its_last_day_is_or_at_its_hour() -> None:
    def over(procedure: str, term: Term | None) -> datetime | None:
        frozen = freeze(Ruling(CATALOG, procedure, term), at("2026-11-16T10:00"))
        return end_of(parse(frozen), LIMA)

    assert over(DAYS, Term(15, "habiles")) == at("2026-12-08T00:00")
    assert over(HOURS, Term(3, "calendario")) == at("2026-11-19T20:00")
    assert over(HOURS, Term(6, "horas")) == at("2026-11-16T16:00")
    assert over(DAYS, None) is None
