"""The casillas and their owners. Personal data is sealed; a keyed hash finds an identidad."""

import base64
import secrets
from datetime import datetime
from typing import Any

from sqlalchemy import Row, bindparam, insert, or_, select, update

from proxy.domain.casilla import Casilla
from proxy.domain.identidad import Identidad
from proxy.domain.vault import Unsealable, Vault
from proxy.store.purge import METADATA
from proxy.store.tables import casillas, lookups
from proxy.store.tx import Tx

UID_BYTES = 16
PASSWORD = "casillas.password"
BOUND = "$sealed$"  # stands between the id of the pepper and a hash that is tied to its row

_COLUMNS = [
    casillas.c[name]
    for name in (
        "id", "uid", "kind", "number", "nombres", "email", "phone", "second_email", "password",
        "must_change", "first_until", "failures", "suspended_at", "closed_at", "revoked_at",
    )
]  # fmt: skip
_BY_LOOKUP = select(*_COLUMNS).where(casillas.c.lookup.in_(bindparam("lookups", expanding=True)))
# key_share: a row that refers to the casilla, such as a message, need not wait.
_LOCK_BY_LOOKUP = _BY_LOOKUP.with_for_update(key_share=True)
_BY_ID = select(*_COLUMNS).where(casillas.c.id == bindparam("id"))
_ANY = select(casillas.c.id).limit(1)
_YOUNG = select(casillas.c.id).where(
    casillas.c.id == bindparam("id"), casillas.c.created_at > bindparam("since")
)
_ADD = insert(casillas).returning(casillas.c.id)
_ADD_LOOKUPS = insert(lookups)
_THIS = casillas.c.id == bindparam("casilla")
_COUNT_FAILURE = update(casillas).where(_THIS).values(failures=casillas.c.failures + 1)
_CLEAR_FAILURES = update(casillas).where(_THIS).values(failures=0)
_LOCK = select(casillas.c.id).where(_THIS).with_for_update(key_share=True)
_LOCK_PASSWORD = _LOCK.add_columns(casillas.c.uid, casillas.c.password)
_UID = select(casillas.c.uid).where(_THIS)
_KEEP_PASSWORD = update(casillas).where(_THIS).values(password=bindparam("hash"))
_SET_PASSWORD = (
    update(casillas)
    .where(_THIS)
    .values(
        password=bindparam("hash"), must_change=bindparam("change"), first_until=None, failures=0
    )
)
_ASK_FOR_ANOTHER = update(casillas).where(_THIS).values(must_change=True)
_SPEND_FIRST = (
    update(casillas)
    .where(_THIS, casillas.c.first_until.is_not(None))
    .values(first_until=bindparam("now"))
    .returning(casillas.c.id)
)
# Whether alertas reach the new address, nobody knows yet.
_SET_EMAIL = update(casillas).where(_THIS).values(email=bindparam("sealed"), unreached_at=None)
_SET_SECOND = (
    update(casillas).where(_THIS).values(second_email=bindparam("sealed"), unreached_at=None)
)
_SET_PHONE = update(casillas).where(_THIS).values(phone=bindparam("sealed"), unreached_at=None)
_UNREACHED = select(casillas.c.unreached_at).where(_THIS)
_CLOSED = select(casillas.c.closed_at).where(_THIS)
_SET_UNREACHED = update(casillas).where(_THIS).values(unreached_at=bindparam("now"))
_CLEAR_UNREACHED = (
    update(casillas).where(_THIS, casillas.c.unreached_at.is_not(None)).values(unreached_at=None)
)
# A second act of the same kind changes nothing, and says so.
_SUSPEND = (
    update(casillas)
    .where(_THIS, casillas.c.suspended_at.is_(None))
    .values(suspended_at=bindparam("now"))
    .returning(casillas.c.id)
)
_CLOSE = (
    update(casillas)
    .where(_THIS, casillas.c.closed_at.is_(None))
    .values(closed_at=bindparam("now"))
    .returning(casillas.c.id)
)
_REVOKE = _CLOSE.values(revoked_at=bindparam("now"))
_REVOKED = (
    select(*_COLUMNS).where(casillas.c.revoked_at.is_not(None)).order_by(casillas.c.revoked_at)
)
_LIFT = (
    update(casillas)
    .where(_THIS, or_(casillas.c.suspended_at.is_not(None), casillas.c.closed_at.is_not(None)))
    .values(suspended_at=None, closed_at=None, revoked_at=None)
    .returning(casillas.c.id)
)


