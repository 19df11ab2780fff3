"""The site in a real browser, under the headers of the proxy: any complaint of it fails a test."""

import json
from collections.abc import Callable
from io import BytesIO

import pikepdf
import pytest
from playwright.sync_api import Page, expect

from catalog.reading.model import Catalog
from tests.judging import begins_at, faults, spills
from tests.site.reading import Reading

Open = Callable[..., Page]
# Points of the margin of a sheet.
BOTTOM = 18 / 25.4 * 72
# Material lets the keyboard reach a region that scrolls once it has measured it.
MEASURED = """[...document.querySelectorAll("pre > code")].every(
    (code) => code.scrollWidth <= code.clientWidth || code.tabIndex === 0)"""

KINDS = (
    "/",
    "/catalogo/",
    "/catalogo/notificaciones-electronicas/",
    "/catalogo/publicos/",
    "/catalogo/canales/infogob/",
    "/catalogo/disponibilidad/",
    "/catalogo/servicios-tecnologicos/",
    "/catalogo/resumen/",
    "/catalogo/definiciones/",
    "/catalogo/historial/",
    "/normativas/",
    "/plazos/",
    "/verificar/",
    "/datos/",
    "/guias/",
    "/guias/crear-su-casilla/",
    "/guias/ingresar-a-su-casilla/",
    "/guias/primer-acceso/",
    "/guias/recuperar-su-contrasena/",
    "/guias/actualizar-sus-datos/",
    "/guias/segundo-factor/",
    "/preguntas/",
    "/terminos/",
    "/manual/",
    "/manual/api/",
    "/manual/ajustes/",
    "/404.html",
)


def test_every_page_opens_without_a_complaint_and_asks_only_its_own_host(
    open_page: Open, origin: str, pages: dict[str, Reading]
) -> None:
    """S57. Complaints of the console and of the policy fail in the fixture."""
    page = open_page()
    asked: set[str] = set()
    page.on("request", lambda request: asked.add(request.url))
    for path in pages:
        page.goto(origin + path)
    assert {address.startswith(origin) for address in asked} == {True}


def test_every_page_starts_near_the_top_of_a_phone_and_none_spills_over(
    open_page: Open, origin: str, pages: dict[str, Reading]
) -> None:
    """WCAG 1.4.4, 1.4.10: also with letters twice as large."""
    found = {}
    page = open_page(360)
    for path in pages:
        page.goto(origin + path)
        found[path] = begins_at(page) < 180, spills(page)
    assert {path: wrong for path, wrong in found.items() if wrong != (True, [])} == {}


def test_no_heading_is_printed_alone_nor_a_sheet_with_the_footer_only(
    open_page: Open, origin: str
) -> None:
    page = open_page()
    lone = []
    for path in KINDS:
        page.goto(origin + path)
        with pikepdf.open(BytesIO(page.pdf(format="A4", tagged=True, outline=True))) as pdf:
            with pdf.open_outline() as outline:
                places = headings(outline.root)
            lone += [(path, title) for title, _, high in places if high < BOTTOM + 35]
            # The footer could be alone on the last sheet: it is not printed.
            lone += [(path, title) for title, *_ in places if title == "¿Necesita ayuda?"]
    assert lone == []


def headings(items: list[pikepdf.OutlineItem]) -> list[tuple[str, object, float]]:
    """The title of each heading, its sheet, and how far above the foot of it, in points."""
    found = []
    for item in items:
        sheet, _, _, high, *_ = item.destination
        found += [(item.title, sheet.objgen, float(high)), *headings(item.children)]
    return found


def test_axe_finds_nothing_on_a_phone_and_a_computer_in_light_and_dark(
    open_page: Open, origin: str
) -> None:
    page = open_page(reduced_motion="reduce")
    found = {}
    for path in KINDS:
        page.goto(origin + path)
        for scheme, name in [("light", "default"), ("dark", "slate")]:
            page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
            expect(page.locator("body")).to_have_attribute("data-md-color-scheme", name)
            for width in (320, 1280):
                page.set_viewport_size({"width": width, "height": 800})
                wait_until(page, MEASURED)
                wide = page.evaluate("document.documentElement.scrollWidth")
                found[path, scheme, width] = wide <= width, faults(page)
    assert {where: wrong for where, wrong in found.items() if wrong != (True, {})} == {}


