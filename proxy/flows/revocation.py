"""Revocation: an owner takes back the consent to be notified in the casilla (L16).

    told what it means ──▶ a fresh proof and a box ticked ──▶ closed, with its constancia
        ──▶ the owner and the entity are told ──▶ read for a year · lifted, when its owner asks

The casilla ends as when the entity closes it: nothing more is deposited, and what was deposited
stays. Where a decree makes it compulsory (L2) the sheets say so, and nobody leaves by this page.
"""

import hashlib
from dataclasses import dataclass
from datetime import datetime

from catalog.reading.model import Catalog
from proxy.domain.before_leaving import before_leaving
from proxy.domain.casilla import READABLE_FOR, Casilla
from proxy.domain.client import Client
from proxy.domain.constancia_acts import Revocation
from proxy.domain.events import Event
from proxy.domain.session import Session
from proxy.errors import Refusal
from proxy.flows import constancias, opening
from proxy.flows.challenge import where
from proxy.store import acceptances, casillas, eventos, notificaciones, outbox
from proxy.store.tx import Tx
from proxy.texts import TEXTS


@dataclass(frozen=True)
class Leaving:
    """`said` is what its owner must read first. `compulsory`: why nobody leaves by this page."""

    casilla: Casilla
    said: list[str]
    compulsory: str | None
    until: datetime | None  # of a closed one: when its owner can enter no more

    @property
    def digest(self) -> str:
        return _digest(self.said)


@dataclass(frozen=True)
class Left:
    """A casilla that its owner closed."""

    casilla: Casilla
    at: datetime
    unread: int


def look(tx: Tx, catalog: Catalog, session: Session) -> Leaving:
    casilla = casillas.by_id(tx, session.casilla_id)
    until = casilla.closed_at + READABLE_FOR if casilla.closed_at else None
    return Leaving(casilla, _said(tx, catalog, casilla), _compulsory(catalog), until)


def revoke(tx: Tx, catalog: Catalog, session: Session, read: str, client: Client) -> None:
    """`read` is the digest of what was shown. Refuses `leaving.changed` when that is no more what
    it means, `leaving.over`, and `leaving.compulsory` with why."""
    if norm := catalog.consent.obligatoria:
        contact = catalog.entity.contacto
        raise Refusal("leaving.compulsory", norm=norm, phone=contact.called, contact=contact.nombre)
    casillas.lock(tx, session.casilla_id)
    casilla = casillas.by_id(tx, session.casilla_id)
    said = _said(tx, catalog, casilla)
    if not casillas.revoke(tx, casilla.id):
        raise Refusal("leaving.over")
    if read != _digest(said):
        raise Refusal("leaving.changed")
    given = opening.stated(catalog, acceptances.of(tx, casilla.id))
    act = Revocation(given, tx.now, " ".join(said))
    proof = constancias.of(tx, catalog, casilla, act)
    eventos.note(tx, Event.CONSENT_REVOKED, casilla.id, **proof)
    until = (tx.now + READABLE_FOR).isoformat()
    number = proof["constancia"]
    outbox.add(tx, "revoked", casilla, until=until, constancia=number, **where(tx, client))
    if address := catalog.entity.avisos:
        outbox.add(tx, "revoked_told", None, recipient=address, constancia=number)


def left(tx: Tx) -> list[Left]:
    """For the entity, oldest first."""
    return [
        Left(one, one.revoked_at, notificaciones.counts(tx, one.id).pending)
        for one in casillas.revoked(tx)
        if one.revoked_at
    ]


def _said(tx: Tx, catalog: Catalog, casilla: Casilla) -> list[str]:
    unread = notificaciones.counts(tx, casilla.id).pending
    return before_leaving(catalog.entity, tx.now, unread)


def _digest(said: list[str]) -> str:
    return hashlib.sha256(" ".join(said).encode()).hexdigest()


def _compulsory(catalog: Catalog) -> str | None:
    norm, contact = catalog.consent.obligatoria, catalog.entity.contacto
    if norm is None:
        return None
    return TEXTS["leaving.compulsory"].format(
        norm=norm, phone=contact.called, contact=contact.nombre
    )
