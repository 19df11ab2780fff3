"""Petitions: acts of the entity on a casilla that two of its people do, a command each (S39).

    ask ──▶ waits, LIFE at most ──▶ approve, as another OS user: the act happens
                             └────▶ refuse, as any OS user: it never does

What can be checked is checked when it is asked for, to say it at once, and again when it happens.
"""

import json
from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any, NamedTuple

from proxy.domain import evento
from proxy.domain import registration as rules
from proxy.domain.casilla import Casilla
from proxy.domain.evento import Evento
from proxy.domain.events import Event
from proxy.domain.identidad import Identidad
from proxy.domain.registration import Draft, Reading
from proxy.domain.responsible import one_person, two_people
from proxy.domain.vault import Unsealable
from proxy.errors import Refusal
from proxy.flows import correction, factor
from proxy.flows.cuentas import read_reason
from proxy.store import casillas, eventos, petitions, registrations
from proxy.store.eventos import Placed
from proxy.store.petitions import Act, Petition
from proxy.store.tx import Tx

# Long enough for who is away some days; later, what was seen of the owner says nothing of today.
LIFE = timedelta(days=7)

_ANSWERS = (Event.PETITION_REFUSED, Event.EMAIL_CORRECTED, Event.FACTOR_RESTORED)


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
    """All that waits for the entity, oldest first: also what `power` decides.

    Refuses `petition.unlike`.
    """
    found = petitions.waiting(tx)
    _refuse_unlike(tx, [one for one in found if one.act in _ACTS])
    return [_described(tx, one) for one in found]


def approve(tx: Tx, number: int) -> tuple[Petition, Identidad]:
    """Do the act. Refuses `responsible.same_user`, `petition.unlike`, and as `ask…` and `refuse`.

    Who authorises has the name that was asked for, or else that of the OS user who approves.
    """
    petition = find(tx, number)
    casillas.lock(tx, petition.casilla_id)
    spend(tx, petition)
    _refuse_unlike(tx, [petition])
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
    made = find(tx, number)
    eventos.note(tx, Event.PETITION_MADE, casilla.id, **_said(made))
    return made


def _said(one: Petition) -> dict[str, Any]:
    names = [one.responds, *([one.authorises] if one.authorises else [])]
    return {"act": one.act, "responsible": names, "petition": one.id, "uid": one.uid.hex()}


def _refuse_unlike(tx: Tx, found: list[Petition]) -> None:
    """Refuses `petition.unlike`: the record says otherwise, or that it was answered.

    Who writes to the database can edit a petition; without the keys they cannot seal its evento.
    """
    told: dict[int, list[Evento]] = {one.id: [] for one in found}
    for row in eventos.of_kinds(tx, Event.PETITION_MADE, *_ANSWERS) if found else ():
        if row.evento and _is_sealed(tx, row):
            about = json.loads(row.evento.detail).get("petition")
            told.get(about, []).append(row.evento)
    for one in found:
        said = [
            (each.kind, each.casilla_id, each.at, _name(each), json.loads(each.detail))
            for each in told[one.id]
        ]
        asked = (Event.PETITION_MADE, one.casilla_id, one.asked_at, one.asked_by, _said(one))
        whole = (one.act == "email") == (one.email is not None)
        if said != [asked] or not whole or one.expires_at != one.asked_at + LIFE:
            raise Refusal("petition.unlike", number=one.id)


def _name(asked: Evento) -> str:
    return asked.actor.removeprefix("operator:")


def _is_sealed(tx: Tx, row: Placed) -> bool:
    try:
        return row.evento is not None and evento.is_sealed(
            tx.vault, row.key_id, row.evento, row.seal
        )
    except Unsealable:
        return False


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
