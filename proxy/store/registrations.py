"""What a person typed to register, sealed. It stays after the casilla is open.

A company that waits for the entity has ended, so that no browser changes it, and has no `lookup`.
"""

import json
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any
from uuid import uuid4

from sqlalchemy import Row, bindparam, delete, insert, select, update

from proxy.domain.identidad import Identidad
from proxy.domain.registration import Draft
from proxy.store.tables import registrations
from proxy.store.tx import Tx

COLUMN = "registrations.data"


@dataclass(frozen=True)
class Registration:
    id: bytes
    draft: Draft
    challenge_id: bytes | None
    expires_at: datetime


_COLUMNS = [registrations.c[name] for name in ("id", "data", "challenge_id", "expires_at")]
_OPEN = (registrations.c.ended_at.is_(None), registrations.c.expires_at > bindparam("now"))
_ADD = insert(registrations)
_ALIVE = select(*_COLUMNS).where(registrations.c.visit == bindparam("visit_digest"), *_OPEN)
_ENDED = select(*_COLUMNS).where(
    registrations.c.visit == bindparam("visit_digest"), registrations.c.ended_at.is_not(None)
)
_BY_CHALLENGE = select(*_COLUMNS).where(
    registrations.c.challenge_id == bindparam("challenge"), *_OPEN
)
_SAVE = (
    update(registrations)
    .where(registrations.c.id == bindparam("registration"), *_OPEN)
    .values(data=bindparam("sealed"), expires_at=bindparam("until"))
)
_ASKED = (
    update(registrations)
    .where(registrations.c.id == bindparam("registration"))
    .values(challenge_id=bindparam("challenge"))
)
_BY_ID = select(*_COLUMNS).where(registrations.c.id == bindparam("registration"))
_WAIT = (
    update(registrations)
    .where(registrations.c.id == bindparam("registration"), *_OPEN)
    .values(ended_at=bindparam("now"), expires_at=bindparam("until"))
    .returning(registrations.c.id)
)
_FORGET = delete(registrations).where(
    registrations.c.id == bindparam("registration"), registrations.c.lookup.is_(None)
)
_END = (
    update(registrations)
    .where(registrations.c.id == bindparam("registration"), registrations.c.lookup.is_(None))
    .values(ended_at=bindparam("now"), lookup=bindparam("whose"))
    .returning(registrations.c.id)
)
_DECLARED = (
    select(*_COLUMNS)
    .where(
        registrations.c.lookup.in_(bindparam("lookups", expanding=True)),
        registrations.c.ended_at.is_not(None),
    )
    .limit(1)
)


def add(tx: Tx, visit: bytes, draft: Draft, until: datetime) -> Registration:
    registration = Registration(uuid4().bytes, draft, None, until)
    values = {"id": registration.id, "visit": visit, "data": _sealed(tx, registration.id, draft)}
    tx.conn.execute(_ADD, values | {"created_at": tx.now, "expires_at": until})
    return registration


def alive(tx: Tx, visit: bytes) -> Registration | None:
    return _found(tx, tx.conn.execute(_ALIVE, {"visit_digest": visit, "now": tx.now}).first())


def ended(tx: Tx, visit: bytes) -> Registration | None:
    return _found(tx, tx.conn.execute(_ENDED, {"visit_digest": visit}).first())


def by_id(tx: Tx, registration_id: bytes) -> Registration | None:
    return _found(tx, tx.conn.execute(_BY_ID, {"registration": registration_id}).first())


def by_challenge(tx: Tx, challenge_id: bytes) -> Registration | None:
    values = {"challenge": challenge_id, "now": tx.now}
    return _found(tx, tx.conn.execute(_BY_CHALLENGE, values).first())


def save(tx: Tx, registration: Registration, draft: Draft, until: datetime) -> None:
    sealed = _sealed(tx, registration.id, draft)
    values = {"registration": registration.id, "sealed": sealed, "until": until, "now": tx.now}
    tx.conn.execute(_SAVE, values)


def link_challenge(tx: Tx, registration: Registration, challenge_id: bytes) -> None:
    values = {"registration": registration.id, "challenge": challenge_id}
    tx.conn.execute(_ASKED, values)


def wait(tx: Tx, registration: Registration, until: datetime) -> bool:
    """The entity decides, before `until`. False: another request was first."""
    values = {"registration": registration.id, "now": tx.now, "until": until}
    return tx.conn.execute(_WAIT, values).first() is not None


def forget(tx: Tx, registration: Registration) -> None:
    """Delete what was typed, unless it opened a casilla."""
    tx.conn.execute(_FORGET, {"registration": registration.id})


def end(tx: Tx, registration: Registration, identidad: Identidad) -> bool:
    """False: another request was first."""
    values = {"registration": registration.id, "now": tx.now}
    values["whose"] = tx.vault.lookup(str(identidad))
    return tx.conn.execute(_END, values).first() is not None


def declared(tx: Tx, identidad: Identidad) -> Draft | None:
    values = {"lookups": tx.vault.lookups(str(identidad))}
    found = _found(tx, tx.conn.execute(_DECLARED, values).first())
    return found.draft if found else None


def _sealed(tx: Tx, registration_id: bytes, draft: Draft) -> bytes:
    return tx.vault.seal(COLUMN, registration_id, json.dumps(asdict(draft)))


def _found(tx: Tx, row: Row[Any] | None) -> Registration | None:
    if row is None:
        return None
    data = json.loads(tx.vault.open(COLUMN, row.id, row.data))
    # A draft is kept as long as its casilla, and 0.2.0 called a visit `flow`.
    data = {name.replace("_flow", "_visit"): value for name, value in data.items()}
    return Registration(row.id, Draft(**data), row.challenge_id, row.expires_at)
