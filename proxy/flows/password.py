"""Passwords: what becomes of a casilla when its owner chooses another one.

    choose ──▶ rule ──▶ stored ──▶ every other way in ends ──▶ the owner is told

Recovery, first access and the form «Cambiar contraseña» all end here.
"""

from dataclasses import dataclass
from datetime import timedelta

from proxy.domain import limits
from proxy.domain.casilla import Casilla
from proxy.domain.client import Client
from proxy.domain.events import Event
from proxy.domain.passwords import Proof
from proxy.domain.policy import Policy
from proxy.domain.session import Session
from proxy.domain.strength import refuse_weak
from proxy.errors import Denied, Reason, Refusal
from proxy.flows.challenge import count, where
from proxy.flows.closing import close, spend_link
from proxy.store import audit, casillas, factors, links, outbox, sessions
from proxy.store.tx import Tx

DISAVOWAL_LIFE = timedelta(days=10)
NOT_ME = "not_me"  # the purpose of the link «No fui yo»


def refuse_unfit(policy: Policy, password: str, again: str, about: list[str]) -> None:
    """Refuses a password that the policy does not take, or whose repetition differs."""
    refuse_weak(password, policy.password, about)
    if password != again:
        raise Refusal("password.different")


@dataclass(frozen=True)
class Choosing:
    """Whose password is being chosen, by a code or by a link."""

    casilla_id: int
    about: list[str]
    factor: bool  # whether a code of the second factor has to come with it


def choosing(tx: Tx, casilla_id: int) -> Choosing:
    return Choosing(casilla_id, about(tx, casilla_id), factors.on(tx, casilla_id))


def about(tx: Tx, casilla_id: int) -> list[str]:
    """What others may know of the casilla's owner: none of it belongs in a password."""
    casilla = casillas.by_id(tx, casilla_id)
    return [casilla.identidad.number, casilla.nombres, casilla.email, casilla.phone or ""]


def count_try(tx: Tx, session: Session, client: Client) -> Casilla | Denied:
    """Count a try of the password that its owner, who is inside, has to give again."""
    allowed = limits.password_again(session.casilla_id)
    denied = count(tx, allowed, session.casilla_id, client)
    return denied or casillas.by_id(tx, session.casilla_id)


def keep_if_right(tx: Tx, casilla_id: int, proof: Proof) -> bool:
    """Whether the password that was given is the casilla's, still.

    It was verified between two transactions: another may have been chosen since, and this one
    opens nothing any more (docs/decisions/0012).
    """
    if proof.stored is None:
        return False
    return casillas.keep_password(tx, casilla_id, proof.stored, proof.new_hash)


def record_wrong(tx: Tx, session: Session, client: Client) -> Denied:
    audit.note(tx, Event.LOGIN_FAILED, session.casilla_id, client.ip)
    return Denied(Reason.WRONG)


def change(
    tx: Tx, session: Session, proof: Proof, hashed: str, new_digest: bytes, client: Client
) -> Denied | None:
    """The owner, inside, gave the old password and chose another. Their session goes on.

    `new_digest` is that of the token that the session has from now on.
    """
    if not keep_if_right(tx, session.casilla_id, proof):
        return record_wrong(tx, session, client)
    casilla = casillas.by_id(tx, session.casilla_id)
    device = sessions.device(tx, session.digest)
    replace(tx, casilla, hashed, client, but=session.id, device=device)
    sessions.prove(tx, session.digest, new_digest)
    return None


def replace(
    tx: Tx,
    casilla: Casilla,
    hashed: str,
    client: Client,
    *,
    but: bytes = b"",
    device: bytes = b"",
) -> None:
    """Store it, end whatever else could open the casilla, and tell its owner.

    The session `but` and the browser `device` stay as they are.
    """
    close(tx, casilla.id, session=but, device=device)
    casillas.set_password(tx, casilla.id, hashed)
    audit.note(tx, Event.PASSWORD_CHANGED, casilla.id, client.ip)
    link = links.add(tx, NOT_ME, casilla.id, DISAVOWAL_LIFE)
    outbox.add(
        tx, "password_changed", casilla, purpose=NOT_ME, link=link.hex(), **where(tx, client)
    )
    if casilla.phone:
        outbox.add(tx, "password_changed", casilla, channel="sms")


def disavow(tx: Tx, link_id: bytes, client: Client) -> bool:
    """The owner says that the change was not theirs: nobody enters until it is recovered."""
    casilla_id = spend_link(tx, link_id, NOT_ME)
    if casilla_id is None:
        return False
    close(tx, casilla_id)
    casillas.set_password(tx, casilla_id, None)
    audit.note(tx, Event.PASSWORD_DISAVOWED, casilla_id, client.ip)
    return True
