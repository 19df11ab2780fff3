"""What was served and read is proved by what the owner takes away: M90, M91, X3, X4."""

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import Page, expect

from tests.flows.test_deposit import Sender
from tests.journeys.house import House
from tests.people import ROSA, Person, open_casilla

OpenPage = Callable[..., Page]
Enter = Callable[[Page, Person], None]
TRIES = 60


def taken(page: Page, name: str, folder: Path) -> Path:
    """Its worker seals it meanwhile: the page is asked again until it is there."""
    link = page.get_by_role("link", name=name)
    for _ in range(TRIES):
        if link.count():
            break
        expect(page.get_by_text("constancia en preparación").first).to_be_visible()
        page.wait_for_timeout(1000)
        page.reload()
    with page.expect_download() as started:
        link.click()
    assert started.value.suggested_filename.startswith(name)
    return Path(shutil.copy(started.value.path(), folder / f"{name}.pdf"))


def verified(house: House, file: Path) -> str:
    command = str(Path(sys.executable).with_name("casilla"))
    environment = os.environ | {"CASILLA_KEYS_FILE": str(house.installation.settings.keys_file)}
    done = subprocess.run(
        [command, "constancia", "verificar", file], env=environment, capture_output=True, text=True
    )
    assert (done.returncode, done.stderr) == (0, "")
    if shutil.which("pdfsig"):
        says = subprocess.run(["pdfsig", file], capture_output=True, text=True).stdout
        assert "Signature is Valid" in says and "Total document signed" in says
    return done.stdout


def test_deposit_and_reading_are_proved_and_the_proof_stands_alone(
    house: House, open_page: OpenPage, enter: Enter, tmp_path: Path
) -> None:
    installation = house.installation
    rosa = open_casilla(installation.db, ROSA, installation.passwords)
    sender = Sender(installation.db, installation.documents.folder)
    receipt = sender.deposit(to=rosa.identidad)
    page = open_page(360)
    enter(page, rosa)
    page.get_by_role("link", name="Respuesta a su pedido", exact=True).click()
    said = verified(house, taken(page, "Constancia de notificación electrónica", tmp_path))
    assert f"  Notificación: {receipt.notificacion.number}\n" in said
    assert f"  Administrado: {ROSA.nombres}\n" in said
    expect(page.get_by_role("button", name="Ver", exact=True)).to_be_visible()

    page.get_by_role("button", name="Ver", exact=True).click()
    expect(page.get_by_text("Lectura registrada el")).to_be_visible()
    said = verified(house, taken(page, "Constancia de lectura", tmp_path))
    assert f"su titular, {ROSA.nombres}, abrió en la casilla electrónica" in said
    assert "Al pulsar «Ver» quedan registradas la fecha y la hora de su lectura" in said
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
