"""What holds of every deposit, rule, calendar and term, whatever their numbers."""

import os
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime, timedelta, timezone
from itertools import count

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from catalog.reading.effect import Rule
from catalog.reading.holidays import Calendar
from catalog.reading.reader import read_catalog
from proxy.domain.plazo import Answer, Distance, Later, Question, Term, reckon
from tests.plazos import LIMA

CATALOG = read_catalog()

# The longest term below still ends within the years of the calendars.
deposits = st.datetimes(
    datetime(2024, 1, 2), datetime(2025, 12, 31), timezones=st.just(LIMA), allow_imaginary=False
)
rules = st.sampled_from(CATALOG.effect.reglas)
office_rules = rules.filter(lambda rule: rule.oficina is not None)
calendars = st.sampled_from([*CATALOG.holidays.calendars.values()])
distances = st.none() | st.builds(Distance, st.integers(0, 20))
closures = st.frozensets(st.integers(0, 140), max_size=60)  # days after the deposit


@st.composite
def terms(draw: st.DrawFn, rule: Rule) -> Term:
    unit = draw(st.sampled_from(rule.unidades))
    return Term(draw(st.integers(1, 1 if unit == "anios" else 12 if unit == "meses" else 90)), unit)


@st.composite
def asked(draw: st.DrawFn, among: st.SearchStrategy[Rule] = rules) -> tuple[Question, Rule]:
    rule, deposited = draw(among), draw(deposits)
    after = draw(st.none() | st.timedeltas(timedelta(0), timedelta(20)))
    later = draw(st.none() | st.integers(-5, 60))
    question = Question(
        deposited,
        read=None if after is None else deposited + after,
        term=draw(terms(rule)),
        distance=draw(distances),
        not_before=None if later is None else Later(deposited.date() + timedelta(later)),
        closed=frozenset(deposited.date() + timedelta(days) for days in draw(closures)),
    )
    return question, rule


def of(question: Question, rule: Rule, calendar: Calendar) -> Answer:
    return reckon(question, rule, calendar, LIMA, "hora de Lima")


def as_day(found: date | None) -> date:
    assert found is not None
    return found.astimezone(LIMA).date() if isinstance(found, datetime) else found


@given(asked(), calendars)
def test_nothing_happens_before_the_deposit(
    pair: tuple[Question, Rule], calendar: Calendar
) -> None:
    question, rule = pair
    found = of(question, rule, calendar)
    in_order = [found.notified, found.effective, found.starts, found.ends]
    days = [question.deposited.date(), *map(as_day, in_order)]
    assert days == sorted(days)
    hours = question.term is not None and question.term.unit == "horas"
    assert {isinstance(one, datetime) for one in in_order} == {hours}


@given(asked(office_rules), calendars)
def test_no_day_of_an_office_is_one_on_which_nobody_works(
    pair: tuple[Question, Rule], calendar: Calendar
) -> None:
    question, rule = pair
    found = of(question, rule, calendar)
    assert calendar.works(found.notified) and calendar.works(found.effective)
    assert found.ends is not None and calendar.works(found.ends)
    assert found.ends not in question.closed
    if question.term and question.term.unit in ("habiles", "calendario"):
        assert calendar.works(found.starts)


@given(asked(), calendars, st.timedeltas(timedelta(0), timedelta(40)))
def test_who_is_notified_later_has_time_until_later(
    pair: tuple[Question, Rule], calendar: Calendar, after: timedelta
) -> None:
    question, rule = pair
    question = replace(question, read=None)
    sooner = of(question, rule, calendar)
    later = of(replace(question, deposited=question.deposited + after), rule, calendar)
    for name in ("notified", "effective", "starts", "ends"):
        assert getattr(sooner, name) <= getattr(later, name)


@given(asked(), calendars, st.integers(0, 20))
def test_a_longer_term_ends_no_sooner(
    pair: tuple[Question, Rule], calendar: Calendar, more: int
) -> None:
    question, rule = pair
    assert question.term is not None
    longer = Term(question.term.amount + more, question.term.unit)
    assume(longer.unit != "anios" or not more)
    sooner, later = of(question, rule, calendar), of(replace(question, term=longer), rule, calendar)
    assert sooner.ends is not None and later.ends is not None and sooner.ends <= later.ends


@given(asked(office_rules), calendars, st.integers(1, 120))
def test_a_term_of_business_days_has_that_many_of_them(
    pair: tuple[Question, Rule], calendar: Calendar, amount: int
) -> None:
    question, rule = pair
    plain = Question(question.deposited, read=question.read, term=Term(amount, "habiles"))
    found = of(plain, rule, calendar)
    every = (found.effective + timedelta(n) for n in count(1))
    worked = (day for day in every if day.weekday() < 5 and day not in calendar.days)
    assert [next(worked) for _ in range(amount)][-1] == found.ends


@given(asked(), calendars)
def test_opening_it_puts_nothing_off(pair: tuple[Question, Rule], calendar: Calendar) -> None:
    """Nobody is notified later for having opened it: then one could put a term off."""
    question, rule = pair
    unopened = of(replace(question, read=None), rule, calendar)
    opened = of(question, rule, calendar)
    assert opened.effective <= unopened.effective


@given(asked(), calendars, st.integers(-14 * 4, 14 * 4))
def test_the_offset_in_which_an_instant_is_written_does_not_matter(
    pair: tuple[Question, Rule], calendar: Calendar, quarters: int
) -> None:
    question, rule = pair
    zone = timezone(timedelta(minutes=15 * quarters))
    moved = replace(
        question,
        deposited=question.deposited.astimezone(zone),
        read=question.read.astimezone(zone) if question.read else None,
    )
    assert of(moved, rule, calendar) == of(question, rule, calendar)


@pytest.fixture
def machine() -> Iterator[None]:
    before = os.environ.get("TZ")
    yield
    if before is None:
        os.environ.pop("TZ", None)
    else:
        os.environ["TZ"] = before
    time.tzset()


@pytest.mark.usefixtures("machine")
def test_the_time_zone_of_the_machine_does_not_matter() -> None:
    calendar = CATALOG.holidays.calendars["lima"]
    starts = [datetime(2025, 4, 16, 16, 25, tzinfo=LIMA) + timedelta(hours=7 * n) for n in range(9)]
    told, offsets = {}, set()
    for zone in (
        "UTC",
        "America/Lima",
        "Pacific/Kiritimati",
        "Pacific/Pago_Pago",
        "Asia/Kathmandu",
    ):
        os.environ["TZ"] = zone
        time.tzset()
        offsets.add(time.localtime(0).tm_gmtoff)
        told[zone] = [
            of(Question(start, term=Term(15, rule.unidades[0])), rule, calendar).as_dict()
            for start in starts
            for rule in CATALOG.effect.reglas
        ]
    assert len(offsets) == 5, "the machine did move"
    assert all(found == told["UTC"] for found in told.values())
