"""Every answer carries the headers of S56–S59, whoever gives it."""

import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Route

from proxy.web.edge.headers import APP_POLICY, STATIC_POLICY, Headers, security_headers
from proxy.web.site.site import Site
from tests.web.served import Server, serving

ORIGIN = "https://casilla.example.pe"
ICON = '<!doctype html><link rel="icon" href="data:,">'  # or the browser asks for one
SET = dict(security_headers(APP_POLICY, ORIGIN))


async def page(_request: Request) -> Response:
    return HTMLResponse(f"{ICON}<title>casilla</title>")


async def own(_request: Request) -> Response:
    headers = {"Cache-Control": "private, max-age=5", "Content-Security-Policy": "sandbox"}
    return HTMLResponse("", headers=headers)


async def broken(_request: Request) -> Response:
    raise RuntimeError("of the test")


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    (tmp_path / "index.html").write_text(f"{ICON}<title>Inicio</title>")
    (tmp_path / "404.html").write_text("<title>No está</title>")
    (tmp_path / "guia").mkdir()
    (tmp_path / "guia" / "index.html").write_text("<title>Guía</title>")
    routes = [Route("/casilla/", page), Route("/propia", own), Route("/rota", broken)]
    app = Starlette(routes=routes, max_body_size=10)
    site = Site(Headers(app, ORIGIN), tmp_path, ORIGIN)
    app.router.default = site.not_found
    with serving(site) as server:
        yield server


@pytest.mark.parametrize(
    ("path", "method", "headers", "status"),
    [
        ("/casilla/", "GET", {}, 200),
        ("/casilla/", "PUT", {}, 405),
        ("/rota", "GET", {}, 500),
        ("/no/existe/", "GET", {}, 404),
        ("/", "GET", {}, 200),
        ("/", "HEAD", {}, 200),
        ("/", "GET", {"if_none_match": "*"}, 304),
        ("/", "GET", {"range": "bytes=0-1"}, 206),
        ("/", "GET", {"range": "bytes=-0"}, 416),
        ("/", "POST", {}, 405),
        ("/guia", "GET", {}, 302),
        ("/guia", "POST", {}, 405),
    ],
)
def test_every_status_carries_the_set(
    server: Server, path: str, method: str, headers: dict[str, str], status: int
) -> None:
    answer = server.ask(path, method, **headers)
    assert answer.status == status
    policy = answer.headers["content-security-policy"]
    assert policy in (APP_POLICY, STATIC_POLICY)
    for name, value in SET.items():
        if name != b"content-security-policy":
            assert answer.headers[name.decode()] == value.decode()
    assert "server" not in answer.headers
    assert "access-control-allow-origin" not in answer.headers  # S55


def test_nothing_of_the_casilla_is_kept_unless_its_page_says_so(server: Server) -> None:
    assert server.ask("/casilla/").headers["cache-control"] == "no-store"
    assert server.ask("/rota").headers["cache-control"] == "no-store"
    answer = server.ask("/propia")
    assert answer.headers["cache-control"] == "private, max-age=5"
    assert answer.headers["content-security-policy"] == "sandbox"


def test_only_an_https_origin_asks_for_https_and_none_for_the_preload_list() -> None:
    assert b"strict-transport-security" not in dict(
        security_headers(APP_POLICY, "http://localhost:8000")
    )
    value = SET[b"strict-transport-security"].decode()
    assert int(value.partition("max-age=")[2].partition(";")[0]) >= 365 * 86400  # V 3.4.1
    assert "preload" not in value


@pytest.mark.parametrize("policy", [APP_POLICY, STATIC_POLICY])
def test_no_policy_lets_in_what_is_inline_or_foreign(policy: str) -> None:
    directives = dict(part.strip().partition(" ")[::2] for part in policy.split(";"))
    assert directives["default-src"] == "'none'"
    assert directives["script-src"] == "'self'"
    for locked in ("base-uri", "frame-ancestors", "object-src"):
        assert directives[locked] == "'none'"
    sources = {name: v.split() for name, v in directives.items() if name.endswith("-src")}
    assert {source for value in sources.values() for source in value} <= {
        "'none'", "'self'", "data:",
    }  # fmt: skip


def test_the_casilla_trusts_no_script_with_its_html_and_the_site_may_search_in_a_worker() -> None:
    assert "require-trusted-types-for 'script'" in APP_POLICY
    assert "worker-src" not in APP_POLICY
    assert "worker-src 'self'" in STATIC_POLICY


def test_a_browser_knows_every_name_in_the_headers(
    server: Server, open_page: Callable[..., Page]
) -> None:
    page = open_page()
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text))
    for path in ("/", "/casilla/"):
        page.goto(f"http://127.0.0.1:{server.port}{path}")
    assert [text for text in said if re.search("polic|unrecognized|header", text, re.I)] == []
