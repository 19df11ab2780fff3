"""Rosa turns on a second factor, enters with it, loses her telephone, turns it off (X11, S29)."""

import io
import re
import time
from collections.abc import Callable
from pathlib import Path

import pyotp
import segno
from PIL import Image
from playwright.sync_api import Page, expect

from tests.journeys.house import House, open_menu, press
from tests.journeys.test_pages_in_a_browser import judge
from tests.people import Person

OpenPage = Callable[..., Page]
Enter = Callable[[Page, Person], None]


def leave_and_come_back(page: Page, house: House, person: Person) -> None:
    open_menu(page)
    press(page, "Cerrar sesión")
    page.goto(f"{house.origin}/casilla/ingresar/")
    page.get_by_label("DNI", exact=True).fill(person.identidad.number)
    page.get_by_label("Contraseña", exact=True).fill(person.password)
    press(page, "Iniciar sesión")
    expect(page.get_by_role("heading", name="Escriba el código de su aplicación")).to_be_visible()


def turn_on(page: Page, house: House) -> tuple[pyotp.TOTP, list[str]]:
    """From the first page to the recovery codes."""
    page.goto(f"{house.origin}/casilla/segundo-factor/")
    press(page, "Activar")
    app = pyotp.TOTP(page.locator(".key").inner_text().replace(" ", ""))
    page.get_by_label("Código de su aplicación").fill(app.now())
    press(page, "Activar")
    expect(page.get_by_role("heading", name="Su segundo factor está activo")).to_be_visible()
    return app, page.locator(".codes code").all_inner_texts()


def test_the_whole_story_without_javascript(
    open_page: OpenPage, house: House, people: dict[str, Person], enter: Enter, tmp_path: Path
) -> None:
    page, rosa = open_page(360, javascript=False), people["rosa"]
    enter(page, rosa)
    app, codes = turn_on(page, house)
    with page.expect_download() as download:
        page.get_by_role("link", name="Descargar como texto").click()
    download.value.save_as(tmp_path / "codes.txt")
    assert re.findall(r"[0-9A-Z-]{19}", (tmp_path / "codes.txt").read_text()) == codes
    page.emulate_media(media="print")
    expect(page.get_by_text(codes[9])).to_be_visible()
    expect(page.get_by_role("link", name="Descargar como texto")).to_be_hidden()
    page.emulate_media(media="screen")

    leave_and_come_back(page, house, rosa)
    # The code of this half minute confirmed the app; the next one counts already.
    page.get_by_label("Código de su aplicación").fill(app.at(int(time.time()) + 30))
    press(page, "VERIFICAR")
    page.wait_for_url(f"{house.origin}/casilla/?listo=1")

    leave_and_come_back(page, house, rosa)
    by_keyboard(page, codes[0].lower())
    page.wait_for_url(f"{house.origin}/casilla/?listo=1")
    page.goto(f"{house.origin}/casilla/segundo-factor/")
    expect(page.get_by_text("Le quedan 9 códigos sin usar.")).to_be_visible()

    page.get_by_role("link", name="Generar códigos nuevos").click()
    page.get_by_label("Código de su aplicación o de recuperación").fill(codes[1])
    press(page, "Generar códigos nuevos")
    new = page.locator(".codes code").all_inner_texts()
    page.goto(f"{house.origin}/casilla/segundo-factor/desactivar/")
    page.get_by_label("Código de su aplicación o de recuperación").fill(codes[2])
    press(page, "Desactivar")
    expect(page.get_by_text("Revise lo siguiente")).to_be_visible()  # the old ones are void
    page.get_by_label("Código de su aplicación o de recuperación").fill(new[0])
    press(page, "Desactivar")
    expect(page.get_by_text("Desactivó su segundo factor.")).to_be_visible()


def test_each_page_stands_in_every_size_and_scheme_and_the_qr_can_be_read(
    open_page: OpenPage, house: House, people: dict[str, Person], enter: Enter
) -> None:
    page, bruno = open_page(360, reduced_motion="reduce"), people["bruno"]
    enter(page, bruno)
    page.goto(f"{house.origin}/casilla/segundo-factor/")
    judge(page)
    press(page, "Activar")
    judge(page)
    key = page.locator(".key").inner_text().replace(" ", "")
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
        assert seen(page) == drawn(key, bruno), scheme
    turn_on(page, house)
    judge(page)
    for step in ("", "codigos/", "desactivar/"):
        page.goto(f"{house.origin}/casilla/segundo-factor/{step}")
        judge(page)
    leave_and_come_back(page, house, bruno)
    page.get_by_text("Usar un código de recuperación").click()
    judge(page)


def by_keyboard(page: Page, recovery_code: str) -> None:
    """From the code of the app to a recovery code with Tab and Enter alone."""
    page.get_by_label("Código de su aplicación").focus()
    page.keyboard.press("Tab")  # VERIFICAR
    page.keyboard.press("Tab")  # Usar un código de recuperación
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    page.keyboard.type(recovery_code)
    page.keyboard.press("Enter")


def drawn(key: str, person: Person) -> list[list[bool]]:
    """Whose dark modules a reader of QR codes would find, the quiet zone included."""
    label = f"DNI *****{person.identidad.number[-3:]}"
    uri = pyotp.TOTP(key).provisioning_uri(name=label, issuer_name="JNE")
    qr = segno.make(uri, error="m", micro=False)
    return [[bool(module) for module in row] for row in qr.matrix_iter(border=4)]


def seen(page: Page) -> list[list[bool]]:
    """The same, as the screen shows it."""
    picture = Image.open(io.BytesIO(page.locator("svg.qr").screenshot())).convert("L")
    view = page.locator("svg.qr").get_attribute("viewBox")
    assert view
    side = int(view.split()[2])
    edge = 1  # of its border
    step = (picture.width - 2 * edge) / side
    middle = [int(edge + (at + 0.5) * step) for at in range(side)]
    return [[picture.getpixel((x, y)) < 128 for x in middle] for y in middle]  # type: ignore[operator]
