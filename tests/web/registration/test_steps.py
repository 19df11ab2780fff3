"""Regístrate through the pages, as a natural person: M10–M64, S40–S43, S52–S54, S59, S31.

R3, R5, R6, R8, R10, R11, R13, R14, R23 and R24.
"""

import re
from collections.abc import Callable
from html import unescape

import pytest

from proxy.domain.identidad import Identidad
from proxy.domain.identity import Answer, Checked, Claim
from proxy.installation import Installation
from proxy.web.edge import pace
from tests import outbox
from tests.clock import Clock
from tests.flows.newcomer import ELENA, HER
from tests.people import Person, open_casilla
from tests.web.conftest import newest_code
from tests.web.registering import (
    START,
    Registering,
    introduce,
    labelled,
    mail_of,
    sentences,
    shape,
    told,
    typed,
)
from tests.web.visitor import Visitor, forms

Maker = Callable[[], Visitor]
DATA = f"{START}datos/"
CODE = "registration_code"


@pytest.fixture
def elena(visitor: Visitor, installation: Installation) -> Registering:
    introduce(installation)
    return Registering(visitor)


def test_the_guide_can_be_followed_step_by_step(
    elena: Registering, visitor: Visitor, installation: Installation
) -> None:
    """M10–M19, M32–M34, M39–M51, M55–M62, M64: with the words of the guide."""
    login = visitor.get("/casilla/ingresar/")
    assert f'¿Aún no tiene una cuenta? <a href="{START}">Regístrate</a>' in login.text  # M10, M53
    terms = visitor.get(START)
    accept = (
        "He leído y estoy de acuerdo con los términos y condiciones del Sistema de "
        "Notificaciones Electrónicas del JNE"
    )
    assert labelled(terms, accept, "Aceptar")  # M11–M13
    privacy = elena.follow(START, acepto="1")
    declare = (
        "He leído y estoy de acuerdo con la Política de Privacidad de datos personales. DECLARO "
        "BAJO JURAMENTO que los datos consignados en la presente solicitud responden a la verdad."
    )
    assert labelled(privacy, declare, "Aceptar")  # M14–M16
    persona = elena.follow(f"{START}privacidad/", acepto="1")
    assert labelled(  # M17, M18
        persona, "CASILLA ELECTRÓNICA", "Tipo de Persona", "Persona Natural", "Persona Jurídica",
        "Continuar",
    )  # fmt: skip
    data = elena.follow(f"{START}persona/", persona="natural")
    # M19 M20 M21 M22 M23 M24 M25 M26 M27 M28 M29 M30 M32, in this order
    assert labelled(
        data, "Tipo de documento", "Número de documento", "Apellido paterno", "Apellido materno",
        "Nombres", "Fecha de nacimiento", "Sexo", "Teléfono / celular", "Correo electrónico",
        "Repetir correo electrónico", "Fecha de emisión", "CUI", "Regresar", "Continuar",
    )  # fmt: skip
    assert "<summary>¿Dónde está el CUI en mi DNI?</summary>" in data.text  # M31
    assert "termina en guion 2" in data.text
    review = elena.follow(DATA, **ELENA)
    assert labelled(review, "CASILLA ELECTRÓNICA", "Sus datos son correctos", "Aceptar")  # M39
    code = elena.follow(f"{START}revision/")
    assert labelled(code, "VERIFICACIÓN DE CORREO", "Clave de validación", "Validar")  # M49
    letter = mail_of(installation)["Validación de Correo Electrónico"]  # M40
    for words in (
        "Estimada (o) usuaria (o)",  # M41
        "El código de validación del correo electrónico es:",  # M42
        "El link de verificación directa es la siguiente: Validar Correo",  # M43
        "Este mensaje es confidencial",  # M44
        "Está prohibido y se sanciona",  # M45
        "No responda a este correo",  # M46
        # M47, R8
        "Casilla Electrónica del JNE\nServicios al Ciudadano\nJurado Nacional de Elecciones",
    ):
        assert words in letter
    mailed = re.search(r"^ +(\d{3} \d{3})$", letter, re.M)
    assert mailed  # M48, R3: six digits
    answer = elena.validate(mailed[1])
    done = visitor.get(answer.headers["location"])
    message = "Se envió un mensaje con las credenciales de acceso a su correo electrónico"
    assert labelled(done, message, "Aceptar")  # M50, M51
    assert forms(done)[0].action == "/casilla/ingresar/"
    letters = mail_of(installation)
    credentials = letters["Credenciales de Acceso"]
    for words in (
        "El registro de su solicitud de creación de casilla ha sido aprobado.",  # M55
        "Se aprobó automáticamente",  # R10
        "Puede acceder a la casilla electrónica ingresando al siguiente enlace: Casilla Ciudadana",
        "Usuario: 1-40000011",  # M57
        "Este mensaje es confidencial",  # M59
        "No responda a este correo",
    ):
        assert words in credentials  # M56
    steps = re.findall(r"^\d\. (.*)$", credentials, re.M)
    assert len(steps) == 3 and "el token digital que llegará a este correo" in steps[1]
    assert "Si sale sin cambiarla, o si vence, ya no sirve: use «RECUPERAR CLAVE»" in credentials
    secret = re.search(r"^Contraseña: ([0-9A-Z]{4}(?:-[0-9A-Z]{4}){3})$", credentials, re.M)
    assert secret  # M58
    record = letters["Constancia de afiliación a la casilla electrónica"]
    assert HER.number not in record
    assert "Documento: DNI •••••011\n" in record and "La representa" not in record
    linked = re.findall(r"^https://casilla\.test/(\w+)/1/$", record, re.M)
    assert linked == ["terminos", "privacidad"]
    visitor.password("1-40000011", secret[1])  # M60
    assert visitor.code(newest_code(installation, "login_code")).status_code == 303
    change = visitor.get(visitor.get("/casilla/").headers["location"])
    assert labelled(change, "Clave Antigua", "Clave Nueva", "Repetir Clave Nueva", "Enviar")  # M61
    assert "Si sale sin cambiarla, ya no sirve: use «RECUPERAR CLAVE»." in change.text
    new = "Tres-rios-altos-91"
    answer = visitor.send(
        change, "/casilla/clave/", antigua=secret[1], nueva=new, repetida=new
    )  # M62, R6
    assert "Elena Yupanqui Imaginaria" in visitor.get(answer.headers["location"]).text  # M64


