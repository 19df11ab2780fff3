"""The dates that the law gives, each found with a wall calendar.

L1, L4, L9, L10, L12, L17, L18, L20, L26–L29, L31, L33, L34, R1, X1.
"""

import re
from dataclasses import replace
from datetime import date, datetime, timedelta

import pytest

from catalog.reading.model import Catalog
from catalog.reading.reader import read_catalog
from proxy.domain.plazo import Answer, Distance, Later, Question, Term
from proxy.domain.plazo_asked import Choice, answer, day, term
from tests.plazos import at, dated, refusing

A, B1, B2 = "siguiente-habil-al-deposito", "acuse-5-dias-b1", "acuse-5-dias-b2"
NATIONAL = "feriados-nacionales"


@pytest.fixture(scope="module")
def catalog() -> Catalog:
    return read_catalog()


def ask(
    catalog: Catalog, deposited: str, rule: str = A, calendar: str = NATIONAL, **more: object
) -> Answer:
    question = replace(Question(at(deposited)), **more)  # type: ignore[arg-type]
    return answer(catalog, question, Choice(rule=rule, calendar=calendar))


def working(amount: int) -> Term:
    return Term(amount, "habiles")


# Deposit, the day for which it counts, where the count starts by each rule, and where 15 business
# days by rule A end, with the national holidays.
VECTORS = [
    ("2024-11-05T16:00", "2024-11-05", "2024-11-06", "2024-11-13", "2024-11-14", "2024-11-26"),
    ("2025-04-16T17:00", "2025-04-21", "2025-04-22", "2025-04-29", "2025-04-30", "2025-05-13"),
    ("2025-07-25T16:31", "2025-07-30", "2025-07-31", "2025-08-08", "2025-08-11", "2025-08-21"),
    ("2026-12-07T09:00", "2026-12-07", "2026-12-10", "2026-12-17", "2026-12-18", "2026-12-31"),
]


@pytest.mark.parametrize(("deposited", "notified", "a", "b1", "b2", "ends"), VECTORS)
def test_the_count_starts_and_ends_as_three_rules_say_l9_l17_l18(
    catalog: Catalog, deposited: str, notified: str, a: str, b1: str, b2: str, ends: str
) -> None:
    by_rule = [ask(catalog, deposited, rule, term=working(15)) for rule in (A, B1, B2)]
    assert [str(found.starts) for found in by_rule] == [a, b1, b2]
    assert {str(found.notified) for found in by_rule} == {notified}
    assert str(by_rule[0].ends) == ends
    assert str(by_rule[0].effective) == notified  # L4


@pytest.mark.parametrize(
    ("deposited", "starts_b2", "national", "lima"),
    [
        ("2024-11-05T16:00", "2024-11-18", "2024-11-26", "2024-11-28"),
        ("2025-04-16T17:00", "2025-04-30", "2025-05-13", "2025-05-14"),
        ("2025-07-25T16:31", "2025-08-11", "2025-08-21", "2025-08-21"),
        ("2026-12-07T09:00", "2026-12-18", "2026-12-31", "2026-12-31"),
        ("2024-12-20T10:00", "2025-01-08", "2025-01-14", "2025-01-20"),
    ],
)
def test_days_that_were_decreed_for_lima_do_not_count_in_lima_l31(
    catalog: Catalog, deposited: str, starts_b2: str, national: str, lima: str
) -> None:
    assert str(ask(catalog, deposited, term=working(15)).ends) == national
    assert str(ask(catalog, deposited, A, "lima", term=working(15)).ends) == lima
    assert str(ask(catalog, deposited, B2, "lima").starts) == starts_b2


def test_what_was_decreed_for_another_province_counts_in_lima_l31(catalog: Catalog) -> None:
    # 25 November is a day off in Moquegua.
    assert str(ask(catalog, "2026-11-24T10:00", calendar="lima").starts) == "2026-11-25"


