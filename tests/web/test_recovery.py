"""RECUPERAR CLAVE through the pages: J13–J19, J28–J39, M77–M82, S31–S37, S52, S53."""

import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from httpx2 import Response

from proxy.installation import Installation
from proxy.store import casillas, links
from tests import outbox
from tests.clock import Clock
from tests.people import Person
from tests.web.recovering import START, Recovering, followed
from tests.web.visitor import Visitor, forms

NEW = "Olluco-volcan-93"

Maker = Callable[[], Visitor]


def headings(page: Response) -> list[str]:
    return re.findall(r"<h1>(.*?)</h1>", page.text)


def sentences(page: Response) -> list[str]:
    return re.findall(r'<li><a href="#[^"]+">(.*?)</a></li>', page.text)


def shape(page: Response) -> tuple[int, str, tuple[str, ...]]:
    """What an onlooker could compare: status, text without what is random, names of headers."""
    text = re.sub(r'(value|src)="[^"]*"|data-riddle="[^"]*"', "", page.text)
    return page.status_code, text, tuple(sorted(page.headers))


@pytest.fixture
def forgetful(visitor: Visitor) -> Recovering:
    return Recovering(visitor)


def test_the_guide_can_be_followed_step_by_step(
    forgetful: Recovering, visitor: Visitor, rosa: Person, recovery_code: Callable[[], str]
) -> None:
    """J29–J39, J6, J12, J13, J14, J16, J18, J19, R25"""
    login = visitor.get("/casilla/ingresar/")
    assert f'href="{START}">RECUPERAR CLAVE</a>' in login.text  # J30
    start = visitor.get(START)
    assert "<title>Recuperar Clave" in start.text  # J31
    assert headings(start) == ["Recuperar contraseña"]  # R28
    for words in (">DNI</label>", ">TEXTO DE LA IMAGEN</label>", ">Restablecer contraseña<"):
        if "TEXTO" not in words:  # the pool of these tests has no picture ready
            assert words in start.text  # J13, J32
    channel = forgetful.started(rosa)
    assert "Debe tener acceso para poder recibir el código digital." in channel.text  # J15, J34
    code = forgetful.sent()
    assert ">Token digital</label>" in code.text and ">VERIFICAR</button>" in code.text  # J16, J35
    assert ">Reenviar código digital</button>" in code.text  # J17, J36, R27
    assert ">Aceptar</button>" in visitor.get(f"{START}reenviar/").text
    choose = forgetful.verified(recovery_code())
    assert (
        "La contraseña debe tener al menos 8 caracteres, incluyendo al menos una mayúscula, "
        "una minúscula y un número." in choose.text
    )  # J37, J38, M63, R31
    done = forgetful.chosen(NEW)
    assert headings(done) == [
        "¡Listo!, ahora tiene acceso al Sistema de Casilla Electrónica."
    ]  # J39
    assert visitor.get("/casilla/").status_code == 303  # S37: nobody was logged in
    assert visitor.password(rosa.identidad.number, NEW).headers["location"] == "/casilla/token/"


def test_no_step_tells_who_has_a_casilla(
    make_visitor: Maker, rosa: Person, recovery_code: Callable[[], str]
) -> None:
    """S31: page, status, size and headers are the same for known and unknown."""
    seen = []
    for dni in (rosa.identidad.number, "49999999"):
        forgetful = Recovering(make_visitor())
        steps = [forgetful.started(dni), forgetful.sent(), forgetful.verified("000000")]
        steps.append(forgetful.solved(f"{START}reenviar/"))
        visitor = make_visitor()
        page = visitor.get(f"{START}correo/")
        fields = {"persona": "natural", "tipo": "DNI", "numero": dni, "correo": rosa.email}
        steps.append(visitor.send(page, f"{START}correo/", **fields))
        steps.append(visitor.get(steps[-1].headers["location"]))
        seen.append([shape(step) for step in steps])
    assert seen[0] == seen[1]


def test_no_page_shows_a_part_of_the_address_or_of_the_mobile(
    forgetful: Recovering, rosa: Person
) -> None:
    """S31"""
    for page in (forgetful.started(rosa), forgetful.sent()):
        assert rosa.email.partition("@")[0] not in page.text and "***" not in page.text


