"""Importing as an operator meets it: faults by line, all or nothing or --seguir."""

from pathlib import Path

import pytest
from sqlalchemy import func, select

from proxy.domain.identidad import Identidad, parse_identidad
from proxy.domain.identity import Answer
from proxy.domain.padron import parse_record
from proxy.installation import Installation
from proxy.store import casillas, tables
from tests.commands.conftest import Casilla

LEFT_OUT = "Quedó fuera parte del archivo: {}. Corrija esa parte e impórtela después.\n"
UNDONE = (
    "No se importó nada: {}. Corrija el archivo, o use --seguir para importar las demás líneas.\n"
)
ONE, TWO = "1 línea tiene una falta", "2 líneas tienen faltas"

GOOD = """\
identidad;nombres;correo
40000011;Luz Núñez Ficticia;luz@example.com
RUC-20999999906;Comercial Sur Ficticia S.A.C.;sur@example.com
CE-000123456;"Iván ""el Supuesto"" Petrov";ivan@example.com
"""
PEOPLE = """\
identidad,apellido_paterno,apellido_materno,nombres,fecha_nacimiento,sexo,fecha_emision
40000011,NÚÑEZ,FICTICIA,LUZ,1988-02-29,F,15/07/2021
CE-000123456,Petrov,,Iván,01/02/1990,M,2022-01-05
"""


def how_many(installation: Installation, table: str) -> int:
    with installation.db.reading() as tx:
        found = tables.metadata.tables[table]
        return int(tx.conn.execute(select(func.count()).select_from(found)).scalar_one())


def write(text: str, name: str = "cuentas.csv", encoding: str = "utf-8") -> str:
    Path(name).write_bytes(text.encode(encoding))
    return name


def holder(installation: Installation, identidad: str) -> casillas.Casilla | None:
    with installation.db.reading() as tx:
        return casillas.by_identidad(tx, parse_identidad(identidad))


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig"])
@pytest.mark.parametrize("separator", [",", ";", "\t"])
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_accounts_come_in_as_a_spreadsheet_writes_them(
    casilla: Casilla, installation: Installation, encoding: str, separator: str, end: str
) -> None:
    """Their owners choose a password before anything else."""
    text = GOOD.replace(";", separator).replace("\n", end) + f"{separator * 2}{end}{end}"
    said = casilla("cuentas", "importar", write(text, encoding=encoding))
    assert said == (0, "Se abrieron 3 casillas.\n", "")
    luz = holder(installation, "40000011")
    assert luz is not None
    assert (luz.nombres, luz.email, luz.phone) == ("Luz Núñez Ficticia", "luz@example.com", None)
    assert (luz.password, luz.must_change) == (None, True)
    ivan = holder(installation, "CE-000123456")
    assert ivan is not None
    assert (ivan.identidad, ivan.nombres) == (
        Identidad("CE", "000123456"),
        'Iván "el Supuesto" Petrov',
    )
    assert how_many(installation, "outbox") == 0


@pytest.mark.parametrize(
    ("line", "fault"),
    [
        ("4000001;Ana;ana@example.com", "La identidad no es correcta."),
        ("20999999907;Ana;ana@example.com", "La identidad no es correcta."),
        ("40000012;;ana@example.com", "Escriba los nombres"),
        ("40000012;" + "x" * 201 + ";ana@example.com", "Escriba los nombres"),
        ("40000012;A\x00na;ana@example.com", "Escriba los nombres"),
        ("40000012;Ana;ana", "Escriba un correo completo"),
        ("40000012;Ana", "Tiene 2 datos y la primera línea tiene 3 columnas."),
        ('40000012;"Ana;ana@example.com', "Las comillas no cierran."),
        ("40000012;" + "x" * 20_000, "Pasa de 10000 bytes"),
        ("1-40000011;Ana;ana@example.com", "Esa identidad ya está en la línea 2."),
        ("1234567.0;Ana;ana@example.com", "La identidad no es correcta."),
    ],
)
def test_a_fault_is_told_by_its_line_and_nothing_comes_in_or_all_the_others(
    casilla: Casilla, installation: Installation, line: str, fault: str
) -> None:
    """All or nothing, or --seguir."""
    write(f"{GOOD}{line}\n40000013;Eva Ficticia;eva@example.com\n")
    code, said, complaint = casilla("cuentas", "importar", "cuentas.csv")
    assert (code, said) == (1, "")
    assert complaint.startswith(f"cuentas.csv:5: {fault}")
    assert complaint.endswith(f"\n{UNDONE.format(ONE)}")
    assert complaint.count("\n") == 2
    assert how_many(installation, "casillas") == 0
    assert how_many(installation, "eventos") == 1  # `migrar` began the record

    code, said, complaint = casilla("cuentas", "importar", "cuentas.csv", "--seguir")
    assert (code, said) == (1, "Se abrieron 4 casillas.\n")
    assert complaint.startswith(f"cuentas.csv:5: {fault}")
    assert complaint.endswith(f"\n{LEFT_OUT.format(ONE)}")
    assert how_many(installation, "casillas") == 4


