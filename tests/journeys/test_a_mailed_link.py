"""A link of a message in a real browser: who looks at its addresses afterwards learns nothing."""

import re
from collections.abc import Callable
from datetime import timedelta

from playwright.sync_api import Page, Request, expect

from proxy.store import casillas, links
from tests.journeys.house import House, press
from tests.people import Person

OpenPage = Callable[..., Page]
NEW = "Quinua-canto-58"


def token_for(house: House, person: Person) -> str:
    installation = house.installation
    with installation.db.transaction() as tx:
        casillas.lock(tx, person.id)
        made = links.add(tx, "recovery", person.id, timedelta(hours=1))
    return installation.signing.link("recovery", made)


def test_only_the_first_request_of_a_link_holds_its_token(
    open_page: OpenPage, house: House, people: dict[str, Person]
) -> None:
    """S34: without JavaScript, in two tabs, after a reload and after the button «back»."""
    page, asked = open_page(360, javascript=False), []
    page.context.on("request", lambda request: asked.append(request))
    tokens = [token_for(house, people[name]) for name in ("rosa", "bruno")]
    page.goto(f"{house.origin}/casilla/ingresar/")
    tabs = [page, page.context.new_page()]
    for tab, token in zip(tabs, tokens, strict=True):
        tab.goto(f"{house.origin}/casilla/recuperar/enlace/{token}/")
        expect(tab.get_by_role("heading", name="CAMBIO DE CONTRASEÑA")).to_be_visible()
        assert re.fullmatch(r"\S+/casilla/recuperar/cambio/\?enlace=[0-9a-f]{16}", tab.url)
    page.reload()
    page.get_by_label("Contraseña nueva", exact=True).fill(NEW)
    page.get_by_label("Repetir contraseña nueva", exact=True).fill(NEW)
    press(page, "Guardar")
    expect(page.get_by_role("heading", name=re.compile("^¡Listo!"))).to_be_visible()
    page.go_back()
    assert "/recuperar/cambio/?enlace=" in page.url
    page.go_back()
    assert page.url == f"{house.origin}/casilla/ingresar/"  # the first address is in no history
    tabs[1].reload()
    expect(tabs[1].get_by_role("heading", name="CAMBIO DE CONTRASEÑA")).to_be_visible()
    for token in tokens:
        assert [token in request.url for request in asked].count(True) == 1
        assert not [one for one in asked if token in _referer(one)]


def _referer(request: Request) -> str:
    return request.all_headers().get("referer", "")


def test_a_browser_without_its_cookies_says_what_to_do(
    open_page: OpenPage, house: House, people: dict[str, Person]
) -> None:
    page = open_page(360, javascript=False)
    page.goto(f"{house.origin}/casilla/recuperar/enlace/{token_for(house, people['bruno'])}/")
    page.context.clear_cookies()
    page.reload()
    expect(page.get_by_text("permita las cookies de este sitio")).to_be_visible()
