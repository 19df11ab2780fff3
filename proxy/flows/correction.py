"""Correction: the entity changes the e-mail of an owner who lost the old mailbox.

Two different people do it, after they identified the owner (S39, `petitions`). No code proves the
new address, because the owner cannot log in. So everything that could open the casilla ends. A
stranger with the old mailbox may have set the password, the mobile and the second address, and may
hold the links «deshacer» and «No fui yo»: all of these end too. The owner recovers the password by
the new address.
"""

from proxy.domain.casilla import Casilla
from proxy.domain.email import parse_email
from proxy.domain.events import Event
from proxy.errors import Refusal
from proxy.flows.closing import close
from proxy.flows.password import NOT_ME
from proxy.flows.profile import UNDO
from proxy.store import casillas, changes, eventos, outbox
from proxy.store.petitions import Petition
from proxy.store.tx import Tx


def new_address(casilla: Casilla, email: str) -> str:
    """Refuses `email.malformed`, `email.same`."""
    address = parse_email(email)
    if address == casilla.email:
        raise Refusal("email.same")
    return address


def set_email(tx: Tx, casilla: Casilla, petition: Petition, responsible: list[str]) -> None:
    """The casilla is locked. Refuses `email.malformed`, `email.same`."""
    address = new_address(casilla, petition.email or "")
    changes.give_up(tx, casilla.id)
    close(tx, casilla.id, UNDO, NOT_ME)
    casillas.set_email(tx, casilla, address)
    casillas.set_phone(tx, casilla, None)
    casillas.set_second_email(tx, casilla, None)
    casillas.set_password(tx, casilla.id, None)
    eventos.note(
        tx,
        Event.EMAIL_CORRECTED,
        casilla.id,
        responsible=responsible,
        petition=petition.id,
        asked_by=petition.asked_by,
    )
    for recipient in (casilla.email, address):
        outbox.add(tx, "email_corrected", casilla, recipient=recipient)
