"""What every page of the casilla has: J44, M52–M54, M63, M64, M96, S16, S57, S59, S79."""

import logging
import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from html.parser import HTMLParser
from pathlib import Path

import pytest
from httpx2 import Response
from sqlalchemy import text

import proxy
from proxy.installation import Installation
from proxy.web.site.assets import assets
from tests.clock import Clock
from tests.people import Person
from tests.web.visitor import Visitor

TEMPLATES = Path(proxy.__file__).parent / "templates"


class Outline(HTMLParser):
    """The tags of a page, with their attributes."""

    def __init__(self, page: Response) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str]]] = []
        self.feed(page.text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, {name: value or "" for name, value in attrs}))

    def all(self, tag: str) -> list[dict[str, str]]:
        return [attributes for name, attributes in self.tags if name == tag]

    def ids(self) -> list[str]:
        return [attributes["id"] for _, attributes in self.tags if "id" in attributes]

    def references(self) -> Iterator[str]:
        for _, attributes in self.tags:
            for name in ("aria-describedby", "aria-labelledby", "for"):
                yield from attributes.get(name, "").split()


def title(page: Response) -> str:
    found = re.search(r"<title>(.*)</title>", page.text)
    assert found
    return found[1]


def test_every_page_is_built_for_every_reader(every_page: dict[str, Response]) -> None:
    """15: its language, title, one heading and a way to it; nothing refers to nothing."""
    for name, page in every_page.items():
        assert page.template.name == name  # type: ignore[attr-defined]
        outline = Outline(page)
        assert outline.all("html") == [{"lang": "es-PE"}]
        assert len(outline.all("h1")) == len(outline.all("main")) == 1
        assert ">Saltar al contenido</a>" in page.text
        assert "contenido" in outline.ids()
        ids = outline.ids()
        assert len(ids) == len(set(ids)), name
        assert set(outline.references()) <= set(ids), name
        labelled = {label["for"] for label in outline.all("label")}
        inputs = outline.all("input") + outline.all("select")
        shown = [i for i in inputs if "hidden" not in (*i, i.get("type"))]
        fields = {i["id"] for i in shown if i.get("type") != "submit"}
        assert fields == labelled
    assert len({title(page) for page in every_page.values()}) == len(every_page)


def test_every_page_says_who_answers_for_it(every_page: dict[str, Response]) -> None:
    """J44, M8, M96"""
    for page in every_page.values():
        for words in (
            "© 2025 JNE. Todos los Derechos Reservados.",
            "(01) 311-1700",
            "no-responder@jne.gob.pe",
            "Av. Nicolás de Piérola",
            "De lunes a viernes, de 08:00 a 16:30",
            '<a href="/normativas/">Normativas</a>',
            '<a href="/preguntas/">Preguntas frecuentes</a>',
        ):
            assert words in page.text


def test_no_page_is_kept_or_runs_anything_of_its_own(every_page: dict[str, Response]) -> None:
    """S57, S59"""
    for page in every_page.values():
        assert page.headers["cache-control"] == "no-store"
        assert "script-src 'self'; style-src 'self'" in page.headers["content-security-policy"]
        outline = Outline(page)
        sources = [script["src"] for script in outline.all("script")]
        assert sources and {source.rpartition("/")[0] for source in sources} == {"/casilla/estilo"}
        assert outline.all("style") == []
        assert not [a for _, a in outline.tags for name in a if name.startswith(("on", "style"))]


def test_nothing_links_to_what_is_not_there(every_page: dict[str, Response], her: Visitor) -> None:
    nav = (Path(proxy.__file__).parents[1] / "mkdocs.yml").read_text()
    outside = {"/", "https://portal.jne.gob.pe/portal/Pagina/contactenos"}
    outside |= {f"/{page.removesuffix('index')}" for page in re.findall(r"- (\S+)\.md", nav)}
    for page in every_page.values():
        for link in Outline(page).all("a"):
            href = link["href"]
            known = outside | {f"{page}/" for page in outside}
            if href.startswith("/casilla/"):
                assert her.get(href).status_code in (200, 303), href
            else:
                assert href.startswith(("#", "tel:+51")) or href in known, href


