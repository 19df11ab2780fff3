"""Each form whose button is pressed again, because the first answer does not come: nothing is lost.

S24, S27, S31, S62; the flows are tried in tests/flows/test_again.py.
"""

import re
from collections.abc import Callable

import pytest
from httpx2 import Response

from proxy.installation import Installation
from tests import outbox
from tests.clock import Clock
from tests.flows.newcomer import ELENA
from tests.people import Person
from tests.web.conftest import newest_code
from tests.web.recovering import START as LOST
from tests.web.recovering import followed
from tests.web.registering import START, Registering, introduce, mail_of
from tests.web.visitor import Visitor

NEW = "Olluco-volcan-93"


def place(answer: Response) -> str:
    assert answer.status_code == 303, answer.text
    return answer.headers["location"]


def leaving(installation: Installation, name: str) -> int:
    """Messages that somebody gets."""
    return sum(bool(one.recipient) for one in outbox.messages(installation.db, name))


def test_a_login_whose_buttons_are_pressed_again_opens_the_inbox(
    visitor: Visitor, rosa: Person, installation: Installation, mailed_code: Callable[[], str]
) -> None:
    form = visitor.get("/casilla/ingresar/")
    answers = visitor.twice(form, "/ingresar/", dni="40000001", clave=rosa.password)
    assert [place(answer) for answer in answers] == ["/casilla/token/"] * 2
    assert leaving(installation, "login_code") == 1
    answers = visitor.twice(visitor.get("/casilla/token/"), "/token/", token=mailed_code())
    assert [place(answer) for answer in answers] == ["/casilla/?listo=1"] * 2
    assert visitor.get("/casilla/?listo=1").status_code == 200
    assert leaving(installation, "new_device") == 1
    visitor.client.cookies.set("__Host-sesion", answers[0].cookies["__Host-sesion"])
    assert place(visitor.get("/casilla/")).startswith("/casilla/ingresar/?")


def test_the_page_of_the_token_comes_back_for_who_lost_its_answer_and_reloads(
    visitor: Visitor, rosa: Person, mailed_code: Callable[[], str]
) -> None:
    visitor.password(rosa.identidad.number, rosa.password)
    form = visitor.get("/casilla/token/")
    with visitor.unanswered():
        visitor.send(form, "/token/", token=mailed_code())
    back = visitor.get("/casilla/token/")
    assert place(visitor.send(back, "/token/", token=mailed_code())) == "/casilla/?listo=1"
    visitor.client.cookies.clear()
    assert place(visitor.get("/casilla/token/")) == "/casilla/ingresar/"


def test_a_session_in_use_is_ended_by_no_second_press(
    visitor: Visitor, rosa: Person, mailed_code: Callable[[], str]
) -> None:
    """S24: whoever has the visit and saw the code, while its owner is inside."""
    visitor.password(rosa.identidad.number, rosa.password)
    form = visitor.get("/casilla/token/")
    with visitor.unanswered():
        opened = visitor.send(form, "/token/", token=mailed_code()).cookies["__Host-sesion"]
        visitor.client.cookies.set("__Host-sesion", opened, domain="casilla.test")
        assert visitor.get("/casilla/").status_code == 200
    again = visitor.send(form, "/token/", token=mailed_code())
    assert again.status_code == 403 and "Iniciar sesión" in again.text
    visitor.client.cookies.clear()
    visitor.client.cookies.set("__Host-sesion", opened, domain="casilla.test")
    assert visitor.get("/casilla/").status_code == 200


def test_a_recovery_whose_buttons_are_pressed_again_changes_the_password(
    visitor: Visitor, rosa: Person, installation: Installation, recovery_code: Callable[[], str]
) -> None:
    path = LOST
    steps = [
        ("/recuperar/", "canal/", {"dni": rosa.identidad.number}),
        ("/canal/", "token/", {"canal": "correo"}),
        ("/token/", "clave/", {}),
    ]
    for action, leads, fields in steps:
        typed = fields or {"token": recovery_code()}
        answers = visitor.twice(visitor.get(path), action, **typed)
        assert [place(answer) for answer in answers] == [f"{LOST}{leads}"] * 2
        path = f"{LOST}{leads}"
    assert leaving(installation, "recovery_code") == 1
    answers = visitor.twice(visitor.get(path), "/clave/", nueva=NEW, repetida=NEW)
    assert [place(answer) for answer in answers] == [f"{LOST}listo/"] * 2
    assert "¡Listo!" in visitor.get(f"{LOST}listo/").text
    assert leaving(installation, "password_changed") == 1
    assert place(visitor.password(rosa.identidad.number, NEW)) == "/casilla/token/"


@pytest.mark.parametrize("late", [False, True])
def test_another_password_than_the_one_that_was_stored_is_not_told_to_be_ready(
    visitor: Visitor,
    rosa: Person,
    clock: Clock,
    recovery_code: Callable[[], str],
    late: bool,
) -> None:
    """And a minute later nothing is: who comes then may try passwords."""
    visitor.pay(visitor.get(LOST), "/recuperar/", dni=rosa.identidad.number)
    visitor.pay(visitor.get(f"{LOST}canal/"), "/canal/", canal="correo")
    visitor.pay(visitor.get(f"{LOST}token/"), "/token/", token=recovery_code())
    form = visitor.get(f"{LOST}clave/")
    with visitor.unanswered():
        visitor.send(form, "/clave/", nueva=NEW, repetida=NEW)
    other = NEW if late else "Otra-Distinta-94"
    if late:
        clock.advance(minutes=1)
    again = visitor.send(form, "/clave/", nueva=other, repetida=other)
    assert again.status_code == 403 and "¡Listo!" not in again.text


