"""The sheets of another entity, in a folder of its own: no Python is touched."""

import hashlib
import os
import re
import shutil
import subprocess
import sys
from email import message_from_bytes, policy
from mailbox import Maildir
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from catalog.reading.reader import FOLDER
from proxy.app import create_app
from proxy.installation import Installation
from proxy.keys.ring import create_keyring
from proxy.settings import Settings
from proxy.store import casillas, outbox, schema
from proxy.web.routes import path_of
from proxy.work.mailer import Mailer
from tests.people import ROSA, open_casilla
from tests.site.workshop import build
from tests.web.conftest import newest_code
from tests.web.visitor import ORIGIN, Visitor
from tests.work.whatever import WHATEVER

NAMES = {
    "nombre: Jurado Nacional de Elecciones": "nombre: Municipalidad de Pruebas",
    "siglas: JNE\narticulo: el": "siglas: MDP\narticulo: la",
    "(01) 311-1700": "(054) 20-0000",
    "Casilla Electrónica del JNE": "Casilla Electrónica de la MDP",
    "  nombre: Central telefónica del JNE": (
        '  nombre: Mesa de partes de la MDP\n  anexo: "1928"\n  correo: casilla@mdp.gob.pe'
    ),
    "oficina: Servicios al Ciudadano": "oficina: Oficina de Atención a la Ciudadanía",
    "© 2025 JNE": "© 2026 MDP",
}
# What the sheets that ship say, and what is said of an entity with the other article.
CALLED, WRITTEN = "(054) 20-0000, anexo 1928", "mailto:casilla@mdp.gob.pe"
OTHERS = re.compile(r"JNE|Jurado Nacional|311-1700|l (MDP|Municipalidad)")


FORMER = """\
  anteriores:
    - titulo: Condiciones de antes
      version: "1"
      desde: 2025-01-02
      aceptacion: Acepto
      secciones:
        - titulo: Qué acepta
          parrafos:
            - Lo de antes.
      huella: {sha256}
privacidad:
"""
BEFORE = b"Condiciones de antes\n1\n2025-01-02\nQu\xc3\xa9 acepta\nLo de antes.\nAcepto"


@pytest.fixture
def sheets(tmp_path: Path) -> Path:
    """Two services, and a name and a telephone of its own."""
    folder = tmp_path / "mis fichas"
    shutil.copytree(FOLDER, folder, ignore=shutil.ignore_patterns("reading", "README.md", "schema"))
    entity = folder / "entity.yml"
    text = entity.read_text(encoding="utf-8")
    for old, new in NAMES.items():
        assert old in text
        text = text.replace(old, new)
    entity.write_text(text, encoding="utf-8")
    consent = folder / "consent.yml"
    text = consent.read_text(encoding="utf-8").replace('version: "1"', 'version: "2"', 1)
    former = FORMER.format(sha256=hashlib.sha256(BEFORE).hexdigest())
    consent.write_text(text.replace("privacidad:\n", former, 1), encoding="utf-8")
    for sheet in (folder / "services").iterdir():
        if sheet.name[:3] not in ("002", "008"):
            sheet.unlink()
            continue
        text = sheet.read_text(encoding="utf-8").replace("-CS-JNE", "-CS-MDP")
        text = text.replace(
            "nombre: Consulta de multas electorales", "nombre: Consulta de papeletas"
        )
        text = text.replace("Saber si tiene multas electorales", "Saber si tiene papeletas")
        sheet.write_text(text, encoding="utf-8")
    return folder


@pytest.fixture
def settings(sheets: Path, tmp_path: Path) -> Settings:
    return Settings(
        _env_file=None,
        catalog_dir=sheets,
        origin=ORIGIN,
        database_url=f"sqlite:///{tmp_path}/casilla.db",
        keys_file=tmp_path / "claves.json",
        mail_url=f"maildir:{tmp_path}/correo",
        site_dir=tmp_path / "site",
    )


