"""Every page in a real browser: axe, small screens, weight, and the own script."""

import re
import shutil
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from io import BytesIO
from pathlib import Path
from typing import Literal

import pikepdf
import pytest
from playwright.sync_api import Browser, Page, StorageState, expect

from proxy.domain.content import Remedy
from proxy.domain.plazo import Term
from proxy.flows import annulment, deposit
from tests.casilla import pdf
from tests.flows.test_deposit import describe
from tests.flows.test_sending import CONTENT
from tests.journeys.house import House, press
from tests.judging import faults
from tests.people import ROSA, Person
from tests.plazos import CATALOG, RULING

OpenPage = Callable[..., Page]
Enter = Callable[[Page, Person], None]
People = dict[str, Person]
SCREENS: list[tuple[int, Literal["light", "dark"]]] = [
    (1280, "light"),
    (1280, "dark"),
    (360, "dark"),
    (360, "light"),
]
SMALL = """[...document.querySelectorAll("button, .button, .quiet, .tabs li, .brand, input")]
    .filter(spot => spot.checkVisibility() && spot.getBoundingClientRect().height < 44)
    .map(spot => spot.outerHTML)"""
# Bytes of everything that the first visit of a page brings.
FIRST_LOAD = 50_000


@pytest.fixture(scope="module")
def inside(browser: Browser, people: People, enter: Enter) -> Iterator[StorageState]:
    """What a browser keeps in which Rosa logged in and read one of her two notificaciones."""
    context = browser.new_context()
    page = context.new_page()
    enter(page, people["rosa"])
    page.get_by_role("link", name="Ver", exact=True).first.click()
    page.get_by_role("button", name="Ver", exact=True).click()
    expect(page.get_by_text("Lectura registrada el")).to_be_visible()
    yield context.storage_state()
    context.close()


@pytest.fixture(scope="module")
def halfway(browser: Browser, house: House, people: People) -> Iterator[StorageState]:
    """What a browser keeps in which Bruno has to write his token."""
    context = browser.new_context()
    page = context.new_page()
    page.goto(f"{house.origin}/casilla/ingresar/")
    page.get_by_label("DNI", exact=True).fill(people["bruno"].identidad.number)
    page.get_by_label("Contraseña", exact=True).fill(people["bruno"].password)
    page.get_by_role("button", name="Iniciar sesión").click()
    page.wait_for_url("**/casilla/token/")
    yield context.storage_state()
    context.close()


def judge(page: Page) -> None:
    """On each screen: no axe finding, nothing wider than it, nothing too small for a finger."""
    for width, scheme in SCREENS:
        page.set_viewport_size({"width": width, "height": 800})
        page.emulate_media(color_scheme=scheme)
        where = f"{page.url} {width} {scheme}"
        assert faults(page) == {}, where
        assert fits(page), where
    assert page.evaluate(SMALL) == [], page.url


def fits(page: Page) -> bool:
    return bool(page.evaluate("document.documentElement.scrollWidth <= innerWidth"))


@contextmanager
def watched(browser: Browser, width: int = 1280, **more: object) -> Iterator[Page]:
    """A page whose CSP violations fail the test; answers of 4xx are part of its story."""
    context = browser.new_context(
        viewport={"width": width, "height": 800},
        reduced_motion="reduce",
        **more,  # type: ignore[arg-type]
    )
    page = context.new_page()
    faults: list[str] = []
    page.on("pageerror", lambda error: faults.append(str(error)))
    page.on(
        "console",
        lambda message: (
            faults.append(message.text) if message.type in ("error", "warning") else None
        ),
    )
    yield page
    context.close()
    assert [fault for fault in faults if not fault.startswith("Failed to load resource")] == []


def test_axe_finds_nothing_before_the_login(
    house: House, browser: Browser, halfway: StorageState
) -> None:
    with watched(browser, storage_state=halfway) as page:
        for path in ("ingresar/?fin=1", "salir/"):
            page.goto(f"{house.origin}/casilla/{path}")
            judge(page)
        asked = house.installation.signing.disavowal("0f" * 16)
        page.goto(f"{house.origin}/casilla/no-fui-yo/{asked}/")
        judge(page)
        press(page, "No fui yo: detener este pedido")
        judge(page)
        page.goto(f"{house.origin}/casilla/token/")
        judge(page)
        page.get_by_role("button", name="VERIFICAR").click()
        expect(page.get_by_label("Token digital", exact=True)).to_be_focused()
        judge(page)
        page.goto(f"{house.origin}/casilla/ingresar/")
        page.get_by_role("button", name="Iniciar sesión").click()
        expect(page).to_have_title(re.compile("^Error: "))
        expect(page.get_by_label("DNI", exact=True)).to_be_focused()
        judge(page)