def test_a_private_page_says_who_is_inside_and_until_when(her: Visitor, rosa: Person) -> None:
    """M64, R24, S16: the DNI is masked in the header bar; a neutral greeting."""
    page = her.get("/casilla/").text
    assert "Casilla Electrónica - JNE - Módulo del administrado</span>" in page
    assert "Le damos la bienvenida, <strong>Rosa Quispe Ficticia</strong>" in page
    assert "DNI •••••001" in page
    assert rosa.identidad.number not in page
    assert "Si no hace nada, su sesión se cierra a las" in page
    assert re.search(r"<time datetime=[^>]*>10:15</time> \(hora de Lima\)", page)
    assert 'data-seconds="900" data-warning="150"' in page
    assert re.search(r"<button[^>]*>Cerrar sesión</button>", page)


def test_the_hour_of_the_end_is_the_true_one(her: Visitor, clock: Clock) -> None:
    """S63: seeing a page moves it, but the eight hours are the last."""
    clock.advance(minutes=9)
    assert ">10:24</time>" in her.get("/casilla/").text
    clock.advance(seconds=30)
    assert 'data-seconds="870"' in her.get("/casilla/").text
    for _ in range(46):
        clock.advance(minutes=10)
        page = her.get("/casilla/").text
    assert "Por seguridad, su sesión se cierra a las" in page
    assert ">18:00</time>" in page


def test_the_forms_are_made_for_phones_and_password_managers(
    every_page: dict[str, Response],
) -> None:
    fields = {
        field["name"]: field
        for name in ("login/password.html", "login/code.html")
        for field in Outline(every_page[name]).all("input")
    }
    assert fields["dni"]["autocomplete"] == "username"
    assert fields["clave"]["autocomplete"] == "current-password"
    assert fields["clave"]["type"] == "password"
    assert fields["token"]["autocomplete"] == "one-time-code"
    assert fields["dni"]["inputmode"] == fields["token"]["inputmode"] == "numeric"
    assert "maxlength" not in fields["token"]  # a code pasted with a space has seven characters


@pytest.mark.parametrize(
    ("dni", "password", "wrong", "sentence"),
    [
        ("123", "x", "dni", "Escriba su DNI"),
        ("40000001", "", "clave", "Escriba su contraseña."),
        ("40000001", "otra", "clave", "no son correctos"),
    ],
)
def test_an_error_leads_to_its_field(
    visitor: Visitor, rosa: Person, dni: str, password: str, wrong: str, sentence: str
) -> None:
    """15: in the title, in a summary, and beside the field that has the focus."""
    page = visitor.password(dni, password)
    outline = Outline(page)
    assert title(page).startswith("Error: Iniciar sesión")
    summary = page.text.partition('class="summary" role="alert"')[2].partition("</div>")[0]
    assert f'<a href="#{wrong}">' in summary
    assert sentence in summary
    fields = {field["id"]: field for field in outline.all("input") if "id" in field}
    assert [name for name, field in fields.items() if "autofocus" in field] == [wrong]
    assert fields[wrong]["aria-invalid"] == "true"
    assert f"{wrong}-error" in fields[wrong]["aria-describedby"].split()
    assert fields["dni"]["value"] == dni
    assert fields["clave"]["value"] == ""


def test_the_numbers_on_the_page_of_the_token_are_the_ones_in_force(
    request: pytest.FixtureRequest, rosa: Person, installation: Installation
) -> None:
    policy = replace(installation.policy, code_life=timedelta(minutes=7), code_attempts=3)
    installation.__dict__["policy"] = policy
    visitor: Visitor = request.getfixturevalue("visitor")
    visitor.password(rosa.identidad.number, rosa.password)
    page = visitor.get("/casilla/token/").text
    assert "Sirve 7 minutos desde que se lo enviamos y tiene 3 intentos." in page
    assert rosa.email not in page


def test_what_breaks_shows_a_calm_page_with_its_reference(
    her: Visitor, installation: Installation, caplog: pytest.LogCaptureFixture
) -> None:
    """S79: the log has the rest, under the same reference."""
    with installation.db.transaction() as tx:
        tx.conn.execute(text("ALTER TABLE notificaciones RENAME asunto TO elsewhere"))
    with caplog.at_level(logging.ERROR):
        page = her.get("/casilla/")
    assert page.status_code == 500
    assert page.template.name == "errors/unexpected.html"  # type: ignore[attr-defined]
    [record] = [record for record in caplog.records if record.message == "unexpected"]
    assert record.request in page.text  # type: ignore[attr-defined]
    assert "Traceback" not in page.text
    assert "default-src 'none'" in page.headers["content-security-policy"]