def test_another_encoding_is_told_and_not_guessed(
    casilla: Casilla, installation: Installation
) -> None:
    code, _, complaint = casilla("cuentas", "importar", write(GOOD, encoding="cp1252"))
    assert code == 1
    assert "cuentas.csv:2: No está en UTF-8. Guarde el archivo como «CSV UTF-8».\n" in complaint
    code, _, complaint = casilla("cuentas", "importar", write(GOOD, encoding="utf-16"))
    assert (code, complaint) == (1, "No está en UTF-8. Guarde el archivo como «CSV UTF-8».\n")
    assert how_many(installation, "casillas") == 0


def test_whoever_has_a_casilla_keeps_it_as_it_is(
    casilla: Casilla, installation: Installation
) -> None:
    casilla("cuentas", "importar", write(GOOD))
    before = holder(installation, "40000011")
    other = GOOD.replace("luz@", "otra@").replace("40000011", "DNI-40000011")
    more = f"{other}40000014;Nora Ficticia;nora@example.com\n"
    code, said, complaint = casilla("cuentas", "importar", write(more), "--seguir")
    assert (code, said) == (1, "Se abrió 1 casilla. Ya estaban así y no cambiaron: 2.\n")
    lines = complaint.splitlines()
    assert [line.partition(" ")[0] for line in lines] == [
        "cuentas.csv:2:",
        "Quedó",
    ]
    assert "ya tiene una casilla" in lines[0]
    assert holder(installation, "40000011") == before
    assert holder(installation, "40000014") is not None


def test_faults_come_in_the_order_of_the_file(casilla: Casilla, installation: Installation) -> None:
    """Whatever finds them: the file itself, or the casillas that are there."""
    casilla("cuentas", "importar", write(GOOD))
    unclosed = '40000015;"Ana;ana@example.com\n'
    others = GOOD.replace("@example.com", "@example.org")
    _, _, complaint = casilla("cuentas", "importar", write(others + unclosed), "--seguir")
    told = [line.partition(" ")[0] for line in complaint.splitlines()]
    assert told[:4] == [f"cuentas.csv:{n}:" for n in (2, 3, 4, 5)]


@pytest.mark.parametrize(
    ("header", "fault"),
    [
        ("identidad;nombres", "En la primera línea faltan estas columnas: correo."),
        ("", "En la primera línea faltan estas columnas: identidad, nombres, correo."),
        ("identidad;nombres;correo;celular", "En la primera línea hay columnas repetidas o que"),
        ("identidad;nombres;correo;correo", "En la primera línea hay columnas repetidas o que"),
    ],
)
def test_a_wrong_header_is_told_before_any_line(
    casilla: Casilla, installation: Installation, header: str, fault: str
) -> None:
    """S30: nor does a mobile come in, which its owner would not have proved."""
    text = GOOD.replace("identidad;nombres;correo", header)
    for options in ([], ["--seguir"]):
        code, said, complaint = casilla("cuentas", "importar", write(text), *options)
        assert (code, said, complaint.count("\n")) == (1, "", 1)
        assert complaint.startswith(fault)
    assert how_many(installation, "casillas") == 0


@pytest.mark.parametrize("name", ["no-esta.csv", ".", "/dev/zero"])
@pytest.mark.parametrize("group", ["cuentas", "padron"])
def test_a_file_that_cannot_be_read_is_told(
    casilla: Casilla, installation: Installation, group: str, name: str
) -> None:
    code, said, complaint = casilla(group, "importar", name)
    assert (code, said, complaint.count("\n")) == (1, "", 1)
    assert complaint.startswith("No se puede leer el archivo")


