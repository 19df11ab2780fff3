"""Correction: the entity changes the e-mail of an owner who lost the old mailbox.

Two different people answer for it, once they know who asks (SECURITY D39). Nobody proves the new
address with a code: the owner cannot be inside. So whatever could open the casilla ends, and the
links «deshacer» too: an old address that is in the wrong hands undoes nothing.
"""

from proxy.domain.events import Event
from proxy.domain.identidad import Identidad
from proxy.domain.responsible import two_people
from proxy.errors import Refusal
from proxy.flows.cuentas import normal_email
from proxy.flows.password import OPENING
from proxy.flows.profile import UNDO
from proxy.store import audit, casillas, challenges, changes, devices, links, outbox, sessions
from proxy.store.db import Tx


def set_email(tx: Tx, identidad: Identidad, email: str, responsible: tuple[str, str]) -> None:
    """Refuses `factor.alone`, `email.malformed`, `casilla.none`, `email.same`."""
    names, address = two_people(responsible), normal_email(email)
    found = casillas.by_identidad(tx, identidad)
    if found is None:
        raise Refusal("casilla.none")
    changes.lock(tx, found.id)
    casilla = casillas.by_id(tx, found.id)
    if address == casilla.email:
        raise Refusal("email.same")
    casillas.set_email(tx, casilla, address)
    changes.give_up(tx, casilla.id)
    sessions.end_all(tx, casilla.id)
    devices.forget_all(tx, casilla.id)
    challenges.end_all(tx, casilla.id)
    links.end_all(tx, casilla.id, *OPENING, UNDO)
    audit.note(tx, Event.EMAIL_CORRECTED, casilla.id, responsible=names)
    for recipient in (casilla.email, address):
        outbox.add(tx, "email_corrected", casilla, recipient=recipient)
