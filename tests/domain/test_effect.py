"""The effect as it is frozen, and what opening makes of it: X1, L4, L18, L34."""

import json
from dataclasses import replace
from datetime import date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalog.reading.model import Catalog
from proxy.domain.effect import Ruling, by_calendar, freeze, parse, upon_reading
from proxy.domain.plazo import Distance, Question, Term
from proxy.domain.plazo_asked import BY_DEFAULT, Choice, answer
from tests.plazos import CATALOG, LIMA, RULING, also_closed, at, governed_by

deposits = st.datetimes(
    datetime(2024, 1, 2), datetime(2027, 12, 31), timezones=st.just(LIMA), allow_imaginary=False
)
TERMS = {"administrativo": ("habiles", "calendario", "meses"), "electoral": ("calendario", "horas")}
B1, B2 = (governed_by(f"acuse-5-dias-{name}") for name in ("b1", "b2"))
DEPOSITED = at("2026-12-07T09:00")  # the fifth business day after it is 2026-12-16


@st.composite
def rulings(draw: st.DrawFn) -> Ruling:
    procedure = draw(st.sampled_from(sorted(TERMS)))
    unit = draw(st.sampled_from(TERMS[procedure]))
    term = draw(st.none() | st.builds(Term, st.integers(1, 6), st.just(unit)))
    distance = draw(st.none() | st.builds(Distance, st.integers(0, 9), st.none() | st.text()))
    return Ruling(CATALOG, procedure, term, distance)


@given(deposits, rulings())
def test_it_is_what_the_calculator_says_of_the_same_instant(at: datetime, ruling: Ruling) -> None:
    question = Question(at, None, ruling.term, ruling.distance)
    found = answer(CATALOG, question, Choice(procedure=ruling.procedure))
    frozen = freeze(ruling, at)
    told = json.loads(frozen)
    assert {name: told[name] for name in found.as_dict()} == found.as_dict()
    kept = parse(frozen)
    assert (kept.effective, kept.starts, kept.ends) == (found.effective, found.starts, found.ends)
    assert kept.steps == found.steps
    assert frozen == freeze(ruling, at)
    assert frozen == json.dumps(told, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def opened(catalog: Catalog, typed: str, later: Catalog | None = None) -> str | None:
    """The day on which it takes effect, opened at that instant; None: as it was frozen."""
    frozen = freeze(Ruling(catalog, BY_DEFAULT, Term(15, "habiles")), DEPOSITED)
    made = upon_reading(frozen, DEPOSITED, at(typed), later or catalog)
    if made is None:
        return None
    assert not parse(made).waits
    return str(parse(made).effective)


def test_unopened_it_waits_for_the_last_day() -> None:
    for catalog, effective in ((B1, "2026-12-16"), (B2, "2026-12-17")):
        found = parse(freeze(replace(RULING, catalog=catalog), DEPOSITED))
        assert found.waits
        assert str(found.effective) == effective


@pytest.mark.parametrize(
    ("typed", "effective"),
    [
        ("2026-12-07T09:00", "2026-12-07"),
        ("2026-12-10T16:30", "2026-12-10"),
        ("2026-12-10T16:31", "2026-12-11"),
        ("2026-12-16T10:00", "2026-12-16"),
        ("2027-03-01T10:00", "2026-12-16"),
    ],
)
def test_opened_in_time_it_takes_effect_that_day(typed: str, effective: str) -> None:
    assert opened(B1, typed) == effective


def test_the_term_runs_from_the_day_on_which_it_was_opened() -> None:
    frozen = freeze(Ruling(B1, BY_DEFAULT, Term(2, "habiles")), DEPOSITED)
    made = upon_reading(frozen, DEPOSITED, at("2026-12-10T09:00"), B1)
    assert made is not None
    assert str(parse(made).ends) == "2026-12-14"


def test_opening_changes_nothing_where_the_deposit_counts() -> None:
    assert opened(CATALOG, "2026-12-10T09:00") is None


def test_no_new_calendar_puts_off_what_was_frozen() -> None:
    later = also_closed(date(2026, 12, 16), B1)
    assert opened(B1, "2026-12-16T10:00", later) is None
    assert opened(B1, "2026-12-11T10:00", later) == "2026-12-11"


def test_sheets_that_cannot_say_leave_it_as_it_was_frozen() -> None:
    """Nobody is kept from opening what is theirs."""
    sheet = B1.effect.model_copy(update={"reglas": CATALOG.effect.reglas[:1]})
    assert opened(B1, "2026-12-10T09:00", replace(B1, effect=sheet)) is None
    short = CATALOG.holidays.model_copy(update={"hasta": date(2026, 12, 11)})
    short.__dict__.pop("calendars", None)
    assert opened(B1, "2026-12-10T09:00", replace(B1, holidays=short)) is None


@pytest.mark.parametrize(
    ("catalog", "read", "wanted"),
    [
        (CATALOG, None, ("2026-12-07", "2026-12-07", "2026-12-11", "2027-01-04")),
        (CATALOG, "2026-12-11T10:00", ("2026-12-07", "2026-12-07", "2026-12-11", "2027-01-04")),
        (B1, None, ("2026-12-07", "2026-12-17", "2026-12-18", "2027-01-11")),
        (B1, "2026-12-11T10:00", ("2026-12-07", "2026-12-11", "2026-12-14", "2027-01-05")),
    ],
)
def test_a_later_calendar_says_what_it_would_give(
    catalog: Catalog, read: str | None, wanted: tuple[str, ...]
) -> None:
    """By hand, with 10 December decreed: the term of 15 business days ends one later."""
    frozen = freeze(Ruling(catalog, BY_DEFAULT, Term(15, "habiles")), DEPOSITED)
    opened_at = at(read) if read else None
    assert by_calendar(frozen, DEPOSITED, opened_at, catalog) is None  # the calendar is the same
    later = also_closed(date(2026, 12, 10), catalog)
    found = by_calendar(frozen, DEPOSITED, opened_at, later)
    assert found is not None and tuple(found.values()) == wanted
