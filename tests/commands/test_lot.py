"""`casilla depositar-lote`: L7, X6, S73."""

import csv
import json
import os
import subprocess
import sys
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from proxy.domain.lot import COLUMNS
from proxy.errors import Unavailable
from proxy.flows import deposit
from proxy.installation import Installation
from proxy.store import tables
from tests.casilla import pdf
from tests.commands.conftest import Casilla, casilla, installation
from tests.test_cli import open_casilla

__all__ = ["casilla", "installation"]

LINE = {
    "destinatario": "DNI-40000001",
    "expediente": "EXP.2026000027",
    "fecha_expediente": "02/03/2026",
    "tipo": "CARTA",
    "numero": "000001-2026-SG",
    "asunto": "Se responde a su pedido; con copia",
    "dependencia": "Secretaría General",
    "firmado_por": "Ana Torres Inventada",
    "elaborado_por": "Luis Paredes Inventado",
    "fecha_emision": "09/03/2026 9:30",
    "vigencia": "Desde el día siguiente",
    "agota_via": "No",
    "recursos": "Reconsideración | Secretaría General | 15 hábiles || Apelación | Pleno | 2 meses",
    "acto": "cartas/1.pdf",
}


def lot(*changes: dict[str, str], name: str = "lote.csv", separator: str = ";") -> str:
    """A table of as many lines, each with an acto of its own."""
    Path("cartas").mkdir(exist_ok=True)
    lines = [LINE | {"numero": f"{n:06}-2026-SG", "acto": f"cartas/{n}.pdf"} | change
             for n, change in enumerate(changes, 1)]  # fmt: skip
    columns = list(dict.fromkeys(name for line in lines for name in line))
    for line in lines:
        if not Path(line["acto"]).exists():
            Path(line["acto"]).write_bytes(pdf(line["acto"]))
    with open(name, "w", encoding="utf-8-sig", newline="") as file:
        table = csv.DictWriter(file, columns, restval="", delimiter=separator)
        table.writeheader()
        table.writerows(lines)
    return name


def report(name: str = "lote-informe.csv") -> list[dict[str, str]]:
    text = Path(name).read_bytes()
    assert text.startswith(b"\xef\xbb\xbf") and text.endswith(b"\r\n")
    return list(csv.DictReader(text.decode("utf-8-sig").splitlines(), delimiter=";"))


def rows(installation: Installation, table: str = "notificaciones") -> list[Any]:
    with installation.db.reading() as tx:
        return list(tx.conn.execute(select(tables.metadata.tables[table])))


@pytest.mark.parametrize("separator", [";", ","])
def test_each_line_is_a_deposit_and_a_second_run_makes_no_other(
    casilla: Casilla, installation: Installation, separator: str
) -> None:
    """L7: with all that the law wants said."""
    open_casilla(casilla)
    Path("nota.txt").write_bytes(b"hola")
    more = {
        "anexos": "nota.txt | cartas/1.pdf",
        "referencia": "SGD-1",
        "procedimiento": "electoral",
        "plazo": "3 calendario",
        "plazo_para": "presentar sus descargos",
        "distancia": "2",
        "distancia_norma": "Cuadro de 2026",
        "inicio_no_antes_de": "2026-12-21",
        "inicio_norma": "Artículo 3",
        "recursos": "",
        "sin_recursos": "Es un acto de trámite",
        "agota_via": "VERDADERO",
        "fecha_emision": "2026-03-09T09:30:00-05:00",
    }
    path = lot({}, more, separator=separator)
    code, said, complaint = casilla("depositar-lote", path)
    assert (code, complaint) == (0, "")
    assert said == "Se depositaron 2 notificaciones. El informe está en lote-informe.csv.\n"
    first, second = rows(installation)
    assert json.loads(first.content)["recursos"] == [
        {"recurso": "Reconsideración", "organo": "Secretaría General",
         "plazo": {"cantidad": 15, "unidad": "habiles"}},
        {"recurso": "Apelación", "organo": "Pleno", "plazo": {"cantidad": 2, "unidad": "meses"}},
    ]  # fmt: skip
    content, effect = json.loads(second.content), json.loads(second.effect)
    assert (content["sin_recursos"], content["agota_via"]) == ("Es un acto de trámite", True)
    assert content["plazo"] == {
        "cantidad": 3, "unidad": "calendario", "para": "presentar sus descargos",
    }  # fmt: skip
    assert effect["procedimiento"] == "electoral"
    assert effect["inicio_no_antes_de"] == {"fecha": "2026-12-21", "norma": "Artículo 3"}
    assert effect["distancia"] == {"dias": 2, "norma": "Cuadro de 2026"}
    assert first.issued_at == second.issued_at
    assert first.asunto == LINE["asunto"]
    assert [file.name for file in rows(installation, "files")] == [
        "1.pdf", "2.pdf", "nota.txt", "1.pdf",
    ]  # fmt: skip
    assert len(rows(installation, "outbox")) == 2
    told = report()
    assert [one["NÚMERO DE NOTIFICACIÓN"] for one in told] == [first.number, second.number]
    assert {one["ESTADO"] for one in told} == {"depositada"}

    code, said, complaint = casilla("depositar-lote", path, "--informe", "otra.csv")
    assert (code, complaint) == (0, "")
    assert said.startswith("Se depositaron 0 notificaciones. Ya estaban depositadas: 2.")
    assert len(rows(installation)) == len(rows(installation, "outbox")) == 2
    assert [one | {"ESTADO": "depositada"} for one in report("otra.csv")] == told


