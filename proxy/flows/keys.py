"""Keys: another one is used from now on, and an old one is retired once nothing hangs on it.

    added ──▶ … days … ──▶ ready: no password, link or code needs it ──▶ renew: all that it sealed,
    in batches ──▶ leave: nothing is left, and the audit says so ──▶ the file loses it

Killed anywhere, the key is still there and the same command goes on from where it was.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from catalog.reading.model import Entity
from proxy.domain.events import Event
from proxy.errors import Refusal
from proxy.store import audit, sealed
from proxy.store.db import Database
from proxy.store.tx import Tx

AT_ONCE = 100  # rows of a transaction: people write in between
# Every running process has seen a new key by then: none seals or signs with an older one any more.
SETTLED = timedelta(seconds=5)


@dataclass(frozen=True)
class Hanging:
    """What needs a key."""

    passwords: int
    rows: int
    until: datetime | None  # when no link or code that left with it opens anything


def hanging(tx: Tx, key_id: str, replaced: datetime | None) -> Hanging:
    """`replaced`: when another key took its place. None: not yet, or it is not known."""
    before = replaced + SETTLED if replaced else tx.now
    return Hanging(
        sealed.passwords(tx, key_id),
        sealed.rows(tx, key_id),
        sealed.good_until(tx, key_id, before),
    )


def record_added(tx: Tx, key_id: str) -> None:
    audit.note(tx, Event.KEY_ADDED, key=key_id)


def ready(tx: Tx, key_id: str, replaced: datetime | None, entity: Entity, *, force: bool) -> int:
    """How many rows have to be sealed again. Refuses while passwords, links or codes need the key.

    Passwords cannot be hashed again without their owners: each does it by logging in. Nor can a
    mailed link be signed again: with it its owner may still undo what a stranger did.
    """
    found = hanging(tx, key_id, replaced)
    if found.passwords and not force:
        raise Refusal("keys.passwords", id=key_id, many=found.passwords)
    if found.until and not force:
        raise Refusal("keys.links", id=key_id, until=entity.moment(found.until))
    return found.rows


def renew(db: Database, key_id: str, progress: Callable[[int], None]) -> None:
    """Seal again all that the key sealed; `progress` is told how many rows are done."""
    done = 0
    for table in sealed.TABLES:
        last, more = None, True
        while more:
            with db.transaction() as tx:
                batch = sealed.renew(tx, table, key_id, last, AT_ONCE)
            last, more = batch.last, batch.rows == AT_ONCE
            done += batch.renewed
            progress(done)


def leave(tx: Tx, key_id: str, replaced: datetime | None, entity: Entity, *, force: bool) -> int:
    """Record that the key may go. With `force`, the passwords that need it go with it.

    Returns how many. Refuses what could not be sealed again: it is damaged.
    """
    stuck = ready(tx, key_id, replaced, entity, force=force)
    if stuck:
        raise Refusal("keys.stuck", id=key_id, many=stuck)
    lost = sealed.passwords(tx, key_id)
    sealed.drop_passwords(tx, key_id)
    audit.note(tx, Event.KEY_RETIRED, key=key_id, passwords=lost)
    return lost
