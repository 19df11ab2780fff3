"""How people write who they are."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from proxy.domain.identidad import (
    NUMBERS,
    PREFIXES,
    Identidad,
    check_cui,
    cui_digit,
    parse_identidad,
    parse_user,
    read_identidad,
)
from proxy.errors import Refusal


@pytest.mark.parametrize(
    "typed",
    [
        "40000001",
        "DNI-40000001",
        "dni-40000001",
        "1-40000001",
        " 4000 0001 ",
        "\u200b40000001\u200e",
        "\u202a4000\u202c0001",
        "DNI–40000001",
        "1 − 40000001",
        "４００００００１",
    ],
)
def test_a_dni_is_read_in_every_way_that_people_write_it(typed: str) -> None:
    """M57, R34"""
    assert parse_identidad(typed) == Identidad("DNI", "40000001")


@pytest.mark.parametrize(
    "typed", ["20999999906", "RUC-20999999906", "8-20999999906", "6-20999999906"]
)
def test_a_ruc_is_read_in_the_same_ways(typed: str) -> None:
    """M57, M65, R33"""
    assert parse_identidad(typed) == Identidad("RUC", "20999999906")


@pytest.mark.parametrize(
    ("typed", "kind", "number"),
    [
        ("CE-000123456", "CE", "000123456"),
        ("4-000123456", "CE", "000123456"),
        (" ce - 000 123 456 ", "CE", "000123456"),
        ("PAS-XX98765", "PAS", "XX98765"),
        ("7-xx98765", "PAS", "XX98765"),
        ("PAS-12345678", "PAS", "12345678"),  # eight digits, and yet no DNI: the prefix says so
    ],
)
def test_foreigners_write_the_prefix_of_their_paper(typed: str, kind: str, number: str) -> None:
    """M19, R33"""
    assert parse_identidad(typed) == Identidad(kind, number)


def test_every_prefix_leads_to_a_kind_with_its_numbers() -> None:
    """R7"""
    assert set(PREFIXES.values()) == set(NUMBERS)


@pytest.mark.parametrize(
    "typed",
    [
        "",
        "-",
        "DNI-",
        "4000000",
        "400000011",
        "8-40000001",  # the prefix of a company before a person's number
        "1-20999999906",
        "RUC-40000001",
        "20999999907",  # a check digit that is wrong
        "40000001-3",  # the digit of the card belongs elsewhere
        "٤٠٠٠٠٠٠١",  # digits of another script
        "40.000.001",
        "1234567.0",  # of a spreadsheet: it is not 12345670
        "PAS-ABCß1",  # its capitals are SS
        "40000001\n' OR 1=1",
        "000123456",  # of no paper that can be told without its prefix
        "CE-40000001",
        "CE-0001234567890",
        "PAS-Ñ1234567",
        "XX-40000001",
        "1-1-40000001",
    ],
)
def test_anything_else_is_refused(typed: str) -> None:
    with pytest.raises(Refusal) as refused:
        parse_identidad(typed)
    assert refused.value.code == "identidad.malformed"


@pytest.mark.parametrize(
    ("typed", "kind", "number"),
    [
        ("1-40000011", "DNI", "40000011"),
        ("140000011", "DNI", "40000011"),
        (" 1 4000 0011 ", "DNI", "40000011"),
        ("8-20000000028", "RUC", "20000000028"),
        ("820000000028", "RUC", "20000000028"),
        ("620000000028", "RUC", "20000000028"),
        ("CE-000123456", "CE", "000123456"),
    ],
)
def test_the_user_name_that_was_mailed_is_read_without_its_hyphen_too(
    typed: str, kind: str, number: str
) -> None:
    """M57: the keyboard of digits of some phones has none."""
    assert parse_user(typed) == Identidad(kind, number)


@pytest.mark.parametrize(
    "typed",
    [
        "400000011",
        "820000000029",  # a check digit that is wrong
        "140000014",  # the DNI 14000001 with the digit of its card, or the user of another person
        "14０000014",
        "",
    ],
)
def test_a_user_name_that_could_be_another_persons_is_not_guessed(typed: str) -> None:
    with pytest.raises(Refusal):
        parse_user(typed)


def test_a_sender_does_not_write_a_user_name() -> None:
    """A carné de extranjería that lost its prefix must reach nobody's casilla."""
    with pytest.raises(Refusal):
        parse_identidad("140000011")


@pytest.mark.parametrize(
    "written",
    ["40000001", "DNI-40000001", "1-40000001", "20999999906", "ce-000123456", " 40000001 "],
)
def test_a_sender_writes_a_number_exactly(written: str) -> None:
    """R34"""
    assert read_identidad(written) == parse_identidad(written)


@pytest.mark.parametrize(
    "written",
    [
        "1234567.0",
        "12345678.0",
        "20999999906.0",
        "40.000.001",
        "4000 0001",
        "4E7",
        "4,0000001",
        "'40000001",
        "\u200b40000001",
        "４００００００１",
        "DNI–40000001",
        "140000011",
        "0020999999906",
    ],
)
def test_nothing_that_a_sender_writes_is_repaired(written: str) -> None:
    """An acto must not reach the casilla of somebody else."""
    with pytest.raises(Refusal) as refused:
        read_identidad(written)
    assert refused.value.code == "identidad.operator"


@given(st.text(max_size=20) | st.from_regex(r"[A-Z0-9]{0,3}-[A-Z0-9]{5,12}", fullmatch=True))
def test_what_is_read_is_read_again_as_the_same(typed: str) -> None:
    try:
        identidad = parse_identidad(typed)
    except Refusal:
        return
    assert parse_identidad(str(identidad)) == identidad


def test_a_screen_shows_only_the_last_three_digits() -> None:
    assert Identidad("DNI", "40000001").masked == "DNI •••••001"


@pytest.mark.parametrize("typed", ["3", "-3", " 3 ", "40000001-3", "40000001\u200b – ３", "h"])
def test_the_digit_of_the_card_is_read_in_every_way_that_people_write_it(typed: str) -> None:
    """M30; older cards have a letter in its place."""
    assert check_cui("40000001", typed) == cui_digit("40000001") == "3"


@pytest.mark.parametrize("typed", ["", "2", "33", "K", "40000002-3", "40000001", "3.0"])
def test_a_digit_of_another_dni_is_refused(typed: str) -> None:
    """M30"""
    with pytest.raises(Refusal) as refused:
        check_cui("40000001", typed)
    assert refused.value.code == "cui.malformed"
