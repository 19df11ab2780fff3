"""Petitions: acts of the entity on a casilla that two of its people do, a command each (S39).

    ask ──▶ waits, LIFE at most ──▶ approve, as another OS user: the act happens
                             └────▶ refuse, as any OS user: it never does

What can be checked is checked when it is asked for, to say it at once, and again when it happens.
"""

from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import NamedTuple

from proxy.domain import registration as rules
from proxy.domain.casilla import Casilla
from proxy.domain.events import Event
from proxy.domain.identidad import Identidad
from proxy.domain.registration import Draft, Reading
from proxy.domain.responsible import one_person, two_people
from proxy.errors import Refusal
from proxy.flows import correction, factor
from proxy.flows.cuentas import read_reason
from proxy.store import casillas, eventos, petitions, registrations
from proxy.store.petitions import Act, Petition
from proxy.store.tx import Tx

# Long enough for who is away some days; later, what was seen of the owner says nothing of today.
LIFE = timedelta(days=7)


class Waiting(NamedTuple):
    petition: Petition
    identidad: Identidad  # of the casilla that it is about
    nombres: str
    draft: Draft | None  # what was typed to register, if a declared power is the matter


_ACTS: Mapping[Act, Callable[[Tx, Casilla, Petition, list[str]], None]] = {
    "email": correction.set_email,
    "factor": factor.restore,
}


def ask_email(
    tx: Tx, identidad: Identidad, email: str, responds: str, authorises: str | None
) -> Petition:
    """Refuses `responsible.alone`, `casilla.none`, `email.malformed`, `email.same`."""
    casilla = _owner(tx, identidad)
    address = correction.new_address(casilla, email)
    return _ask(tx, "email", casilla, address, responds, authorises)


def ask_factor(tx: Tx, identidad: Identidad, responds: str, authorises: str | None) -> Petition:
    """Refuses `responsible.alone`, `casilla.none`, `factor.none`."""
    casilla = _owner(tx, identidad)
    if not factor.on(tx, casilla.id):
        raise Refusal("factor.none")
    return _ask(tx, "factor", casilla, None, responds, authorises)


def waiting(tx: Tx) -> list[Waiting]:
    """All that waits for the entity, oldest first: also what `power` decides."""
    return [_described(tx, one) for one in petitions.waiting(tx)]


def approve(tx: Tx, number: int) -> tuple[Petition, Identidad]:
    """Do the act. Refuses `responsible.same_user`, and what `ask…` and `refuse` refuse.

    Who authorises has the name that was asked for, or else that of the OS user who approves.
    """
    petition = find(tx, number)
    casillas.lock(tx, petition.casilla_id)
    spend(tx, petition)
    if _user(tx) == petition.asked_by:
        raise Refusal("responsible.same_user", number=number)
    names = two_people(petition.responds, petition.authorises or _user(tx))
    assert petition.casilla_id is not None  # an act of two people is on a casilla
    casilla = casillas.by_id(tx, petition.casilla_id)
    _ACTS[petition.act](tx, casilla, petition, names)
    return petition, casilla.identidad


def refuse(tx: Tx, number: int, reason: str = "") -> None:
    """Refuses `petition.none`, `petition.answered`, `petition.expired`, `reason.malformed`."""
    petition, why = find(tx, number), read_reason(reason)
    spend(tx, petition)
    eventos.note(
        tx,
        Event.PETITION_REFUSED,
        petition.casilla_id,
        act=petition.act,
        petition=number,
        asked_by=petition.asked_by,
        reason=why,
    )


def _owner(tx: Tx, identidad: Identidad) -> Casilla:
    casilla = casillas.by_identidad(tx, identidad)
    if casilla is None:
        raise Refusal("casilla.none")
    return casilla


def _ask(
    tx: Tx,
    act: Act,
    casilla: Casilla,
    email: str | None,
    responds: str,
    authorises: str | None,
) -> Petition:
    names = [one_person(responds)] if authorises is None else two_people(responds, authorises)
    number = petitions.add(tx, act, casilla.id, email, names, _user(tx), tx.now + LIFE)
    eventos.note(tx, Event.PETITION_MADE, casilla.id, act=act, responsible=names, petition=number)
    return find(tx, number)


def find(tx: Tx, number: int) -> Petition:
    petition = petitions.find(tx, number)
    if petition is None:
        raise Refusal("petition.none", number=number)
    return petition


def spend(tx: Tx, petition: Petition) -> None:
    if not petitions.spend(tx, petition.id):
        answered = find(tx, petition.id).answered_at  # perhaps just now, by another person
        raise Refusal("petition.answered" if answered else "petition.expired", number=petition.id)


def _described(tx: Tx, petition: Petition) -> Waiting:
    if petition.casilla_id is None:
        found = registrations.by_id(tx, petition.registration_id or b"")
        assert found is not None  # it lives as long as its petition
        claim = rules.read_company(Reading(found.draft.company))
        return Waiting(petition, claim.identidad, claim.razon_social, found.draft)
    casilla = casillas.by_id(tx, petition.casilla_id)
    draft = None
    if petition.act == "declared":
        draft = registrations.declared(tx, casilla.identidad)
    return Waiting(petition, casilla.identidad, casilla.nombres, draft)


def _user(tx: Tx) -> str:
    return tx.by.name or tx.by.kind
