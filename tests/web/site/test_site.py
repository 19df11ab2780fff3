"""The built site over real sockets: conditionals, ranges, encodings and redirects, S55–S59."""

import hashlib
import os
import random
import re
import threading
from base64 import urlsafe_b64encode
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import brotli
import pytest
from starlette.responses import PlainTextResponse
from starlette.types import Receive, Scope, Send

from proxy.commands.site import put_in_place
from proxy.web.site.compress import NotPlain, compress
from proxy.web.site.site import Site, SiteMissing
from tests.web.served import Server, serving, written

PAGE = ("<!doctype html><title>Inicio</title>" + "<p>Su casilla electrónica.</p>" * 700).encode()
LARGE = random.Random(3).randbytes(700_000)  # read from the disk, in three pieces
LOST = b"<!doctype html><title>No est\xc3\xa1</title>" + b"<p>Busque en el men\xc3\xba.</p>" * 50
ORIGIN = "https://casilla.example.pe"


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    top = tmp_path_factory.mktemp("build")
    (top / "secreto.txt").write_text("clave")
    (top / "site-otro").mkdir()
    (top / "site-otro" / "index.html").write_text("clave")
    root = top / "site"
    for name, content in {
        "index.html": PAGE,
        "404.html": LOST,
        "guia/index.html": PAGE + b"guia",
        "búsqueda/index.html": PAGE + b"busqueda",
        "vacio.txt": b"",
        "manual.pdf": LARGE,
        "datos/catalogo.jsonld": b"{}",
        "datos/catalogo.csv": b"a,b\r\n",
        "informe.20260101.pdf": b"%PDF-1.7",
        "assets/javascripts/main.484c7ddc.min.js": b"main()",
        "assets/javascripts/lunr/min/lunr.es.min.js": b"lunr()",
    }.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_bytes(content)
        os.utime(root / name, (1_767_323_045, 1_767_323_045))  # 2026-01-02T03:04:05Z
    compress(root)
    return root


async def beyond(scope: Scope, receive: Receive, send: Send) -> None:
    await PlainTextResponse(f"beyond {scope['path']}", 404)(scope, receive, send)


@pytest.fixture(scope="module")
def site(root: Path) -> Iterator[Server]:
    with serving(Site(beyond, root, ORIGIN)) as server:
        yield server


@pytest.mark.parametrize(
    ("accept", "coding"),
    [("br, gzip", "br"), ("gzip", "gzip"), ("gzip;q=0", None), ("identity", None), ("*", None)],
)
def test_a_page_comes_in_the_best_coding_that_is_accepted(
    site: Server, root: Path, accept: str, coding: str | None
) -> None:
    answer = site.ask("/", accept_encoding=accept)
    twin = {"br": "index.html.br", "gzip": "index.html.gz", None: "index.html"}[coding]
    assert answer.status == 200
    assert answer.body == (root / twin).read_bytes()
    assert answer.headers.get("content-encoding") == coding
    assert answer.headers["content-length"] == str(len(answer.body))
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    assert answer.headers["vary"] == "Accept-Encoding"
    assert answer.headers["cache-control"] == "max-age=60, public"


def test_an_etag_is_the_hash_of_what_is_sent_and_tells_the_codings_apart(site: Server) -> None:
    for coding in ("br", "gzip", "identity"):
        answer = site.ask("/", accept_encoding=coding)
        digest = urlsafe_b64encode(hashlib.sha256(answer.body).digest()).decode()
        mark = "" if coding == "identity" else f"-{coding}"
        assert answer.headers["etag"] == f'"{digest[:24]}{mark}"'


def test_the_etag_follows_the_content_and_not_the_hour(root: Path, tmp_path: Path) -> None:
    tags = []
    for number, content in enumerate((b"uno", b"dos", b"uno")):
        (tmp_path / "index.html").write_bytes(content)
        os.utime(tmp_path / "index.html", (7, 7 if number < 2 else 8))
        file = Site(beyond, tmp_path, ORIGIN).files["/"]
        tags.append(file.variants[b"identity"].etag)
    assert tags[0] == tags[2] != tags[1]


@pytest.mark.parametrize("known", ["{}", "W/{}", '"otro", W/{}, "mas"', "*"])
def test_a_copy_that_is_current_is_not_sent_again(site: Server, known: str) -> None:
    first = site.ask("/", accept_encoding="br")
    again = site.ask("/", accept_encoding="br", if_none_match=known.format(first.headers["etag"]))
    assert (again.status, again.body) == (304, b"")
    for kept in ("etag", "vary", "cache-control", "content-security-policy"):
        assert again.headers[kept] == first.headers[kept]
    assert not {"content-length", "content-type", "transfer-encoding"} & again.headers.keys()


