"""Cuentas: what the entity does with a casilla.

    open ──▶ suspend: nobody enters, nothing is deposited ──▶ lift
        └──▶ close: nothing more is deposited, and its owner reads for a year

What was served stays in all of them, and the owner is told of each by e-mail.
"""

from datetime import timedelta
from typing import Any
from uuid import uuid4

from sqlalchemy.exc import IntegrityError

from proxy.domain import limits
from proxy.domain.casilla import READABLE_FOR, Casilla
from proxy.domain.client import Client
from proxy.domain.email import parse_email
from proxy.domain.events import Event
from proxy.domain.identidad import Identidad
from proxy.domain.pasted import clean
from proxy.errors import Refusal
from proxy.flows.closing import close, spend_link
from proxy.store import casillas, devices, eventos, links, outbox, throttle
from proxy.store.tx import Tx

NOMBRES_LENGTH = 200
REASON_LENGTH = 300
PASS, PASS_LIFE = "pass", timedelta(minutes=30)


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
    name, address = newcomer(tx, identidad, nombres, email)
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


def newcomer(tx: Tx, identidad: Identidad, nombres: str, email: str) -> tuple[str, str]:
    """Refuses what `fit` does, and `casilla.exists`."""
    found = fit(nombres, email)
    if casillas.by_identidad(tx, identidad) is not None:
        raise Refusal("casilla.exists")
    return found


def fit(nombres: str, email: str) -> tuple[str, str]:
    """As a casilla keeps them. Refuses `nombres.malformed` and what `parse_email` does."""
    name = clean(nombres)
    if not name or len(name) > NOMBRES_LENGTH or not name.isprintable():
        raise Refusal("nombres.malformed", most=NOMBRES_LENGTH)
    return name, parse_email(email)


def suspend(tx: Tx, identidad: Identidad, reason: str = "") -> None:
    """Every way in ends. Refuses `casilla.none`, `casilla.suspended`, `reason.malformed`."""
    casilla, why = _locked(tx, identidad), read_reason(reason)
    if not casillas.suspend(tx, casilla.id):
        raise Refusal("casilla.suspended")
    close(tx, casilla.id)
    eventos.note(tx, Event.CASILLA_SUSPENDED, casilla.id, reason=why)
    outbox.add(tx, "casilla_changed", casilla, what="suspended", reason=why)


def lift(tx: Tx, identidad: Identidad) -> None:
    """A casilla that was suspended or closed is in use again. Refuses `casilla.none`,
    `casilla.in_use`."""
    casilla = _locked(tx, identidad)
    if not casillas.lift(tx, casilla.id):
        raise Refusal("casilla.in_use")
    by_owner: dict[str, Any] = {"was_revoked": True} if casilla.revoked_at else {}
    was_closed = casilla.closed_at is not None
    eventos.note(tx, Event.CASILLA_LIFTED, casilla.id, was_closed=was_closed, **by_owner)
    outbox.add(tx, "casilla_changed", casilla, what="lifted")


def close_for_good(tx: Tx, identidad: Identidad, reason: str = "") -> None:
    """Refuses `casilla.none`, `casilla.closed`, `reason.malformed`."""
    casilla, why = _locked(tx, identidad), read_reason(reason)
    if not casillas.close(tx, casilla.id):
        raise Refusal("casilla.closed")
    eventos.note(tx, Event.CASILLA_CLOSED, casilla.id, reason=why)
    until = (tx.now + READABLE_FOR).isoformat()
    outbox.add(tx, "casilla_changed", casilla, what="closed", reason=why, until=until)


def end_sessions(tx: Tx, identidad: Identidad) -> int:
    """Also codes, links and known browsers end. Returns how many sessions did. Refuses
    `casilla.none`."""
    casilla = _locked(tx, identidad)
    many = close(tx, casilla.id)
    eventos.note(tx, Event.SESSIONS_REVOKED, casilla.id, many=many)
    outbox.add(tx, "casilla_changed", casilla, what="ended")
    return many


def read_reason(text: str) -> str:
    """Refuses `reason.malformed`."""
    reason = " ".join(text.split())
    if len(reason) > REASON_LENGTH or not reason.isprintable():
        raise Refusal("reason.malformed", most=REASON_LENGTH)
    return reason


def _locked(tx: Tx, identidad: Identidad) -> Casilla:
    casilla = casillas.by_identidad(tx, identidad)
    if casilla is None:
        raise Refusal("casilla.none")
    casillas.lock(tx, casilla.id)
    return casillas.by_id(tx, casilla.id)


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
    throttle.clear(tx, [limits.mailbox_of(casilla.email, "")])
    eventos.note(tx, Event.PASSWORD_RESTORED, casilla.id)


def make_pass(tx: Tx, identidad: Identidad) -> bytes:
    """A link that serves once: its browser counts as the owner's, and still needs the password.

    The entity must identify the owner before. An earlier pass ends. Refuses `casilla.none`.
    """
    casilla = _locked(tx, identidad)
    links.end_all(tx, casilla.id, PASS)
    eventos.note(tx, Event.PASS_MADE, casilla.id)
    return links.add(tx, PASS, casilla.id, PASS_LIFE)


def use_pass(tx: Tx, link_id: bytes, client: Client) -> bytes | None:
    """The id that the browser remembers. None: the pass was used, ended or expired."""
    casilla_id = spend_link(tx, link_id, PASS)
    if casilla_id is None:
        return None
    device = uuid4().bytes
    devices.add(tx, device, casilla_id, client.user_agent)
    eventos.note(tx, Event.PASS_USED, casilla_id)
    return device
