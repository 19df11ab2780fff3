"""The story of «Actualizar sus datos» in a real browser: J40–J43, R32."""

import email
import re
import time
from collections.abc import Callable
from dataclasses import replace
from email.policy import default

import pytest
from playwright.sync_api import Page, expect

from proxy.store import casillas
from tests.journeys.house import House, press
from tests.journeys.test_pages_in_a_browser import judge
from tests.journeys.test_rosa_opens_a_notificacion import tab_to
from tests.people import Person

OpenPage = Callable[..., Page]
Enter = Callable[[Page, Person], None]
People = dict[str, Person]
CELULAR = "987 654 321"


def letter(house: House, folder: str, about: str) -> str:
    """The text of the newest message that says so, as soon as it arrives."""
    for _ in range(200):
        for path in sorted((house.mail.parent / folder).glob("new/*"), reverse=True):
            message = email.message_from_bytes(path.read_bytes(), policy=default)
            body = message.get_body(("plain",))
            if body and about in (text := f"{message['Subject']}\n{body.get_content()}"):
                return text
        time.sleep(0.05)
    raise TimeoutError(about)


def data(house: House, person: Person) -> tuple[str, str | None]:
    with house.installation.db.reading() as tx:
        casilla = casillas.by_id(tx, person.id)
    return casilla.email, casilla.phone


def write_code(page: Page, code: str) -> None:
    page.get_by_label("Token digital", exact=True).fill(code)
    press(page, "VERIFICAR")


@pytest.mark.parametrize(("name", "javascript"), [("rosa", True), ("bruno", False)])
def test_the_owner_changes_e_mail_and_mobile_and_the_old_address_undoes_it(
    house: House,
    people: People,
    open_page: OpenPage,
    enter: Enter,
    name: str,
    javascript: bool,
) -> None:
    person = people[name]
    new = replace(person, email=f"nueva.{person.email}")
    page = open_page(javascript=javascript, reduced_motion="reduce")
    enter(page, person)
    page.get_by_role("link", name="PERFIL", exact=True).click()
    page.get_by_label("Celular", exact=True).fill(CELULAR)
    page.get_by_label("Correo electrónico", exact=True).fill(new.email)
    press(page, "ACTUALIZAR DATOS")
    expect(page.get_by_role("heading", level=1)).to_have_text("Confirme que es usted")
    write_code(page, house.token(person))
    expect(page.get_by_role("heading", level=1)).to_have_text("Confirme su correo nuevo")
    write_code(page, house.token(new))
    expect(page.get_by_role("heading", level=1)).to_have_text("Confirme su celular")
    code = re.search(r"\d{6}", letter(house, "sms", "confirmar este celular"))
    assert code
    write_code(page, code[0])
    expect(page.get_by_role("status")).to_contain_text("¡Listo!")
    assert data(house, person) == (new.email, "+51987654321")

    link = re.search(r"\S+/deshacer/\S+", letter(house, "correo", f"llegan a {new.email[0]}"))
    assert link
    page.goto(link[0])
    if javascript:
        judge(page)
    press(page, "No fui yo: deshacer el cambio")
    expect(page.get_by_role("heading", level=1)).to_have_text("Deshicimos el cambio")
    expect(page.get_by_role("link", name="RECUPERAR CLAVE")).to_be_visible()
    assert data(house, person) == (person.email, None)
    page.goto(f"{house.origin}/casilla/")
    expect(page.get_by_label("DNI", exact=True)).to_be_visible()


def test_everything_of_the_profile_can_be_done_with_the_keyboard_alone(
    house: House, people: People, open_page: OpenPage, enter: Enter
) -> None:
    person = people["sur"]
    page = open_page(reduced_motion="reduce")
    enter(page, person)
    tab_to(page, "PERFIL")
    page.keyboard.press("Enter")
    page.wait_for_url("**/perfil/")
    judge(page)
    tab_to(page, "Correo electrónico")
    page.keyboard.type("nada")
    page.keyboard.press("Enter")
    expect(page).to_have_title(re.compile("^Error: "))
    expect(page.get_by_label("Correo electrónico", exact=True)).to_be_focused()
    judge(page)
    page.keyboard.press("Control+a")
    page.keyboard.type("otra@example.com")
    tab_to(page, "ACTUALIZAR DATOS")
    page.keyboard.press("Enter")
    page.wait_for_url("**/codigo/")
    judge(page)
    tab_to(page, "Volver al perfil sin cambiar nada")
    page.keyboard.press("Enter")
    page.wait_for_url("**/perfil/")
    tab_to(page, "Sesiones y equipos")
    page.keyboard.press("Enter")
    page.wait_for_url(f"{house.origin}/casilla/sesiones/")
    judge(page)
    tab_to(page, "Olvidar este equipo")
    page.keyboard.press("Enter")
    expect(page.get_by_role("status")).to_contain_text("Olvidamos ese equipo")
    page.goto(f"{house.origin}/casilla/confirmar/?volver=/casilla/sesiones/")
    judge(page)
    tab_to(page, "Contraseña")
    page.keyboard.type(person.password)
    page.keyboard.press("Enter")
    page.wait_for_url(f"{house.origin}/casilla/sesiones/")
    tab_to(page, "Cerrar esta sesión")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Cerró su sesión")
