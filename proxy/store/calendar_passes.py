"""How far the worker has looked at what was served, for each version of the calendars."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import bindparam, insert, select, text, tuple_, update

from proxy.domain.effect import counting
from proxy.store.postponements import LAST
from proxy.store.tables import annulments, calendar_passes, notificaciones
from proxy.store.tx import Tx

BATCH = 500
CLAIM = 0x6361_6C65_6E64  # «calend»: a number that no other program of this database takes

# By its full name: who owns the database could put a function of that name in another schema.
_CLAIM = text("SELECT pg_catalog.pg_try_advisory_xact_lock(:number)").bindparams(number=CLAIM)


@dataclass(frozen=True)
class Frozen:
    """A notificacion, with what was last frozen of it."""

    casilla_id: int
    id: bytes
    deposited_at: datetime
    read_at: datetime | None
    frozen: str
    concerns_owner: bool  # neither a test nor annulled


_AT = select(calendar_passes).where(calendar_passes.c.versions == bindparam("these"))
_BEGIN = insert(calendar_passes)
_GO_ON = (
    update(calendar_passes)
    .where(calendar_passes.c.versions == bindparam("these"))
    .values(
        casilla_id=bindparam("casilla"), notificacion=bindparam("key"), ended_at=bindparam("ended")
    )
)
_BATCH = (
    select(
        notificaciones.c.casilla_id,
        notificaciones.c.id,
        notificaciones.c.deposited_at,
        notificaciones.c.read_at,
        notificaciones.c.effect,
        notificaciones.c.effect_read,
        LAST,
        notificaciones.c.test.is_(False) & annulments.c.at.is_(None),
    )
    .outerjoin(annulments, annulments.c.notificacion_id == notificaciones.c.id)
    .where(
        notificaciones.c.effect.is_not(None),
        tuple_(notificaciones.c.casilla_id, notificaciones.c.id)
        > tuple_(bindparam("casilla"), bindparam("key")),
    )
    .order_by(notificaciones.c.casilla_id, notificaciones.c.id)
    .limit(bindparam("most"))
)


def _frozen(
    casilla_id: int,
    key: bytes,
    deposited_at: datetime,
    read_at: datetime | None,
    effect: str,
    effect_read: str | None,
    postponed: str | None,
    concerns_owner: bool,
) -> Frozen:
    frozen = counting(effect, effect_read, postponed) or effect
    return Frozen(casilla_id, key, deposited_at, read_at, frozen, concerns_owner)


def take(tx: Tx, versions: str) -> list[Frozen] | None:
    """The next notificaciones that nobody has looked at for these calendars. None: all were.

    Empty while another worker is at it. They count as looked at when the transaction commits.
    """
    if tx.conn.dialect.name == "postgresql" and not tx.conn.execute(_CLAIM).scalar_one():
        return []
    found = tx.conn.execute(_AT, {"these": versions}).first()
    if found is None:
        begin = {"versions": versions, "casilla_id": 0, "notificacion": b"", "begun_at": tx.now}
        tx.conn.execute(_BEGIN, begin)
    elif found.ended_at:
        return None
    where = (found.casilla_id, found.notificacion) if found else (0, b"")
    after = {"casilla": where[0], "key": where[1], "most": BATCH}
    batch = [_frozen(*row) for row in tx.conn.execute(_BATCH, after)]
    at = (batch[-1].casilla_id, batch[-1].id) if batch else where
    ended = None if len(batch) == BATCH else tx.now
    values = {"these": versions, "casilla": at[0], "key": at[1], "ended": ended}
    tx.conn.execute(_GO_ON, values)
    return batch
