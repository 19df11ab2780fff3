"""Where many ask, a page asks for more: by work of the computer, and without JavaScript by two
pictures (S83)."""

import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from proxy.app import create_app
from proxy.domain import captcha
from proxy.domain.client import Client
from proxy.domain.identidad import Identidad
from proxy.flows import recovery
from proxy.flows.captcha import make
from proxy.installation import Installation
from proxy.keys.ring import create_keyring
from proxy.settings import Settings
from proxy.store import captchas
from tests.journeys.house import press
from tests.journeys.test_elena_registers import judge
from tests.journeys.test_pages_in_a_browser import watched
from tests.paying import paid
from tests.web.served import serving

OpenPage = Callable[..., Page]
NOBODY = "49999999"


@pytest.fixture
def address(tmp_path: Path, sqlite_url: str) -> Iterator[str]:
    """The recovery, after forty others of the same address."""
    (tmp_path / "site").mkdir()
    for name in ("index.html", "404.html"):
        (tmp_path / "site" / name).write_text("<title>Inicio</title>")
    settings = Settings(
        _env_file=None,
        database_url=sqlite_url,
        origin="http://localhost",
        keys_file=tmp_path / "claves.json",
        mail_url=f"maildir:{tmp_path}/correo",
        documents_url=str(tmp_path / "documentos"),
        site_dir=tmp_path / "site",
    )
    create_keyring(settings.keys_file)
    installation = Installation(settings)
    with installation.db.transaction() as tx:
        for n in range(40):
            one = Identidad("DNI", f"420000{n:02}")
            paid(tx, recovery.admit(tx, one, Client("127.0.0.1"), 0))
        for letters in ("AAAAA", "AAAAA"):
            captchas.add(tx, make(tx.vault, letters))
    with serving(create_app(installation)) as server:
        yield f"http://localhost:{server.port}/casilla/recuperar/"
    installation.db.close()


def test_the_computer_works_longer_and_the_person_does_nothing(
    open_page: OpenPage, address: str
) -> None:
    page = open_page(360)
    page.goto(address)
    assert int(page.locator(".captcha").get_attribute("data-pieces") or 0) > captcha.PIECES
    page.get_by_label("DNI", exact=True).fill(NOBODY)
    expect(page.get_by_text("Comprobado", exact=True)).to_be_visible(timeout=120_000)
    press(page, "Restablecer contraseña")
    page.wait_for_url("**/recuperar/canal/")


def test_axe_finds_nothing_in_two_pictures(browser: Browser, address: str) -> None:
    with watched(browser) as page:
        page.goto(address)
        page.get_by_role("button", name="Prefiero escribir el texto").click()
        expect(page.locator(".captcha img")).to_have_count(2)
        judge(page)


def test_without_javascript_two_pictures_are_typed_in_one_field(
    open_page: OpenPage, address: str
) -> None:
    page = open_page(360, javascript=False)
    page.goto(address)
    expect(page.locator(".captcha img")).to_have_count(2)
    expect(page.get_by_role("img", name=re.compile("segunda imagen"))).to_be_visible()
    page.get_by_label("DNI", exact=True).fill(NOBODY)
    page.get_by_label("TEXTO DE LAS DOS IMÁGENES", exact=True).fill("aaaaa AAAAA")
    press(page, "Restablecer contraseña")
    page.wait_for_url("**/recuperar/canal/")
