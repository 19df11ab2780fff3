"""Keys: a new key takes over, and an old key is retired when nothing needs it any more.

    added ──▶ … days … ──▶ ready: no password, link or code needs it ──▶ renew: all that it sealed,
    in batches ──▶ leave: nothing is left, and the audit says so ──▶ the file loses it

If the process dies anywhere, the key is still there and the same command goes on.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from catalog.reading.model import Entity
from proxy.domain.events import Event
from proxy.errors import Refusal
from proxy.store import eventos, sealed
from proxy.store.db import Database
from proxy.store.tx import Tx

AT_ONCE = 100  # rows per transaction: other writers get their turn in between
# After this time every running process knows the new key: none seals or signs with an older one.
SETTLED = timedelta(seconds=5)


@dataclass(frozen=True)
class Hanging:
    """The data that need a key."""

    passwords: int
    rows: int
    until: datetime | None  # when its last link or code expires; None: there is none


def hanging(tx: Tx, key_id: str, replaced: datetime | None) -> Hanging:
    """`replaced`: the instant when another key took over. None: not yet, or unknown."""
    before = replaced + SETTLED if replaced else tx.now
    return Hanging(
        sealed.passwords(tx, key_id),
        sealed.rows(tx, key_id),
        sealed.good_until(tx, key_id, before),
    )


def record_added(tx: Tx, key_id: str) -> None:
    eventos.note(tx, Event.KEY_ADDED, key=key_id)


def ready(tx: Tx, key_id: str, replaced: datetime | None, entity: Entity, *, force: bool) -> int:
    """How many rows must be sealed again. Refuses `keys.passwords`, `keys.links` without `force`.

    Only a login of the owner can hash a password again. A mailed link cannot be signed again, and
    an owner may still need it to undo a stranger's change.
    """
    found = hanging(tx, key_id, replaced)
    if found.passwords and not force:
        raise Refusal("keys.passwords", id=key_id, many=found.passwords)
    if found.until and not force:
        raise Refusal("keys.links", id=key_id, until=entity.moment(found.until))
    return found.rows


def renew(db: Database, key_id: str, progress: Callable[[int], None]) -> None:
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
    """Record that the key may go. Returns how many passwords go with it, by `force`.

    Refuses `keys.stuck`: a row is damaged and could not be sealed again.
    """
    stuck = ready(tx, key_id, replaced, entity, force=force)
    if stuck:
        raise Refusal("keys.stuck", id=key_id, many=stuck)
    lost = sealed.passwords(tx, key_id)
    sealed.drop_passwords(tx, key_id)
    sealed.drop_lookups(tx, key_id)
    eventos.note(tx, Event.KEY_RETIRED, key=key_id, passwords=lost)
    return lost