def add(
    tx: Tx,
    identidad: Identidad,
    nombres: str,
    email: str,
    password: str | None,
    *,
    phone: str | None = None,
    must_change: bool = True,
    first_until: datetime | None = None,
) -> int:
    """`password` is a hash, or None until the owner chooses a password.

    `first_until`: see Casilla.

    A second casilla for the same identidad raises IntegrityError.
    """
    uid = secrets.token_bytes(UID_BYTES)
    values = {
        "uid": uid,
        "kind": identidad.kind,
        "lookup": tx.vault.lookup(str(identidad)),
        "number": _sealed(tx, "number", uid, identidad.number),
        "nombres": _sealed(tx, "nombres", uid, nombres),
        "email": _sealed(tx, "email", uid, email),
        "phone": _sealed(tx, "phone", uid, phone) if phone else None,
        "must_change": must_change,
        "first_until": first_until,
        "created_at": tx.now,
    }
    casilla_id = int(tx.conn.execute(_ADD, values).scalar_one())
    tx.locked.add(casilla_id)  # no other transaction sees it yet
    names = tx.vault.lookups_by_key(str(identidad))
    rows = [
        {"lookup": lookup, "key_id": key_id, "casilla_id": casilla_id}
        for key_id, lookup in names.items()
    ]
    tx.insert(_ADD_LOOKUPS, rows)
    if password:
        bound = _bound(tx, casilla_id, uid, password)
        tx.conn.execute(_KEEP_PASSWORD, {"casilla": casilla_id, "hash": bound})
    return casilla_id


def by_identidad(tx: Tx, identidad: Identidad) -> Casilla | None:
    values = {"lookups": tx.vault.lookups(str(identidad))}
    row = tx.conn.execute(_BY_LOOKUP, values).first()
    return _casilla(tx.vault, row) if row else None


def lock_identidad(tx: Tx, identidad: Identidad) -> Casilla | None:
    """`by_identidad` and `lock` in one: its data stay so until the transaction ends."""
    values = {"lookups": tx.vault.lookups(str(identidad))}
    row = tx.conn.execute(_LOCK_BY_LOOKUP, values).first()
    if row is None:
        return None
    tx.locked.add(row.id)
    return _casilla(tx.vault, row)


def by_id(tx: Tx, casilla_id: int) -> Casilla:
    return _casilla(tx.vault, tx.conn.execute(_BY_ID, {"id": casilla_id}).one())


def find(tx: Tx, casilla_id: int | None) -> Casilla | None:
    """Without a casilla the same query runs, so that the time of an answer does not tell (S31)."""
    row = tx.conn.execute(_BY_ID, {"id": casilla_id or 0}).first()
    return _casilla(tx.vault, row) if row else None


def is_young(tx: Tx, casilla_id: int) -> bool:
    """Opened since sessions were last cleared away: whoever entered it left one."""
    values = {"id": casilla_id, "since": tx.now - METADATA}
    return tx.conn.execute(_YOUNG, values).first() is not None


def any_open(tx: Tx) -> bool:
    return tx.conn.execute(_ANY).first() is not None


def count_failure(tx: Tx, casilla_id: int) -> None:
    tx.conn.execute(_COUNT_FAILURE, {"casilla": casilla_id})


def clear_failures(tx: Tx, casilla_id: int) -> None:
    tx.conn.execute(_CLEAR_FAILURES, {"casilla": casilla_id})


def lock(tx: Tx, casilla_id: int | None) -> None:
    """Acts that open, close or change one casilla happen one after the other, on PostgreSQL too.

    This is the first lock of a transaction, before counts of attempts: two transactions that lock
    the same rows in different orders would deadlock. None is for no casilla: the same query runs
    (S31).
    """
    tx.conn.execute(_LOCK, {"casilla": casilla_id or 0})
    tx.locked.add(casilla_id or 0)


def keep_password(tx: Tx, casilla_id: int, stored: str, new_hash: str | None) -> bool:
    """False when `stored` is no longer the password. True: the casilla is locked.

    `new_hash` replaces it: the same password under the newest key and parameters.
    """
    row = tx.conn.execute(_LOCK_PASSWORD, {"casilla": casilla_id}).first()
    if row is None or _hash(tx.vault, row) != stored:
        return False
    tx.locked.add(casilla_id)
    if new_hash or BOUND not in row.password:
        bound = _bound(tx, casilla_id, row.uid, new_hash or stored)
        tx.conn.execute(_KEEP_PASSWORD, {"casilla": casilla_id, "hash": bound})
    return True


def set_password(
    tx: Tx, casilla_id: int, password: str | None, *, must_change: bool = False
) -> None:
    """`password` is a hash. The count of failures begins again."""
    if password:
        uid = tx.conn.execute(_UID, {"casilla": casilla_id}).scalar_one()
        password = _bound(tx, casilla_id, uid, password)
    values = {"casilla": casilla_id, "hash": password, "change": must_change}
    tx.conn.execute(_SET_PASSWORD, values)


def ask_for_another(tx: Tx, casilla_id: int) -> None:
    """The password opens nothing but the choice of another one."""
    tx.conn.execute(_ASK_FOR_ANOTHER, {"casilla": casilla_id})