def test_axe_finds_nothing_inside(house: House, browser: Browser, inside: StorageState) -> None:
    with watched(browser, storage_state=inside) as page:
        for path in ("leidos/?antes=x", "notificaciones/x/ver/"):  # not found, refused
            page.goto(f"{house.origin}/casilla/{path}")
            judge(page)
        for path in ("?listo=1", "leidos/"):
            page.goto(f"{house.origin}/casilla/{path}")
            judge(page)
            page.get_by_role("row").get_by_role("link").first.click()
            page.get_by_role("article").wait_for()
            judge(page)


def test_axe_finds_nothing_on_what_was_declared_and_annulled(
    house: House, browser: Browser, people: People, enter: Enter
) -> None:
    """X7, L7: also with words that are longer than a phone is wide."""
    parts, sur, long = house.installation, people["sur"], "x" * 120
    declared = replace(CONTENT, validity=long, remedies=(Remedy(long, long, Term(15, "habiles")),))
    made = []
    for asunto in ("La anulada", "La que vale"):
        served = deposit.receive(
            parts.documents, parts.limits, deposit.Offered("a.pdf", BytesIO(pdf(asunto)))
        )
        with parts.db.transaction() as tx:
            acto = describe(asunto=asunto)
            made.append(
                deposit.deposit(tx, parts.zone, sur.identidad, acto, served, RULING, declared)
            )
    with parts.db.transaction() as tx:
        annulment.annul(tx, CATALOG, made[0].id.hex(), f"Por {long}", made[1].id.hex())
    with watched(browser) as page:
        enter(page, sur)
        judge(page)
        page.get_by_role("link", name=str(made[1].notificacion.number)).click()
        judge(page)
        press(page, "Ver")
        judge(page)
        page.goto(f"{house.origin}/casilla/notificaciones/{made[0].id.hex()}/")
        judge(page)
        press(page, "Ver")
        judge(page)
        page.get_by_role("link", name=str(made[1].notificacion.number)).press("Enter")
        expect(page.get_by_role("heading", name="La que vale")).to_be_visible()


def test_a_card_says_the_name_of_each_column(
    house: House, browser: Browser, inside: StorageState
) -> None:
    """M84: on a phone too, for eyes before the value, for screen readers as its column."""
    with watched(browser, 360, storage_state=inside) as page:
        page.goto(f"{house.origin}/casilla/")
        table = page.get_by_role("table")
        expect(table.get_by_role("columnheader")).to_have_count(9)
        expect(table.get_by_role("cell")).to_have_count(9)
        shown = table.get_by_role("cell").evaluate_all(
            "cells => cells.map(cell => getComputedStyle(cell, '::before').content)"
        )
        assert shown[1] == '"ASUNTO" / ""'
        assert shown[7] == '"FECHA DE ENVÍO DE MENSAJE" / ""'
        assert "ASUNTO" not in table.get_by_role("cell").nth(1).aria_snapshot()


def test_the_first_card_is_in_view_on_a_phone(
    house: House, browser: Browser, inside: StorageState
) -> None:
    """360 × 640, without scrolling: what it is about, when it came, and «Ver», in that order."""
    with watched(browser, 360, storage_state=inside) as page:
        page.set_viewport_size({"width": 360, "height": 640})
        page.goto(f"{house.origin}/casilla/")
        row = page.get_by_role("row").nth(1)
        boxes = [
            row.get_by_role("cell").nth(1).bounding_box(),
            row.get_by_role("cell").nth(7).locator("time").first.bounding_box(),
            row.get_by_role("link", name="Ver", exact=True).bounding_box(),
        ]
        asunto, sent, see = (box for box in boxes if box)
        assert asunto["y"] < see["y"] <= sent["y"]
        assert max(box["y"] + box["height"] for box in (asunto, sent, see)) <= 640
        others = row.get_by_role("cell").nth(0).bounding_box()
        assert others and others["y"] > sent["y"] + sent["height"]


def test_the_ways_of_the_public_pages_are_one_row_on_a_phone(
    house: House, browser: Browser
) -> None:
    """A second row takes a place that the form needs."""
    with watched(browser, 360) as page:
        page.goto(f"{house.origin}/casilla/ingresar/")
        box = page.get_by_role("navigation", name="Accesos").bounding_box()
        assert box and box["height"] < 60


