"""A second address for alertas, and «Darse de baja», in a real browser: L16, S46, X2."""

import email
import re
import time
from collections.abc import Callable
from dataclasses import replace
from email.policy import default
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from proxy.domain.identidad import Identidad
from proxy.store import casillas
from tests.flows.test_deposit import Sender
from tests.journeys.house import PATIENCE, House, open_menu, press
from tests.journeys.test_elena_registers import judge as judge_form
from tests.journeys.test_pages_in_a_browser import judge
from tests.journeys.test_rosa_opens_a_notificacion import tab_to
from tests.journeys.test_rosa_takes_her_proof_away import taken, verified
from tests.journeys.test_rosa_updates_her_data import letter, write_code
from tests.people import Person, open_casilla

OpenPage = Callable[..., Page]
Enter = Callable[[Page, Person], None]
People = dict[str, Person]


def reached(house: House, mailbox: str, subject: str) -> None:
    for _ in range(PATIENCE):
        for path in house.mail.glob("new/*"):
            message = email.message_from_bytes(path.read_bytes(), policy=default)
            if (message["To"], subject) == (mailbox, message["Subject"][: len(subject)]):
                return
        time.sleep(0.05)
    raise TimeoutError(mailbox)


CARMEN = Person(
    Identidad("DNI", "40000029"), "Carmen Inventada", "carmen@example.com", "Tarwi-5528"
)


@pytest.mark.parametrize(("name", "javascript"), [("rosa", True), ("bruno", False)])
def test_a_second_address_is_added_gets_the_alertas_and_is_taken_off(
    house: House,
    people: People,
    open_page: OpenPage,
    enter: Enter,
    name: str,
    javascript: bool,
) -> None:
    person = people[name]
    second = replace(person, email=f"otra.{person.email}")
    page = open_page(javascript=javascript, reduced_motion="reduce")
    enter(page, person)
    open_menu(page)
    page.get_by_role("link", name="PERFIL", exact=True).click()
    page.get_by_label("Segundo correo para alertas", exact=True).fill(second.email)
    press(page, "ACTUALIZAR DATOS")
    write_code(page, house.token(person))
    expect(page.get_by_role("heading", level=1)).to_have_text("Confirme su segundo correo")
    if javascript:
        judge(page)
    write_code(page, house.token(second))
    expect(page.get_by_role("status")).to_contain_text("también a su segundo correo")
    expect(page.get_by_text(second.email)).to_be_visible()
    if javascript:
        judge(page)

    installation = house.installation
    Sender(installation.db, installation.documents.folder).deposit(to=person.identidad)
    reached(house, second.email, "Tiene una notificación nueva")
    press(page, "Quitar el segundo correo")
    expect(page.get_by_role("status")).to_contain_text("ya no llegan a un segundo correo")
    link = re.search(r"\S+/deshacer/\S+", letter(house, "correo", "ya no llegan a un segundo"))
    assert link
    page.goto(link[0])
    press(page, "No fui yo: deshacer el cambio")
    with installation.db.reading() as tx:
        assert casillas.by_id(tx, person.id).second_email == second.email


def test_who_leaves_without_javascript_takes_the_constancia_away(
    house: House, people: People, open_page: OpenPage, enter: Enter, tmp_path: Path
) -> None:
    person = people["sur"]
    page = open_page(360, javascript=False)
    enter(page, person)
    open_menu(page)
    page.get_by_role("link", name="PERFIL", exact=True).click()
    page.get_by_role("link", name="Darse de baja de la casilla").click()
    expect(page.get_by_text("Le falta leer 2 notificaciones.")).to_be_visible()
    press(page, "Darme de baja")
    expect(page.get_by_role("alert")).to_contain_text("marque el recuadro")
    page.get_by_label("retiro mi consentimiento").check()
    press(page, "Darme de baja")
    expect(page.get_by_role("heading", level=1)).to_have_text("Su casilla está cerrada")
    letter(house, "correo", "Se dio de baja de su casilla electrónica")
    page.get_by_role("link", name="Perfil", exact=True).first.click()
    file = taken(page, "Constancia de revocación del consentimiento", tmp_path)
    assert "revocación del consentimiento" in verified(house, file).lower()


def test_all_of_it_with_the_keyboard_alone(house: House, open_page: OpenPage, enter: Enter) -> None:
    """Of somebody whose password no other test took away."""
    person = open_casilla(house.installation.db, CARMEN, house.installation.passwords)
    page = open_page(reduced_motion="reduce")
    enter(page, person)
    page.goto(f"{house.origin}/casilla/perfil/")
    tab_to(page, "Darse de baja de la casilla")
    page.keyboard.press("Enter")
    page.wait_for_url("**/perfil/baja/")
    judge_form(page)
    tab_to(page, "Darme de baja")
    page.keyboard.press("Enter")
    expect(page).to_have_title(re.compile("^Error: "))
    expect(page.get_by_label("retiro mi consentimiento")).to_be_focused()
    judge_form(page)
    page.keyboard.press("Space")
    tab_to(page, "Darme de baja")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Su casilla está cerrada")
    judge_form(page)
