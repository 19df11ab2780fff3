"""While too many passwords are tried everywhere, unknown browsers answer a riddle: S48."""

from collections.abc import Callable

import pytest
from httpx2 import Response

from tests.few import few
from tests.people import Person
from tests.web.visitor import Visitor

PAGE = "/casilla/ingresar/"


@pytest.fixture(autouse=True)
def crowd(monkeypatch: pytest.MonkeyPatch) -> None:
    """Four tries of everybody are too many, so that a test need not make a thousand."""
    few(monkeypatch, "password/all", 4)


@pytest.fixture
def asked(make_visitor: Callable[[], Visitor], rosa: Person) -> Visitor:
    for _ in range(2):
        make_visitor().password("49999999", "otra")
    return make_visitor()


def answered(visitor: Visitor, page: Response, person: Person, **fields: str) -> Response:
    return visitor.send(page, PAGE, dni=person.identidad.number, clave=person.password, **fields)


def test_nobody_waits_but_answers(asked: Visitor, rosa: Person) -> None:
    page = asked.password(rosa.identidad.number, rosa.password)
    assert page.status_code == 400 and "Falta el texto de la imagen" in page.text
    assert f'value="{rosa.identidad.number}"' in page.text
    right = asked.pay(page, PAGE, dni=rosa.identidad.number, clave=rosa.password)
    assert right.headers["location"] == "/casilla/token/"


def test_a_wrong_answer_tries_no_password(asked: Visitor, rosa: Person) -> None:
    page = asked.password(rosa.identidad.number, rosa.password)
    again = answered(asked, page, rosa, captcha="AAAAA")
    assert again.status_code == 400 and "captcha_id" in again.text


def test_after_a_wrong_password_the_next_riddle_is_there_at_once(
    asked: Visitor, rosa: Person
) -> None:
    page = asked.password(rosa.identidad.number, "otra")
    for _ in range(3):
        page = asked.pay(page, PAGE, dni=rosa.identidad.number, clave="otra")
        assert page.status_code == 403 and "no son correctos" in page.text
    right = asked.pay(page, PAGE, dni=rosa.identidad.number, clave=rosa.password)
    assert right.headers["location"] == "/casilla/token/"


def test_a_known_browser_answers_none(
    inside: Callable[[Person], Visitor], make_visitor: Callable[[], Visitor], rosa: Person
) -> None:
    """S50, S75"""
    visitor = inside(rosa)
    for _ in range(2):
        make_visitor().password("49999999", "otra")
    visitor.client.cookies.delete("__Host-sesion")
    assert visitor.password(rosa.identidad.number, rosa.password).status_code == 303
