"""What a sender says of a deposit: read strictly, and every fault is named: X6, L7."""

import json
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from proxy.domain.acto import TEXTS as ACTO
from proxy.domain.content import Content, Remedy, parse_content
from proxy.domain.datos import Datos, Malformed, read_datos
from proxy.domain.plazo import Term
from tests.commands.test_deposits import DATOS

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=5,
)


def faults(**changes: Any) -> list[str]:
    with pytest.raises(Malformed) as malformed:
        read_datos(json.dumps(DATOS | changes).encode())
    for one in malformed.value.faults:
        assert one.why.endswith(".") and "{" not in one.why
    return [one.field for one in malformed.value.faults]


@given(st.sampled_from(sorted(DATOS)), JSON)
def test_whatever_a_field_holds_is_read_or_named(name: str, value: Any) -> None:
    try:
        read = read_datos(json.dumps(DATOS | {name: value}).encode())
    except Malformed as malformed:
        assert all(one.field.partition(".")[0] in (name, "") for one in malformed.faults)
    else:
        assert read_datos(read.canonical()).canonical() == read.canonical()


@given(st.binary())
def test_whatever_comes_is_no_deposit(text: bytes) -> None:
    with pytest.raises(Malformed):
        read_datos(text)


def test_every_fault_is_named_by_its_place() -> None:
    remedy = {"recurso": "", "organo": 5, "plazo": {"cantidad": 0, "unidad": "lustros"}}
    said = {"vigencia": "x" * 301, "agota_via": 1, "recursos": [remedy], "otro": 1}
    assert faults(contenido=said, fecha_emision="2026-03-09T16:30", asunto=None) == [
        "asunto",
        "fecha_emision",
        "contenido.vigencia",
        "contenido.agota_via",
        "contenido.recursos.0.recurso",
        "contenido.recursos.0.organo",
        "contenido.recursos.0.plazo.cantidad",
        "contenido.recursos.0.plazo.unidad",
        "contenido.otro",
    ]


@pytest.mark.parametrize(
    "contenido",
    [
        {"vigencia": "x", "agota_via": True},
        {"vigencia": "x", "agota_via": True, "recursos": []},
        DATOS["contenido"] | {"sin_recursos": "Es un acto de trámite"},
    ],
)
def test_remedies_are_said_or_why_there_are_none(contenido: dict[str, Any]) -> None:
    """L7"""
    assert faults(contenido=contenido) == ["contenido"]


@pytest.mark.parametrize("name", ["fecha_expediente", "fecha_emision"])
@pytest.mark.parametrize("value", ["0001-01-01", "2200-01-01", "2026-02-30", 20260101, "hoy"])
def test_a_day_is_one_of_these_centuries(name: str, value: object) -> None:
    assert faults(**{name: value}) == [name]


def test_no_text_is_longer_than_the_acto_takes() -> None:
    schema = Datos.model_json_schema()["properties"]
    assert {name: schema[name]["maxLength"] for name in ACTO} == {
        name: most for name, (most, _) in ACTO.items()
    }


def test_what_is_frozen_says_the_same_when_it_is_read() -> None:
    one = Content("Entidad", "Jr. 1", "Desde hoy", exhausts=True, no_remedies="Es de trámite")
    other = replace(
        one,
        no_remedies=None,
        remedies=(Remedy("Apelación", "Pleno", Term(3, "calendario")),),
        term=Term(48, "horas"),
        purpose="subsanar",
    )
    for content in (one, other):
        assert parse_content(content.freeze()) == content
