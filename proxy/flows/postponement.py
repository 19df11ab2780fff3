"""Postponement: a term ends later, or its count begins later, than was frozen. An event, never an
edit: the first dates stay written, and the last ones count (L26, L30).

    named by its id or its number ──▶ computed by the frozen rule ──▶ a row, its evento, an e-mail

Who asks for the same again gets the first one.
"""

from contextlib import suppress
from dataclasses import dataclass, replace
from typing import Any
from zoneinfo import ZoneInfo

from catalog.reading.model import Catalog
from proxy.domain.acto import one_line
from proxy.domain.effect import Effect, dates, end_of, postpone
from proxy.domain.events import Event
from proxy.domain.notificacion import Notificacion
from proxy.domain.plazo import Extension, Later, Term
from proxy.domain.postponement import Kind, Postponement, canonical, postponement_digest
from proxy.domain.sender import Sender
from proxy.domain.vault import Unsealable
from proxy.errors import Refusal
from proxy.flows import reminders
from proxy.flows.annulment import find
from proxy.store import annulments, casillas, eventos, outbox, postponements
from proxy.store.tx import Tx

NORM, REASON = 300, 500  # characters
EVENTS: dict[Kind, Event] = {"prorroga": Event.TERM_EXTENDED, "inicio": Event.START_POSTPONED}


@dataclass(frozen=True)
class Postponed:
    notificacion: Notificacion  # as it is since
    postponement: Postponement
    again: bool = False  # the same had been asked before


def extend(
    tx: Tx,
    catalog: Catalog,
    named: str,
    term: Term,
    norm: str,
    reason: str,
    sender: Sender | None = None,
) -> Postponed:
    """A `sender` extends what it sent itself. Without one, an operator extends anything.

    NotYours `deposit.missing`. Refuses `postponement.annulled`; `postponement.no_term`: it declared
    none; `postponement.extended`: it was extended otherwise; `postponement.over`: the term has
    ended; and what `effect.postpone` and `one_line` refuse.
    """
    norm, reason = one_line(norm, NORM, "norma"), one_line(reason, REASON, "motivo")
    said = {"cantidad": term.amount, "unidad": term.unit, "norma": norm, "motivo": reason}
    return _put_off(tx, catalog, named, "prorroga", said, Extension(term, norm), sender)


def begin_later(
    tx: Tx, catalog: Catalog, named: str, later: Later, sender: Sender | None = None
) -> Postponed:
    """The count begins on that day, or the first one after it that counts; of several, the last one
    holds. Refuses as `extend` does."""
    norm = one_line(later.norm or "", NORM, "norma")
    said = {"fecha": later.day.isoformat(), "norma": norm}
    return _put_off(tx, catalog, named, "inicio", said, replace(later, norm=norm), sender)


def _put_off(
    tx: Tx,
    catalog: Catalog,
    named: str,
    kind: Kind,
    said: dict[str, Any],
    change: Extension | Later,
    sender: Sender | None,
) -> Postponed:
    casillas.lock(tx, find(tx, named, sender).casilla_id)
    one = find(tx, named, sender)  # as whoever had the lock left it
    before = postponements.of(tx, one.casilla_id, one.id)
    for done in before:
        if (done.kind, done.said) == (kind, canonical(said)):
            return Postponed(one, done, again=True)
    frozen = _changeable(tx, catalog, one, kind, before)
    effect = postpone(frozen, one.deposited_at, change, tx.now, catalog)
    made = Postponement(
        one.casilla_id, one.id, len(before) + 1, tx.now, kind, canonical(said), effect
    )
    postponements.add(tx, made)
    digest = postponement_digest(made)
    told = said | {"antes": dates(frozen), "ahora": dates(effect), "postponement": digest}
    eventos.note(tx, EVENTS[kind], one.casilla_id, notificacion=one.id, **told)
    since = replace(one, postponed=effect)
    if not one.test:
        if one.read_at is None:
            reminders.plan_for(tx, catalog, since)
        with suppress(Unsealable):  # an address that no key opens keeps nobody from more time
            casilla = casillas.by_id(tx, one.casilla_id)
            for mailbox in casilla.alerted:
                outbox.add(
                    tx, "term_postponed", casilla, recipient=mailbox, extended=kind == "prorroga"
                )
    return Postponed(since, made)


def _changeable(
    tx: Tx, catalog: Catalog, one: Notificacion, kind: Kind, before: list[Postponement]
) -> str:
    """What counts until now."""
    effect = one.takes_effect
    if annulments.of(tx, one.id):
        raise Refusal("postponement.annulled")
    if one.counts is None or effect is None or (kind == "prorroga" and effect.ends is None):
        raise Refusal("postponement.no_term")
    if kind == "prorroga" and any(done.kind == kind for done in before):
        raise Refusal("postponement.extended")
    if _is_over(effect, catalog, tx):
        raise Refusal("postponement.over")
    return one.counts


def _is_over(effect: Effect, catalog: Catalog, tx: Tx) -> bool:
    end = end_of(effect, ZoneInfo(catalog.entity.zona_horaria))
    return end is not None and end <= tx.now