@pytest.mark.parametrize(
    ("deposited", "notified"),
    [
        ("2025-07-25T00:00", "2025-07-25"),  # before the opening
        ("2025-07-25T07:59", "2025-07-25"),
        ("2025-07-25T16:30", "2025-07-25"),
        ("2025-07-25T16:30:59", "2025-07-25"),  # the minute of closing still counts
        ("2025-07-25T16:31", "2025-07-30"),
        ("2025-07-26T09:00", "2025-07-30"),  # a Saturday, and then two holidays
        ("2025-07-28T07:00", "2025-07-30"),
        ("2025-07-25T21:30Z", "2025-07-25"),  # 16:30 in Lima
        ("2025-07-26T06:31+09:00", "2025-07-30"),  # 16:31 in Lima
    ],
)
def test_a_deposit_counts_for_its_business_day_while_the_office_attends_l12_l20(
    catalog: Catalog, deposited: str, notified: str
) -> None:
    assert str(ask(catalog, deposited).notified) == notified


@pytest.mark.parametrize(
    ("read", "b1", "b2"),
    [
        ("2024-11-05T16:10", "2024-11-05", "2024-11-05"),
        ("2024-11-07T10:00", "2024-11-07", "2024-11-07"),
        ("2024-11-09T10:00", "2024-11-11", "2024-11-11"),  # a Saturday
        ("2024-11-12T10:00", "2024-11-12", "2024-11-12"),  # the fifth day
        ("2024-11-12T19:00", "2024-11-12", "2024-11-13"),  # never later than if nobody opened it
        ("2024-11-13T10:00", "2024-11-12", "2024-11-13"),
        ("2029-11-13T10:00", "2024-11-12", "2024-11-13"),
    ],
)
def test_who_opens_it_in_time_is_notified_that_day_l18(
    catalog: Catalog, read: str, b1: str, b2: str
) -> None:
    found = [ask(catalog, "2024-11-05T16:00", rule, read=at(read)) for rule in (B1, B2)]
    assert [str(one.effective) for one in found] == [b1, b2]


def test_opening_it_changes_nothing_where_the_deposit_counts(catalog: Catalog) -> None:
    opened = ask(catalog, "2024-11-05T16:00", read=at("2024-11-20T10:00"))
    assert opened.starts == ask(catalog, "2024-11-05T16:00").starts
    assert "no importa cuándo se abrió" in " ".join(opened.steps)


def test_opened_on_the_evening_of_its_deposit_it_takes_effect_with_it(catalog: Catalog) -> None:
    found = ask(catalog, "2024-11-05T18:00", B1, read=at("2024-11-05T18:05"))
    assert str(found.effective) == str(found.notified) == "2024-11-06"


@pytest.mark.parametrize(
    ("deposited", "asked", "starts", "ends"),
    [
        ("2025-01-15T10:00", Term(1, "meses"), "2025-01-15", "2025-02-17"),  # the 15th: Saturday
        ("2025-01-31T10:00", Term(1, "meses"), "2025-01-31", "2025-03-03"),  # L28
        ("2024-01-30T10:00", Term(1, "meses"), "2024-01-30", "2024-03-01"),
        ("2024-02-29T10:00", Term(1, "anios"), "2024-02-29", "2025-03-03"),
        ("2024-12-31T10:00", Term(2, "anios"), "2024-12-31", "2026-12-31"),
        ("2025-03-27T10:00", Term(1, "meses"), "2025-03-27", "2025-04-28"),  # the 27th: Sunday
        ("2025-03-03T10:00", Term(10, "calendario"), "2025-03-04", "2025-03-13"),
        (
            "2025-03-03T10:00",
            Term(5, "calendario"),
            "2025-03-04",
            "2025-03-10",
        ),  # the 8th: Saturday
        ("2025-04-11T10:00", Term(4, "calendario"), "2025-04-14", "2025-04-21"),  # Holy Thursday
        ("2025-03-03T10:00", Term(1, "habiles"), "2025-03-04", "2025-03-04"),
    ],
)
def test_months_run_from_date_to_date_and_no_term_ends_on_a_day_off_l9_l10_l28(
    catalog: Catalog, deposited: str, asked: Term, starts: str, ends: str
) -> None:
    found = ask(catalog, deposited, term=asked)
    assert (str(found.starts), str(found.ends)) == (starts, ends)


