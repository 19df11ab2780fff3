"""Proof: an open session gives the password again before an act that could lock the owner out.

    attempt ──▶ hash verified, outside any transaction ──▶ answer ──▶ the session has a new token

A stolen session alone changes nothing that opens the casilla (S46, S64).
"""

from datetime import datetime

from proxy.domain.casilla import Casilla
from proxy.domain.client import Client
from proxy.domain.events import Event
from proxy.domain.passwords import Proof
from proxy.domain.policy import Policy
from proxy.domain.session import Session
from proxy.errors import Denied, Reason
from proxy.flows import password
from proxy.store import audit, sessions
from proxy.store.tx import Tx


def fresh(policy: Policy, session: Session, now: datetime) -> bool:
    return now - session.proved_at < policy.proof_life


def attempt(tx: Tx, session: Session, client: Client) -> Casilla | Denied:
    return password.count_try(tx, session, client)


def answer(
    tx: Tx, session: Session, proof: Proof, new_digest: bytes, client: Client
) -> Denied | None:
    """None: the password was right, and the session goes on under the token of `new_digest`."""
    if not password.keep_if_right(tx, session.casilla_id, proof):
        audit.note(tx, Event.LOGIN_FAILED, session.casilla_id, client.ip)
        return Denied(Reason.WRONG)
    sessions.prove(tx, session.digest, new_digest)
    audit.note(tx, Event.PROVED, session.casilla_id, client.ip)
    return None
