"""Whole stories in a real browser: login, token from the mail, inbox, «Ver», both downloads.

J20–J27, M83–M89, S57, S72.
"""

from collections.abc import Callable
from io import BytesIO
from pathlib import Path
from zipfile import ZipFile

import pytest
from playwright.sync_api import Download, Page, expect

from tests.journeys.conftest import ACTO, CARGO, INFORME
from tests.journeys.house import House, open_menu
from tests.people import Person

OpenPage = Callable[..., Page]
Enter = Callable[[Page, Person], None]
People = dict[str, Person]


def content(download: Download) -> bytes:
    return Path(download.path()).read_bytes()


def saved(page: Page, label: str) -> Download:
    with page.expect_download() as started:
        page.get_by_role("link", name=label, exact=True).click()
    return started.value


@pytest.mark.parametrize(("name", "javascript"), [("rosa", True), ("bruno", False)])
def test_the_owner_logs_in_opens_it_and_takes_both_files_away(
    house: House,
    people: People,
    open_page: OpenPage,
    enter: Enter,
    name: str,
    javascript: bool,
) -> None:
    """With JavaScript and without it: the same pages, the same labels."""
    person = people[name]
    page = open_page(javascript=javascript)
    enter(page, person)
    done = "¡Listo! Ahora tiene acceso al Sistema de Casilla Electrónica."
    expect(page.get_by_text(done)).to_be_visible()

    subject = f"Carta de atención a {person.nombres}"
    page.get_by_role("link", name="Pendientes por leer", exact=True).click()
    row = page.get_by_role("row").filter(has_text=subject)
    row.get_by_role("link", name="Ver", exact=True).click()
    expect(page.get_by_role("heading", name="Antes de abrirla")).to_be_visible()
    page.get_by_role("button", name="Ver", exact=True).click()
    expect(page.get_by_text("Lectura registrada el")).to_be_visible()
    expect(page.get_by_role("heading", level=1)).to_have_text(subject)
    for block in ("Expediente", "Remite", "Documento"):
        expect(page.get_by_role("heading", name=block, exact=True)).to_be_visible()

    acto = saved(page, "Descargar documento original")
    assert (acto.suggested_filename, content(acto)) == (ACTO.name, ACTO.content)
    zipped = ZipFile(BytesIO(content(saved(page, "Descargar anexos"))))
    assert zipped.namelist() == [CARGO.name, INFORME.name]

    page.get_by_role("link", name="Leídos", exact=True).click()
    expect(page.get_by_role("link", name=subject)).to_be_visible()
    open_menu(page)
    page.get_by_role("button", name="Cerrar sesión").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Cerró su sesión")
    page.goto(f"{house.origin}/casilla/")
    expect(page.get_by_label("DNI", exact=True)).to_be_visible()


def tab_to(page: Page, label: str) -> None:
    """Press Tab until the focus is on it, unless it is there already; whatever has the focus on the
    way must show it. Behind the last one it leaves the page, and comes back."""
    for _ in range(60):
        found = page.evaluate(
            """() => {
                const spot = document.activeElement, style = getComputedStyle(spot)
                if (spot.matches('body, main')) return null
                const named = spot.labels?.[0] ?? spot
                return [named.textContent.trim(), style.outlineStyle, parseInt(style.outlineWidth)]
            }"""
        )
        assert found is None or found[1:] == ["solid", 3], found
        if found and found[0] == label:
            return
        page.keyboard.press("Tab")
    raise AssertionError(f"Tab never comes to «{label}»")


def test_everything_can_be_done_with_the_keyboard_alone(
    house: House, people: People, open_page: OpenPage
) -> None:
    person = people["sur"]
    page = open_page()
    page.goto(f"{house.origin}/casilla/ingresar/")
    tab_to(page, "Saltar al contenido")
    page.keyboard.press("Enter")
    tab_to(page, "DNI")
    page.keyboard.type(person.identidad.number)
    tab_to(page, "Contraseña")
    page.keyboard.type(person.password)
    page.keyboard.press("Enter")
    page.wait_for_url("**/casilla/token/")
    tab_to(page, "Token digital")
    page.keyboard.insert_text(house.token(person))
    page.keyboard.press("Enter")
    page.wait_for_url("**/casilla/?listo=1")

    tab_to(page, f"Carta de atención a {person.nombres}")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Antes de abrirla")).to_be_visible()
    tab_to(page, "Ver")
    page.keyboard.press("Enter")
    expect(page.get_by_text("Lectura registrada el")).to_be_visible()
    for label, name in (
        ("Descargar documento original", ACTO.name),
        ("Descargar anexos", ".zip"),
    ):
        tab_to(page, label)
        with page.expect_download() as started:
            page.keyboard.press("Enter")
        assert started.value.suggested_filename.endswith(name)
    tab_to(page, "Volver a Leídos")
