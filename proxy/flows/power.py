"""Power: the entity decides about companies whose representative no register confirms (R22, S81).

    a company that waits ──▶ approve: its casilla opens · reject: the applicant is told why
    a casilla that 0.2.0 opened by a declared power ──▶ approve: it goes on · reject: suspended

One person of the entity decides: the applicant is the other one. Both are petitions, so the entity
has one list and one series of numbers.
"""

from typing import Any

from catalog.reading.model import Catalog
from proxy.domain import registration as rules
from proxy.domain.events import Event
from proxy.domain.identidad import Identidad
from proxy.domain.policy import Policy
from proxy.errors import Refusal
from proxy.flows import cuentas, opening
from proxy.flows.first_access import First
from proxy.flows.petitions import find, spend
from proxy.flows.registration import Applicant, applicant
from proxy.store import casillas, eventos, outbox, registrations
from proxy.store.petitions import Petition
from proxy.store.registrations import Registration
from proxy.store.tx import Tx


def about(tx: Tx, number: int) -> bool:
    """Whether a number is of a company, and not of an act of two people. Refuses
    `petition.none`."""
    return find(tx, number).act in ("company", "declared")


def approve(
    tx: Tx, policy: Policy, catalog: Catalog, number: int, made: First
) -> tuple[Petition, Identidad]:
    """Refuses `petition.answered`, `petition.expired`, and `casilla.exists` if the company got a
    casilla meanwhile."""
    petition = find(tx, number)
    spend(tx, petition)
    if petition.casilla_id:
        whose = casillas.by_id(tx, petition.casilla_id).identidad
        _note(tx, Event.COMPANY_APPROVED, petition, petition.casilla_id)
        return petition, whose
    found, who = _waiting(tx, petition)
    casilla = opening.grant(tx, policy, catalog, found, who, made, None)
    if casilla is None:
        raise Refusal("casilla.exists")
    _note(tx, Event.COMPANY_APPROVED, petition, casilla.id)
    return petition, casilla.identidad


def reject(tx: Tx, number: int, reason: str) -> tuple[Petition, Identidad]:
    """Refuses `petition.answered`, `petition.expired`, `petition.reason` without a reason."""
    petition, why = find(tx, number), cuentas.read_reason(reason)
    if not why:
        raise Refusal("petition.reason")
    spend(tx, petition)
    _note(tx, Event.COMPANY_REJECTED, petition, petition.casilla_id, reason=why)
    if petition.casilla_id:
        casilla = casillas.by_id(tx, petition.casilla_id)
        if not casilla.suspended_at:
            cuentas.suspend(tx, casilla.identidad, why)
        return petition, casilla.identidad
    found, who = _waiting(tx, petition)
    told: dict[str, Any] = {
        "nombres": rules.full_name(who.claim),
        "identidad": who.claim.identidad.masked,
    }
    outbox.add(
        tx, "company_rejected", None, recipient=who.email, petition=number, reason=why, **told
    )
    registrations.forget(tx, found)
    return petition, who.claim.identidad


def _waiting(tx: Tx, petition: Petition) -> tuple[Registration, Applicant]:
    found = registrations.by_id(tx, petition.registration_id or b"")
    assert found is not None  # it lives as long as its petition can be answered
    return found, applicant(found, tx.now.date())


def _note(tx: Tx, event: Event, petition: Petition, casilla_id: int | None, **detail: Any) -> None:
    eventos.note(tx, event, casilla_id, petition=petition.id, act=petition.act, **detail)
