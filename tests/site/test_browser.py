"""The site in a real browser, under the headers of the proxy: any complaint of it fails a test."""

import json
import re
from collections.abc import Callable

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from catalog.reading.model import Catalog
from tests.site.reading import Reading

Open = Callable[..., Page]

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
    "/datos/",
    "/guias/ingresar-a-su-casilla/",
    "/preguntas/",
    "/manual/",
    "/404.html",
)


def visit(page: Page, address: str) -> None:
    """Open it and wait for its search, the last thing that the page prepares."""
    page.goto(address)
    expect(page.locator(".md-search-result__meta")).not_to_have_text("Preparando la búsqueda")


def test_every_page_opens_without_a_complaint_and_asks_only_its_own_host(
    open_page: Open, origin: str, pages: dict[str, Reading]
) -> None:
    """S57. Complaints of the console and of the policy fail in the fixture."""
    page = open_page()
    asked: set[str] = set()
    page.on("request", lambda request: asked.add(request.url))
    for path in pages:
        visit(page, origin + path)
    assert {address.startswith(origin) for address in asked} == {True}


@pytest.mark.parametrize("path", KINDS)
def test_axe_finds_nothing_on_a_phone_and_a_computer_in_light_and_dark(
    open_page: Open, origin: str, path: str
) -> None:
    page = open_page(reduced_motion="reduce")
    visit(page, origin + path)
    for scheme, name in [("light", "default"), ("dark", "slate")]:
        page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
        expect(page.locator("body")).to_have_attribute("data-md-color-scheme", name)
        for width in (360, 1280):
            page.set_viewport_size({"width": width, "height": 800})
            assert page.evaluate("document.documentElement.scrollWidth") <= width
            assert faults(page) == {}


@pytest.mark.parametrize("width", [360, 1280])
def test_axe_finds_nothing_with_the_menu_or_the_results_open(
    open_page: Open, origin: str, width: int
) -> None:
    page = open_page(width, reduced_motion="reduce")
    visit(page, origin + "/preguntas/")
    search(page, "casilla")
    expect(page.locator(".md-search-result__item").first).to_be_visible()
    assert faults(page) == {}
    page.keyboard.press("Escape")
    if width == 360:
        page.get_by_role("button", name="Menú").click()
        expect(page.get_by_role("link", name="Datos abiertos").first).to_be_visible()
        assert faults(page) == {}


def faults(page: Page) -> dict[str, list[str]]:
    """What axe finds, best practices included: the rule, and where."""
    found = Axe().run(page, options={"resultTypes": ["violations"]}).response["violations"]
    return {one["id"]: [node["html"][:120] for node in one["nodes"]] for one in found}


def search(page: Page, words: str) -> None:
    page.keyboard.press("Control+k")
    page.keyboard.insert_text(words)  # all at once: the list changes with each key that comes up
    page.keyboard.press("End")


@pytest.mark.parametrize(
    ("words", "result"),
    [
        ("electronica", "Notificaciones electrónicas"),
        ("electrónicas", "Notificaciones electrónicas"),
        ("multa", "Consulta de multas electorales"),
        ("multas de eleccion", "Consulta de multas electorales"),
        ("tramites", "Solicitudes y trámites electrónicos"),
        ("TRÁMITE", "Solicitudes y trámites electrónicos"),
        ("resolucion", "Servicios asociados a expedientes y resoluciones"),
        ("token digital", "Ingresar a su casilla"),
        ("tokens digitales", "Ingresar a su casilla"),
        ("infogob", "Observatorio para la Gobernabilidad (Infogob)"),
    ],
)
def test_search_finds_words_whatever_their_accents_and_number(
    open_page: Open, origin: str, words: str, result: str
) -> None:
    """C6."""
    page = open_page()
    visit(page, origin)
    search(page, words)
    found = page.locator(".md-search-result__item > a h1").get_by_text(result, exact=True)
    expect(found.first).to_be_visible()
    missing = page.locator(".md-search-result__item").filter(has=found).first
    expect(missing.locator(".md-search-result__terms")).to_have_count(0)


def test_search_tells_an_ene_from_an_n_and_says_when_nothing_is_found(
    open_page: Open, origin: str
) -> None:
    page = open_page()
    visit(page, origin)
    search(page, "contrasena")
    expect(page.get_by_text("No se encontró nada con esas palabras")).to_be_visible()


