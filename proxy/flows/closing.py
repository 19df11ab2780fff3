"""Closing: everything that could open a casilla ends, in the one order that leaves no gap.

    the casilla's row ──▶ codes ──▶ links ──▶ a factor never confirmed ──▶ browsers ──▶ sessions

A browser that answers a code locks the row of the code and then opens a session. On PostgreSQL both
may happen while `close` runs: if it ended sessions before codes, it would miss that new session.
Every flow locks these rows in this order, so no two transactions wait for each other.
"""

from collections.abc import Iterable

from proxy.domain.events import Event
from proxy.store import casillas, challenges, devices, eventos, factors, links, sessions
from proxy.store.tx import Tx

# Links that let a browser set a password, or count as the owner's.
OPENING = ("recovery", "activation", "pass")


def close(
    tx: Tx,
    casilla_id: int,
    *purposes: str,
    session: bytes = b"",
    device: bytes = b"",
    browsers: bool = True,
) -> int:
    """End every way in but the session with the id `session`; forget every browser but `device`.

    Links of `purposes` end too. Without `browsers` the casilla forgets no browser. A secret that
    waits for its first code always ends: a thief may have begun it (S37). Returns how many sessions
    ended.
    """
    casillas.lock(tx, casilla_id)
    challenges.end_all(tx, casilla_id)
    links.end_all(tx, casilla_id, *OPENING, *purposes)
    factors.drop_waiting(tx, casilla_id)
    if browsers:
        devices.forget_all(tx, casilla_id, device)
    ended = sessions.end_all(tx, casilla_id, session)
    note_ended(tx, casilla_id, ended)
    return len(ended)


def note_ended(tx: Tx, casilla_id: int, ended: Iterable[bytes]) -> None:
    """An evento for each session: its own session is that of who ended it."""
    for session_id in ended:
        eventos.note(tx, Event.SESSION_ENDED, casilla_id, ended=session_id.hex())


def spend_link(tx: Tx, link_id: bytes, purpose: str) -> int | None:
    """Spend a link and lock its casilla. Returns the casilla's id; None: the link is over."""
    link = links.by_id(tx, link_id, purpose)
    if link is None:
        return None
    casillas.lock(tx, link.casilla_id)
    return links.spend(tx, link_id, purpose)
