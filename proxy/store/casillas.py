"""The casillas and who holds them."""

from dataclasses import dataclass

from sqlalchemy import bindparam, insert, select, update

from proxy.domain.identidad import Identidad
from proxy.store.db import Tx
from proxy.store.tables import casillas


@dataclass(frozen=True)
class Casilla:
    id: int
    kind: str
    number: str
    nombres: str
    email: str
    password: str
    failures: int

    @property
    def identidad(self) -> Identidad:
        return Identidad(self.kind, self.number)


_COLUMNS = [casillas.c[field] for field in Casilla.__dataclass_fields__]
_BY_IDENTIDAD = select(*_COLUMNS).where(
    casillas.c.kind == bindparam("kind"), casillas.c.number == bindparam("number")
)
_BY_ID = select(*_COLUMNS).where(casillas.c.id == bindparam("id"))
_ANY = select(casillas.c.id).limit(1)
_ADD = insert(casillas).returning(casillas.c.id)
_COUNT_FAILURE = (
    update(casillas)
    .where(casillas.c.id == bindparam("casilla"))
    .values(failures=casillas.c.failures + 1)
)
_CLEAR_FAILURES = update(casillas).where(casillas.c.id == bindparam("casilla")).values(failures=0)
_SET_PASSWORD = (
    update(casillas).where(casillas.c.id == bindparam("casilla")).values(password=bindparam("hash"))
)


def add(tx: Tx, identidad: Identidad, nombres: str, email: str, password: str) -> int:
    """Open a casilla; `password` is already hashed."""
    values = {
        "kind": identidad.kind,
        "number": identidad.number,
        "nombres": nombres,
        "email": email,
        "password": password,
        "created_at": tx.now,
    }
    return int(tx.conn.execute(_ADD, values).scalar_one())


def by_identidad(tx: Tx, identidad: Identidad) -> Casilla | None:
    values = {"kind": identidad.kind, "number": identidad.number}
    row = tx.conn.execute(_BY_IDENTIDAD, values).first()
    return Casilla(*row) if row else None


def by_id(tx: Tx, casilla_id: int) -> Casilla:
    return Casilla(*tx.conn.execute(_BY_ID, {"id": casilla_id}).one())


def any_open(tx: Tx) -> bool:
    return tx.conn.execute(_ANY).first() is not None


def count_failure(tx: Tx, casilla_id: int) -> None:
    tx.conn.execute(_COUNT_FAILURE, {"casilla": casilla_id})


def clear_failures(tx: Tx, casilla_id: int) -> None:
    tx.conn.execute(_CLEAR_FAILURES, {"casilla": casilla_id})


def set_password(tx: Tx, casilla_id: int, password: str) -> None:
    tx.conn.execute(_SET_PASSWORD, {"casilla": casilla_id, "hash": password})
