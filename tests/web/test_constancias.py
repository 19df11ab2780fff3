"""The constancias of a notificacion on its page: M90, M91, S71, S72."""

import re
from collections.abc import Callable

import pytest

from proxy.installation import Installation
from proxy.keys.seal_check import check
from proxy.keys.seal_file import create_demonstration, read_seal
from proxy.work.constancias import Sealer
from tests.clock import Clock
from tests.flows.test_deposit import Sender
from tests.people import Person
from tests.web.letters import events, see
from tests.web.visitor import Visitor


@pytest.fixture
def address(installation: Installation, rosa: Person) -> str:
    """Of what was deposited with its constancia, and is not read."""
    sender = Sender(installation.db, installation.documents.folder)
    return f"/casilla/notificaciones/{sender.deposit(to=rosa.identidad).id.hex()}/"


def seal(installation: Installation) -> None:
    path = installation.settings.seal_path
    create_demonstration(path, "Entidad Ficticia", installation.clock())
    sealer = Sealer(installation)
    while sealer.seal_next():
        pass
    sealer.close()


def links(page: str) -> list[str]:
    return re.findall(r'href="(/casilla/constancias/[^"]+)"', page)


def test_until_it_is_sealed_the_page_says_so_and_then_gives_it_before_ver_too(
    her: Visitor, address: str, installation: Installation
) -> None:
    page = her.get(address).text
    assert "constancia en preparación" in page and not links(page)
    assert "Constancia en preparación" in her.get("/casilla/").text
    seal(installation)
    assert "Constancia en preparación" not in her.get("/casilla/").text
    page = her.get(address).text
    assert "constancia en preparación" not in page
    assert re.search(r"<button[^>]*>Ver</button>", page), "it is still unread"
    [link] = links(page)
    answer = her.get(link)
    assert answer.headers["content-type"] == "application/pdf"
    assert (
        "Constancia de notificacion electronica CC-2026-" in answer.headers["content-disposition"]
    )
    assert answer.headers["content-security-policy"] == "sandbox; default-src 'none'"
    known = [read_seal(installation.settings.seal_path, "").certificate]
    told = check(answer.content, known).told
    assert told["verificar"] == f"{installation.settings.origin}/verificar/#{told['id']}"
    assert events(installation, "sensitive_read") == 1
    her.client.head(link)
    assert events(installation, "sensitive_read") == 1


def test_reading_it_gives_its_own(her: Visitor, address: str, installation: Installation) -> None:
    see(her, address)
    seal(installation)
    page = her.get(address).text
    assert page.index("Constancia de notificación electrónica") < page.index(
        "Constancia de lectura"
    )
    known = [read_seal(installation.settings.seal_path, "").certificate]
    deposit, reading = (check(her.get(link).content, known).told for link in links(page))
    assert reading["anterior"]["id"] == deposit["id"]
    assert reading["autenticacion"]["factores"] == ["contraseña", "código de un solo uso"]
    assert len(reading["autenticacion"]["sesion"]) == 64
    assert (
        "quedan registradas la fecha y la hora de su lectura" in reading["detalle"]["advertencia"]
    )


def test_nobody_else_gets_it(
    her: Visitor,
    inside: Callable[[Person], Visitor],
    bruno: Person,
    address: str,
    installation: Installation,
) -> None:
    seal(installation)
    [link] = links(her.get(address).text)
    his = inside(bruno)
    assert his.get(link).status_code == 404
    assert his.get("/casilla/constancias/CC-2026-000099-X.pdf").status_code == 404


def test_who_waits_is_told_by_listo(visitor: Visitor, address: str, clock: Clock) -> None:
    assert visitor.get("/listo").text == "listo\n"
    clock.advance(minutes=11)
    assert "hay constancias sin sellar" in visitor.get("/listo").text
