"""Which passwords are taken, and what is said of those that are not: M63, S15–S17."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalog.reading.reader import read_catalog
from proxy.domain.strength import refuse_weak
from proxy.errors import Refusal

ACCESS = read_catalog().access
GUIA, ESTRICTO = (ACCESS.profile(name).clave for name in ("guia", "estricto"))
ABOUT = ["40000001", "Rosa Quispe Ficticia", "rosa.quispe@example.com", "+51999888777", "JNE"]


def refused(password: str, rule: object = GUIA) -> str | None:
    try:
        refuse_weak(password, rule, ABOUT)  # type: ignore[arg-type]
    except Refusal as refusal:
        return refusal.code
    return None


@pytest.mark.parametrize("password", ["Olluco-volcan-93", "tres Perros azul9", "Ñandú-río-7x-Kero"])
def test_a_good_password_is_taken(password: str) -> None:
    assert refused(password) is None


@pytest.mark.parametrize(
    ("password", "code"),
    [
        ("Ollu-v9", "password.rule"),
        ("olluco-volcan-93", "password.rule"),
        ("OLLUCO-VOLCAN-93", "password.rule"),
        ("Olluco-volcan-x", "password.rule"),
        ("Password1", "password.common"),
        ("Casilla2026", "password.common"),
        ("Noviembre-2026", "password.common"),
        ("JNE-casilla-26", "password.common"),
        ("Contraseña2026", "password.common"),
        ("Quispe-volcan-93", "password.personal"),
        ("QUISPE volcán 93a", "password.personal"),
        ("Olluco-40000001", "password.personal"),
        ("Olluco-99988877", None),
        ("Abcd-1234", "password.easy"),
    ],
)
def test_each_reason_is_told_apart(password: str, code: str | None) -> None:
    assert refused(password) == code


def test_the_stricter_rule_asks_for_length_and_no_kinds() -> None:
    """S15, V 6.2.5"""
    assert refused("olluco volcan puente", ESTRICTO) is None
    assert refused("Olluco-v-93", ESTRICTO) == "password.rule"


def test_the_kinds_are_told_as_one_sentence() -> None:
    """M63, R4"""
    with pytest.raises(Refusal) as refusal:
        refuse_weak("olluco", GUIA)
    assert "128 caracteres, una mayúscula, una minúscula y un número." in str(refusal.value)


def test_length_is_counted_in_letters_and_not_in_bytes() -> None:
    """S14"""
    assert refused("Ññññ-7x") == "password.rule"  # 7 letters, 11 bytes
    assert refused("Ro\u0301n-7xk") == "password.rule"  # 7 letters, 8 code points as typed
    assert refused("x" * 129 + "A1") == "password.rule"


@given(st.text(min_size=1, max_size=128))
def test_any_text_is_taken_or_refused_with_a_reason(password: str) -> None:
    """S17: zxcvbn breaks on what is longer than 72."""
    assert refused(password) in (
        None,
        "password.rule",
        "password.common",
        "password.personal",
        "password.easy",
    )
