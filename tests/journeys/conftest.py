"""The service as an operator runs it, in a process of its own, and its letters in a folder."""

import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

import pytest
from playwright.sync_api import Page

from proxy.domain.effect import freeze
from proxy.domain.plazo import Term
from proxy.installation import Installation
from proxy.settings import Settings
from tests.casilla import Casilla, Offered
from tests.journeys.house import House, press
from tests.people import BRUNO, COMERCIAL_SUR, ROSA, Person, open_casilla
from tests.plazos import RULING

ACTO = Offered("CARTA 9.pdf", b"%PDF-1.7\n% the acto\n%%EOF\n")
CARGO = Offered("Cargo de recepción.pdf", b"%PDF-1.7\n% a receipt\n%%EOF\n")
INFORME = Offered("Informe técnico.pdf", b"%PDF-1.7\n% a report\n%%EOF\n")


def _wait_for(origin: str, server: subprocess.Popen[bytes]) -> None:
    for _ in range(300):
        assert server.poll() is None, "the server ended"
        try:
            urlopen(f"{origin}/salud").close()
            return
        except URLError:
            time.sleep(0.05)
    raise TimeoutError(origin)


@pytest.fixture(scope="module")
def house(
    request: pytest.FixtureRequest,
    tmp_path_factory: pytest.TempPathFactory,
    migrated_folder: Path,
) -> Iterator[House]:
    """`casilla servir` on a free port, over a small site, with the PROFILE of the module."""
    folder = tmp_path_factory.mktemp("casilla")
    shutil.copytree(migrated_folder / "var", folder, dirs_exist_ok=True)
    (folder / "site").mkdir()
    (folder / "site" / "index.html").write_text("<!doctype html><title>Inicio</title>")
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    values = {
        "DATABASE_URL": f"sqlite:///{folder}/casilla.db",
        "ORIGIN": f"http://localhost:{port}",
        "KEYS_FILE": f"{folder}/claves.json",
        "MAIL_URL": f"maildir:{folder}/correo",
        "SMS_URL": f"maildir:{folder}/sms",
        "DOCUMENTS_URL": f"{folder}/documentos",
        "SITE_DIR": f"{folder}/site",
        "PROFILE": getattr(request.module, "PROFILE", "guia"),
    }
    environment = os.environ | {f"CASILLA_{name}": value for name, value in values.items()}
    command = str(Path(sys.executable).with_name("casilla"))
    settings = Settings(_env_file=None, **{name.lower(): value for name, value in values.items()})
    installation = Installation(settings)
    log = (folder / "log").open("wb")
    server = subprocess.Popen(
        [command, "servir", "--puerto", str(port)], env=environment, stdout=log, stderr=log
    )
    try:
        _wait_for(settings.origin, server)
        yield House(settings.origin, installation, folder / "correo", folder / "log")
    finally:
        server.terminate()
        server.wait()
        log.close()
        installation.db.close()


@pytest.fixture(scope="module")
def people(house: House) -> dict[str, Person]:
    """Rosa, Bruno and Comercial Sur, each with two notificaciones: the newer with two anexos."""
    found = {}
    for name, person in (("rosa", ROSA), ("bruno", BRUNO), ("sur", COMERCIAL_SUR)):
        holder = open_casilla(house.installation.db, person, house.installation.passwords)
        casilla = Casilla(holder, house.installation.documents)
        with house.installation.db.transaction() as tx:
            casilla.serve(tx, f"Citación a audiencia de {person.nombres}", ACTO)
        with house.installation.db.transaction() as tx:
            asunto = f"Carta de atención a {person.nombres}"
            effect = freeze(replace(RULING, term=Term(15, "habiles")), tx.now)
            casilla.serve(tx, asunto, ACTO, [CARGO, INFORME], effect=effect)
        found[name] = holder
    return found


@pytest.fixture(scope="module")
def enter(house: House) -> Callable[[Page, Person], None]:
    """Log in as the person, with the token of their e-mail, up to the inbox."""

    def log_in(page: Page, person: Person) -> None:
        page.goto(f"{house.origin}/casilla/ingresar/")
        page.get_by_label("DNI", exact=True).fill(person.identidad.number)
        page.get_by_label("Contraseña", exact=True).fill(person.password)
        press(page, "Iniciar sesión")
        page.get_by_label("Token digital", exact=True).fill(house.token(person))
        press(page, "VERIFICAR")
        page.wait_for_url(f"{house.origin}/casilla/?listo=1")

    return log_in
