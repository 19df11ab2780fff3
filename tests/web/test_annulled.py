"""What its owner sees of an annulled notificacion, of what was declared with one, and of a test:
X6, X7, L7, S71."""

import re
from collections.abc import Callable
from dataclasses import replace
from io import BytesIO

import pytest

from proxy.flows import annulment, deposit
from proxy.flows.deposit import Offered, Receipt
from proxy.installation import Installation
from tests.casilla import pdf
from tests.clock import Clock
from tests.flows.test_deposit import describe
from tests.flows.test_sending import CONTENT, TEST, sent
from tests.outbox import messages
from tests.people import Person
from tests.plazos import CATALOG, RULING
from tests.web.letters import see
from tests.web.test_export import rows_of
from tests.web.test_inbox import text
from tests.web.visitor import Visitor, form_of

AT, WHY = "16/11/2026 10:05", "Se notificó a otra persona"
Deposit = Callable[..., Receipt]


@pytest.fixture
def deposited(installation: Installation, rosa: Person) -> Deposit:
    def make(**more: object) -> Receipt:
        asunto = str(more.pop("asunto", "Carta de atención"))
        parts, acto = installation, Offered("CARTA 9.pdf", BytesIO(pdf(asunto)))
        served = deposit.receive(parts.documents, parts.limits, acto)
        with parts.db.transaction() as tx:
            described = describe(asunto=asunto)
            return deposit.deposit(
                tx, parts.zone, rosa.identidad, described, served, RULING, **more
            )  # type: ignore[arg-type]

    return make


@pytest.fixture
def annulled(installation: Installation, deposited: Deposit, clock: Clock) -> tuple[str, Receipt]:
    """The address of it, and what replaced it."""
    wrong, right = deposited(), deposited(asunto="Carta corregida")
    clock.advance(minutes=5)
    with installation.db.transaction() as tx:
        annulment.annul(tx, CATALOG, wrong.id.hex(), WHY, right.id.hex())
    return f"/casilla/notificaciones/{wrong.id.hex()}/", right


def test_the_list_says_when_and_why_it_was_annulled_and_leads_to_what_replaces_it(
    her: Visitor, annulled: tuple[str, Receipt]
) -> None:
    """X7: it stays in its list, and counts there."""
    _, right = annulled
    for page in ("/casilla/", "/casilla/?campo=asunto&op=contiene&valor=atencion"):
        found = her.get(page)
        said = text(found)
        number = right.notificacion.number
        assert f"Anulada el {AT} : no surte efecto. Motivo: {WHY}. La reemplaza {number}" in said
        assert f'href="/casilla/notificaciones/{right.id.hex()}/">{number}</a>' in found.text
    assert "Surte efecto:" not in said, "what replaces it is not found here"
    assert "Pendientes por leer 2 por leer" in text(her.get("/casilla/"))


def test_its_page_says_that_it_is_of_no_effect_and_its_files_are_there(
    her: Visitor, annulled: tuple[str, Receipt]
) -> None:
    address, right = annulled
    for page in (her.get(address), see(her, address)):
        said = text(page)
        assert (
            "Notificación anulada El JNE la anuló el 16/11/2026 a las 10:05 (hora de Lima)." in said
        )
        assert f"Por qué {WHY} La reemplaza {right.notificacion.number}" in said
        assert "No surte efecto: se anuló el 16/11/2026 a las 10:05" in said
        assert "<dt>Surte efecto" not in page.text and "Abrirla no cambia" not in said
    assert her.get(f"{address}acto/").content == pdf("Carta de atención")
    assert f"Anulada el {AT} : no surte efecto. Motivo: {WHY}." in text(her.get("/casilla/leidos/"))
    assert "anulada" not in text(her.get(f"/casilla/notificaciones/{right.id.hex()}/")).lower()


def test_a_calendar_takes_its_dates_back(
    her: Visitor, installation: Installation, deposited: Deposit, clock: Clock
) -> None:
    one = deposited()
    address = f"/casilla/notificaciones/{one.id.hex()}/plazo.ics"
    before = her.get(address).text
    clock.advance(minutes=5)
    with installation.db.transaction() as tx:
        annulment.annul(tx, CATALOG, one.id.hex(), WHY)
    after = her.get(address).text.replace("\r\n ", "")
    assert "STATUS" not in before and "STATUS:CANCELLED\r\n" in after
    assert re.findall("UID.*", after) == re.findall("UID.*", before)
    assert "SEQUENCE:2" in after and "SUMMARY:Se anuló y no surte efecto" in after
    assert WHY not in after


