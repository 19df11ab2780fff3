"""Somebody without a casilla asks when a term ends, with and without JavaScript (X1)."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.journeys.house import House, press
from tests.journeys.test_pages_in_a_browser import judge, watched

OpenPage = Callable[..., Page]


def fill(page: Page, house: House, hour: str) -> None:
    page.goto(f"{house.origin}/casilla/plazos/")
    page.get_by_label("Día del depósito", exact=True).fill("16/04/2025")
    page.get_by_label("Hora del depósito").fill(hour)
    page.get_by_label("Plazo, si lo hay").fill("15")


@pytest.mark.parametrize("javascript", [True, False])
def test_the_answer_can_be_followed_with_a_wall_calendar(
    house: House, open_page: OpenPage, javascript: bool
) -> None:
    page = open_page(javascript=javascript)
    fill(page, house, "17:00")
    press(page, "Calcular")
    expect(page.get_by_role("definition").last).to_have_text("miércoles 14/05/2025")
    steps = page.get_by_role("list", name="Cómo se calculó").get_by_role("listitem")
    expect(steps.nth(4)).to_contain_text("viernes 02/05/2025 (Día no laborable")
    expect(page.get_by_label("Hora del depósito")).to_have_value("17:00")
    page.get_by_text("Más datos: cuándo se abrió").click()
    page.get_by_label("Días del término de la distancia").fill("2")
    press(page, "Calcular")
    expect(page.get_by_role("definition").last).to_have_text("viernes 16/05/2025")
    assert "distancia=2" in page.url, "the answer can be kept as an address"


def test_axe_finds_nothing_in_the_calculator(house: House, browser: Browser) -> None:
    with watched(browser) as page:
        fill(page, house, "17:00")
        page.get_by_text("Más datos: cuándo se abrió").click()
        judge(page)
        press(page, "Calcular")
        judge(page)
        page.get_by_label("Plazo, si lo hay").fill("quince")
        press(page, "Calcular")
        expect(page).to_have_title(re.compile("^Error: "))
        judge(page)


def test_a_day_can_be_chosen_in_a_calendar_and_comes_as_it_is_written(
    house: House, open_page: OpenPage
) -> None:
    """M24, M29: an extra of JavaScript; what is sent is what the field has."""
    page = open_page()
    page.goto(f"{house.origin}/casilla/plazos/")
    day = page.get_by_label("Día del depósito", exact=True)
    page.evaluate("""void (HTMLInputElement.prototype.showPicker = function () {
        this.dataset.shown = this.value
        this.value = "2025-04-17"
        this.dispatchEvent(new Event("change"))
    })""")
    day.fill("16042025")
    page.get_by_role("button", name="Calendario: Día del depósito").press("Enter")
    expect(page.locator(".calendar").first).to_have_attribute("data-shown", "2025-04-16")
    expect(day).to_have_value("17/04/2025")
    expect(day).to_be_focused()
