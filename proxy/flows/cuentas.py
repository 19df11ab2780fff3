"""Cuentas: the entity opens a casilla, and lets its owner try the password again."""

from email_validator import EmailNotValidError, validate_email

from proxy.domain.casilla import Casilla
from proxy.domain.events import Event
from proxy.domain.identidad import Identidad
from proxy.errors import Refusal
from proxy.store import audit, casillas
from proxy.store.tx import Tx

NOMBRES_LENGTH = 200


def normal_email(text: str) -> str:
    """The address as it is stored. Refuses what cannot be one; asks no server."""
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
    """`password` is already hashed, outside the transaction; None until its owner chooses one.

    What the entity chose only serves to choose another (J9).
    """
    name = " ".join(nombres.split())
    if not name or len(name) > NOMBRES_LENGTH or not name.isprintable():
        raise Refusal("nombres.malformed", most=NOMBRES_LENGTH)
    address = normal_email(email)
    if casillas.by_identidad(tx, identidad) is not None:
        raise Refusal("casilla.exists")
    casilla_id = casillas.add(tx, identidad, name, address, password, must_change=must_change)
    audit.note(tx, Event.CASILLA_OPENED, casilla_id)
    return casillas.by_id(tx, casilla_id)


def restore(tx: Tx, identidad: Identidad) -> None:
    """Forget the wrong passwords in a row, once the entity knows that it speaks with the owner.

    After a hundred of them only a known browser may use the password (S49). Nobody's
    password is seen or changed.
    """
    casilla = casillas.by_identidad(tx, identidad)
    if casilla is None:
        raise Refusal("casilla.none")
    casillas.clear_failures(tx, casilla.id)
    audit.note(tx, Event.PASSWORD_RESTORED, casilla.id)
