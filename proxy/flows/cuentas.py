"""Cuentas: the entity opens a casilla, and lets an owner try the password again."""

from datetime import timedelta

from email_validator import EmailNotValidError, validate_email
from sqlalchemy.exc import IntegrityError

from proxy.domain.casilla import Casilla
from proxy.domain.events import Event
from proxy.domain.identidad import Identidad
from proxy.errors import Refusal
from proxy.store import casillas, eventos
from proxy.store.tx import Tx

NOMBRES_LENGTH = 200


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
    first_for: timedelta | None = None,
    must_change: bool = True,
) -> Casilla:
    """`password` is a hash, made outside the transaction; None: the owner chooses one later.

    A password that the entity chose only lets the owner choose another (J9), once and while
    `first_for` lasts.
    """
    name = " ".join(nombres.split())
    if not name or len(name) > NOMBRES_LENGTH or not name.isprintable():
        raise Refusal("nombres.malformed", most=NOMBRES_LENGTH)
    address = normal_email(email)
    if casillas.by_identidad(tx, identidad) is not None:
        raise Refusal("casilla.exists")
    until = tx.now + first_for if first_for else None
    try:
        with tx.conn.begin_nested():
            casilla_id = casillas.add(
                tx, identidad, name, address, password, must_change=must_change, first_until=until
            )
    except IntegrityError:  # another process was quicker
        raise Refusal("casilla.exists") from None
    eventos.note(tx, Event.CASILLA_OPENED, casilla_id)
    return casillas.by_id(tx, casilla_id)


def restore(tx: Tx, identidad: Identidad) -> None:
    """Forget the wrong passwords in a row. The entity must identify the owner before.

    After a hundred of them only a known browser may use the password (S49). Refuses `casilla.none`.
    """
    casilla = casillas.by_identidad(tx, identidad)
    if casilla is None:
        raise Refusal("casilla.none")
    casillas.clear_failures(tx, casilla.id)
    eventos.note(tx, Event.PASSWORD_RESTORED, casilla.id)