def test_what_is_taken_away_says_it_as_the_list_does(
    her: Visitor, annulled: tuple[str, Receipt], installation: Installation
) -> None:
    _, right = annulled
    rows = rows_of(her.get("/casilla/exportar/pendientes.xlsx"))
    assert rows[4][8:] == ("SURTE EFECTO", "VENCE", "NÚMERO DE NOTIFICACIÓN", "ANULACIÓN")
    [void] = [row for row in rows[5:] if row[1] == "Carta de atención"]
    by = right.notificacion.number
    assert void[-1] == (
        f"Anulada el 16/11/2026 10:05: no surte efecto. Motivo: {WHY}. La reemplaza {by}."
    )
    assert her.get("/casilla/exportar/pendientes.pdf").content.startswith(b"%PDF-")


def test_a_notificacion_is_found_by_its_number(
    her: Visitor, deposited: Deposit, letter: str
) -> None:
    """`letter` is of a version that gave none."""
    one = deposited(asunto="La que se busca")
    number = str(one.notificacion.number).lower()
    for field in ("todo", "notificacion"):
        said = text(her.get(f"/casilla/?campo={field}&op=contiene&valor={number}"))
        assert "La que se busca" in said and "Una notificación cumple" in said
    assert "Una notificación cumple" in text(her.get("/casilla/?campo=todo&op=sin&valor=busca"))


def test_its_page_says_what_was_declared_with_it(her: Visitor, deposited: Deposit) -> None:
    """L7"""
    one = deposited(content=CONTENT)
    address = f"/casilla/notificaciones/{one.id.hex()}/"
    assert "Apelación" not in text(her.get(address)), "what it says is read after «Ver»"
    said = text(see(her, address))
    assert "Vigencia del acto Desde el día siguiente de notificado" in said
    assert "¿Agota la vía administrativa? No" in said
    assert "Apelación Ante: Tribunal Plazo: 15 días hábiles" in said
    assert "Plazo que le da 10 días calendario, para presentar sus descargos" in said
    assert "Autoridad y dirección Una entidad, Jr. Imaginario 1, Lima" in said
    assert f"Número de notificación {one.notificacion.number}" in said


def test_its_page_says_why_no_remedy_proceeds(her: Visitor, deposited: Deposit) -> None:
    why = "Es un acto de trámite <i>"
    one = deposited(content=replace(CONTENT, remedies=(), no_remedies=why))
    said = see(her, f"/casilla/notificaciones/{one.id.hex()}/").text
    assert "No procede ningún recurso" in said and "Es un acto de trámite &lt;i&gt;" in said


def test_what_was_not_declared_is_said_plainly(
    her: Visitor, deposited: Deposit, letter: str
) -> None:
    """By the simple command, and by a version that did not ask for it."""
    simple = f"/casilla/notificaciones/{deposited().id.hex()}/"
    assert "No declarado. Quien la depositó no declaró qué recursos" in text(see(her, simple))
    said = text(see(her, letter))
    assert "No declarado. Se depositó cuando el sistema no pedía declarar" in said
    assert "Número de notificación" not in said


def test_a_test_of_a_system_is_nowhere(
    her: Visitor, installation: Installation, deposited: Deposit, letter: str
) -> None:
    """X6: no list, count, search, export or page, and no alerta."""
    test = deposited(**sent(system=TEST), asunto="Es una prueba")
    assert str(test.notificacion.number).startswith("CP-")
    for page in ("/casilla/", "/casilla/leidos/"):
        said = text(her.get(page))
        assert "Es una prueba" not in said
        assert "Pendientes por leer 1 por leer" in said
    for value in ("prueba", test.notificacion.number):
        said = text(her.get(f"/casilla/?campo=todo&op=contiene&valor={value}"))
        assert "Ninguna notificación de esta lista" in said
    assert len(rows_of(her.get("/casilla/exportar/pendientes.xlsx"))) == 6
    address = f"/casilla/notificaciones/{test.id.hex()}/"
    for path in ("", "acto/", "anexos.zip", "plazo.ics"):
        assert her.get(f"{address}{path}").status_code == 404
    mine = form_of(her.get(letter), f"{letter}ver/").fields
    assert her.client.post(f"{address}ver/", data=mine).status_code == 404
    assert messages(installation.db, "notificacion_deposited") == []


def test_bruno_learns_nothing_of_what_was_annulled(
    inside: Callable[[Person], Visitor], bruno: Person, annulled: tuple[str, Receipt]
) -> None:
    """S71"""
    his = inside(bruno)
    assert his.get(annulled[0]).status_code == 404
    assert WHY not in his.get("/casilla/").text
