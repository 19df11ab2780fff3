"""The form of «Buscar», read condition by condition: M93."""

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from proxy.domain.finding import (
    FOLDED,
    LONGEST,
    MOST,
    PLAIN,
    Form,
    OfText,
    OfTime,
    plain,
    read_form,
)

LIMA = ZoneInfo("America/Lima")


def form(*conditions: tuple[str, ...], join: str = "todos") -> Form:
    columns, operators, values, untils = zip(*((*c, "")[:4] for c in conditions), strict=True)
    return read_form(columns, operators, values, untils, join, LIMA)


def midnight(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=LIMA)


@pytest.mark.parametrize("text", ["NÚÑEZ", "nuñez", "Nunez", "ÑUÑEZ"])
def test_accents_and_capitals_make_no_difference(text: str) -> None:
    assert plain(text).removeprefix("n").endswith("unez")


def test_each_letter_folds_to_one_that_stays() -> None:
    """Both databases fold with this table, letter by letter."""
    assert len(FOLDED) == len(PLAIN) == len(set(FOLDED))
    assert not set(PLAIN) & set(FOLDED)
    assert "'" in PLAIN and "’" in FOLDED


@pytest.mark.parametrize(
    ("condition", "start", "end"),
    [
        (("anio", "igual", "2025"), "2025-01-01", "2026-01-01"),
        (("anio", "contiene", "2025"), "2025-01-01", "2026-01-01"),  # as the form begins
        (("anio", "entre", "2025", "2024"), "2024-01-01", "2026-01-01"),
        (("emision", "igual", "31/12/2025"), "2025-12-31", "2026-01-01"),
        (("envio", "igual", "2025-12-31"), "2025-12-31", "2026-01-01"),
        (("envio", "desde", "01/03/2025"), "2025-03-01", None),
        (("envio", "hasta", "01/03/2025"), None, "2025-03-02"),
        (("envio", "entre", "05/03/2025", "01/03/2025"), "2025-03-01", "2025-03-06"),
    ],
)
def test_a_year_or_a_day_begins_at_midnight_in_lima(
    condition: tuple[str, ...], start: str | None, end: str | None
) -> None:
    [found] = form(condition).filter.conditions
    assert isinstance(found, OfTime)
    assert found.start == (midnight(start) if start else None)
    assert found.end == (midnight(end) if end else None)


@pytest.mark.parametrize(
    ("condition", "code"),
    [
        (("anio", "igual", "25"), "finding.year"),
        (("anio", "igual", "２０２５x"), "finding.year"),
        (("anio", "entre", "2025"), "finding.year"),
        (("envio", "igual", "31/02/2025"), "finding.day"),
        (("envio", "igual", "ayer"), "finding.day"),
        (("envio", "hasta", "31/12/9999"), "finding.day"),
        (("envio", "entre", "", "01/03/2025"), "finding.day"),
        (("envio", "sin", "01/03/2025"), "finding.of_time"),
        (("asunto", "desde", "a"), "finding.of_text"),
        (("asunto", "nada", "a"), "finding.of_text"),
    ],
)
def test_what_cannot_be_read_is_said_at_its_condition(
    condition: tuple[str, ...], code: str
) -> None:
    """And the other conditions filter nothing meanwhile."""
    read = form(("asunto", "contiene", "carta"), condition)
    assert read.wrong == {1: code}
    assert not read.filter


def test_a_condition_without_a_value_is_none() -> None:
    read = form(("asunto", "contiene", "carta"), ("anio", "igual", " "))
    assert read.filter.conditions == (OfText(("asunto",), "carta", "contiene"),)
    assert len(read.typed) == 2


def test_the_second_day_of_a_condition_on_a_text_is_none() -> None:
    """Who chooses «entre» and then another column leaves it there."""
    assert not form(("asunto", "contiene", "", "31/12/2025")).filter
    assert not form(("todo", "sin", "", "31/12/2025")).filter


def test_what_is_looked_for_has_no_control_characters() -> None:
    """PostgreSQL takes no NUL, and no column holds one."""
    [condition] = form(("asunto", "contiene", "mul\0ta\x01")).filter.conditions
    assert isinstance(condition, OfText)
    assert condition.text == "multa"
    assert not form(("asunto", "contiene", "\0")).filter


def test_the_filter_says_what_it_lets_through() -> None:
    both = (("anio", "contiene", "2025"), ("todo", "sin", "Multa"))
    assert form(*both).filter.said == "AÑO igual a 2025 y CUALQUIER DATO no contiene «Multa»"
    either = (("envio", "entre", "01/03/2025", "05/03/2025"), ("tipo", "igual", "Acta"))
    assert form(*either, join="cualquiera").filter.said == (
        "FECHA DE ENVÍO DE MENSAJE entre 01/03/2025 y 05/03/2025 o TIPO DE DOCUMENTO igual a «Acta»"
    )


texts = st.lists(st.text(max_size=LONGEST * 2), max_size=MOST * 2)


@given(texts, texts, texts, texts, st.text())
def test_no_address_breaks_the_form(
    columns: list[str], operators: list[str], values: list[str], untils: list[str], join: str
) -> None:
    read = read_form(columns, operators, values, untils, join, LIMA)
    assert len(read.typed) <= MOST
    assert all(len(one.value) <= LONGEST for one in read.typed)
