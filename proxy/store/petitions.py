"""What waits for the entity: acts that a second person approves, and companies (S39, S81).

One conditional statement spends a petition, so two answers never both count.
"""

import secrets
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from sqlalchemy import Row, bindparam, insert, or_, select, update

from proxy.domain.vault import Unsealable
from proxy.store.tables import petitions
from proxy.store.tx import Tx

Act = Literal["email", "factor", "company", "declared"]
EMAIL = "petitions.email"
UID_BYTES = 16


@dataclass(frozen=True)
class Petition:
    id: int
    uid: bytes  # its sealed e-mail opens under this alone
    act: Act
    casilla_id: int | None  # None: a company without a casilla yet
    registration_id: bytes | None  # of that company
    email: str | None  # the new one, if the act is to change it
    responds: str
    authorises: str | None
    asked_by: str  # the OS user
    asked_at: datetime
    expires_at: datetime | None  # None: it waits until it is answered
    answered_at: datetime | None


_COLUMNS = [petitions.c[name] for name in Petition.__dataclass_fields__]
_ADD = insert(petitions).returning(petitions.c.id)
_BY_ID = select(*_COLUMNS).where(petitions.c.id == bindparam("petition"))
_ALIVE = (
    petitions.c.answered_at.is_(None),
    or_(petitions.c.expires_at.is_(None), petitions.c.expires_at > bindparam("now")),
)
_WAITING = select(*_COLUMNS).where(*_ALIVE).order_by(petitions.c.id)
_SPEND = (
    update(petitions)
    .where(petitions.c.id == bindparam("petition"), *_ALIVE)
    .values(answered_at=bindparam("now"))
    .returning(petitions.c.id)
)


def add(
    tx: Tx,
    act: Act,
    casilla_id: int,
    email: str | None,
    names: list[str],
    asked_by: str,
    until: datetime,
) -> int:
    """`names`: who identified the owner and, if it was said, who is to authorise the act."""
    uid = secrets.token_bytes(UID_BYTES)
    values = {
        "uid": uid,
        "act": act,
        "casilla_id": casilla_id,
        "email": tx.vault.seal(EMAIL, uid, email) if email else None,
        "responds": names[0],
        "authorises": names[1] if len(names) > 1 else None,
        "asked_by": asked_by,
        "asked_at": tx.now,
        "expires_at": until,
    }
    return int(tx.conn.execute(_ADD, values).scalar_one())


def add_company(tx: Tx, registration_id: bytes, asked_by: str, until: datetime) -> int:
    values = {
        "uid": secrets.token_bytes(UID_BYTES),
        "act": "company",
        "registration_id": registration_id,
        "responds": "",
        "asked_by": asked_by,
        "asked_at": tx.now,
        "expires_at": until,
    }
    return int(tx.conn.execute(_ADD, values).scalar_one())


def find(tx: Tx, number: int) -> Petition | None:
    row = tx.conn.execute(_BY_ID, {"petition": number}).first()
    return _petition(tx, row) if row else None


def waiting(tx: Tx) -> list[Petition]:
    return [_petition(tx, row) for row in tx.conn.execute(_WAITING, {"now": tx.now})]


def spend(tx: Tx, number: int) -> bool:
    """False: it was answered, or expired."""
    return tx.conn.execute(_SPEND, {"petition": number, "now": tx.now}).first() is not None


def _petition(tx: Tx, row: Row[Any]) -> Petition:
    values = row._asdict()
    if row.email is not None:
        try:
            values["email"] = tx.vault.open(EMAIL, row.uid, row.email)
        except Unsealable:  # it was brought from elsewhere
            values["email"] = None
    return Petition(**values)
