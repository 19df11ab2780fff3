"""Again: a button is pressed a second time, because the answer to the first press does not come.

The browser drops that answer, and with it the cookie that leads on. For a minute the same form from
the same browser makes anew what it made, as long as nobody came with what was made first:

    the form that asks for a code ──▶ the same code, under a new visit
    the right code ──▶ the next step under a new visit, or a new session in place of the first one

Two presses may overlap, and the service may come to the first one last. The browser waits for the
answer to the last press, so what a later press has is never moved to an earlier one.

Nothing is found by a keyed hash that the table alone cannot give, so who writes the table has no
way in (S62), and whoever lacks the cookie of the first press gets nothing (S27).
"""

from datetime import datetime, timedelta

from proxy.domain.pasted import bare
from proxy.store import challenges
from proxy.store.challenges import Challenge
from proxy.store.tx import Tx

FOR = timedelta(minutes=1)


def by_form(tx: Tx, purpose: str, *sent: str) -> bytes:
    """What names the form: its browser's visit, and what decides about its answer."""
    return tx.vault.mac("/".join(("again", purpose, *sent)).encode())


def by_code(tx: Tx, challenge: Challenge, typed: str) -> bytes:
    return by_form(tx, challenge.purpose, challenge.id.hex(), bare(typed))


def just_spent(tx: Tx, purpose: str, visit: str) -> Challenge | None:
    """The challenge that this browser answered rightly a moment ago."""
    return challenges.just_spent(tx, tx.vault.digest(visit), purpose, since(tx))


def move(tx: Tx, purpose: str, made_by: bytes, new_visit: str, *casillas: int | None) -> bool:
    """What the same form made goes on under `new_visit`, or stays with a later press. False: it
    made nothing, or it is too late. Call it with the casilla's lock.

    Who writes the table could name another row: only one of these `casillas` counts.
    """
    found = challenges.just_made(tx, made_by, purpose, since(tx))
    if found is None or found.casilla_id not in casillas:
        return False
    if found.pressed_at > tx.pressed_at:
        return True
    return challenges.move(tx, found, tx.vault.digest(new_visit))


def since(tx: Tx) -> datetime:
    return tx.now - FOR