def test_the_riddle_is_asked_at_every_step_of_the_guide(
    visitor: Visitor, rosa: Person, clock: Clock, recovery_code: Callable[[], str]
) -> None:
    """J13, J14, J17, J32, J33, J35, J36, R30: without it nothing goes on and nothing is spent."""
    forgetful = Recovering(visitor)
    page = visitor.get(START)
    assert visitor.send(page, START, dni=rosa.identidad.number).status_code == 400
    forgetful.started(rosa)
    page = visitor.get(f"{START}canal/")
    assert visitor.send(page, f"{START}canal/", canal="correo").status_code == 400
    forgetful.sent()
    code = recovery_code()
    page = visitor.get(f"{START}token/")
    refused = visitor.send(page, f"{START}token/", token=code)
    assert refused.status_code == 400 and f'value="{code}"' in refused.text
    clock.advance(seconds=30)
    page = visitor.get(f"{START}reenviar/")
    assert visitor.send(page, f"{START}reenviar/").status_code == 400
    assert headings(forgetful.verified(code)) == ["Elija su contraseña nueva"]


@pytest.mark.parametrize("profile", ["estricto"])
def test_the_stricter_profile_asks_for_no_riddle_at_the_first_try(
    make_visitor: Maker, rosa: Person
) -> None:
    """S16, S75"""
    visitor = make_visitor()
    page = visitor.get(START)
    assert "captcha_id" not in page.text
    moved = visitor.send(page, START, dni=rosa.identidad.number)
    assert moved.headers["location"] == f"{START}canal/"
    page = visitor.get(START)
    again = visitor.send(page, START, dni=rosa.identidad.number)
    assert again.status_code == 400 and "captcha_id" in again.text


@pytest.mark.parametrize("profile", ["estricto"])
def test_a_page_shows_a_riddle_when_it_will_be_asked_for_and_only_then(
    make_visitor: Maker, rosa: Person, clock: Clock
) -> None:
    """S16: neighbours share a network, and nobody is told that something unseen is missing."""
    visitor, neighbour = make_visitor(), make_visitor()
    malformed = visitor.send(visitor.get(START), START, dni="1234")
    assert malformed.status_code == 400 and "captcha_id" not in malformed.text
    moved = visitor.send(malformed, START, dni=rosa.identidad.number)
    assert moved.headers["location"] == f"{START}canal/"
    assert "captcha_id" in neighbour.get(START).text
    assert "captcha_id" not in visitor.get(f"{START}canal/").text
    clock.advance(minutes=10)
    assert "captcha_id" not in neighbour.get(START).text


def test_an_expired_code_says_what_to_do(
    forgetful: Recovering, rosa: Person, clock: Clock, recovery_code: Callable[[], str]
) -> None:
    """J17, J36"""
    forgetful.started(rosa)
    forgetful.sent()
    clock.advance(minutes=10)
    late = forgetful.verified(recovery_code())
    assert "Pulse «Reenviar código digital»" in sentences(late)[0]
    again = forgetful.solved(f"{START}reenviar/")
    assert "Le enviamos un token digital nuevo." in again.text
    assert headings(forgetful.verified(recovery_code())) == ["Elija su contraseña nueva"]


def test_after_five_wrong_codes_one_starts_again(
    forgetful: Recovering, rosa: Person, recovery_code: Callable[[], str]
) -> None:
    """S25"""
    forgetful.started(rosa)
    forgetful.sent()
    for _ in range(4):
        forgetful.verified("000000")
    over = forgetful.verified("000000")
    assert headings(over) == ["Recuperar contraseña"]
    assert forgetful.get(f"{START}token/").headers["location"] == START


