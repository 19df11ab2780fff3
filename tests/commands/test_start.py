"""How the service starts, and what it says to whoever set it up wrong."""

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from socket import create_server

import pytest

from proxy.installation import Installation
from proxy.keys.ring import create_keyring
from tests.casilla import Casilla as Inside
from tests.commands.conftest import Casilla
from tests.engines import free_port
from tests.outside.servers import ELSEWHERE, Mailbox
from tests.people import ROSA, open_casilla


def test_serving_without_a_site_is_refused(casilla: Casilla, installation: Installation) -> None:
    assert casilla("servir") == (1, "", "Falta el sitio en site. Ejecute «casilla construir».\n")


def test_serving_on_a_port_that_somebody_has_is_refused(
    casilla: Casilla, installation: Installation
) -> None:
    Path("site").mkdir()
    Path("site/index.html").touch()
    with create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        code, said, complaint = casilla("servir", "--puerto", str(port))
    assert (code, said) == (1, "")
    assert complaint.startswith(f"No se puede escuchar en 127.0.0.1, puerto {port}: ")


FOLDERS = {"CASILLA_MAIL_URL", "CASILLA_SMS_URL"}
SENT = {
    "CASILLA_MAIL_URL": "smtp://mx.example:25",
    "CASILLA_SMS_URL": "https://sms.example/",
}


@pytest.mark.parametrize(
    ("settings", "warned"),
    [
        ({}, set()),
        ({"CASILLA_ORIGIN": "https://casilla.example"}, FOLDERS),
        ({"CASILLA_ORIGIN": "https://casilla.example"} | SENT, set()),
    ],
)
def test_whoever_serves_the_public_is_told_that_a_folder_reaches_nobody(
    casilla: Casilla,
    installation: Installation,
    monkeypatch: pytest.MonkeyPatch,
    settings: dict[str, str],
    warned: set[str],
) -> None:
    for name, value in settings.items():
        monkeypatch.setenv(name, value)
    Path("site").mkdir()
    Path("site/index.html").touch()
    with create_server(("127.0.0.1", 0)) as taken:
        _, _, complaint = casilla("servir", "--puerto", str(taken.getsockname()[1]))
    assert {name for name in FOLDERS if name in complaint} == warned


@pytest.mark.parametrize(
    ("setting", "fault"),
    [
        ("CASILLA_SMS_A_DAY=x", "debe ser un número entero"),
        ("CASILLA_SMS_A_DAY=0", "debe ser 1 o más"),
        ("CASILLA_PROFILE=otro", "use uno de estos: 'guia' o 'estricto'"),
        ("CASILLA_IDENTITY_READ_SECONDS=31", "debe ser 30 o menos"),
        ("CASILLA_IDENTITY_CONNECT_SECONDS=0", "debe ser más que 0"),
        ("CASILLA_IDENTITY_CONNECT_SECONDS=x", "debe ser un número, como 2.5"),
    ],
)
def test_a_wrong_setting_is_told_in_spanish(
    casilla: Casilla, monkeypatch: pytest.MonkeyPatch, setting: str, fault: str
) -> None:
    name, _, value = setting.partition("=")
    monkeypatch.setenv(name, value)
    assert casilla("migrar") == (1, "", f"La variable {name} no vale: {fault}\n")


