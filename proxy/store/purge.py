"""Deletes rows that are out of date.

Never a casilla, a notificacion, a row of the audit or a message that was to leave. A message for
nobody, which only looks like one (S31), goes.
"""

from datetime import datetime, timedelta

from sqlalchemy import BindParameter, Delete, bindparam, delete, exists, or_

from proxy.store.tables import (
    challenges,
    changes,
    devices,
    links,
    outbox,
    petitions,
    rates,
    registrations,
    sessions,
)
from proxy.store.tx import Tx

# S70: codes and messages for nobody are kept for a day after they expire, sessions for a year.
DEAD_FOR = timedelta(days=1)
METADATA = timedelta(days=365)

_DEAD: BindParameter[datetime] = bindparam("dead")
_OLD: BindParameter[datetime] = bindparam("old")
_STATEMENTS: dict[str, Delete] = {
    "challenges": delete(challenges).where(challenges.c.expires_at < _DEAD),
    "changes": delete(changes).where(changes.c.expires_at < _DEAD),  # too late to undo
    "links": delete(links).where(links.c.expires_at < _DEAD),
    # For nobody: they never waited, so no attempt refers to them.
    "outbox": delete(outbox).where(
        outbox.c.casilla_id.is_(None),
        outbox.c.next_at.is_(None),
        outbox.c.sent_at.is_(None),
        outbox.c.attempts == 0,
        outbox.c.expires_at < _DEAD,
    ),
    "petitions": delete(petitions).where(petitions.c.expires_at < _DEAD),
    "rates": delete(rates).where(rates.c.tat < bindparam("tat")),
    "registrations": delete(registrations).where(  # not finished, or not answered, in time
        registrations.c.lookup.is_(None), registrations.c.expires_at < bindparam("now")
    ),
    "sessions": delete(sessions).where(sessions.c.expires_at < _OLD),
    "devices": delete(devices).where(
        or_(devices.c.revoked_at < _OLD, devices.c.created_at < _OLD),
        ~exists().where(sessions.c.device_id == devices.c.id),
    ),
}


def purge(tx: Tx) -> dict[str, int]:
    values = {
        "now": tx.now,
        "dead": tx.now - DEAD_FOR,
        "old": tx.now - METADATA,
        "tat": int((tx.now - DEAD_FOR).timestamp() * 1_000_000),
    }
    return {
        name: tx.conn.execute(statement, values).rowcount for name, statement in _STATEMENTS.items()
    }
