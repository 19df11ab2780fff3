"""What is nowhere, and what answers for it."""

import pytest

from tests.web.visitor import Visitor


def test_what_is_nowhere_gets_the_page_of_the_site(visitor: Visitor) -> None:
    reply = visitor.get("/no-existe/")
    assert (reply.status_code, "No está aquí" in reply.text) == (404, True)
    assert reply.headers["cache-control"] == "no-store"


def test_what_is_nowhere_in_the_casilla_gets_a_page_of_the_casilla(visitor: Visitor) -> None:
    reply = visitor.get("/casilla/no-existe/")
    assert (reply.status_code, "No está aquí" in reply.text) == (404, False)
    assert "/casilla/" in reply.text


def test_the_file_of_that_page_is_no_page_of_its_own(visitor: Visitor) -> None:
    assert visitor.get("/404.html").status_code == 404


@pytest.mark.parametrize(
    ("asked", "meant"),
    [
        ("/casilla", "/casilla/"),
        ("/casilla/ingresar?letras=1", "/casilla/ingresar/?letras=1"),
        ("/salud/", "/salud"),
    ],
)
def test_a_slash_too_few_or_too_many_leads_to_a_path_of_ours(
    visitor: Visitor, asked: str, meant: str
) -> None:
    """Whatever the request calls us."""
    reply = visitor.get(asked, Host="casilla.test:6666")
    assert (reply.status_code, reply.headers["location"]) == (307, meant)