def test_the_copy_of_another_coding_is_not_current(site: Server) -> None:
    plain = site.ask("/").headers["etag"]
    assert site.ask("/", accept_encoding="br", if_none_match=plain).status == 200


def test_a_date_tells_whether_a_copy_is_current(site: Server) -> None:
    modified = site.ask("/").headers["last-modified"]
    assert modified == "Fri, 02 Jan 2026 03:04:05 GMT"
    assert site.ask("/", if_modified_since=modified).status == 304
    assert site.ask("/", if_modified_since="Fri, 02 Jan 2026 03:04:04 GMT").status == 200
    assert site.ask("/", if_modified_since=modified, if_none_match='"x"').status == 200


@pytest.mark.parametrize(("path", "content"), [("/", PAGE), ("/manual.pdf", LARGE)])
@pytest.mark.parametrize(
    ("asked", "start", "stop"),
    [("0-0", 0, 1), ("5-5", 5, 6), ("10-", 10, None), ("-7", -7, None), ("3-999999999", 3, None)],
)
def test_a_range_is_of_the_plain_file_whatever_coding_is_accepted(
    site: Server, path: str, content: bytes, asked: str, start: int, stop: int | None
) -> None:
    answer = site.ask(path, range=f"bytes={asked}", accept_encoding="br, gzip")
    wanted = range(len(content))[start:stop]
    assert answer.status == 206
    assert answer.body == content[start:stop]
    assert "content-encoding" not in answer.headers
    assert answer.headers["content-range"] == f"bytes {wanted[0]}-{wanted[-1]}/{len(content)}"
    assert answer.headers["content-length"] == str(len(wanted))


@pytest.mark.parametrize("asked", ["bytes=-0", f"bytes={len(PAGE)}-", "bytes=999999999-"])
def test_a_range_beyond_the_end_says_how_long_the_file_is(site: Server, asked: str) -> None:
    answer = site.ask("/", range=asked)
    assert (answer.status, answer.body) == (416, b"")
    assert answer.headers["content-range"] == f"bytes */{len(PAGE)}"


@pytest.mark.parametrize("asked", ["bytes=3-1", "bytes=0-1,3-4", "bytes=-", "pages=1-2", "x"])
def test_a_range_that_cannot_be_one_is_ignored(site: Server, asked: str) -> None:
    answer = site.ask("/", range=asked, accept_encoding="br")
    assert (answer.status, answer.body) == (200, PAGE)


def test_a_download_goes_on_only_with_the_same_version(site: Server) -> None:
    whole = site.ask("/manual.pdf")
    assert whole.headers["accept-ranges"] == "bytes"
    rest = {"range": "bytes=699999-", "accept_encoding": "br"}
    assert site.ask("/manual.pdf", **rest, if_range=whole.headers["etag"]).body == LARGE[-1:]
    for stale in ('"old"', "W/" + whole.headers["etag"], whole.headers["last-modified"]):
        answer = site.ask("/manual.pdf", **rest, if_range=stale)
        assert (answer.status, answer.body) == (200, LARGE)


def test_a_large_file_comes_from_the_disk_and_a_small_one_from_memory(root: Path) -> None:
    files = Site(beyond, root, ORIGIN).files
    assert files["/manual.pdf"].variants[b"identity"].body is None
    assert files["/"].variants[b"br"].body == (root / "index.html.br").read_bytes()