def test_every_page_says_whom_to_ask(elena: Registering, visitor: Visitor) -> None:
    """M8, M9, R9"""
    elena.reach_email()
    ask = (
        "Para la atención de consultas sobre la creación de la Casilla Electrónica, comunicarse "
        'con el número <a class="whole" href="tel:+5113111700">(01) 311-1700</a>'
    )
    for path in ("", "privacidad/", "persona/", "datos/", "revision/", "correo/"):
        page = visitor.get(f"{START}{path}").text
        assert ask in page
        assert ">Normativas</a>" in page and ">Preguntas frecuentes</a>" in page


def test_nothing_goes_on_without_accepting_this_very_text(
    elena: Registering, visitor: Visitor
) -> None:
    """M12, M15, S45"""
    unread = elena.send(START, acepto="")
    assert unread.status_code == 400
    assert sentences(unread) == ["Para seguir debe leer el texto y marcar la casilla."]
    stale = elena.send(START, acepto="1", texto="0" * 64)
    assert sentences(stale) == ["El texto cambió mientras lo leía. Léalo otra vez y márquelo."]
    elena.follow(START, acepto="1")
    assert elena.send(f"{START}privacidad/", acepto="").status_code == 400
    assert visitor.get(DATA).headers["location"] == f"{START}privacidad/"


@pytest.mark.parametrize("step", ["privacidad/", "persona/", "datos/", "revision/", "correo/"])
def test_a_step_cannot_be_jumped_to(visitor: Visitor, step: str) -> None:
    answer = visitor.get(f"{START}{step}")
    assert answer.status_code == 303
    assert answer.headers["location"] in (START, f"{START}revision/")


def test_the_register_is_asked_only_after_a_riddle(elena: Registering, visitor: Visitor) -> None:
    """S86: what was typed stays."""
    elena.choose()
    page = visitor.get(f"{START}datos/")
    asked = visitor.send(page, "/datos/", **ELENA)
    assert asked.status_code == 400 and "Falta el texto de la imagen" in asked.text
    assert typed(asked)["nombres"] == ELENA["nombres"]
    assert visitor.pay(asked, "/datos/", **ELENA).status_code == 303


