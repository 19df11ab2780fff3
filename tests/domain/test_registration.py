"""What somebody types to register: M19–M30, M65–M69, R14 and R33."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from proxy.domain.first_access import secret_for
from proxy.domain.identidad import Identidad, cui_digit
from proxy.domain.identity import CompanyClaim, PersonClaim
from proxy.domain.registration import (
    COMPANY,
    PERSON,
    Faults,
    Reading,
    full_name,
    of_age,
    parse_name,
    read_company,
    read_person,
    read_phone,
)
from proxy.errors import Refusal
from tests.flows.newcomer import BAKERY, ELENA

PASTED = ("numero", "apellido_paterno", "apellido_materno", "nombres", "nacimiento", "cui")
TODAY = date(2026, 11, 16)


def person(**more: str) -> PersonClaim:
    reading = Reading(ELENA | more)
    claim = read_person(reading, TODAY)
    reading.end()
    return claim


def faults(**more: str) -> dict[str, str]:
    with pytest.raises(Faults) as refused:
        person(**more)
    return {name: refusal.code for name, refusal in refused.value.errors.items()}


def test_a_person_is_read_as_their_paper_says() -> None:
    """M19–M25, M29, M30"""
    assert person() == PersonClaim(
        Identidad("DNI", "40000011"),
        "Yupanqui",
        "Imaginaria",
        "Elena",
        date(1988, 2, 29),
        "F",
        date(2021, 7, 15),
        "1",
    )


@pytest.mark.parametrize(
    ("tipo", "numero"), [("CE", "000400013"), ("PAS", "ab12345"), ("DNI", " 4000 0011 ")]
)
def test_every_kind_of_paper_and_a_number_typed_with_spaces(tipo: str, numero: str) -> None:
    """M19, M20, R33; only a DNI has a CUI."""
    cui = "1" if tipo == "DNI" else ""
    claim = person(tipo=tipo, numero=numero, cui=cui)
    assert claim.identidad == Identidad(tipo, "".join(numero.split()).upper())
    assert claim.cui == cui


@pytest.mark.parametrize("typed", ["1", "-1", "40000011-1", " 1 "])
def test_the_cui_may_be_typed_alone_or_with_its_number(typed: str) -> None:
    """M30"""
    assert person(cui=typed).cui == "1"


@pytest.mark.parametrize(
    ("name", "typed", "code"),
    [
        ("tipo", "RUC", "registration.choose"),
        ("numero", "4000001", "registration.number_dni"),
        ("numero", "４０００００１X", "registration.number_dni"),
        ("apellido_materno", "9", "registration.name"),
        ("nombres", "E" * 61, "registration.name"),
        ("nombres", "Elena 2", "registration.name"),
        ("apellido_paterno", "<b>Yupanqui</b>", "registration.name"),
        ("apellido_paterno", "Yupanqui@", "registration.name"),
        ("nacimiento", "1988-02-30", "registration.day"),
        ("nacimiento", "19880229", "registration.day"),
        ("nacimiento", "20011210", "registration.day"),  # no day of the year 1210
        ("nacimiento", "2921988", "registration.day"),
        ("nacimiento", "2026-11-17", "registration.day"),
        ("nacimiento", "1899-12-31", "registration.day"),
        ("nacimiento", "2008-11-17", "registration.minor"),
        ("sexo", "", "registration.choose"),
        ("emision", "1988-02-28", "registration.day"),
        ("emision", "2026-11-17", "registration.day"),
        ("cui", "", "registration.cui"),
        ("cui", "2", "cui.malformed"),
    ],
)
def test_what_is_wrong_is_told_of_its_field(name: str, typed: str, code: str) -> None:
    """M35"""
    assert faults(**{name: typed})[name] == code


def test_everything_that_is_wrong_is_told_at_once_in_the_order_of_the_form() -> None:
    found = faults(emision="x", numero="", nombres="9", sexo="", nacimiento="x", cui="")
    assert list(found) == ["numero", "nombres", "nacimiento", "sexo", "emision", "cui"]


@pytest.mark.parametrize(
    "typed", ["29/02/1988", "29-2-1988", "29.02.1988", "29021988", " 1988-02-29 "]
)
def test_a_day_is_typed_or_chosen(typed: str) -> None:
    """M24, M29: the keyboard of some telephones has no bar."""
    assert person(nacimiento=typed).born_on == date(1988, 2, 29)


def test_a_name_is_kept_as_it_is_written() -> None:
    assert parse_name("  Jose\u0301   Mari\u0301a  N\u0303an\u0303ez ") == "José María Ñañez"
    assert parse_name("", needed=False) == ""
    assert full_name(person(apellido_materno="")) == "Elena Yupanqui"
    for name in ("D'Ángelo", "O’Higgins", "Ma. Luz", "Müller-Straße"):
        assert parse_name(name) == name


@pytest.mark.parametrize(
    ("without", "name"),
    [
        (["apellido_materno"], "Elena Yupanqui"),
        (["apellido_paterno"], "Elena Imaginaria"),
        (["apellido_paterno", "apellido_materno"], "Elena"),
        (["nombres"], "Yupanqui Imaginaria"),
    ],
)
def test_a_person_has_the_names_of_their_paper_and_no_others(without: list[str], name: str) -> None:
    """M21–M23: some have one surname, or one name."""
    assert full_name(person(**dict.fromkeys(without, " \u200b"))) == name


def test_nobody_is_without_any_name() -> None:
    """M21–M23"""
    found = faults(apellido_paterno=" ", apellido_materno="", nombres="\u200b")
    assert found == dict.fromkeys(("apellido_paterno", "nombres"), "registration.missing")


def test_what_was_pasted_comes_without_its_invisible_marks() -> None:
    """M19–M30, M65–M69"""
    pasted = {name: f"\u202a{value}\u202c\u200b" for name, value in ELENA.items() if name in PASTED}
    assert person(**pasted) == person()
    reading = Reading({name: f"\u200e{value}\ufeff" for name, value in BAKERY.items()})
    assert (read_company(reading), reading.errors) == (read_company(Reading(BAKERY)), {})
    assert parse_name("Ele\u202ena Garci\u0301a‐Sayán") == "Elena García-Sayán"


def test_eighteen_years_are_complete_on_the_birthday() -> None:
    assert of_age(date(2008, 11, 16), TODAY)
    assert not of_age(date(2008, 11, 17), TODAY)
    assert not of_age(date(2008, 2, 29), date(2026, 2, 28))
    assert of_age(date(2008, 2, 29), date(2026, 3, 1))


@pytest.mark.parametrize(
    ("typed", "kept"), [("987 654 321", "+51987654321"), ("044 223344", "044 223344")]
)
def test_a_telephone_is_mobile_or_not(typed: str, kept: str) -> None:
    """M26, M67"""
    reading = Reading({"telefono": typed})
    assert (read_phone(reading), reading.errors) == (kept, {})
    reading = Reading({"telefono": "12"})
    read_phone(reading)
    assert reading.errors["telefono"].code == "registration.phone"


def test_a_company_is_read_and_its_check_digit_counts() -> None:
    """M65, M66, M68"""
    reading = Reading(BAKERY)
    expected = CompanyClaim(
        Identidad("RUC", "20000000028"), "Panadería Imaginaria del Norte E.I.R.L.", "Trujillo"
    )
    assert (read_company(reading), reading.errors) == (expected, {})
    for ruc in ("20000000029", "40000011"):
        reading = Reading(BAKERY | {"ruc": ruc})
        read_company(reading)
        assert [refusal.code for refusal in reading.errors.values()] == ["registration.ruc"]
    reading = Reading({})
    read_company(reading)
    assert [str(refusal) for refusal in reading.errors.values()] == [
        "Escriba el RUC: 11 dígitos, como está en la ficha RUC.",
        "Falta. Escríbala como está en la ficha RUC.",
        "Falta. Escríbalo como está en la ficha RUC.",
    ]


def test_a_company_and_its_district_may_have_digits_and_signs_but_no_markup() -> None:
    """M66, M68"""
    named = {"razon_social": "3 Hermanos & Cía. (Perú) S.A.", "distrito": "26 de Octubre"}
    reading = Reading(BAKERY | named)
    claim = read_company(reading)
    assert (claim.razon_social, claim.distrito) == tuple(named.values())
    for marked in ("<script>", "Panadería > Norte", "Ele\x00na", "---"):
        reading = Reading(BAKERY | {"razon_social": marked})
        read_company(reading)
        assert reading.errors["razon_social"].code == "registration.name_ruc", marked


@given(st.dictionaries(st.sampled_from([*PERSON, *COMPANY]), st.text(max_size=40)))
def test_nothing_that_can_be_typed_breaks_the_reading(form: dict[str, str]) -> None:
    reading = Reading(form)
    read_person(reading, TODAY)
    read_company(reading)
    read_phone(reading)
    for refusal in reading.errors.values():
        assert isinstance(refusal, Refusal) and str(refusal)


@given(st.integers(0, 99_999_999))
def test_the_digit_of_any_dni_is_accepted(number: int) -> None:
    dni = f"{number:08}"
    assert person(numero=dni, cui=cui_digit(dni)).cui == cui_digit(dni)


def test_a_secret_follows_from_the_key_and_the_link_and_nothing_else() -> None:
    """S43: 80 bits, and no letter that is taken for another."""
    one = secret_for(b"k" * 32, b"l" * 16)
    assert one == secret_for(b"k" * 32, b"l" * 16)
    assert len({one, secret_for(b"j" * 32, b"l" * 16), secret_for(b"k" * 32, b"m" * 16)}) == 3
    assert len(one) == 16 and not set(one) & set("ILOU")
