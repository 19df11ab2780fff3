"""Codes of an app and recovery codes: S23, S29."""

import re
from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qs, urlsplit

import pyotp
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from proxy.domain import totp

SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
# What RFC 6238 gives for its own secret, in the last six of its eight digits.
RFC_SECRET = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"
RFC = [(59, "287082"), (1111111109, "081804"), (1234567890, "005924"), (20000000000, "353130")]

moments = st.datetimes(datetime(2026, 1, 1), datetime(2100, 1, 1), timezones=st.just(UTC))


@pytest.mark.parametrize(("second", "code"), RFC)
def test_codes_are_those_of_the_norm(second: int, code: str) -> None:
    now = datetime.fromtimestamp(second, UTC)
    assert totp.timecode(RFC_SECRET, code, now) == second // 30


@given(moments, st.integers(-150, 150))
@example(datetime(2026, 11, 16, 15, 0, 0, tzinfo=UTC), -30)
@example(datetime(2026, 11, 16, 15, 0, 0, tzinfo=UTC), -31)
@example(datetime(2026, 11, 16, 15, 0, 29, tzinfo=UTC), 30)
@example(datetime(2026, 11, 16, 15, 0, 29, tzinfo=UTC), 31)
def test_a_clock_may_be_one_step_off_and_no_more(now: datetime, drift: int) -> None:
    """S29: whatever second of its step a code is typed in."""
    shown = now + timedelta(seconds=drift)
    step, here = int(shown.timestamp()) // 30, int(now.timestamp()) // 30
    near = {pyotp.TOTP(SECRET).generate_otp(here + away) for away in (-1, 0, 1)}
    code = pyotp.TOTP(SECRET).generate_otp(step)
    found = totp.timecode(SECRET, code, now)
    if abs(step - here) <= 1:
        assert found is not None and pyotp.TOTP(SECRET).generate_otp(found) == code
    else:
        assert (found is None) == (code not in near)


@given(st.text(max_size=40), moments)
@example("", datetime(2026, 1, 1, tzinfo=UTC))
@example("１２３４５６", datetime(2026, 1, 1, tzinfo=UTC))
@example("-123456", datetime(2026, 1, 1, tzinfo=UTC))
def test_whatever_is_typed_gets_an_answer(typed: str, now: datetime) -> None:
    found = totp.timecode(SECRET, typed, now)
    digest = totp.recovery_digest(SECRET, typed)
    assert found is None or digest is None


def test_a_secret_has_160_bits_and_is_never_the_same() -> None:
    secrets = {totp.new_secret() for _ in range(50)}
    assert len(secrets) == 50
    assert all(re.fullmatch("[A-Z2-7]{32}", secret) for secret in secrets)


def test_the_uri_is_what_apps_read() -> None:
    parts = urlsplit(totp.uri(SECRET, "JNE", "DNI *****001"))
    assert (parts.scheme, parts.netloc) == ("otpauth", "totp")
    assert parts.path == "/JNE:DNI%20%2A%2A%2A%2A%2A001"
    assert parse_qs(parts.query) == {"secret": [SECRET], "issuer": ["JNE"]}


def test_recovery_codes_have_80_bits_in_letters_that_nobody_confuses() -> None:
    codes = totp.new_recovery_codes()
    assert len(codes) == len(set(codes)) == 10
    assert all(
        re.fullmatch("[0-9A-HJKMNP-TV-Z]{4}(-[0-9A-HJKMNP-TV-Z]{4}){3}", code) for code in codes
    )


@pytest.mark.parametrize(
    "typed",
    ["0123-4567-89AB-CDEF", "0123456789abcdef", " o123 4567 89ab cdef ", "oi23-4567-89AB-CDEF",
     "OL23-4567-89AB-CDEF"],
)  # fmt: skip
def test_a_recovery_code_is_the_same_however_it_is_written(typed: str) -> None:
    assert totp.recovery_digest(SECRET, typed) == totp.recovery_digest(SECRET, "0123456789ABCDEF")


def test_a_recovery_code_has_another_digest_for_another_secret() -> None:
    """Nobody finds two casillas with one guess."""
    one, other = (
        totp.recovery_digest(secret, "0123456789ABCDEF") for secret in (SECRET, RFC_SECRET)
    )
    assert one and other and one != other


@pytest.mark.parametrize("typed", ["", "0123-4567-89AB-CDE", "0123-4567-89AB-CDEFG", "U" * 16])
def test_what_is_not_like_a_recovery_code_has_no_digest(typed: str) -> None:
    assert totp.recovery_digest(SECRET, typed) is None
