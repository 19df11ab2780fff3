"""The rules of effect: which one holds when, and what is wrong in their sheet (R1, L12, L34)."""

from datetime import date

import pytest

from catalog.reading.model import Catalog
from catalog.reading.reader import read_catalog
from tests.catalog.conftest import Copy

SHEET = "effect.yml"
A = "siguiente-habil-al-deposito"


def test_four_rules_and_two_procedures_ship_none_of_them_verified_l34(catalog: Catalog) -> None:
    sheet = catalog.effect
    assert [rule.id for rule in sheet.reglas] == [
        A, "acuse-5-dias-b1", "acuse-5-dias-b2", "jne-electoral"
    ]  # fmt: skip
    assert not any(rule.verificado for rule in sheet.reglas)
    ruled = {row.id: sheet.governing(row.id, date(2026, 1, 1)) for row in sheet.procedimientos}
    assert {name: rule and rule.id for name, rule in ruled.items()} == {
        "administrativo": A, "electoral": "jne-electoral"
    }  # fmt: skip
    assert sheet.calendario == "lima"


def test_a_new_version_holds_from_its_day_and_the_old_one_before_it(copy: Copy) -> None:
    copy.write(SHEET, second_version(copy, until="2026-06-30", since="2026-07-01"))
    sheet = read_catalog(copy.folder).effect
    by_day = {day: sheet.governing("administrativo", day) for day in days(26, 6, 30, 7, 1)}
    assert [rule.version for rule in by_day.values() if rule] == ["1", "2"]
    assert [rule.version for rule in sheet.named(A)] == ["1", "2"]


def days(year: int, *parts: int) -> list[date]:
    return [date(2000 + year, *parts[at : at + 2]) for at in range(0, len(parts), 2)]


def second_version(copy: Copy, *, until: str, since: str, version: str = "2") -> str:
    text = copy.text(SHEET)
    start = text.index(f"  - id: {A}")
    end = text.index("  # Dos lecturas")
    first = text[start:end]
    begins = "    vigente_desde: 2024-01-01\n"
    old = first.replace(begins, f"{begins}    vigente_hasta: {until}\n" if until else begins)
    new = first.replace("2024-01-01", since).replace('version: "1"', f'version: "{version}"')
    return text[:start] + old + new + text[end:]


@pytest.mark.parametrize(
    ("until", "since", "said"),
    [
        ("", "2026-07-01", "dos versiones rigen a la vez"),
        ("2026-07-01", "2026-07-01", "dos versiones rigen a la vez"),
        ("2026-06-29", "2026-07-01", "entre dos versiones hay días sin regla"),
    ],
)
def test_versions_leave_no_day_without_a_rule_and_none_with_two(
    copy: Copy, until: str, since: str, said: str
) -> None:
    text = second_version(copy, until=until, since=since)
    copy.write(SHEET, text)
    line = text.count("\n", 0, text.index(f"vigente_desde: {since}")) + 1
    assert copy.faults() == [
        f"catalog/{SHEET}:{line}: en «{A}» {said}: la versión 1 debe terminar («vigente_hasta») el "
        "día antes de que empiece la 2"
    ]


def test_two_versions_have_two_names(copy: Copy) -> None:
    copy.write(SHEET, second_version(copy, until="2026-06-30", since="2026-07-01", version="1"))
    [fault] = copy.faults()
    assert f"la versión 1 de «{A}» está repetida" in fault


CHANGES = [
    (
        "calendario: lima",
        "calendario: limma",
        "«limma» no está en holidays.yml: ¿quiso decir «lima",
    ),
    ("procedimientos: [administrativo]", "procedimientos: [admin]", "«admin» no está en «procedi"),
    ("procedimientos: [administrativo]", "procedimientos: []", "ninguna regla rige «administrat"),
    ("procedimientos: [electoral]", "procedimientos: [electoral, administrativo]", "ya lo rige"),
    ("  - id: electoral", "  - id: administrativo", "el id administrativo está repetido"),
    ("fuera_de_horario: mismo-dia", "fuera_de_horario: siguiente-habil", "«mismo-dia», con todas"),
    ("horario: todas-las-horas", "horario: oficina", "con «horario: oficina» ponga «oficina»"),
    ("horario: todas-las-horas", "horario: siempre", "«horario» no puede ser «siempre»: use"),
    ('cierre: "20:00"', "cierre: 8 pm", "«cierre» debe ser una hora de 24 horas"),
    ("sin_acuse: ultimo-dia\n", "ultimo: x\n", "sobra «ultimo»"),
    ("    sin_acuse: ultimo-dia\n", "", "con «base: acuse» ponga «dias» de 1 a 60 y «sin_acuse»"),
    ("unidades: [calendario, horas]", "unidades: [calendario, semanas]", "no puede ser «semanas»"),
    ("unidades: [calendario, horas]", "unidades: []", "«unidades» es una lista vacía"),
    ("ultimo_dia: sin-cambio\n", "ultimo_dia: mismo\n", "«ultimo_dia» no puede ser «mismo»"),
    ("[1, 3, 4]", "[0, 3, 4]", "debe ser 1 o más"),
    ("[1, 3, 4]", "uno", "«despues_del_deposito»"),
    ("horas_antes: 12", "horas_antes: 0", "«horas_antes» debe ser 1 o más"),
    ('hora: "09:00"', "hora: temprano", "«hora» debe ser una hora de 24 horas"),
]


def test_reminders_are_of_the_sheet_and_one_without_them_has_the_usual_ones(copy: Copy) -> None:
    """X2: after one, three and four business days, and one before the end."""
    shipped = read_catalog(copy.folder).effect.recordatorios
    assert (shipped.despues_del_deposito, shipped.antes_de_vencer) == ((1, 3, 4), 1)
    copy.write(SHEET, copy.text(SHEET).partition("recordatorios:")[0])
    assert read_catalog(copy.folder).effect.recordatorios == shipped
    none = "recordatorios: {despues_del_deposito: [], antes_de_vencer: null}\n"
    copy.write(SHEET, copy.text(SHEET) + none)
    found = read_catalog(copy.folder).effect.recordatorios
    assert (found.despues_del_deposito, found.antes_de_vencer) == ((), None)


@pytest.mark.parametrize(("old", "new", "said"), CHANGES)
def test_a_slip_in_the_sheet_gets_its_line(copy: Copy, old: str, new: str, said: str) -> None:
    copy.change(old, new, SHEET)
    found = copy.faults()
    assert any(fault.startswith(f"catalog/{SHEET}:") and said in fault for fault in found), found


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('desde: "08:00", hasta: "16:30"', 'desde: "09:00", hasta: "16:30"', "durar 8 horas"),
        ("dias: 5", "dias: 61", "«dias» debe ser 60 o menos"),
        ("dias: 5", "dias: 0", "con «base: acuse» ponga «dias» de 1 a 60"),
        ("vigente_desde: 2024-01-01", "vigente_desde: 2024", "«vigente_desde» debe ser una fecha"),
        (
            "vigente_desde: 2024-01-01",
            "vigente_desde: 2024-01-01\n    vigente_hasta: 2023-12-31",
            "«vigente_hasta» no puede ser antes de «vigente_desde»",
        ),
    ],
)
def test_a_slip_in_one_of_several_rules_gets_its_line(
    copy: Copy, old: str, new: str, said: str
) -> None:
    text = copy.text(SHEET)
    assert text.count(old) > 1
    copy.write(SHEET, text.replace(old, new, 1))
    found = copy.faults()
    assert any(fault.startswith(f"catalog/{SHEET}:") and said in fault for fault in found), found
