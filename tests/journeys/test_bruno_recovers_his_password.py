"""Bruno follows the guides of the recovery and of the first access: J2, J12–J19, J28–J39, M61–M64,
M77–M82."""

import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from playwright.sync_api import Page, expect

from proxy.store import casillas, links
from tests import outbox
from tests.journeys.house import House, open_menu, pass_riddle, press
from tests.people import Person

OpenPage = Callable[..., Page]
Enter = Callable[[Page, Person], None]

NEW = "Olluco-volcan-93"
MINE = "Kero-puente-58-lago"


def log_in(page: Page, house: House, person: Person, password: str) -> None:
    page.goto(f"{house.origin}/casilla/ingresar/")
    page.get_by_label("DNI", exact=True).fill(person.identidad.number)
    page.get_by_label("Contraseña", exact=True).fill(password)
    press(page, "Iniciar sesión")
    page.get_by_label("Token digital", exact=True).fill(house.token(person))
    press(page, "VERIFICAR")


@pytest.mark.parametrize("width", [360, 1280])
def test_with_a_code_as_the_guide_says(
    open_page: OpenPage, house: House, people: dict[str, Person], width: int
) -> None:
    page, person = open_page(width), people["bruno" if width == 360 else "sur"]
    page.goto(f"{house.origin}/casilla/ingresar/")
    page.get_by_role("link", name="RECUPERAR CLAVE", exact=True).click()
    expect(page).to_have_title(re.compile("^Recuperar Clave"))
    page.get_by_label("DNI", exact=True).fill(person.identidad.number)
    page.get_by_role("button", name="Prefiero escribir el texto").click()
    expect(page.get_by_label("TEXTO DE LA IMAGEN", exact=True)).to_be_visible()
    pass_riddle(page, house)
    press(page, "Restablecer contraseña")
    hint = "Debe tener acceso para poder recibir el código digital."
    expect(page.get_by_text(hint)).to_be_visible()
    pass_riddle(page, house)
    press(page, "Enviar token digital")
    expect(page.get_by_label("Token digital", exact=True)).to_be_visible()
    code = house.token(person)
    press(page, "Reenviar código digital")
    page.go_back()
    page.get_by_label("Token digital", exact=True).fill(code)
    pass_riddle(page, house)
    press(page, "VERIFICAR")
    new = page.get_by_label("Contraseña nueva", exact=True)
    new.fill("olluco")
    said = page.locator("[data-rules-said]")
    expect(said).to_have_text("Falta: 8 caracteres o más, una letra mayúscula, un número.")
    new.fill(NEW)
    expect(said).to_have_text("La contraseña tiene todo lo que se pide.")
    page.get_by_label("Repetir contraseña nueva", exact=True).fill(NEW)
    press(page, "Aceptar")
    done = "¡Listo!, ahora tiene acceso al Sistema de Casilla Electrónica."
    expect(page.get_by_role("heading", name=done)).to_be_visible()
    log_in(page, house, person, NEW)
    page.wait_for_url(f"{house.origin}/casilla/?listo=1")