def test_what_does_not_fit_in_memory_comes_from_the_disk(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("proxy.web.site.shelf.HELD_BYTES", 3000)
    site = Site(beyond, root, ORIGIN)
    held = [v.body for f in site.files.values() for v in f.variants.values() if v.body]
    assert 0 < sum(map(len, held)) <= 3000
    with serving(site) as server:
        assert server.ask("/").body == PAGE


def test_a_file_replaced_under_the_server_is_not_sent_as_the_old_one(tmp_path: Path) -> None:
    """Also in a folder of the site, where only the file itself tells."""
    manual = tmp_path / "guia" / "manual.pdf"
    manual.parent.mkdir()
    manual.write_bytes(LARGE)
    with serving(Site(beyond, tmp_path, ORIGIN)) as server:
        manual.write_bytes(LARGE + b"more")
        answer = server.ask("/guia/manual.pdf")
        assert (answer.status, answer.body) == (200, LARGE + b"more")
        manual.unlink()
        assert server.ask("/guia/manual.pdf").status == 404
        assert server.ask("/guia/manual.pdf").body == b"beyond /guia/manual.pdf"


def build(place: Path, number: int) -> None:
    """A build that takes the place of the one before, as `casilla construir` does."""
    fresh = place.with_name(f"nuevo-{number}")
    fresh.mkdir()
    for name in ("index.html", "guia.html"):
        (fresh / name).write_text(f"{number} {name}")
    (fresh / "manual.pdf").write_bytes(LARGE + b"%d" % number)
    (fresh / f"solo-{number}.html").write_text("")
    (fresh / "de-siempre.html").write_text("")
    put_in_place(place, fresh)


def test_the_next_request_after_a_build_gets_its_pages(tmp_path: Path) -> None:
    """On every server of the site, and while others ask: no request falls between two builds."""
    site, builds = tmp_path / "site", iter(range(1, 12))
    build(site, 0)
    done = threading.Event()

    def ask(server: Server, path: str) -> set[int]:
        seen = set()
        while not done.is_set():
            seen.add(server.ask(path).status)
        return seen

    with serving(Site(beyond, site, ORIGIN)) as one, serving(Site(beyond, site, ORIGIN)) as two:
        with ThreadPoolExecutor(3) as threads:
            paths = ("/", "/manual.pdf", "/de-siempre.html")
            asked = [threads.submit(ask, one, path) for path in paths]
            try:
                for number in builds:
                    build(site, number)
                    for server in (two, one):
                        assert server.ask("/").body == b"%d index.html" % number
                        assert server.ask("/manual.pdf").body == LARGE + b"%d" % number
                        assert server.ask(f"/solo-{number}.html").status == 200
                        assert server.ask(f"/solo-{number - 1}.html").status == 404
            finally:
                done.set()
        assert [one.result() for one in asked] == [{200}] * 3


def test_a_build_that_cannot_be_read_leaves_the_one_before(tmp_path: Path) -> None:
    site = tmp_path / "site"
    build(site, 0)
    with serving(Site(beyond, site, ORIGIN)) as server:
        fresh = tmp_path / "nuevo"
        fresh.mkdir()
        (fresh / "index.html").write_text("1")
        (fresh / "passwd").symlink_to(tmp_path)
        put_in_place(site, fresh)
        assert server.ask("/").body == b"0 index.html"
        site.rename(tmp_path / "retirado")  # and between two builds there is none
        assert server.ask("/").body == b"0 index.html"
        build(site, 2)
        assert server.ask("/").body == b"2 index.html"


@pytest.mark.parametrize("path", ["/", "/manual.pdf", "/vacio.txt", "/nada", "/guia"])
def test_head_is_get_without_the_body(site: Server, path: str) -> None:
    full = site.ask(path, accept_encoding="br")
    head = site.ask(path, "HEAD", accept_encoding="br", range="bytes=0-0")
    assert head.body == b""
    assert (head.status, head.headers | {"date": ""}) == (full.status, full.headers | {"date": ""})


def test_answers_without_a_body_leave_the_connection_in_step(site: Server) -> None:
    tag = site.ask("/").headers["etag"]
    received = site.exchange(
        written("/", "HEAD")
        + written("/", if_none_match=tag)
        + written("/manual.pdf", range="bytes=0-1")
        + written("/", range="bytes=-0")
        + written("/guia")
        + written("/", "POST", content_length="4")
        + b"abcd"
        + written("/vacio.txt", connection="close")
    )
    statuses = re.findall(rb"HTTP/1.1 (\d+)", received)
    assert statuses == [b"200", b"304", b"206", b"416", b"302", b"405", b"200"]
    heads = received.split(b"\r\n\r\n")
    assert heads[3].startswith(LARGE[:2] + b"HTTP/1.1 416")
    assert heads[-1] == b""


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "OPTIONS", "PATCH", "TRACE"])
@pytest.mark.parametrize("path", ["/", "/guia", "/manual.pdf"])
def test_a_method_that_a_file_does_not_have_is_refused(
    site: Server, method: str, path: str
) -> None:
    answer = site.ask(path, method)
    assert (answer.status, answer.headers["allow"], answer.body) == (405, "GET, HEAD", b"")


def test_an_address_without_its_slash_leads_on_with_its_query(site: Server) -> None:
    assert site.ask("/guia").headers["location"] == "guia/"
    answer = site.ask("/guia?x=1&y=%C3%A1")
    assert (answer.status, answer.headers["location"]) == (302, "guia/?x=1&y=%C3%A1")
    assert site.ask("/guia/index.html?x=1").headers["location"] == "./?x=1"
    assert site.ask("/b%C3%BAsqueda").headers["location"] == "b%C3%BAsqueda/"


