"""Annulment: an act that was served is of no effect from now on. It stays where it is, and says so.

    named by its id or its number ──▶ annulled once, with a reason and, maybe, what replaces it

Who asks for the same annulment again gets the first one.
"""

from contextlib import suppress
from dataclasses import dataclass

from proxy.domain.acto import one_line
from proxy.domain.annulment import Annulment, annulment_digest
from proxy.domain.events import Event
from proxy.domain.ids import parse_id
from proxy.domain.notificacion import Notificacion
from proxy.domain.number import parse_number
from proxy.domain.sender import Sender
from proxy.domain.vault import Unsealable
from proxy.errors import NotYours, Refusal
from proxy.store import annulments, casillas, deposits, eventos, notificaciones, outbox
from proxy.store.tx import Tx

REASON = 500  # characters


@dataclass(frozen=True)
class Annulled:
    notificacion: Notificacion
    annulment: Annulment
    again: bool = False  # it had been annulled before, for the same reason


def annul(
    tx: Tx, named: str, reason: str, replacement: str | None = None, sender: Sender | None = None
) -> Annulled:
    """A `sender` annuls what it sent itself. Without one, an operator annuls anything.

    NotYours `deposit.missing`. Refuses `annulment.other`: it was annulled otherwise;
    `annulment.replacement`: what replaces it is not there for the same person, or annulled; and
    what `one_line` refuses.
    """
    done = record(tx, named, reason, replacement, sender)
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
    tx: Tx, named: str, reason: str, replacement: str | None = None, sender: Sender | None = None
) -> Annulled:
    """An annulment without its message, for one of the past."""
    one = find(tx, named, sender)
    replaces = _replacing(tx, one, replacement, sender) if replacement else None
    said = one_line(reason, REASON, "motivo")
    annulment = Annulment(one.casilla_id, one.id, tx.now, said, replaces)
    if not annulments.add(tx, annulment):
        first = annulments.of(tx, one.id)
        assert first
        if (first.reason, first.replacement) != (said, replaces):
            raise Refusal("annulment.other")
        return Annulled(one, first, again=True)
    eventos.note(
        tx,
        Event.NOTIFICACION_ANNULLED,
        one.casilla_id,
        notificacion=one.id,
        annulment=annulment_digest(annulment),
        replacement=replaces.hex() if replaces else None,
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


def _replacing(tx: Tx, one: Notificacion, named: str, sender: Sender | None) -> bytes:
    try:
        other = find(tx, named, sender)
    except NotYours:
        raise Refusal("annulment.replacement") from None
    same = (other.casilla_id, other.test) == (one.casilla_id, one.test)
    if not same or other.id == one.id or annulments.of(tx, other.id):
        raise Refusal("annulment.replacement")
    return other.id
