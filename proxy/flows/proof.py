"""Proof: an open session gives the password again before an act that could lock the owner out.

    count_try ──▶ hash verified, outside any transaction ──▶ answer ──▶ the session has a new token

A stolen session alone changes nothing that opens the casilla (S46, S64).
"""

from datetime import datetime

from proxy.domain.events import Event
from proxy.domain.passwords import Proof
from proxy.domain.policy import Policy
from proxy.domain.session import Session
from proxy.errors import Denied
from proxy.flows import password
from proxy.store import eventos, sessions
from proxy.store.tx import Tx


def fresh(policy: Policy, session: Session, now: datetime) -> bool:
    return now - session.proved_at < policy.proof_life


def answer(tx: Tx, session: Session, proof: Proof, new_token: str) -> Denied | None:
    """None: the password was right, and the session goes on under `new_token`."""
    if not password.keep_if_right(tx, session.casilla_id, proof):
        return password.record_wrong(tx, session)
    sessions.prove(tx, session, tx.vault.digest(new_token))
    eventos.note(tx, Event.PROVED, session.casilla_id)
    return None
