"""`casilla plazo`: the JSON on which other programs rely (X1)."""

import json
import shutil
from pathlib import Path

import pytest

from catalog.reading.reader import FOLDER
from tests.commands.conftest import Casilla, casilla

__all__ = ["casilla"]

DEPOSIT = ("--deposito", "2025-04-16T17:00")


def test_by_default_it_counts_by_the_rule_and_the_calendar_of_the_entity(casilla: Casilla) -> None:
    code, said, complaint = casilla("plazo", *DEPOSIT, "--dias", "15")
    assert (code, complaint) == (0, "")
    found = json.loads(said)
    assert {name: found[name] for name in ("notificado", "surte_efecto", "inicio_computo")} == {
        "notificado": "2025-04-21",
        "surte_efecto": "2025-04-21",
        "inicio_computo": "2025-04-22",
    }
    assert found["vence"] == "2025-05-14"
    assert found["regla"] == "siguiente-habil-al-deposito"
    assert found["calendario"] == "lima"
    assert found["version_calendario"] and found["version_regla"] == "1"
    assert all(isinstance(step, str) for step in found["pasos"])
    assert "día hábil" in said, "letters, not escapes"


@pytest.mark.parametrize(
    ("options", "vence"),
    [
        (("--dias", "15", "--calendario", "feriados-nacionales"), "2025-05-13"),
        (("--cantidad", "15", "--unidad", "habiles"), "2025-05-14"),
        (("--dias", "15", "--distancia", "2"), "2025-05-16"),
        (("--cantidad", "1", "--unidad", "meses"), "2025-05-21"),
        (("--dias", "15", "--inicio-no-antes-de", "2025-05-01"), "2025-05-23"),
        (
            ("--dias", "15", "--sin-atencion", "2025-05-14", "--sin-atencion", "2025-05-15"),
            "2025-05-16",
        ),
        (
            ("--regla", "acuse-5-dias-b1", "--acuse", "2025-04-22T09:00", "--dias", "1"),
            "2025-04-23",
        ),
        (
            ("--procedimiento", "electoral", "--cantidad", "48", "--unidad", "horas"),
            "2025-04-18T17:00:00-05:00",
        ),
        ((), None),
    ],
)
def test_each_option_does_what_it_says(
    casilla: Casilla, options: tuple[str, ...], vence: str | None
) -> None:
    code, said, complaint = casilla("plazo", *DEPOSIT, *options)
    assert (code, complaint) == (0, "")
    assert json.loads(said)["vence"] == vence


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        (("--deposito", "2023-12-29T10:00"), "No se calculó ninguna fecha."),
        (("--deposito", "2028-12-29T17:00"), "No se calculó ninguna fecha."),
        (("--deposito", "2025-04-16"), "no es un día con su hora"),
        ((*DEPOSIT, "--acuse", "2025-04-16T16:00"), "El acuse no puede ser anterior"),
        ((*DEPOSIT, "--cantidad", "3"), "Use --cantidad con --unidad"),
        ((*DEPOSIT, "--unidad", "meses"), "Use --cantidad con --unidad"),
        ((*DEPOSIT, "--dias", "3", "--cantidad", "3", "--unidad", "meses"), "o --dias"),
        ((*DEPOSIT, "--cantidad", "3", "--unidad", "semanas"), "No hay una unidad «semanas»"),
        ((*DEPOSIT, "--regla", "a", "--procedimiento", "electoral"), "Quite uno."),
        ((*DEPOSIT, "--regla", "a"), "No hay una regla «a». Use una de estas: siguiente"),
        ((*DEPOSIT, "--sin-atencion", "ayer"), "«ayer» no es una fecha"),
        ((*DEPOSIT, "--inicio-no-antes-de", "2025-02-30"), "«2025-02-30» no es una fecha"),
    ],
)
def test_what_it_cannot_answer_is_one_sentence(
    casilla: Casilla, options: tuple[str, ...], sentence: str
) -> None:
    code, said, complaint = casilla("plazo", *options)
    assert (code, said) == (1, "")
    assert sentence in complaint and complaint.count("\n") == 1


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        ((), "Falta --deposito."),
        ((*DEPOSIT, "--dias", "0"), "El valor de --dias no vale."),
        ((*DEPOSIT, "--distancia", "-1"), "El valor de --distancia no vale."),
        ((*DEPOSIT, "--plazo", "3"), "No existe la opción --plazo."),
    ],
)
def test_wrong_usage_is_told_apart(
    casilla: Casilla, options: tuple[str, ...], sentence: str
) -> None:
    code, said, complaint = casilla("plazo", *options)
    assert (code, said, complaint) == (2, "", f"{sentence} Vea «casilla plazo --help».\n")


def test_the_sheets_of_another_entity_give_its_rule_and_its_calendar(
    casilla: Casilla, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    folder = tmp_path / "fichas"
    shutil.copytree(FOLDER, folder, ignore=shutil.ignore_patterns("reading"))
    sheet = folder / "effect.yml"
    text = sheet.read_text(encoding="utf-8")
    for old, new in (
        ("calendario: lima", "calendario: feriados-nacionales"),
        ("procedimientos: [administrativo]", "procedimientos: [otro]"),
        ("procedimientos: []", "procedimientos: [administrativo]"),
        ("  - id: electoral\n", "  - {id: otro, nombre: Otro}\n  - id: electoral\n"),
    ):
        text = text.replace(old, new, 1)
    sheet.write_text(text, encoding="utf-8")
    monkeypatch.setenv("CASILLA_CATALOG_DIR", str(folder))
    code, said, _ = casilla("plazo", *DEPOSIT, "--dias", "15")
    assert code == 0
    assert json.loads(said)["calendario"] == "feriados-nacionales"
    assert json.loads(said)["regla"] == "acuse-5-dias-b1"
