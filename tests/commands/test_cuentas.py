"""`casilla cuentas`, as the entity uses it on companies and on casillas: S81, S39."""

from datetime import timedelta

import pytest

from proxy.domain.identidad import parse_identidad
from proxy.domain.registration import LEGAL, Draft
from proxy.flows import petitions as two_people
from proxy.installation import Installation
from proxy.store import casillas, petitions, registrations
from tests.commands.conftest import Casilla
from tests.flows.newcomer import BAKERY, ELENA, ITS
from tests.operators import ANA
from tests.outbox import messages
from tests.test_cli import open_casilla, serve

ROSA = ("--identidad", "DNI-40000001")


@pytest.fixture
def waiting(installation: Installation) -> Installation:
    """Request 1 of a company, and petition 2 of two people."""
    rosa = parse_identidad("40000001")
    with installation.db.transaction(ANA) as tx:
        read = {"version": "1", "sha256": "0" * 64, "at": tx.now.isoformat(), "ip": "::1"}
        draft = Draft(
            accepted={"terminos": read, "privacidad": read},
            persona=LEGAL,
            company=BAKERY,
            representative=ELENA,
            identified=True,
            represented_by="DNI-40000011",
        )
        until = tx.now + timedelta(days=60)
        found = registrations.add(tx, b"visit", draft, until)
        assert registrations.wait(tx, found, until)
        petitions.add_company(tx, found.id, "visitor", until)
        casillas.add(tx, rosa, "Rosa", "rosa@ejemplo.pe", None)
        two_people.ask_email(tx, rosa, "otra@ejemplo.pe", "Ana Torres", None)
    return installation


def test_one_list_has_what_waits_of_both_kinds(casilla: Casilla, waiting: Installation) -> None:
    """With what the entity must know to decide."""
    code, said, _ = casilla("cuentas", "pendientes")
    company, two = said.splitlines()
    assert code == 0
    assert company.startswith(
        "1  RUC-20000000028  solicita su casilla: Panadería Imaginaria del Norte E.I.R.L.  "
        "dice representarla: DNI-40000011  probado: con los datos de su documento  "
        "contacto: pan@example.com, 044 223344  desde: "
    )
    assert two.startswith("2  DNI-40000001  correo nuevo: otra@ejemplo.pe  pedido por: ana  ")


def test_a_company_is_approved_by_its_number(casilla: Casilla, waiting: Installation) -> None:
    said = "Se abrió la casilla de RUC-20000000028. Sus credenciales van al correo de la solicitud."
    assert casilla("cuentas", "aprobar", "1") == (0, f"{said}\n", "")
    with waiting.db.reading() as tx:
        opened = casillas.by_identidad(tx, ITS)
    assert opened and opened.password  # a mailed one, that serves once
    answered = "El pedido 1 ya se había aprobado o rechazado: no se cambió nada.\n"
    assert casilla("cuentas", "aprobar", "1") == (1, "", answered)
    assert casilla("cuentas", "rechazar", "1", "--motivo", "Tarde") == (1, "", answered)


def test_a_company_is_rejected_with_a_reason(casilla: Casilla, waiting: Installation) -> None:
    code, said, complaint = casilla("cuentas", "rechazar", "1")
    assert (code, said) == (1, "") and complaint.startswith("Escriba por qué con --motivo")
    said = "La solicitud de RUC-20000000028 se rechazó. "
    said += "Se dijo el motivo al correo de quien la hizo."
    why = "La vigencia de poder está vencida"
    assert casilla("cuentas", "rechazar", "1", "--motivo", why) == (0, f"{said}\n", "")
    (told,) = messages(waiting.db, "company_rejected")
    assert told.context["reason"] == why
    assert casilla("cuentas", "rechazar", "2")[1] == "El pedido 2 quedó sin efecto.\n"
    none = "No hay solicitudes ni pedidos que esperen.\n"
    assert casilla("cuentas", "pendientes") == (0, none, "")


def test_a_casilla_is_suspended_and_lifted(casilla: Casilla, installation: Installation) -> None:
    """S81: a deposit says why it was refused."""
    open_casilla(casilla)
    said = "La casilla de DNI-40000001 quedó suspendida y sus sesiones se cerraron. "
    done = casilla("cuentas", "suspender", *ROSA, "--motivo", "Dos personas la reclaman")
    assert done == (0, f"{said}Se avisó al titular.\n", "")
    code, _, complaint = serve(casilla)
    assert code == 1 and complaint.startswith("Esa casilla está suspendida y nadie la puede leer")
    again = "Esa casilla ya estaba suspendida: no se cambió nada.\n"
    assert casilla("cuentas", "suspender", *ROSA) == (1, "", again)
    said = "La casilla de DNI-40000001 se puede usar otra vez. Se avisó al titular.\n"
    assert casilla("cuentas", "levantar", *ROSA) == (0, said, "")
    assert serve(casilla)[0] == 0
    unused = "Esa casilla no está suspendida ni cerrada: no se cambió nada.\n"
    assert casilla("cuentas", "levantar", *ROSA) == (1, "", unused)


def test_a_casilla_is_closed(casilla: Casilla, installation: Installation) -> None:
    open_casilla(casilla)
    said = "La casilla de DNI-40000001 quedó cerrada. Se avisó al titular.\n"
    assert casilla("cuentas", "cerrar", *ROSA) == (0, said, "")
    code, _, complaint = serve(casilla)
    assert code == 1 and complaint.startswith("Esa casilla está cerrada: no se depositó nada.")
    again = "Esa casilla ya estaba cerrada: no se cambió nada.\n"
    assert casilla("cuentas", "cerrar", *ROSA) == (1, "", again)


def test_the_sessions_of_a_casilla_are_closed(casilla: Casilla, installation: Installation) -> None:
    open_casilla(casilla)
    said = "Se cerraron las sesiones de DNI-40000001 y se olvidaron sus equipos. "
    assert casilla("cuentas", "cerrar-sesiones", *ROSA) == (0, f"{said}Se avisó al titular.\n", "")


@pytest.mark.parametrize("act", ["suspender", "levantar", "cerrar", "cerrar-sesiones"])
def test_nobody_has_such_a_casilla(casilla: Casilla, installation: Installation, act: str) -> None:
    none = "Esa identidad no tiene casilla. Revise el número.\n"
    assert casilla("cuentas", act, *ROSA) == (1, "", none)


def test_who_left_is_listed_with_what_they_had_not_read(
    casilla: Casilla, installation: Installation
) -> None:
    """L16: the entity notifies them by other means."""
    assert casilla("cuentas", "bajas") == (0, "Nadie se dio de baja de su casilla.\n", "")
    open_casilla(casilla)
    assert serve(casilla)[0] == 0
    with installation.db.transaction() as tx:
        found = casillas.by_identidad(tx, parse_identidad("40000001"))
        assert found and casillas.revoke(tx, found.id)
    code, said, _ = casilla("cuentas", "bajas")
    assert code == 0 and said.startswith("DNI-40000001  Rosa ") and said.endswith("sin leer: 1\n")
    assert casilla("cuentas", "levantar", *ROSA)[0] == 0
    assert casilla("cuentas", "bajas")[1].startswith("Nadie")
