"""How the service starts, and what it says to whoever set it up wrong."""

from pathlib import Path
from socket import create_server

import pytest

from proxy.installation import Installation
from tests.test_cli import Casilla, casilla, installation

__all__ = ["casilla", "installation"]


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
    "CASILLA_SMS_URL": "https://sms.example/{numero}/{texto}",
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