def test_data_that_do_not_match_are_told_without_saying_which_and_stay(
    elena: Registering, visitor: Visitor
) -> None:
    """M33–M36, S40, R23: the same sentence whichever value differs."""
    elena.choose()
    answers = [elena.data(nombres="Elsa"), elena.data(emision="2021-07-16")]
    assert [answer.status_code for answer in answers] == [400, 400]
    assert answers[0].text == answers[1].text
    assert "no coinciden con los del registro oficial" in told(answers[0])
    assert "con su documento a la mano" in told(answers[0])
    assert labelled(answers[0], "CASILLA ELECTRÓNICA", "Aceptar")
    (back,) = forms(answers[0])
    assert typed(visitor.get(back.action)).items() >= (ELENA | {"emision": "2021-07-16"}).items()


def test_a_service_that_does_not_answer_is_told_calmly_and_nothing_is_lost(
    elena: Registering, visitor: Visitor, installation: Installation
) -> None:
    """S40, S77"""

    class Down:
        def check(self, claim: Claim) -> Checked:
            return Checked(Answer.UNAVAILABLE)

        def represents(self, person: Identidad, company: Identidad) -> Answer:
            return Answer.UNAVAILABLE

    known, installation.identity = installation.identity, Down()
    elena.choose()
    answer = elena.data()
    assert answer.status_code == 503
    assert "No es un error suyo" in told(answer)
    assert typed(visitor.get(DATA)).items() >= ELENA.items()
    installation.identity = known
    assert elena.data().status_code == 303


def test_two_addresses_that_differ_are_told_beside_them(elena: Registering) -> None:
    """M37, M38"""
    elena.choose()
    answer = elena.data(correo2="elena@exmaple.com")
    assert answer.status_code == 400
    assert sentences(answer) == [
        "Los dos correos no son iguales. Revise letra por letra y corríjalos."
    ]
    assert typed(answer).items() >= (ELENA | {"correo2": "elena@exmaple.com"}).items()


@pytest.mark.parametrize("again", ["elena@EXAMPLE.com", "Elena@example.com"])
def test_an_address_that_is_typed_twice_has_no_case(elena: Registering, again: str) -> None:
    """S41"""
    elena.choose()
    assert elena.data(correo2=again).status_code == 303


def test_another_phone_or_address_is_taken_without_asking_the_register_again(
    elena: Registering, installation: Installation
) -> None:
    """S40: who was right goes back to the form as often as they need."""
    elena.choose()
    assert elena.data().status_code == 303
    installation.identity = Never()
    for n in range(6):
        assert elena.data(telefono=f"98765432{n}").status_code == 303


class Never:
    def check(self, claim: Claim) -> Checked:
        raise AssertionError("the register was asked again")

    def represents(self, person: Identidad, company: Identidad) -> Answer:
        raise AssertionError("a person has no representative")


def test_regresar_keeps_what_was_typed_however_wrong(elena: Registering, visitor: Visitor) -> None:
    """M32, M36, R14"""
    elena.choose()
    answer = elena.data(numero="12", nombres="", regresar="1")
    assert answer.headers["location"] == f"{START}persona/"
    assert typed(visitor.get(DATA)).items() >= (ELENA | {"numero": "12", "nombres": ""}).items()


def test_known_and_unknown_see_the_same_pages(
    installation: Installation, make_visitor: Maker, clock: Clock
) -> None:
    """S41, S31, S21: byte for byte, with statuses and names of headers, to the last guess."""
    introduce(installation)
    seen = []
    for turn in range(2):
        if turn:
            her = Person(HER, "Elena", "la-de-siempre@example.com", "Quinua-2041")
            open_casilla(installation.db, her, installation.passwords)
            clock.advance(hours=6)
        visitor = make_visitor()
        registering = Registering(visitor)
        registering.choose()
        sent = registering.data()
        pages = [sent, visitor.get(sent.headers["location"])]
        sent = registering.send(f"{START}revision/")
        pages += [sent, visitor.get(sent.headers["location"])]
        right = newest_code(installation, CODE) if not turn else "000000"
        for n in range(4):
            pages.append(registering.validate(f"{(int(right) + 1 + n) % 1_000_000:06}"))
        pages.append(visitor.send(visitor.get(f"{START}correo/"), "/reenviar/"))
        pages.append(registering.validate(f"{(int(right) + 5) % 1_000_000:06}"))
        pages.append(visitor.get(f"{START}correo/"))
        seen.append([shape(page) for page in pages])
    for known, unknown in zip(*seen, strict=True):
        assert known == unknown
    assert outbox.messages(installation.db, "already_registered")[-1].recipient == (
        "la-de-siempre@example.com"
    )


