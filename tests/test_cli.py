"""The command as an operator meets it: one sentence, and the exit that goes with it."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from sqlalchemy import select

from proxy.cli import COMMANDS
from proxy.commands.site import publish
from proxy.domain import totp
from proxy.domain.identidad import Identidad, parse_identidad
from proxy.errors import Refusal
from proxy.flows import petitions
from proxy.installation import Installation
from proxy.settings import Settings
from proxy.store import casillas, factors, schema, tables
from tests.casilla import PDF
from tests.commands.conftest import Casilla, casilla, installation, small_site
from tests.operators import ANA, TWO

__all__ = ["casilla", "installation"]


def serve(casilla: Casilla, **changes: str) -> tuple[int, str, str]:
    line = {
        "a": "DNI-40000001",
        "expediente": "EXP.2026000027",
        "tipo": "CARTA",
        "numero": "000009-2026-SG/JNE",
        "asunto": "Respuesta a su pedido",
        "dependencia": "Secretaría General",
        "firmado-por": "Ana Torres Inventada",
        "elaborado-por": "Luis Paredes Inventado",
        "fecha-emision": "2026-03-09T16:30",
        "acto": "carta.pdf",
    }
    options = [part for name, value in {**line, **changes}.items() for part in (f"--{name}", value)]
    return casilla("depositar", *options)


def open_casilla(casilla: Casilla, **changes: str) -> tuple[int, str, str]:
    line = {"identidad": "DNI-40000001", "nombres": "Rosa Ficticia", "correo": "rosa@ejemplo.pe"}
    password = changes.pop("password", "Quinua-2041")
    options = [part for name, value in {**line, **changes}.items() for part in (f"--{name}", value)]
    return casilla("cuentas", "crear", *options, typed=f"{password}\n")


def test_migrating_makes_tables_and_keys_and_says_the_versions(casilla: Casilla) -> None:
    newest = schema.newest()
    said = f"Las tablas pasaron de la versión ninguna a la {newest}.\n"
    assert casilla("migrar") == (0, said, "")
    assert casilla("migrar") == (0, f"Las tablas ya estaban en la versión {newest}.\n", "")
    for secret in ("var/claves.json", "var/casilla.db"):  # S67, S66
        assert Path(secret).stat().st_mode & 0o777 == 0o600


def test_lost_keys_are_made_anew_only_while_nobody_has_a_casilla(
    casilla: Casilla, installation: Installation
) -> None:
    """S67: with new keys no password of before could be verified."""
    Path("var/claves.json").unlink()
    assert casilla("migrar")[0] == 0
    assert open_casilla(casilla)[0] == 0
    Path("var/claves.json").unlink()
    code, said, complaint = casilla("migrar")
    assert (code, said) == (1, "")
    assert complaint.startswith("Falta el archivo de claves var/claves.json.")
    assert not Path("var/claves.json").exists()


@pytest.mark.parametrize("name", ["depositar", "servir", "trabajar", "demostracion", "cuentas"])
def test_nothing_works_on_tables_that_are_not_there(casilla: Casilla, name: str) -> None:
    Path("carta.pdf").write_bytes(PDF)
    runs = {"depositar": lambda: serve(casilla), "cuentas": lambda: open_casilla(casilla)}
    code, said, complaint = runs.get(name, lambda: casilla(name))()
    assert (code, said) == (1, "")
    assert complaint.endswith("Ejecute «casilla migrar».\n")
    assert complaint.count("\n") == 1


def test_a_casilla_is_opened_and_an_acto_deposited_in_it(
    casilla: Casilla, installation: Installation
) -> None:
    assert open_casilla(casilla) == (0, "Se abrió la casilla de DNI-40000001.\n", "")
    code, said, complaint = serve(casilla)
    assert (code, complaint) == (0, "")
    with installation.db.reading() as tx:
        [row] = tx.conn.execute(select(tables.notificaciones))
        holder = casillas.by_identidad(tx, Identidad("DNI", "40000001"))
    assert said.startswith(f"Se depositó {row.id.hex()} el ")
    assert re.search(r" \(hora de Lima\) con el número CE-\S{13}; surte efecto el .+\.\n$", said)
    assert row.issued_at.isoformat() == "2026-03-09T21:30:00+00:00"  # 16:30 in Lima
    assert holder is not None
    assert installation.passwords.prove(holder.password, "Quinua-2041").matches


WRONG = {
    "a": ["40000009", "DNI-1", "RUC-20000000011", "CE-40000001"],
    "expediente": ["", " ", "x" * 61],
    "asunto": ["", "x" * 501, "\udcff", "a\x00b"],
    "tipo": ["\u200b"],
    "fecha-emision": [
        "ayer", "2026-02-30", "2026-3-9", "2026-03-09 16:30", "0026-01-01", "2099-01-01"
    ],
    "fecha-expediente": ["09/03/2026", "2026-03-09T10:00", "2099-01-01"],
    "acto": ["no-esta.pdf", ".", "/dev/zero", "carta.txt"],
    "anexo": ["no-esta.pdf", "vacio.txt", "programa.exe"],
}  # fmt: skip


@pytest.mark.parametrize(("name", "value"), [(n, v) for n, values in WRONG.items() for v in values])
def test_a_wrong_deposit_is_refused_in_one_sentence_and_leaves_nothing(
    casilla: Casilla, installation: Installation, name: str, value: str
) -> None:
    open_casilla(casilla)
    Path("carta.txt").write_bytes(b"Una carta")
    Path("vacio.txt").touch()
    Path("programa.exe").write_bytes(b"MZ")
    code, said, complaint = serve(casilla, **{name: value})
    assert (code, said) == (1, "")
    assert complaint.count("\n") == 1
    with installation.db.reading() as tx:
        assert tx.conn.execute(select(tables.notificaciones)).all() == []
    kept = [path for path in Path("var/documentos").rglob("*") if path.is_file()]
    # The database knows the day and the casillas: it is asked once the bytes have their name.
    assert len(kept) == (value in ("2099-01-01", "40000009"))


@pytest.mark.parametrize(
    "change",
    [
        {"identidad": "4000000"},
        {"nombres": " "},
        {"nombres": "x" * 201},
        {"correo": "rosa"},
        {"password": "corta1A"},
        {"password": "sin-mayuscula-1"},
        {"password": ""},
    ],
)
def test_a_wrong_casilla_is_refused(
    casilla: Casilla, installation: Installation, change: dict[str, str]
) -> None:
    code, said, complaint = open_casilla(casilla, **change)
    assert (code, said, complaint.count("\n")) == (1, "", 1)
    with installation.db.reading() as tx:
        assert not casillas.any_open(tx)


def test_nobody_has_two_casillas(casilla: Casilla, installation: Installation) -> None:
    open_casilla(casilla)
    code, _, complaint = open_casilla(casilla, identidad="1-40000001", password="Otra-Clave-9")
    assert (code, complaint) == (1, "Esa identidad ya tiene una casilla: no se abrió otra.\n")


def test_the_demonstration_lists_its_accounts_and_says_the_same_twice(
    casilla: Casilla, installation: Installation
) -> None:
    first, second = casilla("demostracion", "--json"), casilla("demostracion", "--json")
    assert first == second
    accounts = json.loads(first[1])
    assert len(accounts) == 4
    assert all(set(a) == {"identidad", "nombres", "clave", "correo"} for a in accounts)
    code, table, _ = casilla("demostracion")
    assert code == 0
    assert "casilla correo" in table
    assert {"DNI-40000011", "CE-000400013", "RUC-20000000028"} <= set(table.split())
    for account in accounts:
        assert {account["identidad"], account["clave"], account["correo"]} <= set(table.split())
    with installation.db.reading() as tx:
        for account in accounts:
            kind, number = account["identidad"].split("-")
            holder = casillas.by_identidad(tx, Identidad(kind, number))
            assert holder is not None
            assert installation.passwords.prove(holder.password, account["clave"]).matches


def test_the_demonstration_prints_no_password_and_no_address_that_are_not_of_the_casilla(
    casilla: Casilla, installation: Installation
) -> None:
    casilla("demostracion")
    with installation.db.transaction() as tx:
        rosa = casillas.lock_identidad(tx, Identidad("DNI", "40000001"))
        assert rosa is not None
        casillas.set_password(tx, rosa.id, installation.passwords.hash("Otra-Clave-9"))
        casillas.set_email(tx, rosa, "otra@rosa.example")
    [changed, *others] = json.loads(casilla("demostracion", "--json")[1])
    assert (changed["clave"], changed["correo"]) == (None, "otra@rosa.example")
    assert all(other["clave"] for other in others)
    assert "(la cambió)" in casilla("demostracion")[1]


def test_the_demonstration_stays_on_ones_own_machine(
    casilla: Casilla, installation: Installation, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CASILLA_ORIGIN", "https://casilla.example")
    code, said, complaint = casilla("demostracion", "--json")
    assert (code, said) == (1, "")
    assert "localhost" in complaint
    with installation.db.reading() as tx:
        assert not casillas.any_open(tx)


@pytest.mark.parametrize(
    ("line", "fault"),
    [
        (["nada"], "No existe ese comando. Vea «casilla --help»."),
        (["migrar", "ya"], "Sobran palabras en la línea. Vea «casilla migrar --help»."),
        (["servir", "--puerto", "x"], "El valor de --puerto no vale. Vea «casilla servir --help»."),
        (["servir", "--puerto"], "A --puerto le falta su valor. Vea «casilla servir --help»."),
        (["depositar"], "Falta --a. Vea «casilla depositar --help»."),
        (["correo", "x"], "El valor de N no vale. Vea «casilla correo --help»."),
        (["claves", "retirar"], "Falta ID. Vea «casilla claves retirar --help»."),
        (["cuentas", "importar"], "Falta ARCHIVO. Vea «casilla cuentas importar --help»."),
        (["migrar", "--ya"], "No existe la opción --ya. Vea «casilla migrar --help»."),
    ],
)
def test_wrong_usage_is_told_in_spanish(casilla: Casilla, line: list[str], fault: str) -> None:
    assert casilla(*line) == (2, "", f"{fault}\n")


ENGLISH = (
    "Usage",
    "Options",
    "Commands",
    "Arguments",
    "required",
    "default",
    "Show this",
    "<",
    "[x",
)


@pytest.mark.parametrize(
    "line", [[], *([name] for name in COMMANDS), ["cuentas", "crear"], ["claves", "retirar"]]
)
def test_every_help_is_in_spanish(casilla: Casilla, line: list[str]) -> None:
    code, text, complaint = casilla(*line, "--help")
    assert (code, complaint) == (0, "")
    assert text.startswith("Uso: casilla")
    assert not [word for word in ENGLISH if word in text]


def test_without_a_command_it_shows_its_help(casilla: Casilla) -> None:
    code, said, complaint = casilla()
    assert (code, said) == (2, "")
    assert "verificar-catalogo" in complaint


@pytest.mark.parametrize(
    ("name", "value", "complaint"),
    [
        ("CASILLA_ORIGIN", "casilla", "La variable CASILLA_ORIGIN no vale: debe ser como https"),
        ("CASILLA_DATABASE_URL", "nada", "La variable CASILLA_DATABASE_URL no vale"),
        ("CASILLA_DATABASE_URL", "postgresql://127.0.0.1:1/x", "La base de datos no responde."),
    ],
)
def test_a_wrong_setting_is_one_sentence(
    casilla: Casilla, monkeypatch: pytest.MonkeyPatch, name: str, value: str, complaint: str
) -> None:
    monkeypatch.setenv(name, value)
    code, said, text = casilla("migrar")
    assert (code, said, text.count("\n")) == (1, "", 1)
    assert text.startswith(complaint)


def test_the_catalogue_is_verified_and_exported(casilla: Casilla) -> None:
    assert casilla("verificar-catalogo") == (0, "El catálogo está bien: 16 servicios.\n", "")
    assert casilla("exportar", "--carpeta", "fuera") == (
        0,
        "Se escribieron 7 archivos en fuera.\n",
        "",
    )
    assert {path.name for path in Path("fuera").iterdir()} > {"catalogo.json", "plazos.json"}


def test_a_failing_build_leaves_the_site_that_is_served(tmp_path: Path) -> None:
    config, pages, site = small_site(tmp_path), tmp_path / "docs", tmp_path / "site"
    (pages / "index.md").write_text("# Primera")
    settings = Settings(_env_file=None, site_dir=site)
    publish(config, settings)
    first = (site / "index.html").read_text()
    assert "Primera" in first
    assert (site / "index.html.br").is_file()

    (pages / "index.md").write_text("# Segunda\n\n[roto](no-esta.md)")
    with pytest.raises(Refusal, match=r"no-esta\.md"):
        publish(config, settings)
    assert (site / "index.html").read_text() == first

    # A build that was killed between its two renames left the old site under another name.
    site.rename(tmp_path / "site.anterior-1")
    half = tmp_path / "site.nuevo-1"
    half.mkdir()
    os.utime(half, (0, 0))
    with pytest.raises(Refusal):
        publish(config, settings)
    assert (site / "index.html").read_text() == first

    (pages / "index.md").write_text("# Segunda")
    publish(config, settings)
    assert "Segunda" in (site / "index.html").read_text()
    assert {path.name for path in tmp_path.iterdir()} == {"mkdocs.yml", "docs", "theme", "site"}


def test_the_installed_command_starts_without_what_only_a_command_needs() -> None:
    heavy = ("sqlalchemy", "pydantic", "starlette", "mkdocs", "typst", "uvicorn", "rich")
    program = (
        "import sys; from proxy.cli import main; code = main(['--help']); "
        f"print([name for name in {heavy} if name in sys.modules]); sys.exit(code)"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.endswith("\n[]\n")


def test_an_owner_may_use_the_password_again(casilla: Casilla, installation: Installation) -> None:
    """S49"""
    open_casilla(casilla)
    said = (
        "DNI-40000001 puede ingresar y recuperar su contraseña otra vez desde cualquier equipo.\n"
    )
    assert casilla("cuentas", "rehabilitar", "--identidad", "40000001") == (0, said, "")
    code, _, complaint = casilla("cuentas", "rehabilitar", "--identidad", "40000009")
    assert (code, complaint) == (1, "Esa identidad no tiene casilla. Revise el número.\n")


def test_two_people_turn_a_lost_second_factor_off(
    casilla: Casilla, installation: Installation
) -> None:
    """S39"""
    open_casilla(casilla)
    line = ["cuentas", "sin-factor", "--identidad", "40000001", "--responde", "Ana Torres"]
    none = "Esa casilla no tiene segundo factor: no se cambió nada.\n"
    assert casilla(*line, "--autoriza", "Luis Vega") == (1, "", none)
    with installation.db.transaction() as tx:
        casillas.lock(tx, 1)
        factors.add(tx, 1, totp.new_secret(), b"s" * 16)
        factor = factors.of_casilla(tx, 1)
        assert factor and factors.confirm(tx, factor, 1)
    code, _, complaint = casilla(*line, "--autoriza", "ana torres")
    assert code == 1 and complaint.startswith("Hacen falta dos personas distintas")
    with installation.db.transaction(ANA) as tx:
        petitions.ask_factor(tx, parse_identidad("40000001"), *TWO)
    said = (
        "La casilla de DNI-40000001 se abre otra vez con un código por correo. "
        "Se avisó al titular.\n"
    )
    assert casilla("cuentas", "aprobar", "1") == (0, said, "")
    answered = "El pedido 1 ya se había aprobado o rechazado: no se cambió nada.\n"
    assert casilla("cuentas", "aprobar", "1") == (1, "", answered)


def test_two_people_change_the_e_mail_of_who_lost_the_old_mailbox(
    casilla: Casilla, installation: Installation
) -> None:
    """S39"""
    open_casilla(casilla)
    with installation.db.transaction(ANA) as tx:
        petitions.ask_email(tx, parse_identidad("40000001"), "otra@example.org", *TWO)
    said = (
        "El correo de la casilla de DNI-40000001 cambió, y se quitaron su contraseña, "
        "su celular y su segundo correo. "
        "Se avisó al anterior y al nuevo.\n"
    )
    assert casilla("cuentas", "aprobar", "1") == (0, said, "")


def test_who_asks_for_a_change_reads_what_another_person_must_run_and_cannot_run_it(
    casilla: Casilla, installation: Installation
) -> None:
    """S39"""
    open_casilla(casilla)
    line = ["cuentas", "correo", "--identidad", "40000001", "--correo", "otra@example.org"]
    line += ["--responde", "Ana Torres"]
    code, said, _ = casilla(*line, "--autoriza", "Luis Vega")
    assert code == 0 and said.startswith("Todavía no cambió nada: antes del ")
    assert said.endswith(
        ", Luis Vega debe ejecutar con su propio usuario «casilla cuentas aprobar 1».\n"
    )
    assert ", otra persona debe ejecutar" in casilla(*line)[1]
    code, said, complaint = casilla("cuentas", "aprobar", "1")
    assert (code, said) == (1, "") and complaint.startswith("El pedido 1 se hizo con este mismo")
    first, second = casilla("cuentas", "pendientes")[1].splitlines()
    assert first.startswith("1  DNI-40000001  correo nuevo: otra@example.org  pedido por: ")
    assert first.endswith("responde: Ana Torres  autoriza: Luis Vega")
    assert second.startswith("2  ") and second.endswith("autoriza: —")
    for number in ("1", "2"):
        gone = f"El pedido {number} quedó sin efecto.\n"
        assert casilla("cuentas", "rechazar", number) == (0, gone, "")
    assert casilla("cuentas", "pendientes")[1] == "No hay solicitudes ni pedidos que esperen.\n"
    code, _, complaint = casilla("cuentas", "rechazar", "3")
    assert code == 1 and complaint.startswith("No hay un pedido con el número 3.")
