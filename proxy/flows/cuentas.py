"""Cuentas: the entity opens a casilla, and lets an owner try the password again."""

from datetime import timedelta
from uuid import uuid4

from email_validator import EmailNotValidError, validate_email

from proxy.domain.casilla import Casilla
from proxy.domain.client import Client
from proxy.domain.events import Event
from proxy.domain.identidad import Identidad
from proxy.errors import Refusal
from proxy.flows import closing
from proxy.store import casillas, devices, eventos, links, throttle
from proxy.store.tx import Tx

NOMBRES_LENGTH = 200
PASS, PASS_LIFE = "pass", timedelta(minutes=30)


def normal_email(text: str) -> str:
    """Refuses `email.malformed`. Asks no server."""
    try:
        return validate_email(text.strip(), check_deliverability=False).normalized
    except EmailNotValidError:
        raise Refusal("email.malformed") from None


def open_casilla(
    tx: Tx,
    identidad: Identidad,
    nombres: str,
    email: str,
    password: str | None,
    *,
    must_change: bool = True,
) -> Casilla:
    """`password` is a hash, made outside the transaction; None: the owner chooses one later.

    A password that the entity chose only lets the owner choose another (J9).
    """
    name = " ".join(nombres.split())
    if not name or len(name) > NOMBRES_LENGTH or not name.isprintable():
        raise Refusal("nombres.malformed", most=NOMBRES_LENGTH)
    address = normal_email(email)
    if casillas.by_identidad(tx, identidad) is not None:
        raise Refusal("casilla.exists")
    casilla_id = casillas.add(tx, identidad, name, address, password, must_change=must_change)
    eventos.note(tx, Event.CASILLA_OPENED, casilla_id)
    return casillas.by_id(tx, casilla_id)


def restore(tx: Tx, identidad: Identidad) -> None:
    """Forget the wrong passwords in a row, and all that anybody took of the owner's limits.

    After a hundred wrong ones only a known browser may use the password (S49). The entity must
    identify the owner before. Refuses `casilla.none`.
    """
    casilla = casillas.by_identidad(tx, identidad)
    if casilla is None:
        raise Refusal("casilla.none")
    casillas.clear_failures(tx, casilla.id)
    throttle.give_all_back(tx, identidad)
    eventos.note(tx, Event.PASSWORD_RESTORED, casilla.id)


def make_pass(tx: Tx, identidad: Identidad) -> bytes:
    """A link that serves once: its browser counts as the owner's, and still needs the password.

    The entity must identify the owner before. An earlier pass ends. Refuses `casilla.none`.
    """
    casilla = casillas.by_identidad(tx, identidad)
    if casilla is None:
        raise Refusal("casilla.none")
    casillas.lock(tx, casilla.id)
    links.end_all(tx, casilla.id, PASS)
    eventos.note(tx, Event.PASS_MADE, casilla.id)
    return links.add(tx, PASS, casilla.id, PASS_LIFE)


def use_pass(tx: Tx, link_id: bytes, client: Client) -> bytes | None:
    """The id that the browser remembers. None: the pass was used, ended or expired."""
    casilla_id = closing.spend_link(tx, link_id, PASS)
    if casilla_id is None:
        return None
    device = uuid4().bytes
    devices.add(tx, device, casilla_id, client.user_agent)
    eventos.note(tx, Event.PASS_USED, casilla_id)
    return device