@pytest.mark.parametrize(
    ("deposited", "asked", "starts", "ends"),
    [
        # A Friday evening; both end on a Sunday.
        ("2026-04-10T19:00", Term(48, "horas"), "2026-04-10T19:00", "2026-04-12T19:00"),
        ("2026-04-10T21:30", Term(2, "calendario"), "2026-04-11", "2026-04-12"),
        ("2026-04-02T00:05", Term(3, "calendario"), "2026-04-03", "2026-04-05"),  # Holy Week
        ("2026-12-31T23:59", Term(1, "horas"), "2026-12-31T23:59", "2027-01-01T00:59"),
    ],
)
def test_electoral_terms_run_at_night_and_on_sundays_l34(
    catalog: Catalog, deposited: str, asked: Term, starts: str, ends: str
) -> None:
    found = answer(catalog, Question(at(deposited), term=asked), Choice(procedure="electoral"))
    assert (dated(found.starts), dated(found.ends)) == (starts, ends)
    assert "por confirmar con la norma" in " ".join(found.steps)
    assert ("20:00" in found.steps[5]) == (asked.unit == "calendario")


def test_with_hours_each_value_is_an_instant_with_its_offset_l34(catalog: Catalog) -> None:
    question = Question(at("2026-04-11T00:00Z"), term=Term(24, "horas"))
    said = answer(catalog, question, Choice(procedure="electoral")).as_dict()
    assert {said[name] for name in ("notificado", "surte_efecto", "inicio_computo")} == {
        "2026-04-10T19:00:00-05:00"
    }
    assert said["vence"] == "2026-04-11T19:00:00-05:00"


@pytest.mark.parametrize(
    ("deposited", "asked", "days", "ends"),
    [
        ("2025-03-03T10:00", working(15), 0, "2025-03-24"),
        ("2025-03-03T10:00", working(15), 2, "2025-03-26"),
        ("2025-03-03T10:00", Term(5, "calendario"), 2, "2025-03-12"),  # from Monday 10
        ("2025-01-31T10:00", Term(1, "meses"), 1, "2025-03-04"),
    ],
)
def test_the_distance_is_added_in_business_days_and_told_l29(
    catalog: Catalog, deposited: str, asked: Term, days: int, ends: str
) -> None:
    table = "R.A. inventada"
    found = ask(catalog, deposited, term=asked, distance=Distance(days, table))
    assert str(found.ends) == ends
    assert any("distancia" in step and table in step for step in found.steps)


def test_a_distance_that_nobody_stated_is_not_taken_for_none_l29(catalog: Catalog) -> None:
    unsaid = " ".join(ask(catalog, "2025-03-03T10:00", term=working(15)).steps)
    assert "No se indicó el término de la distancia" in unsaid
    none = ask(catalog, "2025-03-03T10:00", term=working(15), distance=Distance(0))
    assert "No se indicó el término de la distancia" not in " ".join(none.steps)


def test_the_distance_of_an_electoral_term_is_in_calendar_days_l29_l34(catalog: Catalog) -> None:
    for asked, ends in (
        (Term(2, "calendario"), "2026-04-14"),
        (Term(48, "horas"), "2026-04-14T19:00"),
    ):
        question = Question(at("2026-04-10T19:00"), term=asked, distance=Distance(2))
        assert dated(answer(catalog, question, Choice(procedure="electoral")).ends) == ends


@pytest.mark.parametrize(
    ("asked", "later", "starts", "ends"),
    [
        (working(5), "2025-03-08", "2025-03-10", "2025-03-14"),  # a Saturday
        (working(5), "2025-03-01", "2025-03-04", "2025-03-10"),  # sooner: changes nothing
        (Term(1, "meses"), "2025-03-08", "2025-03-08", "2025-04-08"),
    ],
)
def test_the_act_may_only_put_the_count_off_l26(
    catalog: Catalog, asked: Term, later: str, starts: str, ends: str
) -> None:
    not_before = Later(day(later), "artículo 2 de la resolución")
    found = ask(catalog, "2025-03-03T10:00", term=asked, not_before=not_before)
    assert (str(found.starts), str(found.ends)) == (starts, ends)
    assert ("artículo 2" in " ".join(found.steps)) == (later > "2025-03-03")


