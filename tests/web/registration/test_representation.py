"""Regístrate as a legal person, through the pages: M65–M76, R22, S40, S41, S53."""

import re
from collections.abc import Callable

import pytest

from proxy.domain import totp
from proxy.installation import Installation
from proxy.store import casillas, factors
from tests import outbox
from tests.clock import Clock
from tests.flows.newcomer import BAKERY, ELENA, ITS
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
from tests.web.visitor import Visitor

Maker = Callable[[], Visitor]
VALIDATION = "Validación de Correo Electrónico"
SWORN = re.compile(r'name="poder" value="1" required checked')
DATA, WHO = f"{START}datos/", f"{START}representante/"
CODE = f"{WHO}clave/"
ABOUT = {
    name: value for name, value in ELENA.items() if name not in ("telefono", "correo", "correo2")
}


@pytest.fixture
def bakery(visitor: Visitor, installation: Installation) -> Registering:
    introduce(installation)
    registering = Registering(visitor)
    registering.choose("juridica")
    return registering


def test_a_company_follows_the_guide_with_a_representative_who_has_a_casilla(
    bakery: Registering, visitor: Visitor, installation: Installation, rosa: Person
) -> None:
    """M65–M70, M74–M76: with the words of the guide."""
    data = visitor.get(DATA)
    assert labelled(
        data, "RUC", "Razón social", "Teléfono / celular", "Distrito", "Correo electrónico",
        "Repetir correo electrónico", "Continuar", "Regresar",
        "El distrito debe ser el que aparece en la ficha RUC.",
    )  # fmt: skip
    sent = bakery.company()
    assert sent.headers["location"] == WHO
    code = bakery.follow(WHO, numero=rosa.identidad.number, poder="1")
    assert labelled(code, "Clave de validación", "Validar")
    review = bakery.follow(CODE, clave=newest_code(installation, "representative_code"))
    assert labelled(review, "Sus datos son correctos", "DNI 40000001")
    bakery.follow(f"{START}revision/")
    done = bakery.validate(newest_code(installation, "registration_code"))
    assert done.headers["location"] == f"{START}listo/"
    (credentials,) = outbox.messages(installation.db, "credentials")
    assert credentials.recipient == BAKERY["correo"]
    assert credentials.context["user"] == "8-20000000028"


def test_a_representative_without_a_casilla_proves_who_they_are(
    bakery: Registering, visitor: Visitor
) -> None:
    """R22: with the same check as who registers for themselves."""
    bakery.company()
    path = f"{WHO}datos/"
    unsworn = bakery.send(path, **ABOUT, poder="")
    assert sentences(unsworn) == [
        "Marque la casilla para declarar que representa a la persona jurídica."
    ]
    assert typed(unsworn).items() >= ABOUT.items()
    wrong = bakery.send(path, **(ABOUT | {"nombres": "Elsa"}), poder="1")
    assert "no coinciden" in told(wrong)
    again = visitor.get(path)
    assert typed(again)["nombres"] == "Elsa"
    assert SWORN.search(again.text)
    assert visitor.get(f"{START}revision/").headers["location"] == WHO
    assert bakery.send(path, **ABOUT, poder="1").headers["location"] == f"{START}revision/"


def test_a_company_whose_power_the_register_does_not_confirm_waits(
    bakery: Registering, visitor: Visitor, make_visitor: Maker, installation: Installation
) -> None:
    """R22, S81: the review says so before, and a link of the mail ends on the same page."""
    for by_link in (True, False):  # the mail of the first is the only one
        bakery = Registering(make_visitor())
        bakery.choose("juridica")
        bakery.company()
        jose = ABOUT | {"numero": "40000012", "cui": "9", "apellido_paterno": "Núñez"}
        jose |= {"apellido_materno": "Supuesto", "nombres": "José María", "sexo": "M"}
        jose |= {"nacimiento": "1975-11-03", "emision": "2019-04-22"}
        review = bakery.follow(f"{WHO}datos/", **jose, poder="1")
        assert "La casilla no se abrirá en el momento." in review.text
        bakery.follow(f"{START}revision/")
        code = newest_code(installation, "registration_code")
        if by_link:
            link = re.search(r"http\S+/enlace/\S+", mail_of(installation)[VALIDATION])
            assert link
            path = link[0].removeprefix(installation.settings.origin)
            reader = make_visitor()
            sent = reader.send(reader.follow(path), "/enlace/", clave=code)
        else:
            reader, sent = bakery.visitor, bakery.validate(code)
        assert sent.headers["location"] == f"{START}en-espera/"
        page = reader.get(f"{START}en-espera/")
        assert "Su solicitud espera la aprobación" in page.text
        assert "60 días" in page.text
    assert visitor.get(f"{START}en-espera/").headers["location"] == START
    assert outbox.messages(installation.db, "credentials") == []
    told = mail_of(installation)["Su solicitud de casilla espera la aprobación"]
    assert "para Panadería Imaginaria del Norte E.I.R.L. (RUC ••••••••028)" in told