def test_the_register_is_filled_and_put_up_to_date(
    casilla: Casilla, installation: Installation
) -> None:
    """The embedded default knows whom it was given."""
    said = casilla("padron", "importar", write(PEOPLE, "personas.csv"))
    assert said == (0, "La lista propia recibió 2 registros.\n", "")
    companies = "Identidad;Razón Social;Distrito\n20999999906;Comercial Sur S.A.C.;Ate\n"
    said = casilla("padron", "importar", write(companies, "empresas.csv"))
    assert said == (0, "La lista propia recibió 1 registro.\n", "")
    again = casilla("padron", "importar", "personas.csv")
    assert again == (0, "La lista propia recibió 2 registros.\n", "")
    assert how_many(installation, "padron") == 3

    company = parse_record(
        {"identidad": "20999999906", "razon_social": "COMERCIAL SUR S.A.C.", "distrito": "ATE"}
    )
    assert installation.identity.check(company).answer is Answer.MATCHES
    casilla("padron", "importar", write(companies.replace("Ate", "Lince"), "empresas.csv"))
    assert installation.identity.check(company).answer is Answer.DIFFERS
    assert how_many(installation, "padron") == 3


def test_the_register_says_who_represents_a_company_and_where_to_write(
    casilla: Casilla, installation: Installation
) -> None:
    """S81"""
    head = "identidad;razon_social;distrito;representantes;correos\n"
    line = "20999999906;Comercial Sur S.A.C.;Ate;"
    good = f'{head}{line}DNI-40000011 40000012,CE-000400013;"sur@ejemplo.pe, Otra@Ejemplo.PE"\n'
    said = casilla("padron", "importar", write(good, "empresas.csv"))
    assert said == (0, "La lista propia recibió 1 registro.\n", "")
    company = parse_identidad("20999999906")
    register = installation.identity
    people = [parse_identidad(text) for text in ("40000011", "40000012", "CE-000400013")]
    assert {register.represents(one, company) for one in people} == {Answer.MATCHES}
    assert register.represents(parse_identidad("40000013"), company) is Answer.DIFFERS
    record = {"identidad": "20999999906", "razon_social": "Comercial Sur SAC", "distrito": "Ate"}
    told = register.check(parse_record(record)).addresses
    assert told == ("sur@ejemplo.pe", "Otra@ejemplo.pe")
    faults = {
        f"{line}20999999906;": "En «representantes» van documentos de personas",
        f"{line}123;": "La identidad no es correcta.",
        f"{line};sur": "Escriba un correo completo",
    }
    for wrong, fault in faults.items():
        code, _, complaint = casilla("padron", "importar", write(f"{head}{wrong}\n", "x.csv"))
        assert code == 1 and complaint.startswith(f"x.csv:2: {fault}"), complaint
    person = PEOPLE.splitlines()
    text = f"{person[0]},representantes\n{person[1]},40000012\n"
    code, _, complaint = casilla("padron", "importar", write(text, "y.csv"))
    assert code == 1 and complaint.startswith("y.csv:2: En «representantes»"), complaint


def test_a_fault_of_the_register_is_told_by_its_line(
    casilla: Casilla, installation: Installation
) -> None:
    wrong = f"{PEOPLE}40000012,Nadie,,Ficticio,30/02/1990,M,2022-01-05\n40000011,,,,,,\n"
    write(wrong, "personas.csv")
    code, said, complaint = casilla("padron", "importar", "personas.csv")
    assert (code, said) == (1, "")
    assert complaint.startswith(
        "personas.csv:4: El dato «fecha_nacimiento» debe ser una fecha, como 2026-03-09"
    )
    assert "\npersonas.csv:5: Falta el dato «fecha_nacimiento».\n" in complaint
    assert complaint.endswith(UNDONE.format(TWO))
    assert how_many(installation, "padron") == 0
    code, said, complaint = casilla("padron", "importar", "personas.csv", "--seguir")
    assert (code, said) == (1, "La lista propia recibió 2 registros.\n")
    assert complaint.endswith(LEFT_OUT.format(TWO))
    assert how_many(installation, "padron") == 2


@pytest.mark.parametrize("line", [["cuentas", "importar"], ["padron", "importar"], ["padron"]])
def test_their_help_is_in_spanish(casilla: Casilla, line: list[str]) -> None:
    code, text, _ = casilla(*line, "--help")
    assert code == 0
    assert text.startswith("Uso: casilla")
    assert "required" not in text
