"""The end of a session in a real browser whose clock is moved: S63."""

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, Locator, Page, StorageState, expect

from tests.journeys.house import House
from tests.journeys.test_pages_in_a_browser import judge
from tests.people import Person

Enter = Callable[[Page, Person], None]
OpenPage = Callable[..., Page]
People = dict[str, Person]


@pytest.fixture(scope="module")
def inside(browser: Browser, people: People, enter: Enter) -> Iterator[StorageState]:
    """What a browser keeps in which Rosa logged in."""
    context = browser.new_context()
    enter(context.new_page(), people["rosa"])
    yield context.storage_state()
    context.close()


@pytest.fixture
def page(house: House, browser: Browser, inside: StorageState) -> Iterator[Page]:
    """Her inbox, in a browser whose clock stands still until it is moved."""
    context = browser.new_context(reduced_motion="reduce", storage_state=inside)
    yield again(context.new_page(), house)
    context.close()


def again(page: Page, house: House) -> Page:
    page.clock.install()
    page.goto(f"{house.origin}/casilla/leidos/")
    return page


def warning(page: Page) -> Locator:
    return page.get_by_role("alertdialog", name="Su sesión está por cerrarse")


def seconds_left(page: Page) -> int:
    return int(page.locator(".session").get_attribute("data-seconds") or 0)


def wait_until(page: Page, left: int) -> None:
    """Let the clock run until so many seconds are left."""
    page.clock.run_for((seconds_left(page) - left) * 1000)


def test_it_is_announced_two_and_a_half_minutes_before_and_put_off(page: Page) -> None:
    wait_until(page, 155)
    expect(warning(page)).to_be_hidden()
    page.clock.run_for(10_000)
    expect(warning(page)).to_be_visible()
    expect(warning(page)).to_contain_text("Se cierra a las")
    expect(page.get_by_role("button", name="Seguir en mi casilla")).to_be_focused()
    judge(page)
    with page.expect_response("**/casilla/sesiones/seguir/"):
        page.get_by_role("button", name="Seguir en mi casilla").click()
    expect(warning(page)).to_be_hidden()
    page.clock.run_for("11:00")
    expect(warning(page)).to_be_hidden()
    page.clock.run_for("02:00")
    expect(warning(page)).to_be_visible()


def test_the_keyboard_stays_in_it_and_comes_back_to_where_it_was(page: Page) -> None:
    place = page.get_by_role("link", name="Pendientes por leer", exact=True)
    place.focus()
    wait_until(page, 140)
    for _ in range(4):  # the browser's own buttons have their turn
        page.keyboard.press("Tab")
        inside = (
            "document.activeElement === document.body || !!document.activeElement.closest('dialog')"
        )
        assert page.evaluate(inside)
    with page.expect_response("**/casilla/sesiones/seguir/"):
        page.keyboard.press("Escape")
    expect(warning(page)).to_be_hidden()
    expect(place).to_be_focused()


def test_nobody_there_ends_at_the_login_which_says_that_nothing_was_lost(page: Page) -> None:
    page.context.clear_cookies(name="__Host-sesion")  # as the server sees it by then
    wait_until(page, 100)
    expect(warning(page)).to_be_visible()
    page.clock.run_for(110_000)
    page.wait_for_url("**/casilla/ingresar/?fin=1&volver=/casilla/leidos/")
    expect(page.get_by_role("status")).to_contain_text("no se perdió nada")


def test_on_a_slow_line_its_end_is_asked_for_once(page: Page) -> None:
    page.context.clear_cookies(name="__Host-sesion")
    line = {"offline": False, "latency": 3000, "downloadThroughput": -1, "uploadThroughput": -1}
    page.context.new_cdp_session(page).send("Network.emulateNetworkConditions", line)
    asked = []
    page.on("request", lambda request: asked.append(request.url))
    wait_until(page, -3)
    expect(page.get_by_role("heading", name="Sistema de Notificaciones")).to_be_visible()
    assert len([url for url in asked if "fin=1" in url]) == 1


def test_two_tabs_agree(page: Page, house: House) -> None:
    wait_until(page, 140)
    expect(warning(page)).to_be_visible()
    other = again(page.context.new_page(), house)  # reading there is being here
    expect(warning(page)).to_be_hidden()
    wait_until(other, 140)
    expect(warning(other)).to_be_visible()
    with other.expect_response("**/casilla/sesiones/seguir/"):
        other.get_by_role("button", name="Seguir en mi casilla").click()
    page.clock.run_for("10:00")
    expect(warning(page)).to_be_hidden()


def test_the_absolute_end_cannot_be_put_off_and_says_so(page: Page) -> None:
    page.evaluate("document.querySelector('.session').setAttribute('data-last', '')")
    wait_until(page, 140)
    expect(warning(page)).to_contain_text("no se puede alargar")
    expect(page.get_by_role("button", name="Seguir en mi casilla")).to_be_hidden()
    judge(page)
    page.get_by_role("button", name="Entendido").click()
    expect(warning(page)).to_be_hidden()
    page.clock.run_for(60_000)
    expect(warning(page)).to_be_hidden()


def test_without_network_it_says_so_and_can_be_tried_again(page: Page) -> None:
    wait_until(page, 140)
    page.context.set_offline(True)
    page.get_by_role("button", name="Seguir en mi casilla").click()
    expect(warning(page)).to_contain_text("No hay conexión")
    page.context.set_offline(False)
    page.get_by_role("button", name="Seguir en mi casilla").click()
    expect(warning(page)).to_be_hidden()


def test_one_can_leave_from_it(page: Page, house: House, people: People, enter: Enter) -> None:
    page.context.clear_cookies()
    enter(page, people["sur"])
    again(page, house)
    wait_until(page, 140)
    warning(page).get_by_role("button", name="Cerrar sesión").click()
    page.wait_for_url("**/casilla/salir/")


def test_without_javascript_the_page_says_when(
    house: House, people: People, open_page: OpenPage, enter: Enter
) -> None:
    page = open_page(javascript=False)
    enter(page, people["bruno"])
    expect(page.get_by_text("Si no hace nada, su sesión se cierra a las")).to_be_visible()
    expect(page.get_by_role("alertdialog")).to_have_count(0)
