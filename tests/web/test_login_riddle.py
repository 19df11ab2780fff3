"""While too many passwords are tried everywhere, unknown browsers answer a riddle: S48."""

from collections.abc import Callable

import pytest
from httpx2 import Response

from proxy.domain import limits
from proxy.domain.limits import Limit
from tests.people import Person
from tests.web.visitor import Visitor, forms
from tests.working import work

PAGE = "/casilla/ingresar/"


@pytest.fixture(autouse=True)
def crowd(monkeypatch: pytest.MonkeyPatch) -> None:
    """Two tries of everybody are too many, so that a test need not make a thousand."""
    few = Limit(limits.PASSWORDS.key, 2, limits.PASSWORDS.window)
    monkeypatch.setattr(limits, "PASSWORDS", few)


@pytest.fixture
def asked(make_visitor: Callable[[], Visitor], rosa: Person) -> Visitor:
    for _ in range(2):
        make_visitor().password("49999999", "otra")
    return make_visitor()


def answered(visitor: Visitor, page: Response, person: Person, **fields: str) -> Response:
    return visitor.send(page, PAGE, dni=person.identidad.number, clave=person.password, **fields)


def test_nobody_waits_but_answers(asked: Visitor, rosa: Person) -> None:
    page = asked.password(rosa.identidad.number, rosa.password)
    assert page.status_code == 403 and "también el texto de la imagen" in page.text
    assert f'value="{rosa.identidad.number}"' in page.text
    done = work(forms(page)[0].fields["captcha_id"])
    assert (
        answered(asked, page, rosa, captcha_trabajo=done).headers["location"] == "/casilla/token/"
    )


def test_a_wrong_answer_tries_no_password(asked: Visitor, rosa: Person) -> None:
    page = asked.password(rosa.identidad.number, rosa.password)
    again = answered(asked, page, rosa, captcha="AAAAA")
    assert again.status_code == 400 and "captcha_id" in again.text


def test_the_riddle_takes_the_place_of_no_other_limit(asked: Visitor, rosa: Person) -> None:
    """S75"""
    page = asked.password(rosa.identidad.number, "otra")
    for _ in range(5):
        done = work(forms(page)[0].fields["captcha_id"])
        fields = {"dni": rosa.identidad.number, "clave": "otra", "captcha_trabajo": done}
        wrong = asked.send(page, PAGE, **fields)
        assert wrong.status_code == 403 and "no son correctos" in wrong.text
        page = asked.password(rosa.identidad.number, "otra")
    assert page.status_code == 429 and "Espere 3 minutos" in page.text


def test_a_known_browser_answers_none(
    inside: Callable[[Person], Visitor], make_visitor: Callable[[], Visitor], rosa: Person
) -> None:
    """S50, S75"""
    visitor = inside(rosa)
    for _ in range(2):
        make_visitor().password("49999999", "otra")
    visitor.client.cookies.delete("__Host-sesion")
    assert visitor.password(rosa.identidad.number, rosa.password).status_code == 303
