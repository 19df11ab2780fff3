"""What is accepted before a casilla opens: M12, M15, L2, L16, S45."""

import pytest
from pydantic import ValidationError

from catalog.reading.consent import Consent, Section
from catalog.reading.reader import read_catalog

CATALOG = read_catalog()
TERMS = CATALOG.terms


def test_the_names_are_those_of_the_entity() -> None:
    """Another entity edits entity.yml, and no text."""
    assert TERMS.aceptacion.endswith("del Sistema de Notificaciones Electrónicas del JNE")
    other = CATALOG.consent.terminos.named("Municipalidad de Ninguna Parte", "MNP")
    assert other.aceptacion.endswith("Electrónicas del MNP")
    assert "{" not in other.model_dump_json().removeprefix("{").replace('{"', "")
    assert "JNE" not in other.model_dump_json()
    assert other.sha256 != TERMS.sha256


@pytest.mark.parametrize("text", ["Del {entidad}", "Del {siglas", "Del siglas}"])
def test_a_name_that_nobody_fills_in_is_refused(text: str) -> None:
    with pytest.raises(ValidationError, match="solo puede llevar"):
        Section(titulo=text, parrafos=("x",))


def test_each_word_that_is_shown_changes_the_hash() -> None:
    def changed(**more: object) -> Consent:
        return TERMS.model_copy(update=more)

    first, *rest = TERMS.secciones
    section = first.model_copy(update={"parrafos": (*first.parrafos, "Otra cosa.")})
    versions = [
        TERMS,
        changed(titulo="Otro"),
        changed(version="2"),
        changed(aceptacion="Acepto"),
        changed(secciones=(section, *rest)),
        changed(secciones=tuple(rest)),
        CATALOG.privacy,
    ]
    assert len({version.sha256 for version in versions}) == len(versions)