@pytest.mark.parametrize(
    ("setting", "fault"),
    [
        ("CASILLA_ORIGIN=http://casilla.entidad.gob.pe", "debe empezar con https"),
        ("CASILLA_ORIGIN=https://casilla .gob.pe", "debe ser como https://"),
        ("CASILLA_DATABASE_URL=mysql://a:b@c/d", "debe ser sqlite:///"),
        ("CASILLA_DATABASE_URL=sqlite://", "debe ser sqlite:///"),
        ("CASILLA_DATABASE_URL=", "debe ser sqlite:///"),
        ("CASILLA_TRUSTED_PROXIES=10.0.0.1,foo", "«foo» no es una dirección IP"),
        ("CASILLA_TRUSTED_PROXIES={foo}", "«{foo}» no es una dirección IP"),
        ("CASILLA_DOCUMENTS_URL=s3://cubo/x", "debe ser una ruta de este servidor"),
        ("CASILLA_KEYS_FILE=", "debe ser una ruta de este servidor"),
        ("CASILLA_SMS_URL=http://sms.example/", "debe ser maildir:CARPETA o la dirección https"),
        ("CASILLA_SMS_URL=https://a.example/{numero}", "sin {numero} ni {texto}, que van en un"),
    ],
)
def test_a_setting_that_cannot_work_is_refused_at_once(
    casilla: Casilla, monkeypatch: pytest.MonkeyPatch, setting: str, fault: str
) -> None:
    name, _, value = setting.partition("=")
    monkeypatch.setenv(name, value)
    code, said, complaint = casilla("migrar")
    assert (code, said) == (1, "")
    assert complaint.startswith(f"La variable {name} no vale: ")
    assert fault in complaint
    assert not Path("var").exists()


@pytest.mark.parametrize(
    ("folder", "fault"),
    [
        ("nada", "no existe nada: escriba la carpeta donde están sus fichas"),
        ("hoja.yml", "hoja.yml es un archivo: escriba la carpeta donde están sus fichas"),
        (
            "vacía",
            "en vacía no hay fichas (falta entity.yml): copie ahí las de catalog/ y edítelas",
        ),
    ],
)
@pytest.mark.parametrize("command", ["migrar", "construir", "verificar-catalogo", "exportar"])
def test_a_folder_without_sheets_is_refused_before_anything_is_written(
    casilla: Casilla, monkeypatch: pytest.MonkeyPatch, command: str, folder: str, fault: str
) -> None:
    Path("hoja.yml").touch()
    Path("vacía").mkdir()
    monkeypatch.setenv("CASILLA_CATALOG_DIR", folder)
    assert casilla(command) == (1, "", f"La variable CASILLA_CATALOG_DIR no vale: {fault}\n")
    assert {path.name for path in Path().iterdir()} == {"hoja.yml", "vacía"}


