"""Pages of other hosts, in a real browser: S52–S54, S60.

Ours is casilla.localhost, which browsers trust without TLS. A sibling of it may be anybody's, and
so may another site; only the browser knows which is which. They are given everything that a form
of ours carries, its seal too: what stops them is where they are.
"""

import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from html import escape
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest
import uvicorn
from playwright.sync_api import Browser, BrowserContext, Page, Response, expect

from proxy.app import create_app
from proxy.installation import Installation
from proxy.keys.signing import Signing
from proxy.web.edge.cookies import SESSION
from tests.attacks.actor import everything
from tests.attacks.test_requests import FORMS, sealed_as
from tests.engines import free_port
from tests.people import Person
from tests.web.conftest import newest_code
from tests.web.visitor import Visitor

# What they would have the browser of who is inside send.
WANTED = {
    "/casilla/ingresar/": {"dni": "40000001", "clave": "Quinua-2041"},
    "/casilla/salir/": {},
    "/casilla/clave/": {
        "antigua": "Quinua-2041",
        "nueva": "Olluco-volcan-93",
        "repetida": "Olluco-volcan-93",
    },
    "/casilla/recuperar/": {"dni": "40000001"},
    "/casilla/recuperar/correo/": {
        "persona": "natural",
        "tipo": "DNI",
        "numero": "40000001",
        "correo": "rosa@example.com",
    },
    "/casilla/sesiones/cerrar/": {},
}
NAMES = {path: sealed_as(route) for path, route in FORMS.items()}


class Elsewhere(BaseHTTPRequestHandler):
    """A page with whatever its address asks for."""

    def do_GET(self) -> None:
        body = parse_qs(urlsplit(self.path).query).get("html", [""])[0].encode()
        self.send_response(200)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_args: object) -> None: ...


@dataclass
class World:
    installation: Installation
    origin: str
    elsewhere: dict[str, str]  # another page's origin, by what the browser calls it
    context: BrowserContext
    token: str

    def seal(self, path: str) -> str:
        name = "open" if path.endswith("/ver/") else NAMES[path]
        return Signing(self.installation.ring).form_token(self.token, name)


@pytest.fixture
def world(installation: Installation, rosa: Person, browser: Browser) -> Iterator[World]:
    """Rosa is inside, in a browser that also opens pages of others."""
    ours, others = free_port(), ThreadingHTTPServer(("127.0.0.1", 0), Elsewhere)
    origin = f"http://casilla.localhost:{ours}"
    installation.settings.origin = origin
    config = uvicorn.Config(
        create_app(installation), port=ours, log_config=None, lifespan="off", timeout_keep_alive=1
    )
    server = uvicorn.Server(config)
    threads = [threading.Thread(target=run) for run in (server.run, others.serve_forever)]
    for thread in threads:
        thread.start()
    while not server.started:
        time.sleep(0.01)
    context = browser.new_context()
    page = context.new_page()
    page.goto(f"{origin}/casilla/ingresar/")
    page.get_by_label("DNI", exact=True).fill(rosa.identidad.number)
    page.get_by_label("Contraseña", exact=True).fill(rosa.password)
    page.get_by_role("button", name="Iniciar sesión", exact=True).click()
    page.get_by_label("Token digital", exact=True).fill(newest_code(installation, "login_code"))
    page.get_by_role("button", name="VERIFICAR", exact=True).click()
    page.wait_for_url(f"{origin}/casilla/?listo=1")
    page.close()
    [token] = [one["value"] for one in context.cookies() if one["name"] == SESSION]
    elsewhere = {
        "cross-site": f"http://127.0.0.1:{others.server_port}/",
        "same-site": f"http://hermano.casilla.localhost:{others.server_port}/",
    }
    yield World(installation, origin, elsewhere, context, token)
    context.close()
    server.should_exit = True
    others.shutdown()
    for thread in threads:
        thread.join()
    others.server_close()


def follow(world: World, page: Page, where: str, html: str) -> Response:
    """What comes of the first thing to press on a page of others."""
    page.goto(f"{world.elsewhere[where]}?{urlencode({'html': html})}")
    with page.expect_navigation() as navigation:
        page.locator("a, button").click()
    return navigation.value


def form_to(world: World, path: str, fields: dict[str, str]) -> str:
    inputs = "".join(
        f'<input name="{name}" value="{escape(value)}">'
        for name, value in (fields | {"sello": world.seal(path)}).items()
    )
    return (
        f'<form method="post" action="{world.origin}{path}">{inputs}<button>Premio</button></form>'
    )


@pytest.mark.parametrize("where", ["cross-site", "same-site"])
def test_no_form_of_another_page_does_anything(world: World, letter: str, where: str) -> None:
    """S52: a calm page, and nothing has changed."""
    page, before = world.context.new_page(), everything(world.installation.db)
    for path, fields in (WANTED | {f"{letter}ver/": {}}).items():
        answer = follow(world, page, where, form_to(world, path, fields))
        assert answer.status == 403, path
        assert answer.request.method == "POST"
        assert page.get_by_role("heading").first.is_visible()
    assert everything(world.installation.db) == before