def test_hours_may_be_put_off_too_l26(catalog: Catalog) -> None:
    not_before = Later(date(2026, 4, 12))
    question = Question(at("2026-04-10T19:00"), term=Term(24, "horas"), not_before=not_before)
    found = answer(catalog, question, Choice(procedure="electoral"))
    assert (dated(found.starts), dated(found.ends)) == ("2026-04-12T00:00", "2026-04-13T00:00")


def test_a_day_without_attendance_moves_only_the_last_day_l27(catalog: Catalog) -> None:
    found = ask(catalog, "2025-03-03T10:00", term=working(5))
    assert str(found.ends) == "2025-03-10"
    closed = frozenset({date(2025, 3, 5)})
    assert ask(catalog, "2025-03-03T10:00", term=working(5), closed=closed).ends == found.ends
    closed = frozenset({date(2025, 3, 10), date(2025, 3, 11)})
    moved = ask(catalog, "2025-03-03T10:00", term=working(5), closed=closed)
    assert str(moved.ends) == "2025-03-12"
    assert "lunes 10/03/2025 la entidad no atendió" in " ".join(moved.steps)


def test_a_day_without_attendance_moves_the_last_day_to_open_it_l27(catalog: Catalog) -> None:
    closed = frozenset({date(2024, 11, 12)})
    found = ask(catalog, "2024-11-05T16:00", B1, closed=closed)
    assert str(found.effective) == "2024-11-13"
    assert "en la duda" in " ".join(found.steps)


def test_a_day_without_attendance_moves_an_electoral_day_and_no_hour_l27(catalog: Catalog) -> None:
    closed = frozenset({date(2026, 4, 12)})
    for asked, ends, said in (
        (Term(2, "calendario"), "2026-04-13", "pasa al siguiente día en que atiende"),
        (Term(48, "horas"), "2026-04-12T19:00", "nada dice de uno en horas"),
    ):
        question = Question(at("2026-04-10T19:00"), term=asked, closed=closed)
        found = answer(catalog, question, Choice(procedure="electoral"))
        assert dated(found.ends) == ends
        assert said in " ".join(found.steps)


def test_each_skipped_day_is_named_with_its_norm_x1(catalog: Catalog) -> None:
    steps = ask(catalog, "2025-04-16T17:00", A, "lima", term=working(15)).steps
    assert steps[:6] == (
        "Se depositó el miércoles 16/04/2025 a las 17:00 (hora de Lima).",
        "Ese día la atención había terminado, a las 16:30: cuenta como recibida el siguiente día "
        "hábil, el lunes 21/04/2025. No cuentan: los sábados y domingos; jueves 17/04/2025 (Jueves "
        "Santo, Decreto Legislativo N.° 713, artículo 6); viernes 18/04/2025 (Viernes Santo, "
        "Decreto Legislativo N.° 713, artículo 6).",
        "Surte efecto el lunes 21/04/2025.",
        "Un plazo en días corre desde el siguiente día hábil, el martes 22/04/2025.",
        "El plazo es de 15 días hábiles: el primero es el martes 22/04/2025 y el último, el "
        "miércoles 14/05/2025. No cuentan: los sábados y domingos; jueves 01/05/2025 (Día del "
        "Trabajo, Decreto Legislativo N.° 713, artículo 6); viernes 02/05/2025 (Día no laborable "
        "del sector público, Decreto Supremo N.° 042-2025-PCM).",
        "Vence el miércoles 14/05/2025, en el último momento de ese día.",  # L33
    )


def test_the_answer_says_its_rule_norm_and_calendar_r1(catalog: Catalog) -> None:
    """R1: both citations."""
    found = ask(catalog, "2025-03-03T10:00", calendar="lima")
    said = " ".join(found.steps)
    assert "Ley N.° 27444, artículos 20.4" in said and "Ley N.° 31736, numeral 5.3" in said
    assert found.calendar.version in said
    assert found.as_dict()["vence"] is None


