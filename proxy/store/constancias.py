"""The constancias of each casilla, and those that wait for their seal.

A lookup for an owner names the casilla, so it never finds what is of another one.
"""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import NamedTuple

from sqlalchemy import and_, bindparam, exists, func, insert, or_, select, update

from proxy.domain.constancia import Constancia
from proxy.domain.constancia_acts import Kind
from proxy.store.tables import constancias
from proxy.store.tx import Tx

UID_BYTES = 16
PLACE = "constancias.{}"


@dataclass(frozen=True)
class Claimed:
    number: str
    casilla_id: int
    notificacion_id: bytes | None
    at: datetime
    attempts: int  # including the one under way
    facts: str
    stated: str | None


c = constancias.c
_COLUMNS = [c[name] for name in Constancia.__dataclass_fields__]
_ADD = insert(constancias)
_OF = (
    select(*_COLUMNS)
    .where(c.casilla_id == bindparam("casilla"), c.test.is_(False))
    .order_by(c.at, c.number)
)
_EVERY = (
    select(*_COLUMNS)
    .where(c.casilla_id == bindparam("casilla"), c.notificacion_id == bindparam("of"))
    .order_by(c.at, c.number)
)
_OF_CASILLA = _OF.where(c.notificacion_id.is_(None))
_AMONG = _OF.where(c.notificacion_id.in_(bindparam("keys", expanding=True)))
_UNSEALED = (
    select(c.notificacion_id)
    .where(
        c.casilla_id == bindparam("casilla"),
        c.notificacion_id.in_(bindparam("keys", expanding=True)),
        c.sha256.is_(None),
    )
    .distinct()
)
_ONE = _OF.where(c.number == bindparam("key"))
# Of one notificacion in their order: each names the one before it, which must be sealed.
_before = constancias.alias("before")
_EARLIER = and_(
    _before.c.casilla_id == c.casilla_id,  # the index begins with it
    _before.c.notificacion_id == c.notificacion_id,
    or_(
        _before.c.at < c.at,
        and_(_before.c.at == c.at, _before.c.number < c.number),
    ),
)
_DUE = (
    select(c.number)
    .where(c.next_at <= bindparam("now"))
    .where(~exists().where(_EARLIER, _before.c.sha256.is_(None)))
    .order_by(c.test, c.next_at)  # tests hold up nobody
    .limit(1)
    .with_for_update(skip_locked=True)
    .scalar_subquery()
)
_CLAIMED = (c.number, c.casilla_id, c.notificacion_id, c.at, c.attempts)
_CLAIM = (
    update(constancias)
    .where(c.number == _DUE)
    .values(next_at=bindparam("lease"), attempts=c.attempts + 1)
    .returning(
        c.number, c.casilla_id, c.notificacion_id, c.at, c.attempts, c.uid, c.facts, c.stated
    )
)
_LAST = (
    select(c.uid, c.stated)
    .where(
        c.casilla_id == bindparam("casilla"),
        c.notificacion_id == bindparam("of"),
        c.sha256.is_not(None),
    )
    .order_by(c.at.desc(), c.number.desc())
    .limit(1)
)
_STATE = (
    update(constancias)
    .where(c.number == bindparam("key"), c.attempts == bindparam("attempt"), c.sha256.is_(None))
    .values(stated=bindparam("text"))
)
# A worker whose lease ended must not undo what another one did since.
_SEALED = (
    update(constancias)
    .where(c.number == bindparam("key"), c.sha256.is_(None))
    .values(
        sha256=bindparam("digest"),
        size=bindparam("bytes"),
        sealed_at=bindparam("now"),
        next_at=None,
        late_at=None,
    )
    .returning(c.casilla_id, c.notificacion_id)
)
_POSTPONE = (
    update(constancias)
    .where(c.number == bindparam("key"), c.attempts == bindparam("attempt"), c.sha256.is_(None))
    .values(next_at=bindparam("later"))
)
_UID = select(c.uid).where(c.number == bindparam("key"))
_WAITING = select(c.number).where(c.next_at.is_not(None)).limit(1)
_LATE = select(func.count(), func.min(c.at)).where(c.late_at <= bindparam("now"))
# Each is told once, and a few at a time: those of a long queue are all late at one moment.
_TELL = (
    update(constancias)
    .where(
        c.number.in_(
            select(c.number)
            .where(c.late_at <= bindparam("now"), c.late.is_(False))
            .order_by(c.late_at)
            .limit(bindparam("most"))
            .with_for_update(skip_locked=True)
        ),
        c.late.is_(False),
    )
    .values(late=True)
    .returning(c.number, c.casilla_id, c.notificacion_id, c.at)
)
_COUNT_FROM = (
    update(constancias)
    .where(c.casilla_id.in_(bindparam("casillas", expanding=True)), c.late_at < bindparam("since"))
    .values(late_at=bindparam("since"))
)


