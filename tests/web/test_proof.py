"""A fresh proof of who one is, before what could lock the owner out: S46, S64, S47, S53, S7."""

from collections.abc import Callable

import pytest
from httpx2 import Response

from proxy.web.edge.cookies import SESSION
from tests.clock import Clock
from tests.people import Person
from tests.web.visitor import Visitor

CONFIRM = "/casilla/confirmar/"


def confirm(visitor: Visitor, password: str, back: str = "") -> Response:
    page = visitor.get(f"{CONFIRM}?volver={back}" if back else CONFIRM)
    return visitor.send(page, CONFIRM, clave=password)


def test_the_right_password_comes_back_with_another_token_and_the_old_one_is_dead(
    her: Visitor, make_visitor: Callable[[], Visitor], rosa: Person
) -> None:
    """S64: whoever had copied the token is outside."""
    old = her.client.cookies[SESSION]
    answer = confirm(her, rosa.password, "/casilla/leidos/")
    assert (answer.status_code, answer.headers["location"]) == (303, "/casilla/leidos/")
    assert her.client.cookies[SESSION] != old
    assert her.get("/casilla/leidos/").status_code == 200
    thief = make_visitor()
    thief.client.cookies.set(SESSION, old)
    assert thief.get("/casilla/leidos/").status_code == 303


@pytest.mark.parametrize(
    "back",
    [
        "https://example.com/",
        "//example.com/",
        "/casilla/..//example.com/",
        "/casilla/%5cexample.com/",
        "/casilla//example.com",
        "/casilla/perfil/%0d%0aX:1/",
    ],
)
def test_it_comes_back_only_to_pages_of_the_casilla(her: Visitor, rosa: Person, back: str) -> None:
    """S7"""
    answer = confirm(her, rosa.password, back)
    assert answer.headers["location"] == "/casilla/perfil/"


def test_a_wrong_password_says_so_and_changes_no_token(her: Visitor) -> None:
    old = her.client.cookies[SESSION]
    answer = confirm(her, "otra-cosa-1")
    assert answer.status_code == 403
    assert "La contraseña no es correcta" in answer.text
    assert her.client.cookies[SESSION] == old
    assert confirm(her, "").status_code == 400


def test_guessing_inside_is_limited_and_the_right_password_waits_too(
    her: Visitor, rosa: Person, clock: Clock
) -> None:
    """S47: five in a quarter of an hour, whoever holds the session."""
    answers = [confirm(her, "otra-cosa-1").status_code for _ in range(6)]
    assert answers == [403] * 5 + [429]
    refused = confirm(her, rosa.password)
    assert (refused.status_code, refused.headers["retry-after"]) == (429, "180")
    clock.advance(minutes=4)
    assert confirm(her, rosa.password).status_code == 303


def test_the_form_without_its_token_is_refused(her: Visitor, rosa: Person) -> None:
    """S53"""
    assert her.client.post(CONFIRM, data={"clave": rosa.password}).status_code == 403


def test_who_is_not_inside_is_sent_to_the_login(visitor: Visitor) -> None:
    assert visitor.get(CONFIRM).headers["location"].startswith("/casilla/ingresar/")