@pytest.mark.parametrize("width", [360, 1280])
def test_axe_finds_nothing_with_the_menu_or_the_results_open(
    open_page: Open, origin: str, width: int
) -> None:
    page = open_page(width, reduced_motion="reduce")
    page.goto(origin + "/preguntas/")
    page.keyboard.press("Control+k")
    page.keyboard.insert_text("casilla")
    expect(page.locator("[data-search-result] a").first).to_be_visible()
    assert faults(page) == {}
    page.keyboard.press("Escape")
    if width == 360:
        page.get_by_role("button", name="Menú").click()
        expect(page.get_by_role("link", name="Datos abiertos").first).to_be_visible()
        assert faults(page) == {}


def wait_until(page: Page, said: str) -> None:
    """At most two seconds. `wait_for_function` needs an eval, which the policy forbids."""
    for _ in range(200):
        if page.evaluate(said):
            return
        page.wait_for_timeout(10)


def test_filters_narrow_the_list_tell_how_many_and_keep_the_address(
    open_page: Open, origin: str, catalog: Catalog
) -> None:
    """C6: by audience, channel, availability and sub-service."""
    page = open_page()
    page.goto(origin + "/catalogo/")
    cards, count = page.locator(".services > li:visible"), page.locator(".found")
    expect(count).to_have_text(f"{len(catalog.services)} servicios")
    expect(count).to_have_attribute("role", "status")

    page.get_by_label("Para quién").select_option(label="Investigadores")
    told = [service for service in catalog.services if "investigadores" in service.groups]
    expect(cards).to_have_count(len(told))

    page.get_by_label("Para quién").select_option("")
    page.get_by_label("Por dónde").select_option("infogob")
    expect(cards).to_have_count(3)
    page.get_by_label("Qué quiere hacer").fill("hoja de vida")
    expect(count).to_have_text("1 servicio")
    expect(cards).to_contain_text("Conocer candidatos y partidos")
    assert page.url.endswith("?texto=hoja+de+vida&canal=infogob")

    page.reload()
    expect(page.get_by_label("Por dónde")).to_have_value("infogob")
    expect(cards).to_have_count(1)

    page.get_by_label("Qué quiere hacer").fill("infogob")  # by the name of where it is done, too
    expect(count).to_have_text("3 servicios")

    page.get_by_label("Qué quiere hacer").fill("xyzzy")
    expect(count).to_contain_text("Ningún servicio coincide")
    way = page.locator(".none")
    expect(way.get_by_role("link", name="guías de la casilla")).to_be_visible()
    expect(way.locator("a[href^='tel:']")).to_be_visible()
    page.get_by_role("button", name="Limpiar").click()
    expect(cards).to_have_count(len(catalog.services))
    expect(way).to_be_hidden()
    assert page.url == f"{origin}/catalogo/"

    page.get_by_label("Subservicio").select_option("Búsqueda de Partidos Políticos")
    expect(cards).to_have_count(1)
    act = cards.get_by_role("link", name="Búsqueda de Partidos Políticos")
    expect(act).to_have_attribute("href", "https://infogob.jne.gob.pe/Partido")
    page.get_by_label("Subservicio").select_option("")

    election = "Las 24 horas del día, los 7 días de la semana, durante el proceso electoral vigente"
    page.get_by_label("Cuándo funciona").select_option(label=election)
    expect(cards).to_have_count(sum(bool(service.condicion) for service in catalog.services))


