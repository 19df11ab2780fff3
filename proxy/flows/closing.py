"""Closing: whatever could open a casilla ends, in the one order that lets nobody slip through.

    the casilla's row ──▶ codes ──▶ links ──▶ a factor never confirmed ──▶ browsers ──▶ sessions

Who answers a code takes its row and then opens a session, and on PostgreSQL both may happen while
this runs: whoever ended the sessions before the codes would miss the one opened in between. Nobody
takes these rows in another order, so no two wait for each other.
"""

from proxy.store import casillas, challenges, devices, factors, links, sessions
from proxy.store.tx import Tx

# Links by which somebody could still set a password or an address.
OPENING = ("recovery", "activation")


def close(
    tx: Tx,
    casilla_id: int,
    *purposes: str,
    session: bytes = b"",
    device: bytes = b"",
    browsers: bool = True,
) -> None:
    """End every way in but the session with the id `session`; forget every browser but `device`.

    Links of `purposes` end too. Without `browsers` all that are known stay known. A secret that
    waits for its first code goes whoever began it: it may be a thief's (S37).
    """
    casillas.lock(tx, casilla_id)
    challenges.end_all(tx, casilla_id)
    links.end_all(tx, casilla_id, *OPENING, *purposes)
    factors.drop_waiting(tx, casilla_id)
    if browsers:
        devices.forget_all(tx, casilla_id, device)
    sessions.end_all(tx, casilla_id, session)


def spend_link(tx: Tx, link_id: bytes, purpose: str) -> int | None:
    """Use up a link that will close the casilla. Returns whose it was; None: it is over already."""
    link = links.by_id(tx, link_id, purpose)
    if link is None:
        return None
    casillas.lock(tx, link.casilla_id)
    return links.spend(tx, link_id, purpose)
