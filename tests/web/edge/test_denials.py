"""Who only has to wait is blamed for nothing, and what is no code costs no try: S51, R3."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from httpx2 import Response

from proxy.domain import limits
from proxy.domain.limits import Kind
from proxy.errors import Denied, Reason
from proxy.installation import Installation
from proxy.texts import TEXTS
from proxy.web.edge.denials import sentence
from tests import outbox
from tests.clock import Clock
from tests.people import Person
from tests.web.recovering import Recovering
from tests.web.registering import START, Registering, introduce
from tests.web.saying import blames, waits
from tests.web.visitor import Visitor

MALFORMED = ("12 34", "abcdef", "0" * 40, "١٢٣٤٥٦", "12345a")


@pytest.fixture
def elena(visitor: Visitor, installation: Installation) -> Registering:
    introduce(installation)
    return Registering(visitor)


@pytest.fixture
def bakery(elena: Registering, rosa: Person) -> Registering:
    """Where the code of its representative is typed."""
    elena.choose("juridica")
    assert elena.company().status_code == 303
    number = rosa.identidad.number
    elena.follow(f"{START}representante/", numero=number, poder="1")
    return elena


def test_another_token_asked_for_too_soon_is_a_notice(visitor: Visitor, rosa: Person) -> None:
    visitor.password(rosa.identidad.number, rosa.password)
    soon = visitor.send(visitor.get("/casilla/token/"), "/reenviar/")
    assert soon.status_code == 429 and "Espere 30 segundos" in waits(soon)
    assert "Token digital · Casilla" in visitor.get("/casilla/token/reenviar/").text


def test_another_clave_asked_for_too_soon_is_a_notice(elena: Registering, visitor: Visitor) -> None:
    elena.reach_email()
    soon = visitor.send(visitor.get(f"{START}correo/"), "/reenviar/")
    assert soon.status_code == 429 and "Espere 30 segundos" in waits(soon)
    assert "VERIFICACIÓN DE CORREO" in visitor.get(f"{START}correo/reenviar/").text


def test_another_clave_of_a_representative_asked_for_too_soon_is_a_notice(
    bakery: Registering,
) -> None:
    page = bakery.visitor.get(f"{START}representante/clave/")
    assert "Puede pedir otra pasados 30 segundos" in page.text
    assert f'<form action="{START}representante/"><button class="second">Regresar' in page.text
    soon = bakery.visitor.send(page, "/reenviar/")
    assert soon.status_code == 429 and "Espere 30 segundos" in waits(soon)
    assert bakery.visitor.get(f"{START}representante/reenviar/").status_code == 200


def test_a_riddle_before_the_password_is_a_notice(visitor: Visitor) -> None:
    for _ in range(6):
        last = visitor.password("40000001", "una-clave-cualquiera")
    assert last.status_code == 403 and "haga también la comprobación" in waits(last)


def test_too_many_old_passwords_are_a_notice(her: Visitor) -> None:
    new = "Tres-rios-altos-91"
    page = her.get("/casilla/clave/")
    for _ in range(6):
        last = her.send(page, "/clave/", antigua="no-es-esta", nueva=new, repetida=new)
    assert last.status_code == 429 and "Hubo demasiados intentos" in waits(last)


def test_no_old_password_is_asked_for_by_its_name(her: Visitor) -> None:
    """M61: on a page with three of them."""
    page = her.send(her.get("/casilla/clave/"), "/clave/", antigua="")
    assert "Escriba su clave antigua: la que usó para ingresar ahora." in blames(page)


def test_too_many_passwords_of_who_is_inside_are_a_notice(her: Visitor, clock: Clock) -> None:
    clock.advance(minutes=6)
    page = her.get("/casilla/confirmar/")
    for _ in range(6):
        last = her.send(page, "/confirmar/", clave="no-es-esta")
    assert last.status_code == 429 and "Hubo demasiados intentos" in waits(last)


def test_another_code_of_the_profile_asked_for_too_soon_is_a_notice(her: Visitor) -> None:
    her.send(her.get("/casilla/perfil/"), "/perfil/", correo="nueva@example.com")
    soon = her.send(her.get("/casilla/perfil/codigo/"), "/reenviar/")
    assert soon.status_code == 429 and "Espere 30 segundos" in waits(soon)
    assert her.get("/casilla/perfil/codigo/reenviar/").status_code == 200
    assert her.get("/casilla/perfil/celular/quitar/").status_code == 200


def test_too_many_recoveries_are_a_notice(
    visitor: Visitor, monkeypatch: pytest.MonkeyPatch
) -> None:
    """S83: only where its network took fifty times the number."""
    monkeypatch.setitem(limits.HOLDS, Kind.SHARE, 1)
    lost = Recovering(visitor)
    for n in range(6):
        last = lost.started(f"4900000{n}")
    assert last.status_code == 429 and "Sus datos no están mal" in waits(last)
    asked = {"persona": "natural", "tipo": "DNI", "numero": "49999999", "correo": "a@example.com"}
    page = visitor.get("/casilla/recuperar/correo/")
    last = visitor.send(page, "/casilla/recuperar/correo/", **asked)
    assert last.status_code == 429 and "Sus datos no están mal" in waits(last)


def test_a_recovery_that_is_over_blames_no_field(visitor: Visitor) -> None:
    lost = Recovering(visitor)
    lost.started("49999999")
    lost.sent()
    for _ in range(5):
        last = lost.verified("000000")
    assert last.status_code == 403 and "Se acabaron los intentos" in waits(last)


@pytest.mark.parametrize("reason", sorted(set(Reason) - {Reason.RIDDLE, Reason.UNREAD}))
def test_a_page_without_words_of_its_own_says_every_reason(reason: Reason) -> None:
    """Only the login asks for a riddle, and what is unread has a page that says so."""
    denied = Denied(reason, timedelta(minutes=3), left=1)
    assert "{" not in sentence(denied, "no such words")


def test_a_page_says_it_in_its_own_words_and_else_in_those_of_the_app() -> None:
    assert "clave" in sentence(Denied(Reason.WRONG, left=1), "clave")
    assert "aplicación" in sentence(Denied(Reason.WRONG, left=1, by_app=True), "recovery")


Try = Callable[[str], Response]


@pytest.fixture(params=["login", "recovery", "registration", "link", "representative", "profile"])
def way(
    request: pytest.FixtureRequest, visitor: Visitor, rosa: Person, installation: Installation
) -> tuple[Try, str]:
    """How a code is typed, and what asks for one."""
    name = request.param
    introduce(installation)
    registering = Registering(visitor)
    if name == "login":
        visitor.password(rosa.identidad.number, rosa.password)
        return visitor.code, "token.missing"
    if name == "recovery":
        lost = Recovering(visitor)
        lost.started(rosa)
        lost.sent()
        return lost.verified, "token.missing"
    if name == "registration":
        registering.reach_email()
        return registering.validate, "clave.missing"
    if name == "link":
        registering.reach_email()
        link = newest_link(installation)
        return lambda typed: visitor.send(
            visitor.follow(link), "/enlace/", clave=typed
        ), "clave.missing"
    if name == "representative":
        bakery = request.getfixturevalue("bakery")
        path = f"{START}representante/clave/"
        return lambda typed: bakery.send(path, clave=typed), "clave.missing"
    her = request.getfixturevalue("her")
    her.send(her.get("/casilla/perfil/"), "/perfil/", correo="nueva@example.com")
    code = "/casilla/perfil/codigo/"
    return lambda typed: her.send(her.get(code), code, token=typed), "token.missing"


def newest_link(installation: Installation) -> str:
    context = outbox.messages(installation.db, "registration_code")[-1].context
    token = installation.signing.link("registration", bytes.fromhex(context["challenge"]))
    return f"{START}enlace/{token}/"


def test_what_is_no_code_is_told_so_and_costs_no_try(way: tuple[Try, str]) -> None:
    """R3: six digits, however they are spaced."""
    attempt, missing = way
    for typed in MALFORMED:
        answer = attempt(typed)
        assert (answer.status_code, blames(answer)) == (400, [TEXTS[missing]]), typed
    wrong = attempt("000-000")
    assert wrong.status_code == 403
    assert "Le quedan 4 intentos." in blames(wrong)[0]