def test_an_address_with_letters_of_spanish_is_found(site: Server) -> None:
    assert site.ask("/b%C3%BAsqueda/").body == PAGE + b"busqueda"


@pytest.mark.parametrize(
    "path",
    [
        "/index.html.br",
        "/guia/index.html.gz",
        "/../secreto.txt",
        "/%2e%2e/secreto.txt",
        "/guia/../../secreto.txt",
        "/..%2fsecreto.txt",
        "/..%5csecreto.txt",
        "/..\\secreto.txt",
        "/%2e%2e%2fsite-otro/index.html",
        "//secreto.txt",
        "//guia/",
        "/guia//",
        "/./guia/",
        "/guia/%00",
        "/datos/",
        "/datos",
        "/assets/",
        "/404.html",
        "/GUIA/",
    ],
)
def test_nothing_but_the_addresses_of_the_site_is_answered(site: Server, path: str) -> None:
    answer = site.ask(path)
    assert answer.status in (400, 404)
    assert b"clave" not in answer.body
    assert b"casilla electr" not in answer.body


def test_another_address_is_the_business_of_the_application(site: Server) -> None:
    assert site.ask("/casilla/ingresar/").body == b"beyond /casilla/ingresar/"
    assert site.ask("/salud", "POST").body == b"beyond /salud"


def test_only_names_with_a_hash_are_kept_for_ever(site: Server) -> None:
    hashed = site.ask("/assets/javascripts/main.484c7ddc.min.js").headers["cache-control"]
    assert hashed == "max-age=315360000, public, immutable"
    for path in ("/assets/javascripts/lunr/min/lunr.es.min.js", "/informe.20260101.pdf", "/"):
        assert site.ask(path).headers["cache-control"] == "max-age=60, public"


@pytest.mark.parametrize(
    ("path", "media_type"),
    [
        ("/datos/catalogo.jsonld", "application/ld+json"),
        ("/datos/catalogo.csv", "text/csv; charset=utf-8"),
        ("/assets/javascripts/main.484c7ddc.min.js", "text/javascript; charset=utf-8"),
    ],
)
def test_each_file_says_what_it_is(site: Server, path: str, media_type: str) -> None:
    assert site.ask(path).headers["content-type"] == media_type


@pytest.mark.parametrize("accept", ["br", "identity"])
def test_what_is_not_found_gets_the_page_of_the_site(root: Path, accept: str) -> None:
    with serving(Site(beyond, root, ORIGIN).not_found) as server:
        answer = server.ask("/no/existe/", accept_encoding=accept)
        head = server.ask("/no/existe/", "HEAD", accept_encoding=accept)
    body = brotli.decompress(answer.body) if accept == "br" else answer.body
    assert (answer.status, body) == (404, LOST)
    assert answer.headers["cache-control"] == "no-store"
    assert not {"etag", "last-modified"} & answer.headers.keys()
    assert (head.status, head.body) == (404, b"")


def test_a_site_without_such_a_page_still_says_that_it_is_not_found(tmp_path: Path) -> None:
    with serving(Site(beyond, tmp_path, ORIGIN).not_found) as server:
        assert server.ask("/no/existe/").status == 404


def test_without_a_built_site_it_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(SiteMissing, match="Ejecute «casilla construir»"):
        Site(beyond, tmp_path / "site", ORIGIN)


def test_a_link_in_the_build_is_refused_at_the_start(tmp_path: Path) -> None:
    (tmp_path / "secreto").write_text("clave")
    (tmp_path / "site").mkdir()
    (tmp_path / "site" / "passwd").symlink_to(tmp_path / "secreto")
    with pytest.raises(NotPlain, match="passwd no es un archivo sino un enlace"):
        Site(beyond, tmp_path / "site", ORIGIN)


def test_the_folder_may_be_a_link_and_lead_to_another_build(root: Path, tmp_path: Path) -> None:
    (tmp_path / "nuevo").mkdir()
    (tmp_path / "nuevo" / "manual.pdf").write_bytes(b"another")
    current = tmp_path / "actual"
    current.symlink_to(root)
    with serving(Site(beyond, current, ORIGIN)) as server:
        current.unlink()
        current.symlink_to(tmp_path / "nuevo")
        assert server.ask("/manual.pdf").body == b"another"
