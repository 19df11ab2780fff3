"""VERIFICACIÓN DE CORREO through the pages: M42, M43, M48, M49, R11, S26, S42."""

import re
from collections.abc import Callable

import pytest

from proxy.installation import Installation
from proxy.store import casillas
from tests import outbox
from tests.clock import Clock
from tests.flows.newcomer import HER
from tests.web.conftest import newest_code
from tests.web.registering import START, Registering, introduce, labelled, mail_of, told
from tests.web.visitor import Visitor, forms

Maker = Callable[[], Visitor]
CODE = "registration_code"


@pytest.fixture
def elena(visitor: Visitor, installation: Installation) -> Registering:
    introduce(installation)
    return Registering(visitor)


def test_the_link_lands_on_a_button_and_looking_spends_nothing(
    elena: Registering, visitor: Visitor, installation: Installation, make_visitor: Maker
) -> None:
    """M43, M48, R11, S42: mail scanners open links; another browser may use it."""
    elena.reach_email()
    letter = mail_of(installation)["Validación de Correo Electrónico"]
    link = re.search(r"https://casilla.test(/casilla/registro/enlace/\S+)", letter)
    assert link
    other = make_visitor()
    for _ in range(3):
        page = other.follow(link[1])
        assert labelled(page, "VERIFICACIÓN DE CORREO", "Clave de validación", "Validar")
    with installation.db.reading() as tx:
        assert casillas.by_identidad(tx, HER) is None
    assert other.send(page, "/enlace/").headers["location"] == f"{START}listo/"
    with installation.db.reading() as tx:
        assert casillas.by_identidad(tx, HER) is not None
    over = make_visitor().follow(link[1])
    assert over.status_code == 410
    assert "Este enlace ya no sirve" in over.text
    assert make_visitor().follow(f"{START}enlace/x/").status_code == 410


def test_sent_twice_it_ends_on_the_same_page(
    elena: Registering, visitor: Visitor, installation: Installation
) -> None:
    code_page = elena.reach_email()
    code = newest_code(installation, CODE)
    cookie = dict(visitor.client.cookies)
    first = visitor.send(code_page, "/correo/", clave=code)
    assert labelled(visitor.get(first.headers["location"]), "CASILLA ELECTRÓNICA", "Aceptar")
    visitor.client.cookies.clear()
    visitor.client.cookies.update(cookie)
    second = visitor.send(code_page, "/correo/", clave=code)
    assert first.headers["location"] == second.headers["location"] == f"{START}listo/"
    assert len(outbox.messages(installation.db, "credentials")) == 1


def test_a_wrong_code_says_how_many_tries_are_left_and_the_fifth_asks_for_another(
    elena: Registering, visitor: Visitor, installation: Installation, clock: Clock
) -> None:
    """S42"""
    elena.reach_email()
    wrong = f"{(int(newest_code(installation, CODE)) + 1) % 1_000_000:06}"
    assert "Le quedan 4 intentos." in elena.validate(wrong).text
    for _ in range(3):
        elena.validate(wrong)
    spent = elena.validate(wrong)
    assert spent.status_code == 403
    assert "Se acabaron los intentos" in told(spent)
    assert forms(spent)[0].action == f"{START}revision/"
    assert visitor.get(f"{START}correo/").headers["location"] == f"{START}revision/"


def test_another_code_can_be_asked_for(
    elena: Registering, visitor: Visitor, installation: Installation, clock: Clock
) -> None:
    """M42, S26"""
    page = elena.reach_email()
    assert "Espere 30 segundos" in visitor.send(page, "/reenviar/").text
    old = newest_code(installation, CODE)
    clock.advance(seconds=31)
    again = visitor.send(page, "/reenviar/")
    assert again.headers["location"] == f"{START}correo/?reenviado=1"
    assert "La anterior ya no sirve." in visitor.get(again.headers["location"]).text
    assert elena.validate(old).status_code == 403
    assert elena.validate(newest_code(installation, CODE)).status_code == 303


@pytest.mark.parametrize("profile", ["estricto"])
def test_the_strict_profile_mails_a_link_with_which_a_password_is_chosen(
    visitor: Visitor, installation: Installation
) -> None:
    """S16, S43, R5: M51 stays; no secret travels."""
    introduce(installation)
    elena = Registering(visitor)
    elena.reach_email()
    done = elena.validate(newest_code(installation, CODE))
    assert "use su enlace" in visitor.get(done.headers["location"]).text
    letter = mail_of(installation)["Credenciales de Acceso"]
    assert "ha sido aprobado" in letter and "Contraseña:" not in letter
    link = re.search(r"https://casilla.test(/casilla/activar/\S+)", letter)
    assert link
    clean = visitor.get(link[1]).headers["location"]
    assert clean.startswith("/casilla/activar/?enlace=")
    page = visitor.get(clean)
    assert labelled(page, "Elija su contraseña", "Guardar")
    weak = visitor.send(page, clean, nueva="corta", repetida="corta")
    assert weak.status_code == 400
    new = "tres rios altos y 91 truchas"
    assert visitor.send(page, clean, nueva=new, repetida=new).status_code == 303
    assert visitor.get(link[1]).status_code == 303
    over = visitor.get(clean)
    assert over.status_code == 410
    assert '<a href="/casilla/ingresar/">inicie sesión</a>' in over.text
    assert visitor.password("40000011", new).headers["location"] == "/casilla/token/"