def test_capitals_make_no_difference(casilla: Casilla, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CASILLA_PROFILE", "ESTRICTO")
    assert casilla("migrar")[0] == 0


def test_a_setting_that_is_spelled_wrong_is_told(
    casilla: Casilla, installation: Installation, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CASILLA_PROFIL", "estricto")
    Path(".env").write_text("CASILLA_NADA=1\nOTRA=1\n")
    assert casilla("migrar")[2] == (
        "Aviso: CASILLA_NADA no es un ajuste y no cambia nada.\n"
        "Aviso: CASILLA_PROFIL no es un ajuste y no cambia nada: "
        "¿quiso decir CASILLA_PROFILE?\n"
    )


@pytest.mark.parametrize("where", ["the environment", ".env"])
def test_a_setting_that_is_one_no_more_is_refused_and_says_what_to_set(
    casilla: Casilla, installation: Installation, monkeypatch: pytest.MonkeyPatch, where: str
) -> None:
    old = {"CASILLA_SMS_METHOD": "GET", "CASILLA_SMS_BODY": ""}
    if where == ".env":
        Path(".env").write_text("".join(f"{name}={value}\n" for name, value in old.items()))
    else:
        for name, value in old.items():
            monkeypatch.setenv(name, value)
    for command in ("servir", "trabajar", "migrar"):
        code, said, complaint = casilla(command)
        assert (code, said, complaint.count("\n")) == (1, "", 1), command
        assert complaint.startswith(
            "Estos ajustes ya no existen: CASILLA_SMS_BODY, CASILLA_SMS_METHOD. "
        )
        assert "escriba en CASILLA_SMS_URL adónde va y en CASILLA_SMS_TOKEN su llave" in complaint


def test_a_file_of_settings_in_another_encoding_is_told(casilla: Casilla) -> None:
    Path(".env").write_bytes("# año\nCASILLA_PROFILE=guia\n".encode("latin-1"))
    code, _, complaint = casilla("migrar")
    assert (code, complaint.count("\n")) == (1, 1)
    assert "no está en UTF-8" in complaint


def test_the_keys_of_another_installation_are_refused(
    casilla: Casilla, installation: Installation
) -> None:
    """S67: they would open the same person's casilla again, and break the audit."""
    open_casilla(installation.db, ROSA, installation.passwords)
    keys = Path("var/claves.json")
    mine = keys.read_bytes()
    keys.unlink()
    create_keyring(keys)
    for command in (
        ["cuentas", "rehabilitar", "--identidad", "40000001"],
        ["auditoria", "verificar"],
        ["claves", "rotar"],
        ["servir"],
        ["trabajar"],
    ):
        code, said, complaint = casilla(*command)
        assert (code, said) == (1, ""), command
        assert "no es el archivo de claves de esta base de datos" in complaint
    keys.write_bytes(mine)
    assert casilla("cuentas", "rehabilitar", "--identidad", "40000001")[::2] == (0, "")


def test_tables_of_a_newer_program_are_left_alone(
    casilla: Casilla, installation: Installation
) -> None:
    with installation.db.transaction() as tx:
        tx.conn.exec_driver_sql("UPDATE alembic_version SET version_num = '9999'")
    for command in ("migrar", "servir", "trabajar"):
        code, said, complaint = casilla(command)
        assert (code, said) == (1, ""), command
        assert complaint.startswith("Las tablas son de una versión más nueva")


@pytest.mark.parametrize(("profile", "warned"), [("guia", False), ("estricto", True)])
def test_a_site_with_the_rules_of_another_profile_is_told(
    casilla: Casilla,
    installation: Installation,
    monkeypatch: pytest.MonkeyPatch,
    profile: str,
    warned: bool,
) -> None:
    """S16: what a page says should be what is in force."""
    Path("site").mkdir()
    Path("site/index.html").write_text('<meta name="casilla:perfil" content="guia">')
    monkeypatch.setenv("CASILLA_PROFILE", profile)
    with create_server(("127.0.0.1", 0)) as taken:
        _, _, complaint = casilla("servir", "--puerto", str(taken.getsockname()[1]))
    told = "con las reglas «guia» y el servicio usa «estricto»" in complaint
    assert told == warned


def test_serving_without_the_documents_that_were_served_is_refused(
    casilla: Casilla, installation: Installation
) -> None:
    rosa = open_casilla(installation.db, ROSA, installation.passwords)
    with installation.db.transaction() as tx:
        Inside(rosa, installation.documents).serve(tx)
    Path("site").mkdir()
    Path("site/index.html").touch()
    Path("var/documentos").rename("var/otra")
    code, _, complaint = casilla("servir")
    assert code == 1
    assert complaint.startswith("Falta la carpeta de los documentos, var/documentos")


@pytest.mark.parametrize(
    ("command", "fault"),
    [
        (["exportar", "--carpeta", "carta.pdf"], "No se puede usar carta.pdf: "),
        (["exportar", "--carpeta", "carta.pdf/x"], "No se puede usar carta.pdf/x: "),
        (["auditoria", "exportar", "--archivo", "var"], "No se puede escribir"),
        (["auditoria", "exportar", "--archivo", "tubo"], "No se puede escribir"),
    ],
)
def test_a_path_that_cannot_be_written_is_told_and_stays(
    casilla: Casilla, installation: Installation, command: list[str], fault: str
) -> None:
    os.mkfifo("tubo")  # as a device would: it is not to be replaced by a file
    code, said, complaint = casilla(*command)
    assert (code, said) == (1, "")
    assert complaint.startswith(fault)
    assert complaint.count("\n") == 1
    assert Path("tubo").is_fifo()


def test_a_database_that_is_none_or_lacks_a_table_is_told(
    casilla: Casilla, installation: Installation, monkeypatch: pytest.MonkeyPatch
) -> None:
    with installation.db.transaction() as tx:
        tx.conn.exec_driver_sql("DROP TABLE audit")
    assert "le falta una tabla" in casilla("auditoria", "verificar")[2]
    monkeypatch.setenv("CASILLA_DATABASE_URL", "sqlite:///carta.pdf")
    assert "no es una base de datos de SQLite" in casilla("migrar")[2]


def test_a_disk_that_takes_no_more_is_told_as_such(installation: Installation) -> None:
    """Not as a database that does not answer: its address is right."""
    code = (
        "import resource, sys; from proxy.cli import main; size = resource.RLIMIT_FSIZE;"
        "limits = resource.getrlimit(size); resource.setrlimit(size, (4096, limits[1]));"
        "code = main(['claves', 'rotar']); resource.setrlimit(size, limits); sys.exit(code)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr == (
        "La base de datos no se puede escribir. Revise los permisos y el disco.\n"
    )


def test_who_gives_a_wrong_identidad_at_the_command_is_told_of_all_kinds(
    casilla: Casilla, installation: Installation
) -> None:
    code, _, complaint = casilla("cuentas", "rehabilitar", "--identidad", "RUC-20999999907")
    assert code == 1
    assert complaint.startswith("La identidad no es correcta. ")


AWAY = "postgresql://casilla:muy-secreta@base.entidad.pe/casilla"


@pytest.mark.parametrize("command", ["servir", "trabajar", "migrar"])
def test_a_database_of_another_machine_without_tls_starts_nothing(
    casilla: Casilla, monkeypatch: pytest.MonkeyPatch, command: str
) -> None:
    monkeypatch.setenv("CASILLA_DATABASE_URL", AWAY)
    code, said, complaint = casilla(command)
    assert (code, said) == (1, "")
    assert "?sslmode=verify-full" in complaint and "CASILLA_ALLOW_PLAIN=postgresql" in complaint
    assert "muy-secreta" not in complaint and len(complaint.splitlines()) == 1


@pytest.mark.parametrize("command", ["servir", "trabajar"])
def test_a_mail_server_of_another_machine_without_tls_starts_nothing(
    casilla: Casilla,
    installation: Installation,
    monkeypatch: pytest.MonkeyPatch,
    start: Callable[..., int],
    command: str,
) -> None:
    port = start(Mailbox())
    monkeypatch.setenv("CASILLA_MAIL_URL", f"smtp://casilla:muy-secreta@{ELSEWHERE}:{port}")
    Path("site").mkdir()
    Path("site/index.html").touch()
    code, said, complaint = casilla(command)
    assert (code, said) == (1, "")
    assert f"smtps://{ELSEWHERE}:465" in complaint and "CASILLA_ALLOW_PLAIN=smtp" in complaint
    assert "muy-secreta" not in complaint and len(complaint.splitlines()) == 1
    with create_server(("127.0.0.1", 0)) as taken:
        serving = ("servir", "--puerto", str(taken.getsockname()[1]))
        monkeypatch.setenv("CASILLA_ALLOW_PLAIN", "smtp")
        assert "TLS" not in casilla(*serving)[2]
        monkeypatch.delenv("CASILLA_ALLOW_PLAIN")
        assert "TLS" not in casilla(*serving, "--sin-trabajador")[2]
        monkeypatch.setenv("CASILLA_MAIL_URL", f"smtp://{ELSEWHERE}:{free_port()}")
        away = casilla(*serving)[2]
        assert "no contesta" in away and "No se puede escuchar" in away


@pytest.mark.parametrize("trusted", ["", "127.0.0.1"])
def test_whoever_serves_https_without_a_trusted_proxy_is_told_so(
    installation: Installation, trusted: str
) -> None:
    """On the screen and in the log: the address of each person would be that of the proxy."""
    Path("site").mkdir()
    Path("site/index.html").touch()
    own = {"CASILLA_ORIGIN": "https://casilla.example", "CASILLA_TRUSTED_PROXIES": trusted}
    command = [
        sys.executable,
        "-c",
        "import sys; from proxy.cli import main; sys.exit(main())",
        *("servir", "--puerto", str(free_port())),
    ]
    root = str(Path(__file__).parents[2])
    with subprocess.Popen(
        command,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=os.environ | own | {"PYTHONPATH": root},
    ) as running:
        assert running.stdout and "La casilla está en" in running.stdout.readline()
        running.terminate()
        _, complaint = running.communicate(timeout=60)
    told = not trusted
    assert ("Escriba su dirección en CASILLA_TRUSTED_PROXIES" in complaint) is told
    assert ("no proxy is trusted" in complaint) is told
