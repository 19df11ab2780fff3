"""Whatever the database does, a command says one sentence and ends with 1: `cli.main`."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
import typer

from proxy import cli
from proxy.installation import Installation
from proxy.store import engine
from tests.commands.conftest import Casilla
from tests.engines import free_port
from tests.holding import locked, silent

# What each command is asked, in a folder with `carta.pdf` and `cuentas.csv`. A command that asks
# nothing of the database is not here.
DEPOSIT = (
    "--a DNI-40000001 --expediente 1 --tipo CARTA --numero 1 --asunto a --dependencia d "
    "--firmado-por f --elaborado-por e --fecha-emision 2026-01-02 --acto carta.pdf"
)
WHO = "--identidad DNI-40000001"
ASKED = {
    "migrar": "",
    "servir": "",
    "trabajar": "",
    "demostracion": "",
    "depositar": DEPOSIT,
    "depositar-lote": "lote.csv",
    "anular": "CE-2026-000001-R --motivo x",
    "prorrogar": "CE-2026-000001-R --cantidad 5 --unidad habiles --norma n --motivo x",
    "aplazar": "CE-2026-000001-R --fecha 2027-01-04 --norma n",
    "cuentas crear": f"{WHO} --nombres Rosa --correo rosa@example.com",
    "cuentas importar": "cuentas.csv",
    "cuentas rehabilitar": WHO,
    "cuentas pase": WHO,
    "cuentas sin-factor": f"{WHO} --responde Ana",
    "cuentas correo": f"{WHO} --correo r@example.com --responde Ana",
    "cuentas pendientes": "",
    "cuentas bajas": "",
    "cuentas aprobar": "1",
    "cuentas rechazar": "1",
    "cuentas suspender": f"{WHO} --motivo x",
    "cuentas levantar": WHO,
    "cuentas cerrar": f"{WHO} --motivo x",
    "cuentas cerrar-sesiones": WHO,
    "padron importar": "cuentas.csv",
    "auditoria verificar": "",
    "auditoria exportar": "--archivo x.csv",
    "claves retirar": "k1",
    "claves-api crear": "--sistema SGD",
    "claves-api lista": "",
    "claves-api retirar": "0123abcd",
    "respaldar": "respaldo.tar",
    "restaurar": "respaldo.tar",
}
NO_DATABASE = {
    "construir", "verificar-catalogo", "exportar", "plazo", "correo", "claves lista",
    "claves rotar", "constancia verificar",
}  # fmt: skip


def lines_of(group: typer.Typer, name: str = "") -> Iterator[str]:
    for one in group.registered_commands:
        yield f"{name} {one.name}".strip()
    for sub in group.registered_groups:
        assert sub.typer_instance is not None
        yield from lines_of(sub.typer_instance, f"{name} {sub.name}".strip())


@pytest.fixture(autouse=True)
def prepared(installation: Installation) -> None:
    Path("cuentas.csv").write_text("identidad,nombres,correo\n40000011,Luz,luz@example.com\n")
    installation.db.close()


def one_sentence(casilla: Casilla, line: str, start: str) -> None:
    words = [*line.split(), *ASKED[line].split()]
    code, said, complaint = casilla(*words, typed="Quinua-2041-andina\n")
    assert (code, said) == (1, ""), complaint
    assert complaint.startswith(start), (line, complaint)
    assert complaint.count("\n") == 1


def test_every_command_is_here() -> None:
    assert {*lines_of(cli.app)} == {*ASKED, *NO_DATABASE}


def test_a_postgresql_that_is_not_there(casilla: Casilla, monkeypatch: pytest.MonkeyPatch) -> None:
    url = f"postgresql://casilla@127.0.0.1:{free_port()}/casilla"
    monkeypatch.setenv("CASILLA_DATABASE_URL", url)
    for line in ASKED:
        one_sentence(casilla, line, "La base de datos no responde.")


def test_a_postgresql_that_says_nothing(casilla: Casilla, monkeypatch: pytest.MonkeyPatch) -> None:
    with silent() as port:
        url = f"postgresql://casilla@127.0.0.1:{port}/casilla?connect_timeout=2"
        monkeypatch.setenv("CASILLA_DATABASE_URL", url)
        for line in ("migrar", "depositar", "auditoria verificar"):
            one_sentence(casilla, line, "La base de datos no responde.")


def test_an_sqlite_that_another_program_holds(
    casilla: Casilla, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(vars(engine.WORK), "lock", 1)  # seconds, of ten
    with locked(Path("var/casilla.db")):
        for line in ("depositar", "cuentas importar"):
            one_sentence(casilla, line, "Otro programa tiene ocupada la base de datos")


def test_a_file_that_is_no_database(casilla: Casilla) -> None:
    for path in Path("var").glob("casilla.db*"):
        path.unlink()
    Path("var/casilla.db").write_bytes(b"no es una base de datos\n" * 100)
    for line in ASKED:
        one_sentence(casilla, line, "CASILLA_DATABASE_URL lleva a algo que no es")


def test_a_damaged_file(casilla: Casilla) -> None:
    """A disk wrote something else over all of it but its first page."""
    path = Path("var/casilla.db")
    with closing(sqlite3.connect(path)) as known:
        known.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        [size] = known.execute("PRAGMA page_size").fetchone()
    with path.open("r+b") as file:
        file.seek(size)
        file.write(b"\xff" * (path.stat().st_size - size))
    for line in ("migrar", "depositar", "auditoria verificar"):
        one_sentence(casilla, line, "El archivo de la base de datos está dañado.")
