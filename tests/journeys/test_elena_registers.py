"""Elena and a bakery follow the guide of the registration: M6–M76, with script and without.

R3, R11 and R22, and every page of it as axe sees it.
"""

import email
import re
import time
from collections.abc import Callable
from email.policy import default

import pytest
from playwright.sync_api import Browser, Page, expect

from proxy.flows.demonstration_people import KNOWN, STRANGERS
from proxy.store import padron
from tests.flows.newcomer import BAKERY, ELENA
from tests.journeys.house import House, open_menu, pass_riddle, press
from tests.journeys.test_pages_in_a_browser import SCREENS, fits, watched
from tests.journeys.test_rosa_opens_a_notificacion import tab_to
from tests.judging import faults

OpenPage = Callable[..., Page]
LABELS = {
    "numero": "Número de documento",
    "apellido_paterno": "Apellido paterno",
    "apellido_materno": "Apellido materno",
    "nombres": "Nombres",
    "nacimiento": "Fecha de nacimiento",
    "emision": "Fecha de emisión",
    "cui": "CUI",
    "ruc": "RUC",
    "razon_social": "Razón social",
    "distrito": "Distrito",
    "telefono": "Teléfono / celular",
    "correo": "Correo electrónico",
    "correo2": "Repetir correo electrónico",
}
JOSE = ELENA | {
    "numero": "40000012",
    "cui": "9",
    "apellido_paterno": "Núñez",
    "apellido_materno": "Supuesto",
    "nombres": "José María",
    "nacimiento": "03111975",
    "sexo": "M",
    "emision": "22/04/2019",
    "correo": "jose@example.com",
    "correo2": "jose@example.com",
}
NEW = "Tres-rios-altos-91"


@pytest.fixture(scope="module", autouse=True)
def known(house: House) -> None:
    """The local register knows them."""
    with house.installation.db.transaction() as tx:
        padron.put(tx, list(STRANGERS), KNOWN)


def letter(house: House, subject: str, to: str) -> str:
    """What the newest message of that subject says, as soon as it arrives."""
    for _ in range(200):
        for path in sorted(house.mail.glob("new/*"), reverse=True):
            message = email.message_from_bytes(path.read_bytes(), policy=default)
            body = message.get_body(("plain",))
            if message["Subject"] == subject and to in message["To"] and body:
                return str(body.get_content())
        time.sleep(0.05)
    raise TimeoutError(subject)


def fill(page: Page, values: dict[str, str]) -> None:
    for name, label in LABELS.items():
        if name in values:
            page.get_by_label(label, exact=True).fill(values[name])
    if "tipo" in values:
        page.get_by_label("Tipo de documento").select_option(values["tipo"])
        page.get_by_label("Sexo").select_option(values["sexo"])


def reach(page: Page, house: House, persona: str) -> None:
    page.goto(f"{house.origin}/casilla/ingresar/")
    page.get_by_role("link", name="Regístrate", exact=True).click()
    page.get_by_label("He leído y estoy de acuerdo con los términos").check()
    press(page, "Aceptar")
    page.get_by_label("He leído y estoy de acuerdo con la Política de Privacidad").check()
    press(page, "Aceptar")
    page.get_by_label(persona, exact=True).check()
    press(page, "Continuar")


def prove_mailbox(page: Page, house: House, to: str) -> None:
    validate(page, house, to)
    message = "Se envió un mensaje con las credenciales de acceso a su correo electrónico"
    expect(page.get_by_role("heading", level=1)).to_have_text(message)
    press(page, "Aceptar")


def validate(page: Page, house: House, to: str) -> None:
    expect(page.get_by_role("heading", level=1)).to_have_text("Sus datos son correctos")
    press(page, "Aceptar")
    mailed = letter(house, "Validación de Correo Electrónico", to)
    code = re.search(r"^ +(\d{3} \d{3})$", mailed, re.M)
    assert code
    page.get_by_label("Clave de validación", exact=True).fill(code[1])
    press(page, "Validar")


def enter(page: Page, house: House, to: str, greeted: str) -> None:
    credentials = letter(house, "Credenciales de Acceso", to)
    user, secret = re.findall(r"^(?:Usuario|Contraseña): (\S+)$", credentials, re.M)
    page.get_by_label("DNI", exact=True).fill(user)
    page.get_by_label("Contraseña", exact=True).fill(secret)
    press(page, "Iniciar sesión")
    token = re.search(
        r"^ +(\d{3} \d{3})$",
        letter(house, "Su token digital para ingresar a la casilla", to),
        re.M,
    )
    assert token
    page.get_by_label("Token digital", exact=True).fill(token[1])
    press(page, "VERIFICAR")
    page.get_by_label("Clave Antigua", exact=True).fill(secret)
    page.get_by_label("Clave Nueva", exact=True).fill(NEW)
    page.get_by_label("Repetir Clave Nueva", exact=True).fill(NEW)
    press(page, "Enviar")
    open_menu(page)
    expect(page.get_by_text(greeted).first).to_be_visible()
    expect(page.get_by_role("link", name="Pendientes por leer", exact=True)).to_be_visible()