def test_without_javascript_the_catalogue_is_whole_and_its_groups_are_lists(
    open_page: Open, origin: str, catalog: Catalog
) -> None:
    page = open_page(javascript=False)
    page.goto(origin + "/catalogo/")
    expect(page.locator(".services > li:visible")).to_have_count(len(catalog.services))
    expect(page.locator(".filters")).to_be_hidden()
    expect(page.locator(".services__offers a:visible")).to_have_count(
        sum(bool(offer.url) for service in catalog.services for offer in service.ofrece)
    )
    for name in ("Ciudadanía", "Casilla Electrónica"):
        expect(page.locator(".groups").get_by_role("link", name=name, exact=True)).to_be_visible()
    page.locator(".groups").get_by_role("link", name="Investigadores").click()
    told = [service for service in catalog.services if "investigadores" in service.groups]
    expect(page.locator(".services > li")).to_have_count(len(told))


def test_keys_open_and_close_the_menu_and_the_focus_comes_back(
    open_page: Open, origin: str
) -> None:
    page = open_page(360, reduced_motion="reduce")
    page.goto(origin)
    menu = page.get_by_role("button", name="Menú", exact=True)
    link = page.locator("#menu").get_by_role("link", name="Guías")
    expect(link).to_be_hidden()
    menu.focus()
    page.keyboard.press("Enter")
    expect(menu).to_have_attribute("aria-expanded", "true")
    expect(page.get_by_role("button", name="Cerrar el menú")).to_be_focused()
    expect(link).to_be_visible()
    for _ in page.locator("#menu ul a").all():
        page.keyboard.press("Tab")
        assert page.evaluate("document.activeElement.closest('#menu') !== null")
    page.keyboard.press("Tab")  # what is behind the menu is out of reach
    assert page.evaluate("document.activeElement.matches('body, #menu *')")
    page.keyboard.press("Escape")
    expect(link).to_be_hidden()
    expect(menu).to_be_focused()
    expect(menu).to_have_attribute("aria-expanded", "false")


def test_single_letters_do_nothing(open_page: Open, origin: str) -> None:
    """WCAG 2.1.4: the theme opens its search with f, s and /, and turns pages with n and p."""
    page = open_page()
    page.goto(origin + "/preguntas/")
    for key in ("f", "s", "/", "n", "p", ",", "."):
        page.keyboard.press(key)
    assert page.evaluate("document.getElementById('__search').checked") is False
    assert page.url == origin + "/preguntas/"
    page.keyboard.press("Control+k")
    expect(page.get_by_role("textbox", name="Buscar en el sitio")).to_be_focused()


def test_the_first_tab_leads_past_the_header(open_page: Open, origin: str) -> None:
    page = open_page()
    for path in ("/preguntas/", "/catalogo/resumen/", "/404.html"):
        page.goto(origin + path)
        page.keyboard.press("Tab")
        skip = page.get_by_role("link", name="Saltar al contenido")
        expect(skip).to_be_focused()
        target = str(skip.get_attribute("href")).removeprefix("#")
        assert page.evaluate("id => document.getElementById(id).tagName", target) == "H1"


def test_the_choice_of_colours_is_kept(open_page: Open, origin: str) -> None:
    page = open_page(scheme="dark")
    page.goto(origin)
    body = page.locator("body")
    expect(body).to_have_attribute("data-md-color-scheme", "slate")
    page.get_by_title("Usar siempre el modo claro").click()
    expect(body).to_have_attribute("data-md-color-scheme", "default")
    page.goto(origin + "/preguntas/")
    expect(body).to_have_attribute("data-md-color-scheme", "default")


def test_the_data_inside_a_service_page_are_read_without_being_run(
    open_page: Open, origin: str
) -> None:
    page = open_page()
    page.goto(origin + "/catalogo/consulta-de-multas-electorales/")
    data = json.loads(page.locator("script[type='application/ld+json']").inner_text())
    assert "schema:GovernmentService" in data["@graph"][0]["@type"]


def test_without_javascript_the_menu_is_a_link_away(open_page: Open, origin: str) -> None:
    page = open_page(360, javascript=False)
    page.goto(origin + "/preguntas/")
    inside = page.locator("#menu").get_by_role("link", name="Guías")
    expect(inside).to_be_hidden()
    page.get_by_role("link", name="Menú", exact=True).press("Enter")
    expect(inside).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") == 360
    page.get_by_role("link", name="Cerrar el menú").press("Enter")
    expect(inside).to_be_hidden()
