"""Where something was wrong, one thing has the focus: the first wrong field, or what is said."""

import re

import pytest
from httpx2 import Response

from proxy.installation import Installation
from tests.people import Person
from tests.web.recovering import START as RECOVERY
from tests.web.recovering import Recovering
from tests.web.registering import START, Registering, introduce
from tests.web.saying import waits
from tests.web.visitor import Visitor


def focused(page: Response) -> str:
    """The id of the one element that has the focus, or else its class."""
    tags = re.findall(r"<[a-z]+ [^>]*\bautofocus\b[^>]*>", page.text.partition("</main>")[0])
    assert len(tags) == 1, tags
    [tag] = tags
    found = re.search(r'\bid="([^"]+)"', tag) or re.search(r'\bclass="([^"]+)"', tag)
    assert found
    return found[1]


@pytest.fixture
def elena(visitor: Visitor, installation: Installation) -> Registering:
    introduce(installation)
    return Registering(visitor)


def test_a_choice_that_was_not_made(visitor: Visitor, rosa: Person, elena: Registering) -> None:
    lost = Recovering(visitor)
    lost.started(rosa)
    assert focused(visitor.send(lost.get(f"{RECOVERY}canal/"), "/canal/", canal="")) == "canal"
    assert focused(visitor.send(visitor.get(START), START, acepto="")) == "acepto"
    elena.accept()
    assert focused(elena.send(f"{START}persona/", persona="")) == "persona"
    elena.choose("juridica")
    elena.company()
    number = rosa.identidad.number
    assert focused(elena.send(f"{START}representante/", numero=number, poder="")) == "poder"


def test_data_that_are_not_those_of_the_register_look_wrong(elena: Registering) -> None:
    """M35"""
    elena.choose()
    assert focused(elena.data(nombres="Elsa")) == "summary"


@pytest.mark.parametrize(
    ("query", "wrong"),
    [("dia=no&hora=10:00", "dia"), ("dia=2026-11-16&hora=10:00&cantidad=x", "cantidad")],
)
def test_a_field_of_the_calculator(visitor: Visitor, query: str, wrong: str) -> None:
    assert focused(visitor.get(f"/casilla/plazos/?{query}")) == wrong


def test_a_condition_of_the_search(her: Visitor) -> None:
    page = her.get("/casilla/?campo=anio&op=igual&valor=x")
    assert focused(page) == "valor-1"


def test_who_has_to_wait_sees_that_nothing_was_done(visitor: Visitor, rosa: Person) -> None:
    visitor.password(rosa.identidad.number, rosa.password)
    soon = visitor.send(visitor.get("/casilla/token/"), "/reenviar/")
    assert waits(soon) and focused(soon) == "notice"
    assert "<body data-sent data-refused>" in soon.text
    assert " data-refused" not in visitor.get("/casilla/token/").text
