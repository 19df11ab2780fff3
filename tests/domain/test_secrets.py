"""Codes, passwords, ids and addresses: S1, S12–S14, S23, S71."""

from datetime import UTC, datetime, timedelta

import pytest

from proxy.domain.codes import code_for, same_code
from proxy.domain.ids import new_id, parse_id
from proxy.domain.passwords import Passwords
from proxy.domain.secrets import sixteen

KEY = b"k" * 32
CHALLENGE = b"c" * 16


def test_a_code_follows_from_key_purpose_challenge_and_sending() -> None:
    """S23, S26: another of any of them is another code."""
    code = code_for(KEY, "login", CHALLENGE, 1)
    assert len(code) == 6 and code.isdigit()
    assert code == code_for(KEY, "login", CHALLENGE, 1)
    others = [
        code_for(b"x" * 32, "login", CHALLENGE, 1),
        code_for(KEY, "recovery", CHALLENGE, 1),
        code_for(KEY, "login", b"d" * 16, 1),
        code_for(KEY, "login", CHALLENGE, 2),
    ]
    assert code not in others


@pytest.mark.parametrize(
    "typed",
    [
        "123456",
        " 123 456 ",
        "123-456",
        "123\u00a0456",
        "123–456",
        "\u200b123\u202a456",
        "１２３４５６",
    ],
)
def test_a_pasted_code_may_have_spaces(typed: str) -> None:
    """R3, S19"""
    assert same_code("123456", typed)


@pytest.mark.parametrize("typed", ["", "12345", "1234567", "١٢٣٤٥٦", "123456\0"])
def test_a_code_is_those_six_digits_and_nothing_else(typed: str) -> None:
    assert not same_code("123456", typed)


def test_a_password_proves_itself_and_no_other_does() -> None:
    passwords = Passwords({"k1": KEY})
    stored = passwords.hash("Cañihua-2041")
    assert passwords.prove(stored, "Cañihua-2041").matches
    assert not passwords.prove(stored, "Canihua-2041").matches
    assert not passwords.prove(None, "").matches
    assert not passwords.prove("damaged", "Cañihua-2041").matches


def test_a_password_is_the_same_however_the_keyboard_composes_it() -> None:
    """S14: ñ as one character or as n and tilde."""
    passwords = Passwords({"k1": KEY})
    assert passwords.prove(passwords.hash("ma\u00f1ana-2041"), "man\u0303ana-2041").matches


def test_a_stolen_database_is_of_no_use_without_the_pepper() -> None:
    """S13"""
    stored = Passwords({"k1": KEY}).hash("Quinua-2041")
    assert not Passwords({"k1": b"x" * 32}).prove(stored, "Quinua-2041").matches


def test_passwords_cost_what_owasp_asks() -> None:
    """S12: 19 MiB, two passes, one lane."""
    assert Passwords({"k1": KEY}).hash("x").startswith("k1$argon2id$v=19$m=19456,t=2,p=1$")


def test_ids_are_uuids_that_grow_with_time_and_cannot_be_guessed() -> None:
    """S71, RFC 9562"""
    now = datetime(2026, 11, 16, 15, tzinfo=UTC)
    ids = [new_id(now + timedelta(milliseconds=n)) for n in range(100)]
    assert ids == sorted(ids)
    assert len({new_id(now)[6:] for _ in range(1000)}) == 1000
    assert {(one[6] >> 4, one[8] >> 6) for one in ids} == {(7, 2)}


@pytest.mark.parametrize("text", ["", "zz" * 16, "0" * 31, "0" * 33, "ab cd" * 6 + "00", "٠" * 32])
def test_an_address_that_is_no_id_is_not_read(text: str) -> None:
    assert parse_id(text) is None


def test_an_id_comes_back_from_its_address() -> None:
    one = new_id(datetime.now(UTC))
    assert parse_id(one.hex()) == one


@pytest.mark.parametrize("typed", [
    "0123456789ABCDEF", "0123-4567-89AB-CDEF", " o123 4567\u00a089ab cdef\n", "OI23–4567–89ab–cdef",
])  # fmt: skip
def test_a_secret_copied_by_hand_is_the_same_secret(typed: str) -> None:
    assert sixteen(typed) == "0123456789ABCDEF"


@pytest.mark.parametrize("typed", ["", "0123", "0123456789ABCDEFG", "0123456789ABCDEU", "mi clave"])
def test_what_is_no_such_secret_is_nothing_of_the_kind(typed: str) -> None:
    assert sixteen(typed) is None