def spend_first(tx: Tx, casilla_id: int) -> bool:
    """A first password serves once. False: the password is the owner's own."""
    values = {"casilla": casilla_id, "now": tx.now}
    return tx.conn.execute(_SPEND_FIRST, values).first() is not None


def set_email(tx: Tx, casilla: Casilla, email: str) -> None:
    values = {"casilla": casilla.id, "sealed": _sealed(tx, "email", casilla.uid, email)}
    tx.conn.execute(_SET_EMAIL, values)


def set_second_email(tx: Tx, casilla: Casilla, email: str | None) -> None:
    sealed = _sealed(tx, "second_email", casilla.uid, email) if email else None
    tx.conn.execute(_SET_SECOND, {"casilla": casilla.id, "sealed": sealed})


def set_phone(tx: Tx, casilla: Casilla, phone: str | None) -> None:
    sealed = _sealed(tx, "phone", casilla.uid, phone) if phone else None
    tx.conn.execute(_SET_PHONE, {"casilla": casilla.id, "sealed": sealed})


def unreached(tx: Tx, casilla_id: int) -> bool:
    """No alerta of a notificacion arrived; none did since, and no address changed."""
    return tx.conn.execute(_UNREACHED, {"casilla": casilla_id}).scalar() is not None


def closed(tx: Tx, casilla_id: int) -> bool:
    return tx.conn.execute(_CLOSED, {"casilla": casilla_id}).scalar() is not None


def set_unreached(tx: Tx, casilla_id: int) -> None:
    tx.conn.execute(_SET_UNREACHED, {"casilla": casilla_id, "now": tx.now})


def clear_unreached(tx: Tx, casilla_id: int) -> None:
    tx.conn.execute(_CLEAR_UNREACHED, {"casilla": casilla_id})


def suspend(tx: Tx, casilla_id: int) -> bool:
    """False: it was suspended already."""
    return tx.conn.execute(_SUSPEND, {"casilla": casilla_id, "now": tx.now}).first() is not None


def close(tx: Tx, casilla_id: int) -> bool:
    """False: it was closed already."""
    return tx.conn.execute(_CLOSE, {"casilla": casilla_id, "now": tx.now}).first() is not None


def revoke(tx: Tx, casilla_id: int) -> bool:
    """Closed by its owner. False: it was closed already."""
    return tx.conn.execute(_REVOKE, {"casilla": casilla_id, "now": tx.now}).first() is not None


def revoked(tx: Tx) -> list[Casilla]:
    """Those that their owners closed, in that order."""
    return [_casilla(tx.vault, row) for row in tx.conn.execute(_REVOKED)]


def lift(tx: Tx, casilla_id: int) -> bool:
    """False: it was in use."""
    return tx.conn.execute(_LIFT, {"casilla": casilla_id}).first() is not None


def opened(vault: Vault, name: str, uid: bytes, sealed: bytes) -> str:
    return vault.open(f"casillas.{name}", uid, sealed)


def _sealed(tx: Tx, name: str, uid: bytes, text: str) -> bytes:
    return tx.vault.seal(f"casillas.{name}", uid, text)


def _bound(tx: Tx, casilla_id: int, uid: bytes, password: str) -> str:
    """A hash that serves this casilla alone. The id of its pepper stays readable before it."""
    pepper = password.partition("$")[0]
    sealed = tx.vault.seal(PASSWORD, _row(casilla_id, uid), password)
    return pepper + BOUND + base64.b64encode(sealed).decode()


def _hash(vault: Vault, row: Row[Any]) -> str | None:
    """None for the hash of another casilla: it opens nothing here."""
    if not row.password or BOUND not in row.password:
        return row.password or None  # as 0.2.0 stored it: the next login binds it
    try:
        sealed = base64.b64decode(row.password.partition(BOUND)[2], validate=True)
        return vault.open(PASSWORD, _row(row.id, row.uid), sealed)
    except (ValueError, Unsealable):
        return None


def _row(casilla_id: int, uid: bytes) -> bytes:
    return f"{casilla_id}/".encode() + uid


def _casilla(vault: Vault, row: Row[Any]) -> Casilla:
    return Casilla(
        id=row.id,
        uid=row.uid,
        identidad=Identidad(row.kind, opened(vault, "number", row.uid, row.number)),
        nombres=opened(vault, "nombres", row.uid, row.nombres),
        email=opened(vault, "email", row.uid, row.email),
        phone=opened(vault, "phone", row.uid, row.phone) if row.phone else None,
        second_email=(
            opened(vault, "second_email", row.uid, row.second_email) if row.second_email else None
        ),
        password=_hash(vault, row),
        must_change=row.must_change,
        first_until=row.first_until,
        failures=row.failures,
        suspended_at=row.suspended_at,
        closed_at=row.closed_at,
        revoked_at=row.revoked_at,
    )