@pytest.mark.parametrize(
    ("person", "width", "javascript"), [(ELENA, 1280, True), (JOSE, 360, False)]
)
def test_a_person_follows_the_guide_to_their_casilla(
    open_page: OpenPage, house: House, person: dict[str, str], width: int, javascript: bool
) -> None:
    page = open_page(width, javascript=javascript)
    reach(page, house, "Persona Natural")
    fill(page, person)
    press(page, "Regresar")
    press(page, "Continuar")
    assert page.get_by_label("Apellido paterno").input_value() == person["apellido_paterno"]
    page.get_by_text("¿Dónde está el CUI en mi DNI?").click()
    expect(page.get_by_role("img", name=re.compile("Dibujo de un DNI"))).to_be_visible()
    pass_riddle(page, house)
    press(page, "Continuar")
    prove_mailbox(page, house, person["correo"])
    enter(page, house, person["correo"], f"{person['nombres']} {person['apellido_paterno']}")


def test_a_company_follows_the_guide_to_its_casilla(open_page: OpenPage, house: House) -> None:
    page = open_page()
    reach(page, house, "Persona Jurídica")
    fill(page, BAKERY)
    pass_riddle(page, house)
    press(page, "Continuar")
    press(page, "Escribir mis datos")
    fill(page, {name: value for name, value in ELENA.items() if name not in BAKERY})
    page.get_by_label("Declaro bajo juramento").check()
    pass_riddle(page, house)
    press(page, "Continuar")
    prove_mailbox(page, house, BAKERY["correo"])
    enter(page, house, BAKERY["correo"], BAKERY["razon_social"])


def judge(page: Page) -> None:
    """On each screen: no axe finding, and nothing wider than it."""
    for width, scheme in SCREENS:
        page.set_viewport_size({"width": width, "height": 800})
        page.emulate_media(color_scheme=scheme)
        assert faults(page) == {}, f"{page.url} {width} {scheme}"
        assert fits(page), page.url


def test_axe_finds_nothing_in_the_registration(browser: Browser, house: House) -> None:
    with watched(browser) as page:
        page.goto(f"{house.origin}/casilla/registro/")
        judge(page)
        press(page, "Aceptar")
        expect(page.get_by_role("checkbox")).to_be_focused()
        judge(page)
        page.get_by_role("checkbox").check()
        press(page, "Aceptar")
        judge(page)
        page.get_by_role("checkbox").check()
        press(page, "Aceptar")
        judge(page)
        press(page, "Continuar")
        judge(page)
        press(page, "Continuar")
        expect(page.get_by_label("Número de documento")).to_be_focused()
        page.get_by_text("¿Dónde está el CUI en mi DNI?").click()
        judge(page)
        page.goto(f"{house.origin}/casilla/registro/persona/")
        page.get_by_label("Persona Jurídica").check()
        press(page, "Continuar")
        judge(page)
        other = {"ruc": "20000000036", "razon_social": "Otra S.A.C.", "distrito": "Ate"}
        fill(page, BAKERY | other)
        pass_riddle(page, house)
        press(page, "Continuar")
        judge(page)
        press(page, "Aceptar")
        fill(page, {"razon_social": "Textiles Supuestos S.A.C."})
        pass_riddle(page, house)
        press(page, "Continuar")
        judge(page)
        page.get_by_label("Número de documento de quien la representa").fill("40000011")
        page.get_by_role("checkbox").check()
        press(page, "Continuar")
        judge(page)
        page.goto(f"{house.origin}/casilla/registro/representante/datos/")
        judge(page)
        fill(page, {name: value for name, value in ELENA.items() if name not in BAKERY})
        page.get_by_role("checkbox").check()
        pass_riddle(page, house)
        press(page, "Continuar")
        judge(page)
        press(page, "Aceptar")
        judge(page)
        for path in ("registro/listo/", "registro/enlace/x/", "activar/x/"):
            page.goto(f"{house.origin}/casilla/{path}")
            judge(page)


def test_it_can_be_filled_in_with_the_keyboard_alone(open_page: OpenPage, house: House) -> None:
    page = open_page()
    page.goto(f"{house.origin}/casilla/registro/")
    tab_to(page, page.get_by_role("checkbox").evaluate("box => box.labels[0].textContent.trim()"))
    page.keyboard.press("Space")
    tab_to(page, "Aceptar")
    page.keyboard.press("Enter")
    page.wait_for_url("**/registro/privacidad/")
    tab_to(page, page.get_by_role("checkbox").evaluate("box => box.labels[0].textContent.trim()"))
    page.keyboard.press("Space")
    page.keyboard.press("Enter")
    page.wait_for_url("**/registro/persona/")
    tab_to(page, "Persona Natural")
    page.keyboard.press("Enter")
    page.wait_for_url("**/registro/datos/")
    tab_to(page, "Número de documento")
    page.keyboard.type("12")
    page.keyboard.press("Enter")  # the first button of the form is «Continuar»
    expect(page.get_by_role("alert")).to_contain_text("Escriba los 8 dígitos de su DNI")
    tab_to(page, "¿Dónde está el CUI en mi DNI?")
    page.keyboard.press("Enter")
    expect(page.get_by_role("img", name=re.compile("Dibujo de un DNI"))).to_be_visible()
    tab_to(page, "Regresar")