@pytest.mark.parametrize(
    ("password", "again", "said"),
    [
        ("Corta1", "Corta1", "al menos 8"),
        ("todominuscula1", "todominuscula1", "una mayúscula"),
        ("Contraseña1", "Contraseña1", "una de las primeras"),
        ("Password1", "Password1", "una de las primeras"),
        ("Quispe-volcan-9", "Quispe-volcan-9", "no debe llevar su nombre"),
        ("A40000001a", "A40000001a", "no debe llevar su nombre"),
        ("JNE-casilla-26", "JNE-casilla-26", "una de las primeras"),
        ("Aaaa-1111", "Aaaa-1111", "se adivina"),
        (NEW, "Otra-cosa-93", "no son iguales"),
        (NEW, "", "no son iguales"),
    ],
)
def test_a_password_that_is_not_taken_is_told_why(
    forgetful: Recovering,
    rosa: Person,
    recovery_code: Callable[[], str],
    password: str,
    again: str,
    said: str,
) -> None:
    """J38, S17: and the next try is still possible."""
    forgetful.started(rosa)
    forgetful.sent()
    forgetful.verified(recovery_code())
    refused = forgetful.chosen(password, again)
    assert refused.status_code == 400
    assert said in sentences(refused)[0].replace("de 8 a 128 caracteres", "al menos 8")
    assert password not in refused.text
    assert headings(forgetful.chosen(NEW))[0].startswith("¡Listo!")


def test_no_step_can_be_skipped(visitor: Visitor) -> None:
    for step in ("canal", "token", "reenviar", "clave"):
        assert visitor.get(f"{START}{step}/").headers["location"] == START
    assert visitor.get(f"{START}cambio/").status_code == 410


def test_the_steps_of_one_browser_are_of_no_use_to_another(
    make_visitor: Maker, rosa: Person, recovery_code: Callable[[], str]
) -> None:
    """S27"""
    owner, thief = Recovering(make_visitor()), Recovering(make_visitor())
    owner.started(rosa)
    owner.sent()
    thief.started("49999999")
    thief.sent()
    assert "no es correcto" in sentences(thief.verified(recovery_code()))[0]


def ask_link(visitor: Visitor, person: Person, **changes: str) -> Response:
    fields = {"persona": "natural", "tipo": "DNI", "numero": person.identidad.number}
    fields |= {"correo": person.email} | changes
    return visitor.send(visitor.get(f"{START}correo/"), f"{START}correo/", **fields)


def link_of(installation: Installation) -> str:
    link = outbox.messages(installation.db, "recovery_link")[-1].context["link"]
    return installation.signing.link("recovery", bytes.fromhex(link))


def test_a_link_by_mail_opens_the_page_of_the_change(
    visitor: Visitor, make_visitor: Maker, rosa: Person, installation: Installation
) -> None:
    """M77–M80"""
    asked = visitor.get(f"{START}correo/")
    for label in ("Tipo de persona", "Tipo de documento", "Número de documento"):
        assert f">{label}</label>" in asked.text
    assert ">Continuar</button>" in asked.text
    assert ask_link(visitor, rosa).headers["location"] == f"{START}enviado/"
    scanner = make_visitor()
    followed(scanner, link_of(installation))  # S34
    change = followed(visitor, link_of(installation))
    assert headings(change) == ["CAMBIO DE CONTRASEÑA"]
    for label in ("Contraseña nueva", "Repetir contraseña nueva"):
        assert f">{label}</label>" in change.text
    assert ">Guardar</button>" in change.text
    done = visitor.send(change, f"{START}cambio/", nueva=NEW, repetida=NEW)
    assert done.headers["location"] == f"{START}listo/"
    assert visitor.password(rosa.identidad.number, NEW).headers["location"] == "/casilla/token/"
    again = followed(visitor, link_of(installation))
    assert again.status_code == 410 and headings(again) == ["Este enlace ya no sirve"]


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("persona", "otra"),
        ("tipo", "RUC"),
        ("tipo", "XX"),
        ("numero", "123"),
        ("correo", "sin-arroba"),
    ],
)
def test_what_was_typed_stays_when_a_field_is_wrong(
    visitor: Visitor, rosa: Person, field: str, value: str
) -> None:
    page = ask_link(visitor, rosa, **{field: value})
    assert page.status_code == 400 and len(sentences(page)) == 1
    for name, kept in (("numero", rosa.identidad.number), ("correo", rosa.email)):
        if name != field:
            assert f'value="{kept}"' in page.text


def test_a_late_link_says_so_and_sends_a_new_one_by_a_button(
    visitor: Visitor, rosa: Person, installation: Installation, clock: Clock
) -> None:
    """M81, M82, S36, R12"""
    ask_link(visitor, rosa)
    clock.advance(hours=48)
    late = followed(visitor, link_of(installation))
    assert headings(late) == ["El enlace venció"]
    assert "Si esta página no cambia en unos segundos, pulse" in late.text
    visitor.client.head(late.url)  # nor does whoever only looks, as mail scanners do
    assert len(outbox.messages(installation.db, "recovery_link")) == 1
    sent = visitor.send(late, f"{START}renovar/")
    page = visitor.get(sent.headers["location"])
    assert "Le enviamos un nuevo enlace" in page.text
    assert headings(followed(visitor, link_of(installation))) == ["CAMBIO DE CONTRASEÑA"]


