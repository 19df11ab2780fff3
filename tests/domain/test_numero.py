"""A number that somebody reads over the telephone (X3)."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from proxy.domain.numero import is_numero, numero


def test_year_and_sequence_have_one_check_character() -> None:
    assert numero("CE", 2026, 123) == "CE-2026-000123-H"
    assert numero("CC", 2026, 12_345_678).startswith("CC-2026-12345678-")


@given(st.integers(2024, 2199), st.integers(1, 10**9), st.data())
def test_one_wrong_character_or_two_that_changed_places_are_seen(
    year: int, sequence: int, data: st.DataObject
) -> None:
    right = numero("CC", year, sequence)
    assert is_numero(right)
    places = [at for at, sign in enumerate(right) if at > 2 and sign != "-"]
    at = data.draw(st.sampled_from(places))
    other = data.draw(st.sampled_from([sign for sign in "0123456789" if sign != right[at]]))
    assert not is_numero(right[:at] + other + right[at + 1 :])
    one, two = data.draw(st.sampled_from([*pairwise(places)]))
    if right[one] != right[two] and right[two].isdigit():
        swapped = list(right)
        swapped[one], swapped[two] = right[two], right[one]
        assert not is_numero("".join(swapped))


@pytest.mark.parametrize("text", ["", "CE-2026-123-H", "CE-2026-000123", "ce-2026-000123-H"])
def test_what_is_written_otherwise_is_none(text: str) -> None:
    assert not is_numero(text)