def test_filters_narrow_the_list_tell_how_many_and_keep_the_address(
    open_page: Open, origin: str, catalog: Catalog
) -> None:
    """C6: by audience, channel, availability and sub-service."""
    page = open_page()
    visit(page, origin + "/catalogo/")
    cards, count = page.locator(".services > li:visible"), page.locator(".found")
    expect(count).to_have_text(f"{len(catalog.services)} servicios")
    expect(count).to_have_attribute("role", "status")

    page.get_by_label("Para quién").select_option(label="Investigadores")
    told = [service for service in catalog.services if "investigadores" in service.groups]
    expect(cards).to_have_count(len(told))

    page.get_by_label("Para quién").select_option("")
    page.get_by_label("Por dónde").select_option("infogob")
    expect(cards).to_have_count(3)
    page.get_by_label("Qué quiere hacer").fill("POLÍTICOS busqueda")
    expect(cards).to_have_count(1)
    expect(count).to_have_text("1 servicio")
    assert page.url.endswith("?texto=POL%C3%8DTICOS+busqueda&canal=infogob")

    page.reload()
    expect(page.get_by_label("Por dónde")).to_have_value("infogob")
    expect(cards).to_have_count(1)

    page.get_by_label("Qué quiere hacer").fill("nada así")
    expect(count).to_contain_text("Ningún servicio coincide")
    page.get_by_role("button", name="Limpiar").click()
    expect(cards).to_have_count(len(catalog.services))
    assert page.url == f"{origin}/catalogo/"

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
    for name in ("Ciudadanía", "Casilla Electrónica"):
        expect(page.locator(".groups").get_by_role("link", name=name, exact=True)).to_be_visible()
    page.locator(".groups").get_by_role("link", name="Investigadores").click()
    told = [service for service in catalog.services if "investigadores" in service.groups]
    expect(page.locator(".services > li")).to_have_count(len(told))


def test_keys_open_and_close_the_menu_and_the_focus_comes_back(
    open_page: Open, origin: str
) -> None:
    page = open_page(360, reduced_motion="reduce")
    visit(page, origin)
    menu = page.get_by_role("button", name="Menú", exact=True)
    link = page.locator("#menu").get_by_role("link", name="Guías")
    expect(link).to_be_hidden()
    menu.focus()
    page.keyboard.press("Enter")
    expect(menu).to_have_attribute("aria-expanded", "true")
    expect(page.get_by_role("button", name="Cerrar el menú")).to_be_focused()
    expect(link).to_be_visible()
    for _ in page.locator("#menu a").all():
        page.keyboard.press("Tab")
        assert page.evaluate("document.activeElement.closest('#menu') !== null")
    page.keyboard.press("Tab")  # what is behind the menu is out of reach
    assert page.evaluate("document.activeElement.matches('body, #menu *')")
    page.keyboard.press("Escape")
    expect(link).to_be_hidden()
    expect(menu).to_be_focused()
    expect(menu).to_have_attribute("aria-expanded", "false")


def test_keys_open_use_and_close_the_search(open_page: Open, origin: str) -> None:
    page = open_page(360, reduced_motion="reduce")
    visit(page, origin)
    button = page.get_by_role("button", name="Buscar", exact=True)
    field = page.get_by_role("textbox", name="Buscar en el sitio")
    expect(field).to_be_hidden()
    button.focus()
    page.keyboard.press("Space")
    expect(field).to_be_focused()
    expect(button).to_have_attribute("aria-expanded", "true")
    page.keyboard.press("Escape")
    expect(field).to_be_hidden()
    expect(button).to_be_focused()

    search(page, "multa")
    found = page.locator(".md-search-result__item").first
    expect(found).to_contain_text("Consulta de multas electorales")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(page).to_have_title(re.compile("^Consulta de multas electorales"))


def test_single_letters_do_nothing(open_page: Open, origin: str) -> None:
    """WCAG 2.1.4: the theme opens its search with f, s and /, and turns pages with n and p."""
    page = open_page()
    visit(page, origin + "/preguntas/")
    for key in ("f", "s", "/", "n", "p", ",", "."):
        page.keyboard.press(key)
    assert page.evaluate("document.getElementById('__search').checked") is False
    assert page.url == origin + "/preguntas/"
    page.keyboard.press("Control+k")
    expect(page.get_by_role("textbox", name="Buscar en el sitio")).to_be_focused()


def test_the_first_tab_leads_past_the_header(open_page: Open, origin: str) -> None:
    page = open_page()
    for path in ("/preguntas/", "/catalogo/resumen/", "/404.html"):
        visit(page, origin + path)
        page.keyboard.press("Tab")
        skip = page.get_by_role("link", name="Saltar al contenido")
        expect(skip).to_be_focused()
        target = str(skip.get_attribute("href")).removeprefix("#")
        assert page.evaluate("id => document.getElementById(id).tagName", target) == "H1"


def test_the_choice_of_colours_is_kept(open_page: Open, origin: str) -> None:
    page = open_page(scheme="dark")
    visit(page, origin)
    body = page.locator("body")
    expect(body).to_have_attribute("data-md-color-scheme", "slate")
    page.get_by_title("Usar siempre el modo claro").click()
    expect(body).to_have_attribute("data-md-color-scheme", "default")
    visit(page, origin + "/preguntas/")
    expect(body).to_have_attribute("data-md-color-scheme", "default")


def test_the_data_inside_a_service_page_are_read_without_being_run(
    open_page: Open, origin: str
) -> None:
    page = open_page()
    visit(page, origin + "/catalogo/consulta-de-multas-electorales/")
    data = json.loads(page.locator("script[type='application/ld+json']").inner_text())
    assert "schema:GovernmentService" in data["@graph"][0]["@type"]