def test_a_held_answer_takes_its_time_here_too(elena: Registering, visitor: Visitor) -> None:
    """S21: every form of the registration."""
    pages = {START: visitor.get(START)}
    answers = [visitor.send(pages[START], START, acepto="1")]
    answers.append(elena.send(f"{START}privacidad/", acepto="1"))
    answers.append(elena.send(f"{START}persona/", persona="natural"))
    answers += [elena.data(cui="3"), elena.data(nombres="Elsa"), elena.data()]
    answers.append(elena.send(f"{START}revision/"))
    answers += [elena.validate(""), elena.validate("000000")]
    for answer in answers:
        assert answer.elapsed.total_seconds() >= pace.FLOOR


def test_the_sixth_check_of_one_paper_is_told_to_wait(elena: Registering, visitor: Visitor) -> None:
    """S40, S51"""
    elena.choose()
    for _ in range(5):
        elena.data(nombres="Elsa")
    answer = elena.data()
    assert answer.status_code == 429
    assert int(answer.headers["retry-after"]) > 3600
    assert "Hubo demasiados intentos." in told(answer)
    assert "Lo que escribió se conserva 60 minutos." in answer.text
    assert answer.text.count("(01) 311-1700") == 3  # above, in the notice and in the footer
    assert typed(visitor.get(DATA)).items() >= ELENA.items()


@pytest.mark.parametrize("path", ["", "privacidad/", "persona/", "datos/", "revision/", "correo/"])
def test_a_form_without_its_token_or_of_another_browser_is_refused(
    elena: Registering, visitor: Visitor, make_visitor: Maker, path: str
) -> None:
    """S53"""
    elena.reach_email()
    form = forms(visitor.get(f"{START}{path}"))[0]
    bare = {name: value for name, value in form.fields.items() if name != "sello"}
    assert visitor.client.post(form.action, data=bare | {"otro": "1"}).status_code == 403
    other = Registering(make_visitor())
    other.reach_email(numero="40000012", **JOSE)
    answer = other.visitor.client.post(form.action, data=form.fields)
    assert answer.status_code == 403
    assert "Vuelva a abrirla y escriba sus datos otra vez." in answer.text


JOSE = {
    "cui": "9",
    "apellido_paterno": "Núñez",
    "apellido_materno": "Supuesto",
    "nombres": "José María",
    "nacimiento": "1975-11-03",
    "sexo": "M",
    "emision": "2019-04-22",
    "correo": "jose@example.com",
    "correo2": "jose@example.com",
}


def test_no_page_of_it_is_stored_by_anybody(elena: Registering, visitor: Visitor) -> None:
    """S59"""
    elena.reach_email()
    for path in ("", "privacidad/", "persona/", "datos/", "revision/", "correo/", "listo/"):
        assert visitor.get(f"{START}{path}").headers["cache-control"] == "no-store"


def test_what_is_typed_is_text_and_never_page(elena: Registering, visitor: Visitor) -> None:
    """XSS and header injection in every field."""
    hostile = '"><script>alert(1)</script>'
    elena.choose()
    fields = dict.fromkeys(ELENA, hostile) | {"tipo": "DNI"}
    answer = elena.data(**fields)
    assert answer.status_code == 400
    for page in (answer, visitor.get(DATA)):
        assert "<script>alert" not in page.text
    address = "a@example.com\r\nBcc: b@example.com"
    assert elena.data(correo=address, correo2=address).status_code == 400


def test_the_text_that_is_accepted_is_the_published_one(
    elena: Registering, visitor: Visitor, installation: Installation
) -> None:
    """M11, M14, S45: word for word, with the hash that is kept."""
    pages = [visitor.get(START), elena.follow(START, acepto="1")]
    catalog = installation.catalog
    for page, consent in zip(pages, (catalog.terms, catalog.privacy), strict=True):
        shown = unescape(page.text)
        assert forms(page)[0].fields["texto"] == consent.sha256
        for part in consent.secciones:
            assert all(text in shown for text in (part.titulo, *part.parrafos))
    assert "60 minutos" in pages[0].text
