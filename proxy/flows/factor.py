"""The second factor: an app on the owner's telephone, in place of a mailed code (S29).

    begin ──▶ QR and key ──▶ confirm, with a first code ──▶ ten recovery codes, shown once
                                        renew · turn_off, with a code ◀──┘
                    restore: two people of the entity, for who lost app and codes

While the factor is on, no mailed code opens the casilla, and a recovery of the password does not
turn it off (S38). A code of the app and a recovery code serve once each.
"""

from dataclasses import dataclass
from datetime import datetime

from proxy.domain import totp
from proxy.domain.casilla import Casilla
from proxy.domain.client import Client
from proxy.domain.events import Event
from proxy.domain.policy import Policy
from proxy.domain.session import Session
from proxy.errors import Denied, Reason, Refusal
from proxy.flows import again, challenge
from proxy.flows.challenge import count, where
from proxy.flows.closing import close
from proxy.store import casillas, eventos, factors, outbox, throttle
from proxy.store.factors import Factor
from proxy.store.petitions import Petition
from proxy.store.tx import Tx


@dataclass(frozen=True)
class State:
    """The state that the owner sees. Without `since` the factor is off."""

    since: datetime | None
    codes_left: int
    waiting: bool  # for its first code, in this session


@dataclass(frozen=True)
class Pairing:
    """The secret that the app must read, until its first code confirms it."""

    secret: str
    uri: str


def state(tx: Tx, policy: Policy, session: Session) -> State:
    factor = factors.of_casilla(tx, session.casilla_id)
    since = factor.confirmed_at if factor else None
    left = factors.codes_left(tx, session.casilla_id)
    return State(since, left, _waiting(tx, policy, session) is not None)


def begin(tx: Tx, session: Session) -> None:
    casillas.lock(tx, session.casilla_id)
    if not factors.add(tx, session.casilla_id, totp.new_secret(), session.id):
        raise Refusal("factor.already")


def pairing(tx: Tx, policy: Policy, session: Session, issuer: str) -> Pairing | None:
    factor = _waiting(tx, policy, session)
    if factor is None:
        return None
    label = casillas.by_id(tx, session.casilla_id).identidad.masked.replace("•", "*")
    return Pairing(factor.secret, totp.uri(factor.secret, issuer, label))


def confirm(
    tx: Tx, policy: Policy, session: Session, typed: str, client: Client
) -> list[str] | Denied:
    """Turn the factor on. Returns the recovery codes, which are not shown again.

    Every other session ends: a mailed code opened it.
    """
    casilla_id = session.casilla_id
    casillas.lock(tx, casilla_id)
    denied = _count(tx, casilla_id, client)
    if denied:
        return denied
    factor = _waiting(tx, policy, session)
    if factor is None:
        return _confirm_again(tx, session, typed) or Denied(Reason.GONE)
    step = totp.timecode(factor.secret, typed, tx.now)
    if step is None or not factors.confirm(tx, factor, step):
        eventos.note(tx, Event.CODE_FAILED, casilla_id)
        return Denied(Reason.WRONG)
    close(tx, casilla_id, session=session.id, browsers=False)
    eventos.note(tx, Event.FACTOR_ON, casilla_id)
    outbox.add(tx, "factor_on", casillas.by_id(tx, casilla_id), **where(tx, client))
    return _new_codes(tx, casilla_id, factor.secret)


def _confirm_again(tx: Tx, session: Session, typed: str) -> list[str] | None:
    """The first code a second time, because its answer was lost, and with it the only sight of the
    recovery codes: the same session gets others in their place."""
    factor = factors.of_casilla(tx, session.casilla_id)
    if factor is None or factor.session_id != session.id or factor.confirmed_at is None:
        return None
    if factor.confirmed_at <= again.since(tx):
        return None
    if totp.timecode(factor.secret, typed, tx.now) != factor.timecode:
        return None
    return _new_codes(tx, session.casilla_id, factor.secret)


