"""What is accepted before a casilla opens: M12, M15, L2, L16, S45."""

import hashlib

import pytest
from pydantic import ValidationError

from catalog.reading.consent import Consent, Section
from catalog.reading.reader import read_catalog
from tests.catalog.conftest import Copy

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


FORMER = """\
  anteriores:
    - titulo: Términos y condiciones
      version: "1"
      desde: 2026-11-21
      aceptacion: Acepto lo que dice el {siglas}
      secciones:
        - titulo: Qué acepta
          parrafos:
            - Recibir sus notificaciones del {nombre} en una casilla.
      huella: HASH
privacidad:
"""
OF_FORMER = hashlib.sha256(
    "Términos y condiciones\n1\n2026-11-21\nQué acepta\n"
    "Recibir sus notificaciones del Jurado Nacional de Elecciones en una casilla.\n"
    "Acepto lo que dice el JNE".encode()
).hexdigest()


def renewed(copy: Copy, sha256: str = OF_FORMER) -> None:
    """The terms in force are version 2, and version 1 stays."""
    terms, rest = copy.text("consent.yml").split("privacidad:\n")
    terms = terms.replace('version: "1"', 'version: "2"').replace("2026-11-21", "2027-03-01")
    copy.write("consent.yml", terms + FORMER.replace("HASH", sha256) + rest)


def test_a_version_that_was_published_stays_with_its_hash(copy: Copy) -> None:
    """S45: who accepted it finds its text, and nobody can change a word of it unseen."""
    renewed(copy)
    assert copy.faults() == []
    now, before = read_catalog(copy.folder).terms.versions
    assert (now.version, before.version, before.sha256) == ("2", "1", OF_FORMER)
    line = copy.change("en una casilla.", "en su casilla.", "consent.yml")
    [fault] = copy.faults()
    assert fault.startswith(f"catalog/consent.yml:{line + 1}: el texto ya no es el que se publicó")


def test_it_stays_with_the_name_that_the_entity_had(copy: Copy) -> None:
    renewed(copy)
    copy.change("nombre: Jurado Nacional de Elecciones", "nombre: Otra Entidad", "entity.yml")
    assert "con el nombre que la entidad tenía" in copy.faults()[0]
    copy.change(
        "del {nombre} en una casilla",
        "del Jurado Nacional de Elecciones en una casilla",
        "consent.yml",
    )
    assert copy.faults() == []


def test_the_text_in_force_is_held_by_its_hash_once_it_is_there(copy: Copy) -> None:
    held = f"  huella: {TERMS.sha256}\nprivacidad:\n"
    copy.change("privacidad:\n", held, "consent.yml")
    assert copy.faults() == []
    copy.change("Revisar su casilla cada día.", "Revisar su casilla.", "consent.yml")
    [fault] = copy.faults()
    changed = copy.folder / "consent.yml"
    copy.change(held, "privacidad:\n", "consent.yml")
    assert read_catalog(changed.parent).terms.sha256 in fault


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('version: "2"', 'version: "1"', "la versión 1 está repetida"),
        ("desde: 2027-03-01", "desde: 2026-03-01", "es posterior a la de la versión 2"),
        (f"      huella: {OF_FORMER}\n", "", "falta «huella»"),
        (OF_FORMER, "abc", "las 64 letras y cifras de un SHA-256"),
        ('version: "2"', 'version: "2/a"', "debe llevar solo números"),
    ],
)
def test_versions_that_could_not_be_told_apart_are_refused(
    copy: Copy, old: str, new: str, said: str
) -> None:
    renewed(copy)
    copy.change(old, new, "consent.yml")
    assert any(said in fault for fault in copy.faults()), copy.faults()
