"""Annulment: an act that was served is of no effect from now on. It stays where it is, and says so.

    named by its id or its number ──▶ annulled once, with a reason and, maybe, what replaces it

Who asks for the same annulment again gets the first one.
"""

from contextlib import suppress
from dataclasses import dataclass

from catalog.reading.model import Catalog
from proxy.domain import constancia_acts as stating
from proxy.domain.acto import one_line
from proxy.domain.annulment import Annulment, annulment_digest
from proxy.domain.events import Event
from proxy.domain.ids import parse_id
from proxy.domain.notificacion import Notificacion
from proxy.domain.number import parse_number
from proxy.domain.sender import Sender
from proxy.domain.vault import Unsealable
from proxy.errors import NotYours, Refusal
from proxy.flows import constancias
from proxy.store import annulments, casillas, deposits, eventos, notificaciones, outbox
from proxy.store.tx import Tx

REASON = 500  # characters


@dataclass(frozen=True)
class Annulled:
    notificacion: Notificacion
    annulment: Annulment
    again: bool = False  # it had been annulled before, for the same reason


def annul(
    tx: Tx,
    catalog: Catalog,
    named: str,
    reason: str,
    replacement: str | None = None,
    sender: Sender | None = None,
) -> Annulled:
    """A `sender` annuls what it sent itself. Without one, an operator annuls anything.

    NotYours `deposit.missing`. Refuses `annulment.other`: it was annulled otherwise;
    `annulment.replacement`: what replaces it is not there for the same person, or annulled; and
    what `one_line` refuses.
    """
    done = record(tx, catalog, named, reason, replacement, sender)
    if not done.again and not done.notificacion.test:
        with suppress(Unsealable):  # an address that no key opens does not keep the act in force
            casilla = casillas.by_id(tx, done.notificacion.casilla_id)
            replaced = done.annulment.replacement is not None
            for mailbox in casilla.alerted:
                outbox.add(
                    tx, "notificacion_annulled", casilla, recipient=mailbox, replaced=replaced
                )
    return done


def record(
    tx: Tx,
    catalog: Catalog,
    named: str,
    reason: str,
    replacement: str | None = None,
    sender: Sender | None = None,
) -> Annulled:
    """An annulment without its message, for one of the past."""
    # Of two at once that would replace each other, the second sees the first.
    casillas.lock(tx, find(tx, named, sender).casilla_id)
    one = find(tx, named, sender)  # as whoever had the lock left it: its constancia says that
    other = _other(tx, replacement, sender) if replacement else None
    replaces = other.id if other else None
    said = one_line(reason, REASON, "motivo")
    if first := annulments.of(tx, one.id):
        if (first.reason, first.replacement) != (said, replaces):
            raise Refusal("annulment.other")
        return Annulled(one, first, again=True)
    if other:
        _refuse_unfit(tx, one, other)
    annulment = Annulment(one.casilla_id, one.id, tx.now, said, replaces)
    annulments.add(tx, annulment)
    act = stating.Annulment(other.number if other else None)
    proof = constancias.about(tx, catalog, one, act, sender, reasons=[said])
    eventos.note(
        tx,
        Event.NOTIFICACION_ANNULLED,
        one.casilla_id,
        notificacion=one.id,
        annulment=annulment_digest(annulment),
        replacement=replaces.hex() if replaces else None,
        **proof,
    )
    return Annulled(one, annulment)


def find(tx: Tx, named: str, sender: Sender | None = None) -> Notificacion:
    """By its id or its number. NotYours `deposit.missing`, also for what another system sent."""
    number, key = parse_number(named), parse_id(named.strip())
    one = None
    if number:
        one = notificaciones.by_number(tx, number)
    elif key and sender is None:
        one = notificaciones.by_id(tx, key)
    if sender and (key or one):
        found = deposits.one(tx, sender, one.id if one else key or b"")
        one = found.notificacion if found else None
    if one is None:
        raise NotYours("deposit.missing")
    return one


def _other(tx: Tx, named: str, sender: Sender | None) -> Notificacion:
    try:
        return find(tx, named, sender)
    except NotYours:
        raise Refusal("annulment.replacement") from None


def _refuse_unfit(tx: Tx, one: Notificacion, other: Notificacion) -> None:
    same = (other.casilla_id, other.test) == (one.casilla_id, one.test)
    if not same or other.id == one.id or annulments.of(tx, other.id):
        raise Refusal("annulment.replacement")
