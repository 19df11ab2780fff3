"""A company whose power the register confirms, and two that wait for the entity: R22, S81."""

from collections.abc import Callable
from dataclasses import replace

import pytest
from playwright.sync_api import Browser, Page, expect

from proxy.domain.actor import Actor
from proxy.domain.identidad import Identidad
from proxy.domain.identity import CompanyClaim
from proxy.flows import first_access, petitions, power
from proxy.flows.demonstration_people import KNOWN, STRANGERS
from proxy.store import padron
from tests.flows.newcomer import BAKERY, ELENA
from tests.journeys.house import House, pass_riddle, press
from tests.journeys.test_elena_registers import (
    enter,
    fill,
    judge,
    letter,
    prove_mailbox,
    reach,
    validate,
)
from tests.journeys.test_pages_in_a_browser import watched

OpenPage = Callable[..., Page]
TEXTILES = BAKERY | {
    "ruc": "20000000036",
    "razon_social": "Textiles Supuestos S.A.C.",
    "distrito": "Ate",
    "correo": "textiles@example.com",
    "correo2": "textiles@example.com",
}
HARDWARE = TEXTILES | {
    "ruc": "20000000044",
    "razon_social": "Ferretería Inventada S.A.C.",
    "correo": "ferreteria@example.com",
    "correo2": "ferreteria@example.com",
}
ANA = Actor("operator", "ana")
WAITS = "Su solicitud espera la aprobación del JNE"


@pytest.fixture(scope="module", autouse=True)
def known(house: House) -> None:
    """The register knows the three, and who represents the bakery."""
    hardware = CompanyClaim(Identidad("RUC", HARDWARE["ruc"]), HARDWARE["razon_social"], "Ate")
    with house.installation.db.transaction() as tx:
        padron.put(tx, [*STRANGERS, hardware], KNOWN)


def represent(page: Page, house: House, company: dict[str, str]) -> None:
    """Elena registers it with the data of her document."""
    reach(page, house, "Persona Jurídica")
    fill(page, company)
    pass_riddle(page, house)
    press(page, "Continuar")
    press(page, "Escribir mis datos")
    fill(page, {name: value for name, value in ELENA.items() if name not in BAKERY})
    page.get_by_label("Declaro bajo juramento").check()
    pass_riddle(page, house)
    press(page, "Continuar")


def waiting(house: House) -> int:
    with house.installation.db.reading() as tx:
        return petitions.waiting(tx)[-1].petition.id


def test_without_script_a_company_opens_at_once_when_the_register_confirms_its_power(
    open_page: OpenPage, house: House
) -> None:
    page = open_page(360, javascript=False)
    represent(page, house, BAKERY)
    expect(page.get_by_text("La casilla no se abrirá en el momento.")).to_have_count(0)
    prove_mailbox(page, house, BAKERY["correo"])
    told = letter(house, "Se abrió una casilla electrónica con sus datos", "panaderia.example")
    assert "Se abrió una casilla electrónica del JNE para Panadería Imaginaria" in told
    enter(page, house, BAKERY["correo"], BAKERY["razon_social"])


def test_a_company_waits_and_enters_once_the_entity_approves_it(
    browser: Browser, house: House
) -> None:
    with watched(browser) as page:
        approved(page, house)


def approved(page: Page, house: House) -> None:
    represent(page, house, TEXTILES)
    expect(page.get_by_text("La casilla no se abrirá en el momento.")).to_be_visible()
    judge(page)
    validate(page, house, TEXTILES["correo"])
    expect(page.get_by_role("heading", level=1)).to_have_text(WAITS)
    judge(page)
    press(page, "Aceptar")
    told = letter(house, "Su solicitud de casilla espera la aprobación", TEXTILES["correo"])
    assert "Todavía no se abrió ninguna casilla" in told
    parts = house.installation
    made = first_access.first(parts.policy, parts.vault)
    made = replace(made, hashed=parts.passwords.hash(made.secret))
    with parts.db.transaction(ANA) as tx:
        power.approve(tx, parts.policy, parts.catalog, waiting(house), made)
    credentials = letter(house, "Credenciales de Acceso", TEXTILES["correo"])
    assert "Lo aprobó el JNE" in credentials
    enter(page, house, TEXTILES["correo"], TEXTILES["razon_social"])


def test_without_script_a_company_waits_and_reads_why_it_was_rejected(
    open_page: OpenPage, house: House
) -> None:
    page = open_page(360, javascript=False)
    represent(page, house, HARDWARE)
    validate(page, house, HARDWARE["correo"])
    expect(page.get_by_role("heading", level=1)).to_have_text(WAITS)
    with house.installation.db.transaction(ANA) as tx:
        power.reject(tx, waiting(house), "La vigencia de poder está vencida")
    told = letter(house, "No se aprobó su solicitud de casilla", HARDWARE["correo"])
    assert "Motivo: La vigencia de poder está vencida\n" in told