def renew(tx: Tx, session: Session, typed: str, client: Client) -> list[str] | Denied:
    casillas.lock(tx, session.casilla_id)
    denied = check(tx, session.casilla_id, typed, client)
    factor = factors.of_casilla(tx, session.casilla_id)
    if denied or factor is None:
        return denied or Denied(Reason.WRONG)
    return _new_codes(tx, session.casilla_id, factor.secret)


def turn_off(tx: Tx, session: Session, typed: str, client: Client) -> Denied | None:
    """Off already, for who sends the form again: the answer is the same."""
    casilla_id = session.casilla_id
    casillas.lock(tx, casilla_id)
    if not on(tx, casilla_id):
        return None
    denied = check(tx, casilla_id, typed, client)
    if denied:
        return denied
    factors.remove(tx, casilla_id)
    close(tx, casilla_id, session=session.id, browsers=False)
    eventos.note(tx, Event.FACTOR_OFF, casilla_id)
    casilla = casillas.by_id(tx, casilla_id)
    outbox.add(tx, "factor_off", casilla, by_entity=False, **where(tx, client))
    return None


def restore(tx: Tx, casilla: Casilla, petition: Petition, responsible: list[str]) -> None:
    """The entity turns the factor off for an identified owner who lost app and codes.

    Two different people do it (S39, `petitions`). The casilla is locked. Refuses `factor.none`.
    """
    if not factors.remove(tx, casilla.id):
        raise Refusal("factor.none")
    close(tx, casilla.id)
    eventos.note(
        tx,
        Event.FACTOR_RESTORED,
        casilla.id,
        responsible=responsible,
        petition=petition.id,
        asked_by=petition.asked_by,
    )
    outbox.add(tx, "factor_off", casilla, by_entity=True)


def on(tx: Tx, casilla_id: int) -> bool:
    return factors.on(tx, casilla_id)


def check(tx: Tx, casilla_id: int, typed: str, client: Client) -> Denied | None:
    denied = _count(tx, casilla_id, client)
    if denied:
        return denied
    if spend(tx, casilla_id, typed, client):
        throttle.give_back(tx, challenge.tries_of_factor(tx, casilla_id, client))
        return None
    eventos.note(tx, Event.CODE_FAILED, casilla_id)
    return Denied(Reason.WRONG)


def spend(tx: Tx, casilla_id: int, typed: str, client: Client) -> bool:
    """Counts no try: the caller has already counted it."""
    factor = factors.of_casilla(tx, casilla_id)
    if factor is None or factor.confirmed_at is None:
        return False
    step = totp.timecode(factor.secret, typed, tx.now)
    if step is not None:
        return factors.spend(tx, factor, step)
    digest = totp.recovery_digest(factor.secret, typed)
    if digest is None or not factors.spend_code(tx, casilla_id, digest):
        return False
    left = factors.codes_left(tx, casilla_id)
    eventos.note(tx, Event.RECOVERY_CODE_USED, casilla_id, left=left)
    casilla = casillas.by_id(tx, casilla_id)
    outbox.add(tx, "recovery_code_used", casilla, left=left, **where(tx, client))
    return True


def _count(tx: Tx, casilla_id: int, client: Client) -> Denied | None:
    return count(tx, challenge.tries_of_factor(tx, casilla_id, client), casilla_id)


def _waiting(tx: Tx, policy: Policy, session: Session) -> Factor | None:
    """None for a secret that another session began: it may be in a thief's app."""
    factor = factors.of_casilla(tx, session.casilla_id)
    if factor is None or factor.confirmed_at or factor.session_id != session.id:
        return None
    return factor if tx.now < factor.created_at + policy.visit_life else None


def _new_codes(tx: Tx, casilla_id: int, secret: str) -> list[str]:
    codes = totp.new_recovery_codes()
    digests = [totp.recovery_digest(secret, code) for code in codes]
    factors.set_codes(tx, casilla_id, [digest for digest in digests if digest])
    eventos.note(tx, Event.RECOVERY_CODES_MADE, casilla_id)
    return codes