def add(
    tx: Tx,
    number: str,
    casilla_id: int,
    notificacion_id: bytes | None,
    kind: Kind,
    facts: str,
    late_at: datetime,
    *,
    test: bool = False,
) -> None:
    """Not sealed at `late_at`, it is late; one of a test never is."""
    uid = secrets.token_bytes(UID_BYTES)
    row = {
        "number": number,
        "casilla_id": casilla_id,
        "notificacion_id": notificacion_id,
        "kind": str(kind),
        "at": tx.now,
        "uid": uid,
        "facts": tx.vault.seal(PLACE.format("facts"), uid, facts),
        "next_at": tx.now,
        "test": test,
        "late_at": None if test else late_at,
    }
    tx.conn.execute(_ADD, row)


def among(tx: Tx, casilla_id: int, ids: list[bytes]) -> dict[bytes, list[Constancia]]:
    """Those of a page, oldest first, by notificacion."""
    found: dict[bytes, list[Constancia]] = {}
    for row in tx.conn.execute(_AMONG, {"casilla": casilla_id, "keys": ids}):
        found.setdefault(row.notificacion_id, []).append(Constancia(*row))
    return found


def of_notificacion(tx: Tx, casilla_id: int, notificacion_id: bytes) -> list[Constancia]:
    """For who deposits, also of a test. The oldest first."""
    values = {"casilla": casilla_id, "of": notificacion_id}
    return [Constancia(*row) for row in tx.conn.execute(_EVERY, values)]


def of_casilla(tx: Tx, casilla_id: int) -> list[Constancia]:
    """Those of no notificacion, newest first."""
    rows = tx.conn.execute(_OF_CASILLA, {"casilla": casilla_id})
    return [Constancia(*row) for row in rows][::-1]


def unsealed(tx: Tx, casilla_id: int, ids: list[bytes]) -> frozenset[bytes]:
    """The notificaciones of a page that have a constancia without its seal."""
    rows = tx.conn.execute(_UNSEALED, {"casilla": casilla_id, "keys": ids}).scalars()
    return frozenset(rows)


def one(tx: Tx, casilla_id: int, number: str) -> Constancia | None:
    row = tx.conn.execute(_ONE, {"casilla": casilla_id, "key": number}).first()
    return Constancia(*row) if row else None


def claim(tx: Tx, lease: timedelta) -> Claimed | None:
    """The one that waits longest, for this worker alone until its lease ends."""
    row = tx.conn.execute(_CLAIM, {"now": tx.now, "lease": tx.now + lease}).first()
    if row is None:
        return None
    facts = tx.vault.open(PLACE.format("facts"), row.uid, row.facts)
    stated = tx.vault.open(PLACE.format("stated"), row.uid, row.stated) if row.stated else None
    of = row.casilla_id, row.notificacion_id
    return Claimed(row.number, *of, row.at, row.attempts, facts, stated)


def last_stated(tx: Tx, casilla_id: int, notificacion_id: bytes | None) -> str | None:
    """What the newest sealed one of that notificacion states."""
    if notificacion_id is None:
        return None
    row = tx.conn.execute(_LAST, {"casilla": casilla_id, "of": notificacion_id}).first()
    return tx.vault.open(PLACE.format("stated"), row.uid, row.stated) if row else None


def state(tx: Tx, claimed: Claimed, text: str) -> None:
    uid = tx.conn.execute(_UID, {"key": claimed.number}).scalar_one()
    sealed = tx.vault.seal(PLACE.format("stated"), uid, text)
    values = {"key": claimed.number, "attempt": claimed.attempts, "text": sealed}
    tx.conn.execute(_STATE, values)


def sealed(tx: Tx, number: str, sha256: str, size: int) -> tuple[int, bytes | None] | None:
    """Its casilla and notificacion. None: another worker was first."""
    values = {"key": number, "digest": sha256, "bytes": size, "now": tx.now}
    row = tx.conn.execute(_SEALED, values).first()
    return (row.casilla_id, row.notificacion_id) if row else None


def postpone(tx: Tx, claimed: Claimed, later: datetime) -> None:
    values = {"key": claimed.number, "attempt": claimed.attempts, "later": later}
    tx.conn.execute(_POSTPONE, values)


def any_waiting(tx: Tx) -> bool:
    return tx.conn.execute(_WAITING).first() is not None


class Late(NamedTuple):
    number: str
    casilla_id: int
    notificacion_id: bytes | None
    at: datetime  # of what it proves


def late(tx: Tx) -> tuple[int, datetime | None]:
    """How many are late, and when the oldest act of theirs happened (UTC)."""
    many, oldest = tx.conn.execute(_LATE, {"now": tx.now}).one()
    return many, oldest


def tell_late(tx: Tx, most: int) -> list[Late]:
    """Those that are late and were not told, at most so many: no other worker gets them."""
    rows = tx.conn.execute(_TELL, {"now": tx.now, "most": most})
    return sorted((Late(*row) for row in rows), key=lambda one: (one.at, one.number))


def count_from(tx: Tx, casilla_ids: Sequence[int], since: datetime) -> None:
    """What is written of the past is late no earlier than what is written now."""
    tx.conn.execute(_COUNT_FROM, {"casillas": casilla_ids, "since": since})
