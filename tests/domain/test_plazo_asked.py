"""What somebody typed becomes a rule, a calendar and instants, or one sentence (L34)."""

from datetime import UTC, datetime

import pytest

from catalog.reading.model import Catalog
from catalog.reading.reader import read_catalog
from proxy.domain.plazo import Question
from proxy.domain.plazo_asked import Choice, answer, moment
from tests.plazos import LIMA, at, refusing


@pytest.fixture(scope="module")
def catalog() -> Catalog:
    return read_catalog()


@pytest.mark.parametrize(
    ("choice", "code"),
    [
        (Choice(rule="de-oficio"), "plazo.no_rule"),
        (Choice(procedure="vacancia"), "plazo.no_procedure"),
        (Choice(calendar="cusco"), "plazo.no_calendar"),
    ],
)
def test_an_unknown_name_is_refused_with_the_known_ones_l34(
    catalog: Catalog, choice: Choice, code: str
) -> None:
    with refusing(code) as said:
        answer(catalog, Question(at("2025-03-03T10:00")), choice)
    assert "Use un" in said[0]


@pytest.mark.parametrize(
    ("choice", "code"),
    [(Choice(), "plazo.ungoverned"), (Choice(rule="acuse-5-dias-b1"), "plazo.unruled")],
)
def test_no_rule_is_stretched_to_days_before_it(
    catalog: Catalog, choice: Choice, code: str
) -> None:
    with refusing(code):
        answer(catalog, Question(at("2023-12-29T10:00")), choice)


@pytest.mark.parametrize("typed", ["2025-04-16", "ayer", "", "20250416", "0001-01-01T00:00+14:00"])
def test_a_moment_needs_its_hour(typed: str) -> None:
    with refusing("plazo.moment"):
        moment(typed, LIMA)


def test_a_moment_is_of_lima_unless_it_carries_an_offset() -> None:
    assert moment(" 2025-04-16T17:00 ", LIMA) == datetime(2025, 4, 16, 22, tzinfo=UTC)
    assert moment("2025-04-16T17:00+00:00", LIMA) == datetime(2025, 4, 16, 17, tzinfo=UTC)
