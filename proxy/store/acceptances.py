"""Which text the owner of a casilla accepted, in which version, when and from where (S45)."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import bindparam, insert, select

from proxy.store.tables import acceptances
from proxy.store.tx import Tx


@dataclass(frozen=True)
class Acceptance:
    text: str  # "terminos" or "privacidad"
    version: str
    sha256: str
    at: datetime
    ip: str


_FIELDS = [acceptances.c[name] for name in Acceptance.__dataclass_fields__]
_ADD = insert(acceptances)
_OF = (
    select(*_FIELDS)
    .where(acceptances.c.casilla_id == bindparam("casilla"))
    .order_by(acceptances.c.at, acceptances.c.text.desc())
)


def add(tx: Tx, casilla_id: int, acceptance: Acceptance) -> None:
    tx.conn.execute(_ADD, vars(acceptance) | {"casilla_id": casilla_id})


def of(tx: Tx, casilla_id: int) -> list[Acceptance]:
    rows = tx.conn.execute(_OF, {"casilla": casilla_id})
    return [Acceptance(**row._mapping) for row in rows]