def test_the_style_and_the_script_are_kept_for_ever_under_the_name_of_their_content(
    visitor: Visitor,
) -> None:
    linked = re.findall(r'"(/casilla/estilo/[^"]+)"', visitor.get("/casilla/ingresar/").text)
    assert len(linked) == 4
    for address in linked:
        answer = visitor.get(address, **{"Accept-Encoding": "gzip, br"})
        assert answer.headers["cache-control"] == "public, max-age=31536000, immutable"
        assert answer.headers["vary"] == "Accept-Encoding"
        assert answer.headers["x-content-type-options"] == "nosniff"
        known = {"If-None-Match": answer.headers["etag"], "Accept-Encoding": "gzip, br"}
        assert visitor.get(address, **known).status_code == 304
    assert visitor.get("/casilla/estilo/casilla.000000000000.css").status_code == 404


@pytest.mark.parametrize("coding", ["br", "gzip", "identity"])
def test_each_browser_gets_a_coding_that_it_knows(visitor: Visitor, coding: str) -> None:
    style = assets()["casilla.css"]
    answer = visitor.get(f"/casilla/estilo/{style.address}", **{"Accept-Encoding": coding})
    assert answer.headers.get("content-encoding", "identity") == coding
    assert answer.text.startswith("/* The casilla.")
    assert int(answer.headers["content-length"]) == len(style.codings[coding.encode()])


def test_the_style_and_the_script_stay_small() -> None:
    sizes = {name: len(asset.codings[b"identity"]) for name, asset in assets().items()}
    assert sizes["casilla.css"] < 16_000
    assert sizes["casilla.js"] < 4_000


@pytest.mark.parametrize("path", ["/casilla/ingresar/", "/casilla/recuperar/"])
def test_who_has_letters_in_their_number_gets_a_keyboard_with_them(
    visitor: Visitor, path: str
) -> None:
    """R33: a carné de extranjería or a passport, on a phone."""
    page = visitor.get(path).text
    assert 'inputmode="numeric"' in page and f'href="{path}?letras=1"' in page
    other = visitor.get(f"{path}?letras=1").text
    assert 'inputmode="text"' in other and "CE- o PAS-" in other
    assert ">DNI</label>" in page and ">Documento</label>" in other
    assert "8 dígitos. Si es empresa, los 11 del RUC." in page  # and the rest once it is wrong
    wrong = visitor.send(visitor.get(path), path, dni="12")
    assert "el usuario de su mensaje (1-… u 8-…)" in wrong.text
    answer = visitor.send(visitor.get(f"{path}?letras=1"), f"{path}?letras=1", dni="12")
    assert answer.status_code == 400 and ">Documento</label>" in answer.text
    assert "Escriba CE- o PAS- y el número de su carné" in answer.text


def test_a_wrong_password_of_who_has_no_dni_speaks_of_their_paper(visitor: Visitor) -> None:
    page = visitor.get("/casilla/ingresar/?letras=1")
    typed = {"dni": "CE-000123456", "clave": "una-clave-cualquiera"}
    assert "El documento o la contraseña no" in visitor.send(page, "letras=1", **typed).text


@pytest.mark.parametrize(("hours", "said"), [(24, "más de 24 horas:"), (1, "más de 1 hora:")])
def test_the_hours_on_a_page_are_those_in_force_however_many(
    request: pytest.FixtureRequest, rosa: Person, installation: Installation, hours: int, said: str
) -> None:
    """A day has no hours left over, and a day and a half has more than a day."""
    life = timedelta(hours=hours)
    policy = replace(installation.policy, session_life=life, undo_life=timedelta(hours=36))
    installation.__dict__["policy"] = policy
    her: Visitor = request.getfixturevalue("her")
    assert said in her.get("/casilla/").text
    assert "Durante 36 horas se puede deshacer" in her.get("/casilla/perfil/").text