FAULTS: dict[str, tuple[dict[str, str], str]] = {
    "no casilla": ({"destinatario": "DNI-40000009"}, "Esa identidad no tiene casilla"),
    "an identidad": ({"destinatario": "4000000"}, "El dato «destinatario» no vale: La identidad"),
    "what is empty": ({"vigencia": ""}, "El dato «vigencia» no vale: Está vacío."),
    "no remedy": ({"recursos": ""}, "El dato «recursos» no vale: Diga los recursos"),
    "half a remedy": ({"recursos": "Apelación | 15 habiles"},
                      "El dato «recursos» no vale: Cada recurso lleva tres partes"),
    "its term": ({"recursos": "Apelación | Pleno | quince"}, "El dato «recursos» no vale: Un pla"),
    "its body": ({"recursos": "Apelación | | 15 habiles"}, "El dato «recursos» no vale: Está v"),
    "neither yes nor no": ({"agota_via": ""}, "El dato «agota_via» no vale: Escriba sí o no."),
    "a day": ({"fecha_expediente": "31/02/2026"}, "El dato «fecha_expediente» no vale: Debe ser"),
    "a moment": ({"fecha_emision": "09/03/2026 25:00"}, "El dato «fecha_emision» no vale: Debe"),
    "the future": ({"fecha_emision": "2199-01-01"}, "La fecha de emisión está en el futuro"),
    "half a term": ({"plazo": "5 habiles"}, "El dato «plazo_para» no vale: Está vacío."),
    "a procedure": ({"procedimiento": "municipal"}, "No hay un procedimiento «municipal». Use uno"),
    "no file": ({"anexos": "no-esta.txt"}, "No se puede leer el archivo «no-esta.txt»"),
    "a folder": ({"anexos": "cartas"}, "No se puede leer el archivo «cartas»"),
    "outside": ({"anexos": "../fuera.txt"}, "El archivo «../fuera.txt» no está en la carpeta"),
    "from the root": ({"anexos": "/etc/hostname"}, "El archivo «/etc/hostname» no está en"),
    "a link": ({"anexos": "enlace.txt"}, "El archivo «enlace.txt» no está en la carpeta"),
    "no PDF": ({"acto": "no.pdf"}, "El archivo «no.pdf» está incompleto o no es PDF por dentro"),
    "its kind": ({"anexos": "programa.exe"}, "El archivo «programa.exe» no es de un tipo"),
    "the same line": ({"numero": "000001-2026-SG", "acto": "cartas/1.pdf"},
                      "Es la misma que la línea 2."),
}  # fmt: skip


def test_a_line_with_a_fault_stays_out_and_the_report_says_which(
    casilla: Casilla, installation: Installation
) -> None:
    """X6: the same command deposits what was corrected, and nothing twice."""
    open_casilla(casilla)
    Path("../fuera.txt").write_bytes(b"hola")
    Path("enlace.txt").symlink_to("../fuera.txt")
    Path("no.pdf").write_bytes(b"hola")
    Path("programa.exe").write_bytes(b"MZ")
    path = lot({}, *(change for change, _ in FAULTS.values()), {"asunto": "El último"})
    code, said, complaint = casilla("depositar-lote", path)
    assert code == 1
    assert said == "Se depositaron 2 notificaciones. El informe está en lote-informe.csv.\n"
    told = report()
    assert [one["LÍNEA"] for one in told] == [str(n + 2) for n in range(len(told))]
    for one, (kind, (_, fault)) in zip(told[1:-1], FAULTS.items(), strict=True):
        assert one["ESTADO"] == "falta" and one["FALTA"].startswith(fault), (kind, one)
        assert f"lote.csv:{one['LÍNEA']}: {fault}" in complaint
    assert complaint.endswith(
        f"No se depositó parte del lote: {len(FAULTS)} líneas tienen faltas. Corríjalas y ejecute "
        "otra vez el mismo comando: lo ya depositado no se repite.\n"
    )
    assert [row.asunto for row in rows(installation)] == [LINE["asunto"], "El último"]

    lot({}, {"asunto": "Corregido"}, *({"asunto": "Nuevo"} for _ in range(len(FAULTS) - 1)),
        {"asunto": "El último"})  # fmt: skip
    assert casilla("depositar-lote", path)[0] == 0
    many = Counter(row.asunto for row in rows(installation))
    assert many == {LINE["asunto"]: 1, "Corregido": 1, "Nuevo": len(FAULTS) - 1, "El último": 1}


