"""Bruno follows the guides of the recovery and of the first access: J2, J12–J19, J28–J39, M61–M64,
M77–M82."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from proxy.store import casillas
from tests.journeys.house import House, pass_riddle, press
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
    page.goto(house.link(rosa, "Ingrese aquí"))
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
    expect(page.get_by_text(rosa.nombres).first).to_be_visible()
