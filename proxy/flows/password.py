"""Passwords: the owner of a casilla chooses another password.

    choose ──▶ rule ──▶ stored ──▶ every other way in ends ──▶ the owner is told

Recovery, first access and the form «Cambiar contraseña» all end here.
"""

from dataclasses import dataclass

from proxy.domain import limits
from proxy.domain.casilla import Casilla
from proxy.domain.client import Client
from proxy.domain.events import Event
from proxy.domain.passwords import Proof
from proxy.domain.policy import Policy
from proxy.domain.session import Session
from proxy.domain.strength import refuse_weak
from proxy.errors import Denied, Reason, Refusal
from proxy.flows import again
from proxy.flows.challenge import count, where
from proxy.flows.closing import close, spend_link
from proxy.store import casillas, eventos, factors, links, outbox, sessions
from proxy.store.links import Link
from proxy.store.tx import Tx

NOT_ME = "not_me"  # the purpose of the link «No fui yo»


def refuse_unfit(policy: Policy, password: str, again: str, about: list[str]) -> None:
    refuse_weak(password, policy.password, about)
    if password != again:
        raise Refusal("password.different")


@dataclass(frozen=True)
class Choosing:
    """The casilla whose password a code or a link lets choose."""

    casilla_id: int
    about: list[str]
    factor: bool  # a code of the second factor must come with the password


def choosing(tx: Tx, casilla_id: int) -> Choosing:
    return Choosing(casilla_id, about(tx, casilla_id), factors.on(tx, casilla_id))


def about(tx: Tx, casilla_id: int) -> list[str]:
    """Facts that others may know of the owner: a password must not contain them."""
    casilla = casillas.by_id(tx, casilla_id)
    reached = (casilla.email, casilla.phone or "", casilla.second_email or "")
    return [casilla.identidad.number, casilla.nombres, *reached]


def just_chosen(tx: Tx, casilla_id: int | None) -> Casilla | Denied | None:
    """For who sends the form of a new password again. It counts, because it tells a password."""
    if casilla_id is None:
        return None
    casillas.lock(tx, casilla_id)
    denied = count(tx, limits.password_again(casilla_id), casilla_id)
    return denied or casillas.by_id(tx, casilla_id)


def just_used(tx: Tx, link: Link | None) -> int | None:
    """The casilla of a link that served a moment ago."""
    used = link.used_at if link else None
    return link.casilla_id if link and used and used > again.since(tx) else None


def count_try(tx: Tx, session: Session) -> Casilla | Denied:
    allowed = limits.password_again(session.casilla_id)
    denied = count(tx, allowed, session.casilla_id)
    return denied or casillas.by_id(tx, session.casilla_id)


def keep_if_right(tx: Tx, casilla_id: int, proof: Proof) -> bool:
    """Whether the proved password is still the casilla's. Stores its new hash, if there is one.

    The proof was made between two transactions: the owner may have chosen another password since
    (docs/decisions/0012).
    """
    if proof.stored is None:
        return False
    return casillas.keep_password(tx, casilla_id, proof.stored, proof.new_hash)


def record_wrong(tx: Tx, session: Session) -> Denied:
    eventos.note(tx, Event.LOGIN_FAILED, session.casilla_id)
    return Denied(Reason.WRONG)


def change(
    tx: Tx,
    policy: Policy,
    session: Session,
    proof: Proof,
    hashed: str,
    new_token: str,
    client: Client,
) -> Denied | None:
    """The session goes on under `new_token`."""
    if not keep_if_right(tx, session.casilla_id, proof):
        return record_wrong(tx, session)
    casilla = casillas.by_id(tx, session.casilla_id)
    device = sessions.device(tx, session.digest)
    replace(tx, policy, casilla, hashed, client, but=session.id, device=device)
    sessions.prove(tx, session, tx.vault.digest(new_token))
    return None


def replace(
    tx: Tx,
    policy: Policy,
    casilla: Casilla,
    hashed: str,
    client: Client,
    *,
    but: bytes = b"",
    device: bytes = b"",
) -> None:
    """The session `but` and the browser `device` stay; every other way in ends."""
    close(tx, casilla.id, session=but, device=device)
    casillas.set_password(tx, casilla.id, hashed)
    eventos.note(tx, Event.PASSWORD_CHANGED, casilla.id)
    link = links.add(tx, NOT_ME, casilla.id, policy.disavowal_life)
    outbox.add(
        tx, "password_changed", casilla, purpose=NOT_ME, link=link.hex(), **where(tx, client)
    )
    if casilla.phone:
        outbox.add(tx, "password_changed", casilla, channel="sms")


def disavow(tx: Tx, link_id: bytes) -> bool:
    casilla_id = spend_link(tx, link_id, NOT_ME)
    if casilla_id is None:
        return False
    close(tx, casilla_id)
    casillas.set_password(tx, casilla_id, None)
    eventos.note(tx, Event.PASSWORD_DISAVOWED, casilla_id)
    return True