def test_the_same_form_of_our_own_page_does(world: World, letter: str) -> None:
    """Or else the test above would say nothing."""
    page = world.context.new_page()
    page.goto(f"{world.origin}{letter}")
    script = """([action, seal]) => {
        const form = Object.assign(document.createElement("form"), {action, method: "post"});
        form.append(Object.assign(document.createElement("input"), {name: "sello", value: seal}));
        form.append(document.querySelector("[name=dicho]").cloneNode());
        document.body.append(form);
        form.submit();
    }"""
    address = f"{letter}ver/"
    with page.expect_navigation(url=world.origin + letter) as navigation:
        page.evaluate(script, [world.origin + address, world.seal(address)])
    assert navigation.value.status == 200
    assert navigation.value.url == f"{world.origin}{letter}"


@pytest.mark.parametrize("where", ["cross-site", "same-site"])
def test_no_script_of_another_page_does_or_reads_anything(
    world: World, letter: str, where: str
) -> None:
    """S52, S55: `fetch`, with cookies, by every kind of request that asks nobody first."""
    page, before = world.context.new_page(), everything(world.installation.db)
    page.goto(f"{world.elsewhere[where]}?{urlencode({'html': '<title>x</title>'})}")
    script = """async ([address, body]) => {
        const wanted = {method: "POST", credentials: "include", body: new URLSearchParams(body)};
        const ways = [{...wanted, mode: "no-cors"}, wanted];
        const read = ways.map(way => fetch(address, way).then(() => "read", () => "hidden"));
        const home = new URL("/casilla/", address);
        read.push(fetch(home, {credentials: "include"}).then(() => "read", () => "hidden"));
        return await Promise.all(read);
    }"""
    for path, fields in (WANTED | {f"{letter}ver/": {}}).items():
        body = fields | {"sello": world.seal(path)}
        assert page.evaluate(script, [world.origin + path, body]) == ["hidden"] * 3
    assert everything(world.installation.db) == before


def test_a_link_of_a_message_arrives_logged_in(world: World) -> None:
    """S60: Lax; with Strict who comes from their mail would have to log in again."""
    page = world.context.new_page()
    link = f'<a href="{world.origin}/casilla/">Su casilla</a>'
    answer = follow(world, page, "cross-site", link)
    assert (answer.status, answer.url) == (200, f"{world.origin}/casilla/")


def test_a_sibling_plants_no_cookie_of_ours(world: World, rosa: Person) -> None:
    """S60: `__Host-` keeps it out, from the domain that both share too. Names that only look
    like ours come in, before ours, and nothing follows from them."""
    page = world.context.new_page()
    page.goto(f"{world.elsewhere['same-site']}?{urlencode({'html': '<title>x</title>'})}")
    page.evaluate(r"""() => {
        const ours = ["__Host-sesion", "__Host-flujo", "__Host-equipo"];
        const like = ours.flatMap(name => ["z=" + name, "z" + name, "\x85" + name, "\xa0" + name]);
        for (const name of [...ours, ...like, "plain"])
            for (const place of ["", "; Domain=casilla.localhost"])
                document.cookie = `${name}=planted; Path=/casilla/${place}`;
        return document.cookie;  // to read them waits until they are written
    }""")
    sent = world.context.cookies(f"{world.origin}/casilla/")
    found = {one["name"]: one["value"] for one in sent}
    assert found["plain"] == found["z__Host-sesion"] == "planted"
    assert found["__Host-sesion"] == world.token
    assert "planted" not in (found.get("__Host-flujo"), found.get("__Host-equipo"))
    page.goto(f"{world.origin}/casilla/")
    expect(page.get_by_text(rosa.nombres).first).to_be_visible()


def test_no_page_of_ours_is_framed(world: World) -> None:
    """S57, S58: nobody presses our buttons under a picture of theirs."""
    page = world.context.new_page()
    html = f'<iframe src="{world.origin}/casilla/"></iframe>'
    page.goto(f"{world.elsewhere['same-site']}?{urlencode({'html': html})}")
    page.wait_for_timeout(300)
    assert not [frame for frame in page.frames if frame.url.startswith(world.origin)]


@pytest.mark.parametrize("headers", [{}, {"Origin": "null"}, {"Origin": "https://malo.example"}])
def test_who_does_not_say_where_it_comes_from_does_nothing(
    installation: Installation, her: Visitor, letter: str, headers: dict[str, str]
) -> None:
    """S52: as an old browser, or a program, with the right cookies and the right seals."""
    del her.client.headers["Sec-Fetch-Site"]
    binding, before = her.client.cookies[SESSION], everything(installation.db)
    for path in [*FORMS, f"{letter}ver/"]:
        name = NAMES.get(path, "open")
        seal = installation.signing.form_token(binding, name)
        data = WANTED.get(path, {}) | {"sello": seal}
        assert her.client.post(path, data=data, headers=headers).status_code == 403, path
    assert everything(installation.db) == before
