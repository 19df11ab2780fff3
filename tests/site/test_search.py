"""What people type finds its page among the first three, in the search and in the filter (C6)."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import pytest
import yaml
from playwright.sync_api import Locator, Page, expect

from tests.site.workshop import ROOT

Open = Callable[..., Page]
GROUPS: list[dict[str, Any]] = yaml.safe_load(
    (ROOT / "tests/site/questions.yml").read_text(encoding="utf-8")
)
WANTED = 0.9
RESULTS = "[data-search-result] a"
FIELD = "Buscar en el sitio"
# The first three that a field leads to of each thing typed. A list is that of what was typed by the
# next turn of the browser.
ASK = """async (field, {asked, lists}) => {
    const first = list => [...document.querySelectorAll(list)]
        .filter(link => link.checkVisibility()).slice(0, 3).map(link => link.pathname);
    const found = [];
    for (const words of asked) {
        field.value = words;
        field.dispatchEvent(new InputEvent("input", {bubbles: true}));
        await new Promise(done => setTimeout(done));
        found.push(lists.flatMap(first));
    }
    return found;
}"""


@dataclass(frozen=True)
class Question:
    words: str
    pages: frozenset[str]
    apart: bool  # nobody looked at it when the words of the sheets were chosen


def questions() -> Iterator[Question]:
    for group in GROUPS:
        for kind in ("preguntas", "apartadas"):
            for words in group.get(kind, ()):
                yield Question(words, frozenset(group["paginas"]), kind == "apartadas")


def ask(field: Locator, *lists: str) -> dict[Question, list[str]]:
    """The first three pages of each list, by question."""
    asked = list(questions())
    told = {"asked": [question.words for question in asked], "lists": lists}
    return dict(zip(asked, field.evaluate(ASK, told), strict=True))


def judge(found: dict[Question, list[str]]) -> None:
    """Print what was missed, and the share of both kinds."""
    for apart in (False, True):
        asked = [question for question in found if question.apart == apart]
        missed = [one for one in asked if not one.pages & set(found[one])]
        for question in missed:
            print(f"missed: {question.words!r} wants {sorted(question.pages)}, {found[question]}")
        recall = 1 - len(missed) / len(asked)
        print(f"recall@3 of {len(asked)} questions{' kept apart' if apart else ''}: {recall:.3f}")
        assert recall >= WANTED


def test_the_table_is_large_and_reaches_every_service_and_guide(pages: dict[str, object]) -> None:
    asked = list(questions())
    assert len(asked) >= 150
    assert len({question.words for question in asked}) == len(asked)
    assert sum(question.apart for question in asked) * 4 >= len(asked)
    wanted = frozenset[str]().union(*(question.pages for question in asked))
    assert wanted <= pages.keys()
    services = {path for path in pages if re.fullmatch(r"/catalogo/[a-z-]+/", path)}
    lists = ("publicos", "canales", "disponibilidad", "servicios-tecnologicos")
    lists += ("resumen", "definiciones", "historial")
    services -= {f"/catalogo/{name}/" for name in lists}
    guides = {path for path in pages if re.fullmatch(r"/guias/.+", path)}
    assert services | guides <= wanted


def test_the_search_finds_what_people_type(open_page: Open, origin: str) -> None:
    page = open_page()
    opened(page, origin)
    judge(ask(page.get_by_role("textbox", name=FIELD), RESULTS))


def test_the_filter_finds_what_people_type(open_page: Open, origin: str) -> None:
    """A service among the first cards; another page among those named beside them."""
    page = open_page()
    page.goto(origin + "/catalogo/?texto=multa")
    expect(page.locator(".found")).not_to_contain_text("16")
    field = page.get_by_label("Qué quiere hacer")
    judge(ask(field, ".services > li .services__name a", ".also a"))


def opened(page: Page, address: str, field: str = FIELD) -> None:
    """With the search open and its words there."""
    page.goto(address)
    search(page, "casilla", field)
    expect(page.locator(RESULTS).first).to_be_visible()


def search(page: Page, words: str, field: str = FIELD) -> None:
    """As a paste and dictation do: no key goes down."""
    page.keyboard.press("Control+k")
    expect(page.get_by_role("textbox", name=field)).to_be_focused()
    page.keyboard.press("Control+a")
    page.keyboard.insert_text(words)


FORGIVEN = [
    ("electronica", "Recibir notificaciones en su casilla"),
    ("ELECTRÓNICAS", "Recibir notificaciones en su casilla"),
    ("multa", "Consulta de multas electorales"),
    ("multas:", "Consulta de multas electorales"),
    ('"multas"', "Consulta de multas electorales"),
    ("+multas", "Consulta de multas electorales"),
    ("¿multas?", "Consulta de multas electorales"),
    ("mulltas", "Consulta de multas electorales"),
    ("la de los de multas que me", "Consulta de multas electorales"),
    ("multas inexistentepalabra", "Consulta de multas electorales"),
    ("resolucion", "Ver expedientes, resoluciones y audiencias"),
    ("tokens digitales", "Ingresar a su casilla"),
    ("contrasena", "Recuperar su contraseña"),
    ("contra seña", "Recuperar su contraseña"),
    ("contrasñea", "Recuperar su contraseña"),
    ("consulta web administrativa", "Trabajar en el JNE"),
    ("cual es mi usuario", "¿Cuál es mi usuario?"),
    ("segun", "Proteger su casilla con un segundo factor"),  # half of a word
]


def test_search_forgives_accents_endings_signs_and_a_wrong_letter(
    open_page: Open, origin: str
) -> None:
    page = open_page()
    opened(page, origin)
    missed = {}
    for words, result in FORGIVEN:
        search(page, "")  # nothing stays of the words before
        expect(page.locator(RESULTS)).to_have_count(0)
        search(page, words)
        page.evaluate("new Promise(done => setTimeout(done))")  # the list changes in this turn
        first = page.locator(RESULTS).all_inner_texts()[:3]
        if result not in first:
            missed[words] = first
    assert missed == {}


def test_nothing_of_the_search_is_asked_for_before_it_is_opened(
    open_page: Open, origin: str
) -> None:
    page = open_page()
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url.removeprefix(origin)))
    for path in ("/", "/catalogo/", "/guias/ingresar-a-su-casilla/"):
        page.goto(origin + path, wait_until="networkidle")
    assert not [path for path in asked if "buscar.json" in path or "finder" in path]
    search(page, "multa")
    expect(page.locator(RESULTS).first).to_be_visible()
    assert asked.count("/buscar.json") == 1
    assert "/manual/buscar.json" not in asked


def test_nothing_found_leads_on(open_page: Open, origin: str) -> None:
    page = open_page()
    page.goto(origin)
    search(page, "xyzzy")
    expect(page.get_by_text("No se encontró nada con esas palabras")).to_be_visible()
    expect(page.locator(RESULTS)).to_have_count(0)
    on = page.locator(".search__else")
    for name in ("guías paso a paso", "todos los servicios", "preguntas frecuentes"):
        expect(on.get_by_role("link", name=name)).to_be_visible()
    expect(on.locator("a[href^='tel:']")).to_be_visible()
    search(page, "")
    expect(on).to_be_hidden()
    expect(page.get_by_role("status").filter(has_text="Escriba lo que busca")).to_be_visible()


def test_words_that_do_not_arrive_are_said_and_asked_for_again(
    open_page: Open, origin: str
) -> None:
    page = open_page()
    page.goto(origin)
    page.route("**/buscar.json", lambda route: route.fulfill(status=204))
    search(page, "multa")
    expect(page.get_by_text("La búsqueda no llegó")).to_be_visible()
    page.unroute("**/buscar.json")
    page.keyboard.insert_text("s")
    expect(page.locator(RESULTS).first).to_have_text("Consulta de multas electorales")


def test_the_manual_is_searched_from_its_own_pages_only(open_page: Open, origin: str) -> None:
    page = open_page()
    for words in ("clave olvidada", "postgresql", "auditoría"):
        page.goto(origin)
        search(page, words)
        told = page.get_by_role("status").filter(has_text=re.compile("resultado|No se encontró"))
        expect(told).to_be_visible()
        paths = page.locator(RESULTS).evaluate_all("all => all.map(one => one.pathname)")
        assert not [path for path in paths if path.startswith("/manual/")]
    field = "Buscar en el manual técnico"
    opened(page, origin + "/manual/", field)
    search(page, "postgresql", field)
    expect(page.locator(RESULTS).first).to_have_attribute("href", re.compile("/manual/"))
    paths = page.locator(RESULTS).evaluate_all("all => all.map(one => one.pathname)")
    assert [path for path in paths if not path.startswith("/manual/")] == []


@pytest.mark.parametrize("path", ["/guias/segundo-factor/", "/404.html"])
def test_results_lead_to_their_pages_from_any_depth(
    open_page: Open, origin: str, path: str
) -> None:
    page = open_page()
    page.goto(origin + path)
    search(page, "renunciar partido")
    page.locator(RESULTS).first.click()
    expect(page).to_have_url(f"{origin}/catalogo/solicitudes-y-tramites-electronicos/")


def test_keys_open_use_and_close_the_search(open_page: Open, origin: str) -> None:
    page = open_page(360, reduced_motion="reduce")
    page.goto(origin)
    button = page.get_by_role("button", name="Buscar", exact=True)
    field = page.get_by_role("textbox", name=FIELD)
    expect(field).to_be_hidden()
    button.focus()
    page.keyboard.press("Space")
    expect(field).to_be_focused()
    expect(button).to_have_attribute("aria-expanded", "true")
    page.keyboard.press("Escape")
    expect(field).to_be_hidden()
    expect(button).to_be_focused()

    search(page, "multa")
    expect(page.locator(RESULTS).first).to_have_text("Consulta de multas electorales")
    page.keyboard.press("ArrowDown")
    expect(page.locator(RESULTS).first).to_be_focused()
    page.keyboard.press("ArrowUp")
    expect(field).to_be_focused()
    page.keyboard.press("Enter")
    expect(page).to_have_title(re.compile("^Consulta de multas electorales"))


def test_the_results_close_when_the_focus_leaves_them(open_page: Open, origin: str) -> None:
    page = open_page(reduced_motion="reduce")
    opened(page, origin)
    page.locator(".search__else a").last.focus()
    page.keyboard.press("Tab")
    expect(page.locator(RESULTS).first).to_be_hidden()
