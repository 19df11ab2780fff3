"""Rosa filters her lists and takes them away, with JavaScript and without: M93, M95, M94."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest
from openpyxl import load_workbook
from playwright.sync_api import Page, expect

from tests.journeys.house import House, press
from tests.judging import faults
from tests.people import Person

OpenPage = Callable[..., Page]
Enter = Callable[[Page, Person], None]
People = dict[str, Person]
SHOTS = os.environ.get("SHOTS")


def look(page: Page, name: str) -> None:
    for width in (320, 360, 1280):
        for scheme in ("light", "dark"):
            page.set_viewport_size({"width": width, "height": 900})
            page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
            assert faults(page) == {}, f"{name} {width} {scheme}"
            assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), width
            if SHOTS:
                page.screenshot(path=f"{SHOTS}/{name}-{width}-{scheme}.png", full_page=True)
    page.set_viewport_size({"width": 1280, "height": 900})


@pytest.mark.parametrize(("name", "javascript"), [("rosa", True), ("bruno", False)])
def test_the_owner_filters_and_takes_the_rows_away(
    house: House,
    people: People,
    open_page: OpenPage,
    enter: Enter,
    name: str,
    javascript: bool,
    tmp_path: Path,
) -> None:
    person = people[name]
    page = open_page(javascript=javascript)
    enter(page, person)
    page.get_by_text("Buscar en esta lista").click()
    page.get_by_label("Valor", exact=True).fill("citacion")
    press(page, "Buscar")
    expect(page.get_by_role("row")).to_have_count(2)
    expect(page.get_by_text("CUALQUIER DATO contiene «citacion»")).to_be_visible()

    press(page, "+ Agregar otra condición")
    second = page.get_by_role("group", name="Condición 2")
    second.get_by_label("Campo").select_option("AÑO")
    second.get_by_label("Operador").select_option("entre")
    second.get_by_label("Valor").fill("1999")
    second.get_by_label("y (solo con «entre»)").fill("2001")
    press(page, "Buscar")
    expect(page.get_by_text("Ninguna notificación de esta lista cumple")).to_be_visible()
    page.get_by_label("Deben cumplirse").select_option("cualquiera de ellas")
    press(page, "Buscar")
    expect(page.get_by_role("row")).to_have_count(2)
    kept = page.url
    if javascript:
        look(page, "finder")

    with page.expect_download() as started:
        page.get_by_role("link", name="Exportar en un documento Excel").click()
    started.value.save_as(tmp_path / "lista.xlsx")
    rows = list(load_workbook(tmp_path / "lista.xlsx").active.values)
    assert [row[1] for row in rows[6:]] == [f"Citación a audiencia de {person.nombres}"]
    with page.expect_download() as started:
        page.get_by_role("link", name="Exportar en PDF").click()
    assert Path(started.value.path()).read_bytes().startswith(b"%PDF-")
    if SHOTS:
        started.value.save_as(f"{SHOTS}/lista.pdf")

    second = page.get_by_role("group", name="Condición 2")
    second.get_by_label("Valor").fill("ayer")
    press(page, "Buscar")
    expect(page.get_by_role("alert")).to_contain_text("Escriba el año con 4 dígitos")
    if javascript:
        look(page, "finder-wrong")
    press(page, "Quitar la condición 2")
    expect(page.get_by_role("row")).to_have_count(2)
    page.get_by_role("link", name="Limpiar", exact=True).click()
    expect(page.get_by_role("row")).to_have_count(3)
    page.goto(kept)  # as from a bookmark
    expect(page.get_by_role("row")).to_have_count(2)
    if javascript:
        page.goto(f"{house.origin}/casilla/")
        look(page, "list")