def run(command: str, folder: Path, **variables: str) -> str:
    program = f"import sys; from proxy.cli import main; sys.exit(main(['{command}']))"
    done = subprocess.run(
        [sys.executable, "-c", program],
        cwd=folder,
        env=os.environ | variables,
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")
    return done.stdout


def test_site_pages_and_messages_are_those_of_the_entity(sheets: Path, settings: Settings) -> None:
    folder = sheets.parent
    asked = {"CASILLA_CATALOG_DIR": sheets.name}
    assert "2 servicios" in run("verificar-catalogo", folder, **asked)
    assert "2 servicios" in run("construir", folder, **asked)
    run("exportar", folder, **asked)
    assert '"siglas": "MDP"' in (folder / "datos" / "catalogo.json").read_text()

    create_keyring(settings.keys_file)
    installation = Installation(settings)
    schema.migrate(installation.db)
    client = TestClient(create_app(installation), base_url=settings.origin)
    for address in ("/", "/catalogo/", "/preguntas/", "/guias/ingresar-a-su-casilla/"):
        page = client.get(address).text
        assert "Municipalidad de Pruebas" in page, address
        assert OTHERS.findall(page) == [], address
        assert WRITTEN in page, address
        assert f';ext=1928">{CALLED}</a>' in page, address
    guide = client.get("/guias/crear-su-casilla/").text
    assert f';ext=1928">{CALLED}</a>. De lunes' in guide  # M9
    assert "Saber si tiene papeletas" in client.get("/").text
    assert client.get("/terminos/1.txt").content == BEFORE
    for address in ("/terminos/", "/terminos/2/"):
        assert "Versión 1</a>" in client.get(address).text
    assert "hasta el 20 de noviembre de 2026" in client.get("/terminos/1/").text
    login = client.get("/casilla/ingresar/").text
    assert "Municipalidad de Pruebas" in login and "(054) 20-0000" in login
    assert OTHERS.findall(login) == [] and CALLED in login and WRITTEN in login
    banner = client.get("/casilla/registro/").text.partition("comunicarse con el número ")[2]
    assert banner.startswith('<a class="whole" href="tel:')
    assert banner.partition(">")[2].startswith(f"{CALLED}</a>")  # M9

    rosa = open_casilla(installation.db, ROSA, installation.passwords)
    inside = Visitor(client)
    client.headers["Sec-Fetch-Site"] = "same-origin"
    inside.password(ROSA.identidad.number, ROSA.password)
    inside.code(newest_code(installation, "login_code"))
    inner = inside.get("/casilla/").text
    assert "Casilla Electrónica - MDP - Módulo del administrado" in inner  # M64
    assert CALLED in inner and WRITTEN in inner  # M96
    assert OTHERS.findall(inner) == []
    with installation.db.transaction() as tx:
        outbox.add(tx, "notificacion_deposited", casillas.by_id(tx, rosa.id))
        outbox.add(tx, "credentials", casillas.by_id(tx, rosa.id), **WHATEVER)
    Mailer(installation, path_of).deliver_due()
    letters = {
        letter["Subject"]: letter
        for item in Maildir(folder / "correo")
        for letter in [message_from_bytes(item.as_bytes(), policy=policy.default)]
    }
    letter = letters["Tiene una notificación nueva en su casilla"]
    body = letter.get_body(("plain",))
    assert body is not None
    assert letter["From"].startswith("Casilla Electrónica de la MDP <")
    office = "Oficina de Atención a la Ciudadanía\nMunicipalidad de Pruebas (MDP)"
    assert office in body.get_content()  # M47
    credentials = letters["Credenciales de Acceso"].get_body(("plain",))
    assert credentials is not None
    asked = f"avísenos al {CALLED} o a casilla@mdp.gob.pe y bórrelo"
    assert asked in credentials.get_content()  # M44, M59
    installation.db.close()


def test_mkdocs_alone_takes_the_same_folder_and_refuses_a_wrong_one(
    sheets: Path, tmp_path: Path
) -> None:
    done = build(tmp_path / "built", CASILLA_CATALOG_DIR=str(sheets))
    assert done.returncode == 0, done.stderr
    assert "Consulta de papeletas" in (tmp_path / "built/catalogo/index.html").read_text()
    done = build(tmp_path / "none", CASILLA_CATALOG_DIR=str(tmp_path / "nada"))
    assert done.returncode == 1
    assert f"CASILLA_CATALOG_DIR: no existe {tmp_path / 'nada'}" in done.stderr
    assert "Traceback" not in done.stderr
