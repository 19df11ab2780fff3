"""How people write their mobile number: S30."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from proxy.domain.phone import masked_phone, parse_phone
from proxy.errors import Refusal


@pytest.mark.parametrize(
    "typed",
    [
        "987654321",
        " 987 654 321 ",
        "987-654-321",
        "(987) 654.321",
        "51987654321",
        "+51987654321",
        "+51 987 654 321",
        "051987654321",
        "051 987-654-321",
        "0051 987654321",
        "９８７６５４３２１",
        "\u202a+51 987‑654−321\u202c",
        "987\u200b654321",
        "987\u00a0654\u00a0321",
    ],
)
def test_a_mobile_of_peru_is_read_in_every_way_that_people_write_it(typed: str) -> None:
    assert parse_phone(typed) == "+51987654321"


@pytest.mark.parametrize(
    ("typed", "number"),
    [
        ("+34 612 345 678", "+34612345678"),
        ("0034612345678", "+34612345678"),
        ("+54 9 11 2345 6789", "+5491123456789"),
        ("+1 650 253 0000", "+16502530000"),
    ],
)
def test_who_lives_abroad_writes_their_country(typed: str, number: str) -> None:
    assert parse_phone(typed) == number


@pytest.mark.parametrize(
    "typed", ["01 3111700", "(01) 311-1700", "+51 1 3111700", "054 234567", "+34 912 345 678"]
)
def test_a_fixed_line_gets_no_sms_and_is_told_so(typed: str) -> None:
    with pytest.raises(Refusal) as refused:
        parse_phone(typed)
    assert refused.value.code == "phone.fixed"
    assert "teléfono fijo" in str(refused.value)


@pytest.mark.parametrize(
    "typed",
    [
        "",
        "98765432",
        "9876543210",
        "887654321",
        "+51 887654321",
        "+999 987654321",
        "*611",
        "105",
        "987654321 anexo 5",
        "987654321x5",
        "987654321, 912345678",
        "987654321\n912345678",
        "tel:+51987654321",
        "98765432I",
        "٩٨٧٦٥٤٣٢١ ext",
        "+" * 20,
        "9" * 500,
        "987654321\x00",
    ],
)
def test_anything_else_is_refused(typed: str) -> None:
    with pytest.raises(Refusal) as refused:
        parse_phone(typed)
    assert refused.value.code == "phone.malformed"


@given(st.text(max_size=40))
def test_whatever_is_typed_gives_a_number_that_reads_as_itself_or_a_refusal(typed: str) -> None:
    try:
        number = parse_phone(typed)
    except Refusal:
        return
    assert parse_phone(number) == number and number[1:].isascii() and number[1:].isdigit()


def test_a_screen_shows_the_last_three_digits() -> None:
    assert masked_phone("+51987654321") == "••••••321"