def test_a_made_up_link_opens_and_renews_nothing(visitor: Visitor, rosa: Person) -> None:
    """S36"""
    page = followed(visitor, "inventado")
    assert headings(page) == ["Este enlace ya no sirve"]
    assert not [form for form in forms(page) if "renovar" in form.action]


def test_a_link_for_one_thing_does_not_do_another(
    visitor: Visitor, rosa: Person, installation: Installation
) -> None:
    """S34"""
    with installation.db.transaction() as tx:
        casillas.lock(tx, rosa.id)
        other = links.add(tx, "not_me", rosa.id, timedelta(days=1))
    page = followed(visitor, installation.signing.link("not_me", other))
    assert headings(page) == ["Este enlace ya no sirve"]


def test_no_address_of_the_recovery_carries_what_the_link_does(
    visitor: Visitor, rosa: Person, installation: Installation
) -> None:
    """S34: histories and other sites must not learn it."""
    ask_link(visitor, rosa)
    moved = visitor.get(f"{START}enlace/{link_of(installation)}/")
    assert moved.headers["location"].startswith(f"{START}cambio/?enlace=")


@pytest.mark.parametrize("step", ["", "canal/", "token/", "reenviar/", "clave/", "correo/"])
def test_a_form_without_its_token_is_refused(visitor: Visitor, step: str) -> None:
    """S53"""
    visitor.get(START)
    refused = visitor.client.post(f"{START}{step}", data={"dni": "40000001"})
    assert refused.status_code == 403


@pytest.mark.parametrize("site", ["cross-site", "same-site"])
def test_a_form_of_another_site_is_refused(visitor: Visitor, site: str) -> None:
    """S52"""
    page = visitor.get(START)
    fields = forms(page)[0].fields | {"dni": "40000001"}
    refused = visitor.client.post(START, data=fields, headers={"Sec-Fetch-Site": site})
    assert refused.status_code == 403


@pytest.mark.parametrize("person", ["40000001", "49999999"])
def test_where_to_look_for_the_code_is_where_this_browser_asked_for_it(
    forgetful: Recovering, person: str, rosa: Person
) -> None:
    """J33, S31: the same for everybody, with a mobile or without one."""
    forgetful.started(person)
    page = forgetful.sent("celular").text
    assert "Busque un mensaje de texto (SMS)" in page and "Busque un correo" not in page
    assert f'<a href="{START}">Pídalo por correo</a>' in page
    forgetful.started(person)
    page = forgetful.sent("correo").text
    assert "Busque un correo" in page and "(SMS)" not in page


def test_who_asks_too_soon_for_another_code_waits_and_spends_no_riddle(
    forgetful: Recovering, visitor: Visitor, rosa: Person
) -> None:
    """S26, J36: back where the code is typed, and nothing that was typed is called wrong."""
    forgetful.started(rosa)
    forgetful.sent()
    page = visitor.get(f"{START}reenviar/")
    soon = visitor.send(page, f"{START}reenviar/")
    assert soon.status_code == 429 and int(soon.headers["retry-after"]) <= 30
    assert headings(soon) == ["Escriba su token digital"] and sentences(soon) == []
    assert "antes de pedir otro" in soon.text


def test_after_five_codes_nobody_is_sent_to_a_password_that_they_forgot(
    forgetful: Recovering, rosa: Person, clock: Clock
) -> None:
    """S26, J17"""
    forgetful.started(rosa)
    forgetful.sent()
    for _ in range(4):
        clock.advance(minutes=4)
        assert "Le enviamos un token digital nuevo" in forgetful.solved(f"{START}reenviar/").text
    clock.advance(minutes=4)
    page = forgetful.solved(f"{START}reenviar/")
    assert page.status_code == 403 and ">Token digital</label>" in page.text
    assert "Use el más reciente, o empiece otra vez." in page.text
    assert "su contraseña" not in page.text.partition("<main")[2].partition("<form")[0]
