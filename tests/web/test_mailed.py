"""Links of messages: the token leaves the address at once; looking spends nothing (S34)."""

import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from starlette.routing import Mount, Route

from proxy.installation import Installation
from proxy.store import casillas, links
from proxy.web.routes import routes
from tests.attacks.actor import everything
from tests.people import Person
from tests.web.recovering import START
from tests.web.visitor import ORIGIN, Visitor, form_of

Maker = Callable[[], Visitor]
CHANGE = f"{START}cambio/"
NEW = "Olluco-volcan-93"
DOOR = next(one for one in routes(ORIGIN) if isinstance(one, Mount) and one.path == "/casilla")
WITH_TOKEN = [
    f"/casilla{one.path}" for one in DOOR.routes if isinstance(one, Route) and "{token" in one.path
]


def recovery_link(installation: Installation, person: Person) -> str:
    with installation.db.transaction() as tx:
        casillas.lock(tx, person.id)
        made = links.add(tx, "recovery", person.id, timedelta(hours=1))
    return f"{START}enlace/{installation.signing.link('recovery', made)}/"


@pytest.mark.parametrize("pattern", WITH_TOKEN)
@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_every_address_with_a_token_leads_at_once_to_one_without_it(
    visitor: Visitor, rosa: Person, installation: Installation, pattern: str, method: str
) -> None:
    """S34, S54, S60"""
    signing = installation.signing
    for token in (signing.link("recovery", bytes(16)), signing.disavowal("0f" * 16)):
        before = everything(installation.db)
        moved = visitor.client.request(method, pattern.replace("{token}", token))
        assert moved.status_code == 303
        clean = moved.headers["location"]
        assert re.fullmatch(r"/casilla/[a-z/-]+/\?enlace=[0-9a-f]{16}", clean)
        kept = moved.headers["set-cookie"]
        assert kept.startswith(f"__Host-enlace-{clean[-16:]}={token}; ")
        for part in ("HttpOnly", "Max-Age=1800", "Path=/", "SameSite=lax", "Secure"):
            assert part in kept.split("; ")
        page = visitor.get(clean)
        assert page.status_code in (200, 410)
        assert token not in page.text
        assert everything(installation.db) == before


def test_every_door_of_a_message_is_here() -> None:
    assert len(WITH_TOKEN) == 7


@pytest.mark.parametrize("pattern", WITH_TOKEN)
def test_a_token_that_is_none_of_ours_leaves_nothing_in_the_browser(
    visitor: Visitor, pattern: str
) -> None:
    """Or a page could fill somebody's browser with cookies until no request of theirs passes."""
    for token in ("x", "a" * 900, "a%3B%20__Host-sesion=b", "%7f%c3%b1"):
        moved = visitor.get(pattern.replace("{token}", token))
        assert moved.status_code == 303 and "set-cookie" not in moved.headers
        page = visitor.get(moved.headers["location"])
        assert page.status_code in (200, 410)
        assert (
            "ya no sirve" in page.text
            or "ya había terminado" in page.text
            or ("Ese pase venció" in page.text or "No hay nada que deshacer" in page.text)
        )


@pytest.mark.parametrize("pattern", WITH_TOKEN)
def test_a_browser_that_keeps_no_cookies_is_told_so(
    visitor: Visitor, installation: Installation, pattern: str
) -> None:
    token = installation.signing.link("recovery", bytes(16))
    clean = visitor.get(pattern.replace("{token}", token)).headers["location"]
    visitor.client.cookies.clear()
    for address in (clean, clean.partition("?")[0], f"{clean}; __Host-sesion", f"{clean}%0a"):
        lost = visitor.get(address)
        assert lost.status_code == 410
        assert "Ábralo otra vez desde el mensaje" in lost.text
        assert "permita las cookies" in lost.text


def test_two_links_in_two_tabs_keep_to_their_own(
    visitor: Visitor, rosa: Person, bruno: Person, installation: Installation
) -> None:
    """A family with one computer. Each page stays what it was, also when it is loaded again."""
    moved = [visitor.get(recovery_link(installation, one)) for one in (rosa, bruno)]
    tabs = [one.headers["location"] for one in moved]
    first, second = (visitor.get(tab) for tab in tabs)
    assert visitor.get(tabs[0]).text == first.text
    mixed = dict(form_of(first, CHANGE).fields, nueva=NEW, repetida=NEW)
    assert visitor.client.post(form_of(second, CHANGE).action, data=mixed).status_code == 403
    hashes = {one.id: _hash_of(installation, one) for one in (rosa, bruno)}
    assert visitor.send(first, CHANGE, nueva=NEW, repetida=NEW).status_code == 303
    assert _hash_of(installation, rosa) != hashes[rosa.id]
    assert _hash_of(installation, bruno) == hashes[bruno.id]


def test_a_link_in_another_tab_leaves_a_login_where_it_was(
    visitor: Visitor, rosa: Person, installation: Installation, mailed_code: Callable[[], str]
) -> None:
    """Who sends somebody a link of their own gets no hold of that person's login (S27, S64)."""
    visitor.password(rosa.identidad.number, rosa.password)
    before = visitor.client.cookies["__Host-flujo"]
    visitor.follow(recovery_link(installation, rosa))
    assert visitor.client.cookies["__Host-flujo"] == before
    assert visitor.code(mailed_code()).status_code == 303


def _hash_of(installation: Installation, person: Person) -> str | None:
    with installation.db.reading() as tx:
        casilla = casillas.by_identidad(tx, person.identidad)
    assert casilla
    return casilla.password