def test_text_of_twice_the_size_never_scrolls_sideways(
    house: House, browser: Browser, inside: StorageState
) -> None:
    """WCAG 1.4.4, on a phone."""
    with watched(browser, 360, storage_state=inside) as page:
        for path in ("", "leidos/"):
            page.goto(f"{house.origin}/casilla/{path}")
            for _ in range(2):
                page.evaluate("document.documentElement.style.fontSize = '212.5%'")
                assert fits(page), page.url
                if page.get_by_role("article").count() == 0:
                    page.get_by_role("row").get_by_role("link").first.press("Enter")
                    page.get_by_role("article").wait_for()


def test_its_page_is_printed_without_a_lone_heading_or_a_sheet_of_footer(
    house: House, browser: Browser, inside: StorageState, tmp_path: Path
) -> None:
    with watched(browser, storage_state=inside) as page:
        page.goto(f"{house.origin}/casilla/leidos/")
        page.get_by_role("row").get_by_role("link").first.click()
        page.get_by_role("article").wait_for()
        headings = page.locator("main h1, main h2, main h3").all_inner_texts()
        page.emulate_media(media="print")
        for hidden in ("footer.bottom", ".tabs", ".back", ".menu"):
            expect(page.locator(hidden).first).not_to_be_visible()
        for size in ("A4", "A5"):  # each breaks elsewhere
            paper = tmp_path / f"{size}.pdf"
            page.pdf(path=paper, format=size)
            with pikepdf.open(paper) as pdf:
                sheets = len(pdf.pages)
            assert sheets > 1
            if shutil.which("pdftotext"):
                asked = ["pdftotext", "-layout", paper, "-"]
                said = subprocess.run(asked, capture_output=True, text=True, check=True).stdout
                assert ROSA.nombres in said
                for sheet in said.split("\f")[:sheets]:
                    assert sheet.strip().splitlines()[-1].strip() not in headings, size


@pytest.mark.parametrize("width", [320, 640, 900, 1121])
def test_nothing_needs_to_be_scrolled_sideways(
    house: House, browser: Browser, inside: StorageState, width: int
) -> None:
    """WCAG 1.4.10: 640 is a screen of 1280 at 200 %, 320 at 400 %."""
    with watched(browser, width, storage_state=inside) as page:
        for path in ("", "leidos/"):
            page.goto(f"{house.origin}/casilla/{path}")
            assert fits(page)
            page.get_by_role("row").get_by_role("link").first.click()
            page.get_by_role("article").wait_for()
            assert fits(page)


@pytest.mark.parametrize("path", ["ingresar/", "", "leidos/"])
def test_the_first_visit_weighs_little(
    house: House, browser: Browser, inside: StorageState, path: str
) -> None:
    with watched(browser, storage_state=inside) as page:
        session = page.context.new_cdp_session(page)
        session.send("Network.enable")
        sizes: list[float] = []
        session.on(
            "Network.loadingFinished", lambda event: sizes.append(event["encodedDataLength"])
        )
        page.goto(f"{house.origin}/casilla/{path}", wait_until="networkidle")
        assert len(sizes) >= 3
        assert sum(sizes) < FIRST_LOAD


def test_a_password_can_be_seen_and_never_leaves_as_text(house: House, open_page: OpenPage) -> None:
    page = open_page()
    page.goto(f"{house.origin}/casilla/ingresar/")
    field = page.get_by_label("Contraseña", exact=True)
    field.fill("Quinua")
    page.get_by_role("button", name="Mostrar contraseña").click()
    expect(field).to_have_attribute("type", "text")
    page.evaluate("document.forms[0].addEventListener('submit', event => event.preventDefault())")
    page.get_by_role("button", name="Iniciar sesión").click()
    expect(field).to_have_attribute("type", "password")


def test_without_javascript_nothing_is_shown_that_would_not_work(
    house: House, open_page: OpenPage
) -> None:
    page = open_page(javascript=False)
    page.goto(f"{house.origin}/casilla/ingresar/")
    expect(page.get_by_role("button")).to_have_count(1)


def test_a_double_click_sends_one_token(house: House, browser: Browser, people: People) -> None:
    person = people["sur"]
    with watched(browser) as page:
        page.goto(f"{house.origin}/casilla/ingresar/")
        page.get_by_label("DNI", exact=True).fill(person.identidad.number)
        page.get_by_label("Contraseña", exact=True).fill(person.password)
        spot = page.get_by_role("button", name="Iniciar sesión").bounding_box()
        assert spot
        with page.expect_request("**/casilla/ingresar/"):
            page.mouse.click(spot["x"] + 9, spot["y"] + 9)
        page.mouse.click(spot["x"] + 9, spot["y"] + 9)  # the first one is on its way
        page.get_by_label("Token digital", exact=True).fill(house.token(person))
        page.get_by_role("button", name="VERIFICAR").click()
        page.wait_for_url("**/casilla/?listo=1")
        assert house.tokens(person) == []
