"""Refusals before any handler: a page of ours in Spanish, with the headers of every other page."""

import re
from collections.abc import Callable, Iterator

import pytest
from httpx2 import Response

from proxy.web.edge.headers import SECURITY_HEADERS
from tests.web.visitor import ORIGIN, Visitor

FORM = {"Content-Type": "application/x-www-form-urlencoded"}
LARGE = b"dni=" + b"1" * 100_000


def streamed() -> Iterator[bytes]:
    for _ in range(20):
        yield b"1" * 5000


@pytest.mark.parametrize(
    ("host", "path"),
    [
        ("malo.example", "/casilla/ingresar/"),
        ("malo.example", "/no-hay/"),
        ("casilla.test.malo.example", "/casilla/"),
        ("a b@casilla.test", "/casilla/"),
        ("", "/casilla/ingresar/"),
    ],
)
def test_who_comes_by_another_name_is_told_the_right_one(
    visitor: Visitor, host: str, path: str
) -> None:
    answer = visitor.get(path, host=host)
    assert answer.status_code == 400
    assert "<h1>Esta no es la dirección de la casilla</h1>" in answer.text
    assert f'href="{ORIGIN}/casilla/"' in answer.text
    assert host not in answer.text or not host
    _as_every_page(answer)
    for style in re.findall(r'<link rel="stylesheet" href="([^"]+)">', answer.text):
        assert visitor.get(style, host=host).status_code == 200


def test_another_name_opens_nothing_but_styles(visitor: Visitor) -> None:
    for path in (
        "/casilla/",
        "/casilla/estilo",
        "/casilla/recuperar/",
        "/csp",
        "/listo/../casilla/",
    ):
        assert visitor.get(path, host="malo.example").status_code == 400, path


@pytest.mark.parametrize("path", ["/casilla/ingresar/", "/casilla/perfil/", "/csp", "/casilla/no/"])
@pytest.mark.parametrize("body", [lambda: LARGE, streamed], ids=["told", "streamed"])
def test_what_is_too_large_is_told_so(
    visitor: Visitor, path: str, body: Callable[[], bytes | Iterator[bytes]]
) -> None:
    answer = visitor.client.post(path, content=body(), headers=FORM)
    if body is streamed and path not in ("/casilla/ingresar/", "/casilla/perfil/", "/csp"):
        assert answer.status_code == 404  # nobody read it
        return
    assert answer.status_code == 413
    assert "Lo que envió es demasiado largo" in answer.text
    assert answer.text.count("<html") == 1
    _as_every_page(answer)


def _as_every_page(answer: Response) -> None:
    headers = answer.headers
    assert headers["content-type"] == "text/html; charset=utf-8"
    assert headers["cache-control"] == "no-store"
    assert "default-src 'none'" in headers["content-security-policy"]
    assert SECURITY_HEADERS.items() <= dict(headers).items()
    assert '<html lang="es-PE">' in answer.text
    assert re.search(r"dé esta referencia: <strong class=\"whole\">[0-9a-f]{12}<", answer.text)


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("PUT", "/casilla/ingresar/", 405),
        ("TRACE", "/casilla/", 405),
        ("OPTIONS", "/casilla/recuperar/", 405),
        ("POST", "/salud", 405),
        ("GET", "/csp", 405),
        ("POST", "/casilla/ingresar/", 400),
    ],
)
def test_no_refusal_is_in_english_or_bare(
    visitor: Visitor, method: str, path: str, status: int
) -> None:
    answer = visitor.client.request(method, path, content=b"x" if method == "POST" else None)
    assert answer.status_code == status
    _as_every_page(answer)