def test_a_line_that_has_a_key_is_known_by_it(casilla: Casilla, installation: Installation) -> None:
    """X6: with other data under the same key nothing is deposited; with another key, the same acto
    of the same number is still told apart."""
    open_casilla(casilla)
    assert casilla("depositar-lote", lot({"clave": "SGD-1"}))[0] == 0
    assert casilla("depositar-lote", lot({"clave": "SGD-1"}))[0] == 0
    for change, fault in (
        ({"clave": "SGD-1", "asunto": "Otro"}, "La clave de idempotencia «SGD-1» ya se usó"),
        ({"clave": "SGD-2"}, "Ese mismo acto, con ese número, ya está en esa casilla"),
    ):
        assert casilla("depositar-lote", lot(change))[0] == 1
        [one] = report()
        assert one["FALTA"].startswith(fault)
    assert len(rows(installation)) == len(rows(installation, "outbox")) == 1


@pytest.mark.parametrize("start", ["=", "+", "-", "@"])
def test_no_cell_of_the_report_is_a_formula(
    casilla: Casilla, installation: Installation, start: str
) -> None:
    casilla("depositar-lote", lot({"numero": f"{start}cmd|' /C calc'!A0", "clave": f"{start}1"}))
    [one] = report()
    assert one["NÚM. DOCUMENTO"].startswith(f"'{start}cmd") and one["CLAVE"] == f"'{start}1"


def test_what_is_no_lot_is_told_in_one_sentence(
    casilla: Casilla, installation: Installation
) -> None:
    path = lot({})
    Path("otro.csv").write_text("destinatario;asunto\n")
    for arguments, said in (
        (["no-esta.csv"], "No se puede leer el archivo «no-esta.csv»"),
        (["otro.csv"], "En la primera línea faltan estas columnas: expediente, tipo"),
        ([path, "--informe", "no/esta.csv"], "No se puede escribir el informe no/esta.csv."),
        ([path, "--informe", path], "El informe no puede ser el mismo archivo que el lote."),
    ):
        code, out, complaint = casilla("depositar-lote", *arguments)
        assert (code, out, complaint.count("\n")) == (1, "", 1)
        assert complaint.startswith(said)
    assert rows(installation) == []


def test_a_database_that_goes_away_stops_the_lot_and_the_same_command_goes_on(
    casilla: Casilla, installation: Installation, monkeypatch: pytest.MonkeyPatch
) -> None:
    open_casilla(casilla)
    path = lot({}, {}, {})
    made = deposit.deposit

    def until_it_goes(*values: Any, **more: Any) -> Any:
        if len(rows(installation)) == 2:
            raise Unavailable("database.down")
        return made(*values, **more)

    with monkeypatch.context() as patch:
        patch.setattr(deposit, "deposit", until_it_goes)
        code, said, complaint = casilla("depositar-lote", path)
    assert (code, said) == (1, "")
    assert complaint == (
        "El lote se detuvo con 2 líneas en su casilla. La base de datos no responde. Revise "
        "CASILLA_DATABASE_URL y pruebe otra vez. Ejecute otra vez el mismo comando: lo ya "
        "depositado no se repite y sigue lo que falta.\n"
    )
    assert len(report()) == 2
    code, said, _ = casilla("depositar-lote", path)
    assert said.startswith("Se depositó 1 notificación. Ya estaban depositadas: 2.")
    assert len(rows(installation)) == 3


def test_the_manual_names_every_column() -> None:
    manual = Path(__file__).parents[2] / "site_src/pages/manual/depositar.md"
    told = manual.read_text(encoding="utf-8")
    for name in (*COLUMNS.needed, *COLUMNS.optional):
        assert f"| `{name}` |" in told, name


@pytest.mark.lento
def test_killed_at_any_instant_a_lot_is_finished_by_the_next_run(
    casilla: Casilla, installation: Installation
) -> None:
    """S73: kill -9 of the process; then each line is there once, with its alerta and its files."""
    open_casilla(casilla)
    installation.db.close()
    done = subprocess.run(
        [sys.executable, "-m", "tests.commands.lot_killed", os.getcwd()],
        cwd=Path(__file__).parents[2], check=True, capture_output=True, text=True,
        env=os.environ | {"PYTHONPATH": str(Path(__file__).parents[2])},
    )  # fmt: skip
    found = sorted(Path().glob("lote-*/lote.csv"))
    before = Counter(row.numero.split("-")[0] for row in rows(installation))
    assert int(done.stdout) > 10 and {1, 2} <= set(before.values()), "it was hardly killed"
    for path in found:
        assert casilla("depositar-lote", str(path))[0] == 0
    after = Counter(row.numero.split("-")[0] for row in rows(installation))
    assert set(after.values()) == {2} and len(after) == len(found)
    assert len(rows(installation, "outbox")) == len(rows(installation)) == 2 * len(found)
    assert all(installation.documents.intact(file.sha256) for file in rows(installation, "files"))
