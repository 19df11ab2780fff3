"""How people write who they are."""

import pytest

from proxy.domain.identidad import Identidad, parse_identidad
from proxy.errors import Refusal


@pytest.mark.parametrize(
    "typed", ["40000001", "DNI-40000001", "dni-40000001", "1-40000001", " 4000 0001 "]
)
def test_a_dni_is_read_in_every_way_that_people_write_it(typed: str) -> None:
    """M57, ruling 34"""
    assert parse_identidad(typed) == Identidad("DNI", "40000001")


@pytest.mark.parametrize("typed", ["20999999906", "RUC-20999999906", "8-20999999906"])
def test_a_ruc_is_read_in_the_same_three_ways(typed: str) -> None:
    """M57, ruling 33"""
    assert parse_identidad(typed) == Identidad("RUC", "20999999906")


@pytest.mark.parametrize(
    "typed",
    [
        "",
        "4000000",
        "400000011",
        "8-40000001",  # the prefix of a company before a person's number
        "1-20999999906",
        "RUC-40000001",
        "20999999907",  # a check digit that is wrong
        "４０００００01",  # digits of another script
        "40000001\n' OR 1=1",
        "CE-40000001",
    ],
)
def test_anything_else_is_refused(typed: str) -> None:
    with pytest.raises(Refusal) as refused:
        parse_identidad(typed)
    assert refused.value.code == "identidad.malformed"


def test_a_screen_shows_only_the_last_three_digits() -> None:
    assert Identidad("DNI", "40000001").masked == "DNI •••••001"
