"""`casilla depositar`, with options or with a file, and `casilla anular`: X1, X7, L7, L29, L34."""

import hashlib
import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from proxy.domain.plazo_steps import day_text
from proxy.installation import Installation
from proxy.store import tables
from tests.casilla import PDF
from tests.commands.conftest import Casilla, casilla, installation
from tests.test_cli import open_casilla, serve

__all__ = ["casilla", "installation"]


def test_the_deposit_counts_as_the_calculator_does(
    casilla: Casilla, installation: Installation
) -> None:
    """X1: with the procedure, the term and the distance of its options."""
    open_casilla(casilla)
    term = {"procedimiento": "electoral", "cantidad": "3", "unidad": "calendario", "distancia": "1"}
    code, said, _ = serve(casilla, **term, **{"norma-distancia": "Cuadro de 2026"})
    with installation.db.reading() as tx:
        [row] = tx.conn.execute(select(tables.notificaciones))
    asked = [part for name, value in term.items() for part in (f"--{name}", value)]
    _, told, _ = casilla("plazo", "--deposito", row.deposited_at.isoformat(), *asked)
    frozen, answer = json.loads(row.effect), json.loads(told)
    assert answer.pop("pasos") == [
        step.replace(" (Cuadro de 2026)", "") for step in frozen["pasos"]
    ]
    assert {name: frozen[name] for name in answer} == answer
    assert code == 0
    assert f" y el plazo vence el {day_text(date.fromisoformat(answer['vence']))}.\n" in said
    assert frozen["distancia"] == {"dias": 1, "norma": "Cuadro de 2026"}


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        ({"procedimiento": "municipal"}, "Use uno de estos: administrativo, electoral."),
        ({"cantidad": "3"}, "Use --cantidad con --unidad, o --dias."),
        ({"cantidad": "3", "unidad": "horas"}, "no cuenta plazos en horas"),
    ],
)
def test_a_term_that_no_rule_counts_is_not_deposited(
    casilla: Casilla, installation: Installation, options: dict[str, str], sentence: str
) -> None:
    open_casilla(casilla)
    code, said, complaint = serve(casilla, **options)
    assert (code, said, complaint.count("\n")) == (1, "", 1)
    assert sentence in complaint
    with installation.db.reading() as tx:
        assert tx.conn.execute(select(tables.notificaciones)).all() == []


DATOS: dict[str, Any] = {
    "destinatario": "DNI-40000001",
    "referencia": "SGD-2026-1",
    "expediente": "EXP.2026000027",
    "fecha_expediente": "2026-03-02",
    "tipo": "RESOLUCIÓN",
    "numero": "000010-2026-SG/JNE",
    "asunto": "Se resuelve su pedido",
    "dependencia": "Secretaría General",
    "firmado_por": "Ana Torres Inventada",
    "elaborado_por": "Luis Paredes Inventado",
    "fecha_emision": "2026-03-09T16:30:00-05:00",
    "procedimiento": "administrativo",
    "contenido": {
        "vigencia": "Desde el día siguiente",
        "agota_via": False,
        "recursos": [
            {
                "recurso": "Apelación",
                "organo": "El Pleno",
                "plazo": {"cantidad": 15, "unidad": "habiles"},
            }
        ],
    },
    "plazo": {"cantidad": 5, "unidad": "habiles", "para": "presentar sus descargos"},
    "distancia": {"dias": 2, "norma": "Cuadro de 2026"},
    "inicio_no_antes_de": {"fecha": "2026-12-21", "norma": "Artículo 3 de la resolución"},
    "acto": {"nombre": "carta.pdf", "sha256": hashlib.sha256(PDF).hexdigest()},
    "anexos": [{"nombre": "nota.txt", "sha256": hashlib.sha256(b"hola").hexdigest()}],
}


def deposit_file(
    casilla: Casilla, *options: str, encoding: str = "utf-8", **changes: Any
) -> tuple[int, str, str]:
    """The file and those that it names, in a folder of their own."""
    folder = Path("envio")
    folder.mkdir(exist_ok=True)
    (folder / "carta.pdf").write_bytes(PDF)
    (folder / "nota.txt").write_bytes(b"hola")
    said = {name: value for name, value in (DATOS | changes).items() if value is not None}
    (folder / "datos.json").write_text(json.dumps(said), encoding=encoding)
    return casilla("depositar", "--datos", "envio/datos.json", *options)


def rows(installation: Installation, table: str = "notificaciones") -> list[Any]:
    with installation.db.reading() as tx:
        return list(tx.conn.execute(select(tables.metadata.tables[table])))


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig"])
def test_a_file_says_everything_and_names_the_files_beside_it(
    casilla: Casilla, installation: Installation, encoding: str
) -> None:
    """L7, L26: with the remedies, and the later start that the act itself sets."""
    open_casilla(casilla)
    code, said, complaint = deposit_file(casilla, encoding=encoding)
    assert (code, complaint) == (0, "")
    [row] = rows(installation)
    assert said.startswith(f"Se depositó {row.id.hex()} el ") and row.number in said
    content, effect = json.loads(row.content), json.loads(row.effect)
    assert content["recursos"] == DATOS["contenido"]["recursos"]
    assert content["plazo"] == DATOS["plazo"]
    assert content["direccion"] == installation.catalog.entity.direccion
    assert effect["inicio_computo"] == "2026-12-21"
    assert [effect[name] for name in ("distancia", "inicio_no_antes_de")] == [
        DATOS["distancia"],
        DATOS["inicio_no_antes_de"],
    ]
    assert [file.name for file in rows(installation, "files")] == ["carta.pdf", "nota.txt"]


