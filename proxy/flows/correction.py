"""Correction: the entity changes the e-mail of an owner who lost the old mailbox.

Two different people answer for the change, after they identified the owner (S39). No code proves
the new address, because the owner cannot log in. So everything that could open the casilla ends.
A stranger with the old mailbox may have set the password and the mobile, and may hold the links
«deshacer» and «No fui yo»: all of these end too. The owner recovers the password by the new
address.
"""

from proxy.domain.events import Event
from proxy.domain.identidad import Identidad
from proxy.domain.responsible import two_people
from proxy.errors import Refusal
from proxy.flows.closing import close
from proxy.flows.cuentas import normal_email
from proxy.flows.password import NOT_ME
from proxy.flows.profile import UNDO
from proxy.store import casillas, changes, eventos, outbox
from proxy.store.tx import Tx


def set_email(tx: Tx, identidad: Identidad, email: str, responsible: tuple[str, str]) -> None:
    """Refuses `responsible.alone`, `email.malformed`, `casilla.none`, `email.same`."""
    names, address = two_people(responsible), normal_email(email)
    found = casillas.by_identidad(tx, identidad)
    if found is None:
        raise Refusal("casilla.none")
    casillas.lock(tx, found.id)
    casilla = casillas.by_id(tx, found.id)
    if address == casilla.email:
        raise Refusal("email.same")
    changes.give_up(tx, casilla.id)
    close(tx, casilla.id, UNDO, NOT_ME)
    casillas.set_email(tx, casilla, address)
    casillas.set_phone(tx, casilla, None)
    casillas.set_password(tx, casilla.id, None)
    eventos.note(tx, Event.EMAIL_CORRECTED, casilla.id, responsible=names)
    for recipient in (casilla.email, address):
        outbox.add(tx, "email_corrected", casilla, recipient=recipient)