def test_the_link_of_a_recovery_may_be_pressed_again(
    visitor: Visitor, rosa: Person, installation: Installation
) -> None:
    visitor.pay(
        visitor.get(f"{LOST}correo/"), "/correo/",
        persona="natural", tipo="DNI", numero=rosa.identidad.number, correo=rosa.email,
    )  # fmt: skip
    [sent] = outbox.messages(installation.db, "recovery_link")
    token = installation.signing.link("recovery", bytes.fromhex(str(sent.context["link"])))
    answers = visitor.twice(followed(visitor, token), "/cambio/", nueva=NEW, repetida=NEW)
    assert [place(answer) for answer in answers] == [f"{LOST}listo/"] * 2
    assert place(visitor.password(rosa.identidad.number, NEW)) == "/casilla/token/"


def test_a_registration_whose_buttons_are_pressed_again_opens_one_casilla(
    visitor: Visitor, installation: Installation
) -> None:
    introduce(installation)
    elena = Registering(visitor)
    elena.choose()
    answers = visitor.twice(visitor.get(f"{START}datos/"), "/datos/", **ELENA)
    assert [place(answer) for answer in answers] == [f"{START}revision/"] * 2
    answers = visitor.twice(visitor.get(f"{START}revision/"), "/revision/")
    assert [place(answer) for answer in answers] == [f"{START}correo/"] * 2
    assert leaving(installation, "registration_code") == 1
    code = newest_code(installation, "registration_code")
    answers = visitor.twice(visitor.get(f"{START}correo/"), "/correo/", clave=code)
    assert [place(answer) for answer in answers] == [f"{START}listo/"] * 2
    assert leaving(installation, "credentials") == 1


def test_a_representative_is_written_to_once_and_answers_twice(
    visitor: Visitor, installation: Installation, rosa: Person
) -> None:
    introduce(installation)
    bakery = Registering(visitor)
    bakery.choose("juridica")
    assert place(bakery.company()) == f"{START}representante/"
    form = visitor.get(f"{START}representante/")
    sent = {"numero": rosa.identidad.number, "poder": "1"}
    answers = visitor.twice(form, "/representante/", **sent)
    code_page = f"{START}representante/clave/"
    assert [place(answer) for answer in answers] == [code_page] * 2
    assert leaving(installation, "representative_code") == 1
    code = newest_code(installation, "representative_code")
    answers = visitor.twice(visitor.get(code_page), "/clave/", clave=code)
    assert [place(answer) for answer in answers] == [f"{START}revision/"] * 2


@pytest.mark.parametrize("profile", ["estricto"])
def test_the_link_of_an_activation_may_be_pressed_again(
    visitor: Visitor, installation: Installation
) -> None:
    introduce(installation)
    elena = Registering(visitor)
    elena.reach_email()
    elena.validate(newest_code(installation, "registration_code"))
    letter = mail_of(installation)["Credenciales de Acceso"]
    link = re.search(r"https://casilla.test(/casilla/activar/\S+)", letter)
    assert link
    new = "tres rios altos y 91 truchas"
    form = visitor.get(place(visitor.get(link[1])))
    answers = visitor.twice(form, "/activar/", nueva=new, repetida=new)
    assert [place(answer) for answer in answers] == ["/casilla/recuperar/listo/"] * 2


def test_tries_that_were_used_are_not_promised_again(
    visitor: Visitor,
    rosa: Person,
    installation: Installation,
    clock: Clock,
    recovery_code: Callable[[], str],
) -> None:
    """S26: another code gives no other tries."""

    def wrong(name: str) -> str:
        return f"{(int(newest_code(installation, name)) + 1) % 1_000_000:06}"

    visitor.password(rosa.identidad.number, rosa.password)
    assert "y tiene 5 intentos." in visitor.get("/casilla/token/").text
    for left in (4, 3):
        assert f"y tiene {left} intentos." in visitor.code(wrong("login_code")).text
    clock.advance(seconds=31)
    again = visitor.send(visitor.get("/casilla/token/"), "/reenviar/")
    assert "y tiene 3 intentos." in visitor.get(place(again)).text
    for _ in range(2):
        last = visitor.code(wrong("login_code"))
    assert "y tiene 1 intento." in last.text

    visitor.pay(visitor.get(LOST), "/recuperar/", dni=rosa.identidad.number)
    visitor.pay(visitor.get(f"{LOST}canal/"), "/canal/", canal="correo")
    form = visitor.get(f"{LOST}token/")
    assert "y tiene 5 intentos." in form.text
    refused = visitor.pay(form, "/recuperar/token/", token=wrong("recovery_code"))
    assert "y tiene 4 intentos." in refused.text


def test_tries_of_a_registration_are_not_promised_again(
    visitor: Visitor, installation: Installation, clock: Clock
) -> None:
    introduce(installation)
    elena = Registering(visitor)
    assert "y tiene 5 intentos." in elena.reach_email().text
    code = f"{(int(newest_code(installation, 'registration_code')) + 1) % 1_000_000:06}"
    assert "y tiene 4 intentos." in elena.validate(code).text
    clock.advance(seconds=31)
    again = visitor.send(visitor.get(f"{START}correo/"), "/reenviar/")
    assert "y tiene 4 intentos." in visitor.get(place(again)).text