def test_a_company_that_has_a_casilla_looks_like_one_that_has_none(
    installation: Installation, make_visitor: Maker
) -> None:
    """S41: up to the code, which only the mailbox of the one that has none gets."""
    introduce(installation)
    seen = []
    for known in (False, True):
        if known:
            open_casilla(installation.db, Person(ITS, "Panadería", "pan@example.org", "x"))
        bakery = Registering(make_visitor())
        bakery.choose("juridica")
        bakery.company()
        pages = [bakery.send(f"{WHO}datos/", **ABOUT, poder="1")]
        pages += [bakery.visitor.get(f"{START}revision/"), bakery.send(f"{START}revision/")]
        seen.append([shape(page) for page in [*pages, bakery.visitor.get(f"{START}correo/")]])
    assert seen[0] == seen[1]


def test_what_does_not_match_stays_and_no_field_is_named(
    bakery: Registering, visitor: Visitor
) -> None:
    """M71, M72"""
    answers = [bakery.company(distrito="Piura"), bakery.company(razon_social="Otra S.A.C.")]
    assert answers[0].text == answers[1].text
    assert "con la ficha RUC a la mano" in told(answers[0])
    assert typed(visitor.get(DATA)).items() >= (BAKERY | {"razon_social": "Otra S.A.C."}).items()


def test_a_wrong_check_digit_and_addresses_that_differ_are_told(bakery: Registering) -> None:
    """M65, M73"""
    answer = bakery.company(ruc="20000000029", correo2="otra@example.com")
    assert sentences(answer) == [
        "Ese RUC no es correcto. Revise sus 11 dígitos en la ficha RUC.",
        "Los dos correos no son iguales. Revise letra por letra y corríjalos.",
    ]


@pytest.mark.parametrize("numero", ["20000000028", "123", ""])
def test_who_represents_is_a_person(bakery: Registering, numero: str) -> None:
    bakery.company()
    refused = bakery.send(WHO, numero=numero, poder="1")
    assert refused.status_code == 400
    assert "El RUC de una empresa no sirve aquí." in refused.text
    assert SWORN.search(refused.text)


def test_whether_the_representative_has_a_casilla_is_not_told(
    installation: Installation, make_visitor: Maker, rosa: Person, bruno: Person, clock: Clock
) -> None:
    """S41: byte for byte, nor whether they have a second factor."""
    introduce(installation)
    with installation.db.transaction() as tx:
        casillas.lock(tx, bruno.id)
        factors.add(tx, bruno.id, totp.new_secret(), b"s" * 16)
        waiting = factors.of_casilla(tx, bruno.id)
        assert waiting and factors.confirm(tx, waiting, 1)
    seen = []
    for numero in ("40000001", "40000002", "49999999"):
        clock.advance(hours=2)
        visitor = make_visitor()
        registering = Registering(visitor)
        registering.choose("juridica")
        registering.company()
        sent = registering.send(WHO, numero=numero, poder="1")
        pages = [sent, visitor.get(CODE)]
        right = newest_code(installation, "representative_code")
        wrong = f"{(int(right) + 1) % 1_000_000:06}"
        pages += [registering.send(CODE, clave=wrong) for _ in range(3)]
        pages.append(visitor.send(visitor.get(CODE), "/reenviar/"))
        pages += [registering.send(CODE, clave=wrong) for _ in range(2)]
        seen.append([shape(page) for page in pages])
    for known, with_factor, unknown in zip(*seen, strict=True):
        assert known == with_factor == unknown


def test_the_steps_of_a_company_are_not_for_a_person(visitor: Visitor, bakery: Registering) -> None:
    bakery.choose("natural")
    assert bakery.data().status_code == 303
    for path in (WHO, CODE, f"{WHO}datos/"):
        assert visitor.get(path).headers["location"] == f"{START}revision/"


def test_the_forms_of_the_representative_are_of_their_browser(
    bakery: Registering, visitor: Visitor, make_visitor: Maker, rosa: Person
) -> None:
    """S53"""
    bakery.company()
    bakery.send(WHO, numero="40000001", poder="1")
    other = Registering(make_visitor())
    other.choose("juridica")
    other.company(ruc="20000000036", razon_social="Textiles Supuestos S.A.C.", distrito="Ate")
    for path in (WHO, CODE, f"{WHO}datos/"):
        sello = re.search(r'name="sello" value="([^"]+)"', visitor.get(path).text)
        assert sello
        answer = other.visitor.client.post(path, data={"sello": sello[1], "clave": "1"})
        assert answer.status_code == 403