def test_a_day_that_nobody_verified_is_said_where_it_is_named(catalog: Catalog) -> None:
    sentence = "por confirmar en El Peruano"
    assert sentence in " ".join(ask(catalog, "2025-04-16T17:00").steps)
    assert sentence not in " ".join(ask(catalog, "2025-03-03T10:00", term=working(3)).steps)


@pytest.mark.parametrize(
    ("deposited", "calendar", "days", "told"),
    [
        ("2026-07-24T10:00", "lima", 2, None),  # ends on 31 July
        ("2026-07-24T10:00", "lima", 3, "el sábado 01/08/2026 y el lunes 03/08/2026"),
        ("2026-12-07T09:00", "lima", 15, "el lunes 07/12/2026 y el jueves 31/12/2026"),
        ("2027-07-20T10:00", "sector-publico", 1, "el martes 20/07/2027 y el miércoles 21/07/2027"),
        ("2027-07-20T10:00", NATIONAL, 1, None),  # no decree adds to it
    ],
)
def test_what_is_not_yet_decreed_is_said_where_it_matters(
    catalog: Catalog, deposited: str, calendar: str, days: int, told: str | None
) -> None:
    said = " ".join(ask(catalog, deposited, calendar=calendar, term=working(days)).steps)
    assert "hasta el viernes 31/07/2026" in said if told else "decretos" not in said
    assert (f"Si se declara alguno entre {told}, la fecha puede" in said) == bool(told)


@pytest.mark.parametrize(
    ("deposited", "asked"),
    [
        ("2028-12-29T16:31", None),
        ("2028-12-29T10:00", None),  # the count would start in 2029
        ("2028-12-20T10:00", working(15)),
        ("2028-12-20T10:00", Term(15, "calendario")),
        ("2028-12-20T10:00", Term(1, "meses")),
        ("2028-01-31T10:00", Term(13, "meses")),
        ("2028-12-20T10:00", Term(10**30, "calendario")),
        ("2028-12-20T10:00", Term(10**30, "anios")),
        ("2028-12-20T10:00", Term(10**30, "habiles")),
    ],
)
def test_outside_its_years_no_date_is_given(
    catalog: Catalog, deposited: str, asked: Term | None
) -> None:
    with refusing("plazo.range"):
        ask(catalog, deposited, term=asked)


def test_an_electoral_term_ends_within_the_years_too(catalog: Catalog) -> None:
    for asked in (Term(1, "horas"), Term(10**30, "horas"), Term(1, "calendario")):
        question = Question(at("2028-12-31T23:30"), term=asked)
        with refusing("plazo.range"):
            answer(catalog, question, Choice(procedure="electoral"))


@pytest.mark.parametrize(
    ("procedure", "unit"),
    [("administrativo", "horas"), ("electoral", "habiles"), ("electoral", "meses")],
)
def test_a_unit_that_the_norm_does_not_foresee_is_refused_l34(
    catalog: Catalog, procedure: str, unit: str
) -> None:
    question = Question(at("2025-03-03T10:00"), term=term(2, unit))
    with refusing("plazo.unit"):
        answer(catalog, question, Choice(procedure=procedure))


def test_nobody_opens_what_is_not_there_yet(catalog: Catalog) -> None:
    with refusing("plazo.read_before"):
        ask(catalog, "2024-11-05T16:00", B1, read=at("2024-11-05T15:59"))


def test_every_day_in_a_sentence_carries_its_weekday(catalog: Catalog) -> None:
    week = ("lunes", "martes", "miércoles", "jueves", "viernes", "sábado", "domingo")
    seen = 0
    for offset in range(0, 900, 11):
        start = at("2024-01-02T17:00") + timedelta(offset)
        for rule in (A, B2):
            question = Question(start, term=working(20), distance=Distance(3))
            said = " ".join(answer(catalog, question, Choice(rule=rule)).steps)
            for name, numbers in re.findall(r"(\w+) (\d\d/\d\d/\d{4})", said):
                found = datetime.strptime(numbers, "%d/%m/%Y").date()
                assert name == week[found.weekday()]
                seen += 1
    assert seen > 1000
