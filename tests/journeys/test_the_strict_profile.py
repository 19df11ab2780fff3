"""The doors that the profile `estricto` has of its own, as its citizens open them (S16)."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import update

from proxy.flows.demonstration_people import KNOWN, STRANGERS
from proxy.store import padron, tables
from tests.flows.newcomer import ELENA
from tests.journeys.house import House, pass_riddle, press
from tests.journeys.test_elena_registers import JOSE, fill, letter, prove_mailbox, reach
from tests.journeys.test_pages_in_a_browser import judge
from tests.people import Person

OpenPage = Callable[..., Page]

PROFILE = "estricto"
NEW = "cuatro vientos marmol azul"
TOKEN = "Su token digital para ingresar a la casilla"


@pytest.fixture(scope="module", autouse=True)
def known(house: House) -> None:
    """The local register knows them."""
    with house.installation.db.transaction() as tx:
        padron.put(tx, list(STRANGERS), KNOWN)


def choose(page: Page, button: str) -> None:
    page.get_by_label("Contraseña nueva", exact=True).fill(NEW)
    page.get_by_label("Repetir contraseña nueva", exact=True).fill(NEW)
    press(page, button)
    expect(page.get_by_role("heading", name=re.compile("^¡Listo!"))).to_be_visible()


@pytest.mark.parametrize(
    ("person", "width", "javascript"), [(ELENA, 1280, True), (JOSE, 360, False)]
)
def test_a_link_opens_a_new_casilla_and_afterwards_says_how_to_enter(
    open_page: OpenPage, house: House, person: dict[str, str], width: int, javascript: bool
) -> None:
    page, to = open_page(width, javascript=javascript), person["correo"]
    reach(page, house, "Persona Natural")
    fill(page, person)
    pass_riddle(page, house)
    press(page, "Continuar")
    prove_mailbox(page, house, to)
    link = re.search(r"^http\S+/activar/\S+$", letter(house, "Credenciales de Acceso", to), re.M)
    assert link
    page.goto(link[0])
    expect(page.get_by_text("La contraseña debe tener al menos 12 caracteres.")).to_be_visible()
    choose(page, "Guardar")
    page.goto(link[0])
    page.get_by_role("link", name="inicie sesión", exact=True).click()
    page.get_by_label("DNI", exact=True).fill(person["numero"])
    page.get_by_label("Contraseña", exact=True).fill(NEW)
    press(page, "Iniciar sesión")
    token = re.search(r"^ +(\d{3} \d{3})$", letter(house, TOKEN, to), re.M)
    assert token
    page.get_by_label("Token digital", exact=True).fill(token[1])
    press(page, "VERIFICAR")
    page.get_by_role("link", name="segundo factor", exact=True).click()
    expect(page.get_by_role("heading", name="Qué cambia si lo activa")).to_be_visible()


def test_the_first_recovery_of_a_network_asks_for_no_picture_and_the_next_shows_one(
    open_page: OpenPage, house: House, people: dict[str, Person]
) -> None:
    page, bruno = open_page(360, javascript=False), people["bruno"]
    picture = page.get_by_role("group", name="Comprobación contra programas automáticos")
    page.goto(f"{house.origin}/casilla/recuperar/")
    page.get_by_label("DNI", exact=True).fill(bruno.identidad.number)
    expect(picture).to_have_count(0)
    press(page, "Restablecer contraseña")
    press(page, "Enviar token digital")
    page.get_by_label("Token digital", exact=True).fill(house.token(bruno))
    press(page, "VERIFICAR")
    choose(page, "Aceptar")
    page.goto(f"{house.origin}/casilla/recuperar/")
    expect(picture).to_be_visible()


def test_a_link_that_is_too_old_brings_a_new_one(
    open_page: OpenPage, house: House, people: dict[str, Person]
) -> None:
    """M81, M82"""
    page, rosa = open_page(360), people["rosa"]
    page.goto(f"{house.origin}/casilla/recuperar/correo/")
    page.get_by_label("Número de documento", exact=True).fill(rosa.identidad.number)
    page.get_by_label("Correo electrónico registrado", exact=True).fill(rosa.email)
    press(page, "Continuar")
    expect(page.get_by_text("El enlace sirve 24 horas y una sola vez.")).to_be_visible()
    old = house.link(rosa, "Ingrese aquí")
    with house.installation.db.transaction() as tx:
        tx.conn.execute(update(tables.links).values(expires_at=tx.now))
    page.route("**/late*.js", lambda route: route.fulfill(body=""))  # else it asks by itself
    page.goto(old)
    judge(page)
    page.set_viewport_size({"width": 360, "height": 800})
    button = page.get_by_role("button", name="Enviarme un nuevo enlace").bounding_box()
    way = page.get_by_role("link", name="Volver a Iniciar sesión").bounding_box()
    assert button and way and way["y"] - button["y"] - button["height"] >= 12
    press(page, "Enviarme un nuevo enlace")
    expect(page.get_by_text("El enlace que abrió había vencido.")).to_be_visible()