def test_with_a_link_and_without_javascript(
    open_page: OpenPage, house: House, people: dict[str, Person]
) -> None:
    page, rosa = open_page(360, javascript=False), people["rosa"]
    page.goto(f"{house.origin}/casilla/recuperar/correo/")
    page.get_by_label("Tipo de persona", exact=True).select_option("Persona Natural")
    page.get_by_label("Tipo de documento", exact=True).select_option("DNI")
    page.get_by_label("Número de documento", exact=True).fill(rosa.identidad.number)
    page.get_by_label("Correo electrónico registrado", exact=True).fill(rosa.email)
    press(page, "Continuar")
    expect(page.get_by_role("heading", name="Revise su correo")).to_be_visible()
    page.goto(house.link(rosa, "Ingrese aquí"))  # M79
    expect(page.get_by_role("heading", name="CAMBIO DE CONTRASEÑA")).to_be_visible()
    page.get_by_label("Contraseña nueva", exact=True).fill(NEW)
    page.get_by_label("Repetir contraseña nueva", exact=True).fill(NEW)
    press(page, "Guardar")
    expect(page.get_by_role("heading", name=re.compile("^¡Listo!"))).to_be_visible()

    with house.installation.db.transaction() as tx:  # the entity gave her one
        given = house.installation.passwords.hash(NEW)
        casillas.set_password(tx, rosa.id, given, must_change=True)
    log_in(page, house, rosa, NEW)
    page.wait_for_url(f"{house.origin}/casilla/clave/")
    page.get_by_label("Clave Antigua", exact=True).fill(NEW)
    page.get_by_label("Clave Nueva", exact=True).fill(MINE)
    page.get_by_label("Repetir Clave Nueva", exact=True).fill(MINE)
    press(page, "Enviar")
    page.wait_for_url(f"{house.origin}/casilla/?clave=1")
    expect(page.get_by_text("Su contraseña cambió.")).to_be_visible()
    open_menu(page)
    expect(page.get_by_text(rosa.nombres).first).to_be_visible()


def late_link(house: House, person: Person) -> str:
    installation = house.installation
    with installation.db.transaction() as tx:
        casillas.lock(tx, person.id)
        link = links.add(tx, "recovery", person.id, timedelta(0))
    return f"{house.origin}/casilla/recuperar/enlace/{installation.signing.link('recovery', link)}/"


def sent_to(house: House, person: Person) -> int:
    sent = outbox.messages(house.installation.db, "recovery_link")
    return sum(message.casilla_id == person.id for message in sent)


def test_a_late_link_asks_for_the_new_one_by_itself_and_once(
    open_page: OpenPage, house: House, people: dict[str, Person]
) -> None:
    """M82, S36, R12"""
    page, bruno = open_page(360), people["bruno"]
    before, late = sent_to(house, bruno), late_link(house, bruno)
    seen = page.request.get(late)  # a mail scanner, which follows the link and sends no form
    assert seen.status == 410 and "El enlace venció" in seen.text()
    assert sent_to(house, bruno) == before
    page.goto(late)
    expect(page.get_by_role("heading", name="Revise su correo")).to_be_visible()
    expect(page.get_by_text("Le enviamos un nuevo enlace al correo que registró")).to_be_visible()
    page.reload()
    page.goto(late)
    expect(page.get_by_role("heading", name="Este enlace ya no sirve")).to_be_visible()
    assert sent_to(house, bruno) == before + 1


def test_without_javascript_a_late_link_asks_by_its_button(
    open_page: OpenPage, house: House, people: dict[str, Person]
) -> None:
    """M82, R12"""
    page, sur = open_page(1280, javascript=False), people["sur"]
    before = sent_to(house, sur)
    page.goto(late_link(house, sur))
    expect(page.get_by_role("heading", name="El enlace venció")).to_be_visible()
    page.reload()
    assert sent_to(house, sur) == before
    press(page, "Enviarme un nuevo enlace")
    expect(page.get_by_role("heading", name="Revise su correo")).to_be_visible()
    page.reload()
    assert sent_to(house, sur) == before + 1


def test_a_late_link_that_nobody_sees_yet_asks_for_nothing(
    open_page: OpenPage, house: House, people: dict[str, Person]
) -> None:
    """R12: a browser may load a page beforehand, or in a tab behind."""
    page, rosa = open_page(), people["rosa"]
    before = sent_to(house, rosa)
    page.add_init_script("Object.defineProperty(document, 'hidden', {writable: true, value: true})")
    page.goto(late_link(house, rosa))
    page.wait_for_load_state("networkidle")
    expect(page.get_by_role("heading", name="El enlace venció")).to_be_visible()
    assert sent_to(house, rosa) == before
    with page.expect_navigation():
        page.evaluate(
            "document.hidden = false, document.dispatchEvent(new Event('visibilitychange'))"
        )
    expect(page.get_by_role("heading", name="Revise su correo")).to_be_visible()
    assert sent_to(house, rosa) == before + 1
