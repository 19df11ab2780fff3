"""What a line of the register says, and when a claim says the same."""

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from proxy.domain.identidad import Identidad
from proxy.domain.identity import NAMES, CompanyClaim, PersonClaim
from proxy.domain.padron import fold, parse_record, says_the_same, written
from proxy.errors import Refusal

LINE = {
    "identidad": "40000011",
    "apellido_paterno": "NÚÑEZ",
    "apellido_materno": "DE LA CRUZ",
    "nombres": "JOSÉ  MARÍA",
    "fecha_nacimiento": "1988-02-29",
    "sexo": "M",
    "fecha_emision": "15/07/2021",
}
COMPANY = {
    "identidad": "20999999906",
    "razon_social": "Comercial Sur Ficticia S.A.C.",
    "distrito": "Ate",
}
JOSE = PersonClaim(
    Identidad("DNI", "40000011"), "núñez", "de la cruz", "jose maria", date(1988, 2, 29), "M",
    date(2021, 7, 15), "1",
)  # fmt: skip


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("JOSÉ  MARÍA", "Jose Maria"),
        (" Güemes\t", "guemes"),
        ("Nu\u0301n\u0303ez", "NÚÑEZ"),  # the same letters, written with loose accents
        ("Müller-Straße", "muller-strasse"),
        ("A\u00a0B", "a b"),
        ("D’Ángelo", "D'ANGELO"),
        ("D´Ángelo", "D'ANGELO"),
        ("D`Angelo", "D‘Ángelo"),
        ("Ma. Luz", "MA LUZ"),
        ("Ma.Luz", "MA LUZ"),
        ("García‐Sayán", "GARCIA-SAYAN"),
        ("Ele\u200bna", "ＥＬＥＮＡ"),
    ],
)
def test_case_accents_and_spaces_make_no_other_name(one: str, other: str) -> None:
    assert fold(one) == fold(other)


@pytest.mark.parametrize(
    ("one", "other"), [("Núñez", "Nunez"), ("PEÑA", "PENA"), ("Ana", "Anna"), ("A B", "AB")]
)
def test_another_letter_makes_another_name(one: str, other: str) -> None:
    """Ñ is a letter of its own."""
    assert fold(one) != fold(other)


@given(st.text())
def test_folding_twice_is_folding_once(text: str) -> None:
    assert fold(fold(text)) == fold(text)


def test_a_record_of_an_older_version_is_folded_anew() -> None:
    """It was stored with its dots and its apostrophe."""
    claim = replace(JOSE, apellido_paterno="D'Ángelo", nombres="Ma Luz")
    record = written(claim).replace("d'angelo", "d’angelo").replace("ma luz", "ma. luz")
    assert record != written(claim)
    assert says_the_same(record, claim)


@pytest.mark.parametrize("name", NAMES)
def test_a_person_without_one_of_the_names_has_a_record(name: str) -> None:
    """M21–M23"""
    record = parse_record({**LINE, name: ""})
    assert says_the_same(written(record), replace(JOSE, **{name: ""}))  # type: ignore[arg-type]
    assert not says_the_same(written(record), JOSE)


def test_a_claim_says_the_same_as_the_record() -> None:
    assert says_the_same(written(parse_record(LINE)), JOSE)


@pytest.mark.parametrize(
    "change",
    [
        {"identidad": Identidad("DNI", "40000012")},
        {"identidad": Identidad("PAS", "40000011")},
        {"apellido_paterno": "nunez"},
        {"apellido_materno": ""},
        {"nombres": "jose"},
        {"born_on": date(1988, 2, 28)},
        {"sexo": "F"},
        {"issued_on": date(2021, 7, 16)},
        {"cui": "2"},
        {"cui": ""},
        # What one field lacks does not count because another has it.
        {"apellido_materno": "de la", "nombres": "cruz jose maria"},
    ],
)
def test_every_value_has_to_be_the_same(change: dict[str, object]) -> None:
    """S40"""
    assert not says_the_same(written(parse_record(LINE)), replace(JOSE, **change))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "name",
    [
        "Comercial Sur Ficticia SAC",
        "COMERCIAL SUR FICTICIA S. A. C.",
        "comercial sur ficticia s.a.c",
    ],
)
def test_dots_and_spaces_make_no_other_company(name: str) -> None:
    """M66, M71: whoever types SAC means S.A.C."""
    claim = CompanyClaim(Identidad("RUC", "20999999906"), name, "Ate")
    assert says_the_same(written(parse_record(COMPANY)), claim)
    assert not says_the_same(written(parse_record(COMPANY)), replace(claim, razon_social="Sur SAC"))


def test_a_company_is_its_name_and_its_district() -> None:
    """M66, M68, M71"""
    record = written(parse_record(COMPANY))
    claim = CompanyClaim(Identidad("RUC", "20999999906"), "COMERCIAL SUR FICTICIA S.A.C.", "ATE")
    assert says_the_same(record, claim)
    assert not says_the_same(record, replace(claim, distrito="Lince"))
    assert not says_the_same(record, replace(claim, razon_social="Comercial Sur"))


@pytest.mark.parametrize(
    ("change", "kind"),
    [
        ({"identidad": "CE-000123456"}, "CE"),
        ({"identidad": "PAS-XX98765", "apellido_materno": ""}, "PAS"),
        ({"sexo": "femenino"}, "DNI"),
        ({"cui": "1"}, "DNI"),
        ({"cui": "E"}, "DNI"),
    ],
)
def test_records_of_every_paper_are_read(change: dict[str, str], kind: str) -> None:
    """M19, R33"""
    record = parse_record({**LINE, **change})
    assert record.identidad.kind == kind
    assert isinstance(record, PersonClaim)
    assert record.cui == ("1" if kind == "DNI" else "")


@pytest.mark.parametrize(
    ("line", "change", "code"),
    [
        (LINE, {"identidad": "4000001"}, "identidad.operator"),
        (LINE, dict.fromkeys(NAMES, "\u200b"), "padron.empty"),
        (LINE, {"nombres": "x" * 201}, "padron.unreadable"),
        (LINE, {"nombres": "Jo\x00se"}, "padron.unreadable"),
        (LINE, {"fecha_nacimiento": "1987-02-29"}, "padron.day"),
        (LINE, {"fecha_emision": "07/15/2021"}, "padron.day"),
        (LINE, {"sexo": "X"}, "padron.sexo"),
        (LINE, {"cui": "2"}, "cui.malformed"),
        (COMPANY, {"identidad": "20999999907"}, "identidad.operator"),
        (COMPANY, {"distrito": ""}, "padron.empty"),
        (COMPANY, {"razon_social": "\u200b"}, "padron.empty"),
    ],
)
def test_a_wrong_line_is_refused(line: dict[str, str], change: dict[str, str], code: str) -> None:
    with pytest.raises(Refusal) as refused:
        parse_record({**line, **change})
    assert refused.value.code == code
    assert str(refused.value)
