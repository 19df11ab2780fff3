"""The letters of a riddle, and the work that stands in for them: S74."""

from hashlib import sha256

import pytest

from proxy.domain.captcha import ALPHABET, LENGTH, PIECES, ZERO_BITS, is_work, new_answer, plain
from tests.working import work

RIDDLE = "0f" * 16


def test_no_character_looks_like_another_one() -> None:
    assert len(set(ALPHABET)) == len(ALPHABET) >= 18
    for alike in ("0ODQ", "1IL", "2Z", "5S", "6GC", "8B", "UV", "VY", "VW", "MW", "9G"):
        assert len(set(alike) & set(ALPHABET)) <= 1


def test_answers_are_five_characters_and_differ() -> None:
    answers = {new_answer() for _ in range(1000)}
    assert len(answers) > 990
    assert {len(answer) for answer in answers} == {LENGTH}
    assert set("".join(answers)) == set(ALPHABET)


@pytest.mark.parametrize("typed", ["PXKN3", "pxkn3", " pxk n3 ", "P X K N 3", "px\tkn3\n"])
def test_neither_capitals_nor_spaces_matter(typed: str) -> None:
    assert plain(typed) == "PXKN3"


def test_the_work_of_one_riddle_serves_no_other() -> None:
    done = work(RIDDLE)
    assert is_work(RIDDLE, done, 1)
    assert not is_work("f0" * 16, done, 1)


def test_each_piece_has_its_number_in_its_place() -> None:
    numbers = work(RIDDLE).split(",")
    assert not is_work(RIDDLE, ",".join(numbers[:-1]), 1)
    assert not is_work(RIDDLE, ",".join([*numbers, numbers[0]]), 1)
    assert not is_work(RIDDLE, ",".join([numbers[0]] * PIECES), 1)
    assert not is_work(RIDDLE, ",".join([*numbers[1:], numbers[0]]), 1)


@pytest.mark.parametrize(
    "typed", ["", ",", "," * 15, "-1," * 15 + "-1", "١," * 15 + "١", "9" * 4000, "x" * 40, "1.5"]
)
def test_what_is_no_work_is_refused_without_an_error(typed: str) -> None:
    assert not is_work(RIDDLE, typed, 1)


def test_the_numbers_begin_with_as_many_zero_bits_as_the_page_says() -> None:
    for at, number in enumerate(work(RIDDLE).split(",")):
        found = int(sha256(f"{RIDDLE}:{at}:{number}".encode()).hexdigest(), 16)
        assert found >> (256 - ZERO_BITS) == 0