def test_a_file_without_a_procedure_has_that_of_the_command(
    casilla: Casilla, installation: Installation
) -> None:
    open_casilla(casilla)
    assert deposit_file(casilla, procedimiento=None, plazo=None)[0] == 0
    options = ("--procedimiento", "electoral", "--de-nuevo")
    assert deposit_file(casilla, *options, procedimiento=None, plazo=None, distancia=None)[0] == 0
    found = [json.loads(row.effect)["procedimiento"] for row in rows(installation)]
    assert sorted(found) == ["administrativo", "electoral"]


FAULTS: dict[str, tuple[str, dict[str, Any]]] = {
    "what is missing": ("El dato «contenido» no vale: Falta.", {"contenido": None}),
    "no remedies": ("El dato «contenido» no vale: Diga los recursos",
                    {"contenido": {"vigencia": "x", "agota_via": True}}),
    "a wrong hash": ("El archivo «carta.pdf» no es el que anuncia",
                     {"acto": {"nombre": "carta.pdf", "sha256": "0" * 64}}),
    "no such file": ("No se puede leer el archivo «otro.txt»",
                     {"anexos": [{"nombre": "otro.txt", "sha256": "0" * 64}]}),
    "another folder": ("No se puede leer el archivo «carta2.pdf»",
                       {"anexos": [{"nombre": "../carta2.pdf", "sha256": "0" * 64}]}),
    "two procedures": ("El archivo de datos dice el procedimiento",
                       {"procedimiento": "electoral", "plazo": None}),
}  # fmt: skip


@pytest.mark.parametrize("fault", FAULTS)
def test_a_wrong_file_is_refused_in_one_sentence(
    casilla: Casilla, installation: Installation, fault: str
) -> None:
    open_casilla(casilla)
    Path("carta2.pdf").write_bytes(PDF)
    said, changes = FAULTS[fault]
    options = ["--procedimiento", "administrativo"] if fault == "two procedures" else []
    code, out, complaint = deposit_file(casilla, *options, **changes)
    assert (code, out, complaint.count("\n")) == (1, "", 1)
    assert complaint.startswith(said), complaint
    assert rows(installation) == []


def test_other_options_do_not_go_with_a_file(casilla: Casilla) -> None:
    code, said, complaint = deposit_file(casilla, "--asunto", "otro")
    assert (code, said) == (2, "")
    assert complaint.startswith("Con --datos los datos salen del archivo")


def test_what_was_deposited_is_annulled_by_its_number(
    casilla: Casilla, installation: Installation
) -> None:
    """X7"""
    open_casilla(casilla)
    deposit_file(casilla)
    deposit_file(casilla, "--de-nuevo")
    first, second = (row.number for row in rows(installation))
    asked = ("anular", first.lower(), "--motivo", "Con errores", "--reemplazo", second)
    code, said, complaint = casilla(*asked)
    assert (code, complaint) == (0, "")
    assert said.startswith(f"La notificación {first.lower()} está anulada desde el ")
    assert casilla(*asked) == (code, said, complaint)
    [row] = rows(installation, "annulments")
    assert row.reason == "Con errores"
    code, _, complaint = casilla("anular", "CE-2026-999999-1", "--motivo", "x")
    assert code == 1 and complaint.startswith("No hay una notificación con ese número")


def test_a_term_is_put_off_by_its_number(casilla: Casilla, installation: Installation) -> None:
    """L26, L30"""
    open_casilla(casilla)
    deposit_file(casilla)
    [number] = (row.number for row in rows(installation))
    asked = (
        "--cantidad",
        "5",
        "--unidad",
        "habiles",
        "--norma",
        "LPAG 136",
        "--motivo",
        "Lo pidió",
    )
    code, said, complaint = casilla("prorrogar", number.lower(), *asked)
    assert (code, complaint) == (0, "")
    assert said.startswith(f"El plazo de la notificación {number.lower()} corre desde el ")
    assert " y vence el " in said
    assert casilla("prorrogar", number.lower(), *asked) == (code, said, complaint)
    later = ("aplazar", number, "--fecha", "2027-06-01", "--norma", "Artículo 3")
    code, said, complaint = casilla(*later)
    assert (code, complaint) == (0, "") and "corre desde el martes 01/06/2027" in said
    code, _, complaint = casilla("aplazar", number, "--fecha", "2027-05-03", "--norma", "x")
    assert code == 1 and complaint.startswith("Con eso nada empezaría ni vencería más tarde")
    code, _, complaint = casilla("prorrogar", number, *asked[:3], "semanas", *asked[4:])
    assert code == 1 and "semanas" in complaint
    assert len(rows(installation, "postponements")) == 2
