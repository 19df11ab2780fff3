"""The keys of systems. Each is sealed with what it may do: who writes the table has none (S62)."""

import json
import secrets
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Row, bindparam, insert, or_, select, update

from proxy.domain.sender import ApiKey, Scope, Sender
from proxy.domain.vault import Unsealable
from proxy.store.tables import api_keys
from proxy.store.tx import Tx

SEAL = "api_keys.seal"
USED_EVERY = timedelta(minutes=1)  # a use is written at most so often

_EVERY = select(api_keys).order_by(api_keys.c.created_at, api_keys.c.id)
_BY_DIGEST = select(api_keys).where(api_keys.c.digest == bindparam("key"))
_ADD = insert(api_keys)
_USE = (
    update(api_keys)
    .where(
        api_keys.c.id == bindparam("key"),
        or_(api_keys.c.used_at.is_(None), api_keys.c.used_at < bindparam("before")),
    )
    .values(used_at=bindparam("now"))
)
_RETIRE = (
    update(api_keys)
    .where(api_keys.c.id == bindparam("key"), api_keys.c.retired_at.is_(None))
    .values(retired_at=bindparam("now"), seal=None)
    .returning(api_keys.c.digest)
)


def add(tx: Tx, key: ApiKey) -> str:
    """The secret, which is kept nowhere."""
    kind = "prueba" if key.sender.test else "real"
    secret = f"{kind}_{secrets.token_urlsafe(32)}"
    digest = tx.vault.digest(secret)
    row = {
        "digest": digest,
        "id": key.id,
        "system": key.sender.system,
        "test": key.sender.test,
        "scopes": " ".join(key.scopes),
        "created_at": key.created_at,
        "expires_at": key.expires_at,
        "seal": tx.vault.seal(SEAL, digest, _sealed(key)),
    }
    tx.conn.execute(_ADD, row)
    return secret


def by_secret(tx: Tx, secret: str) -> ApiKey | None:
    """Retired keys too. None: nobody made such a key, or somebody changed what it may do."""
    row = tx.conn.execute(_BY_DIGEST, {"key": tx.vault.digest(secret)}).first()
    if row is None:
        return None
    key = _opened(row)
    if key.retired_at:
        return key
    try:
        good = tx.vault.open(SEAL, row.digest, row.seal or b"") == _sealed(key)
    except Unsealable:
        return None
    return key if good else None


def every(tx: Tx) -> list[ApiKey]:
    return [_opened(row) for row in tx.conn.execute(_EVERY)]


def note_use(tx: Tx, key_id: str) -> None:
    tx.conn.execute(_USE, {"key": key_id, "now": tx.now, "before": tx.now - USED_EVERY})


def retire(tx: Tx, key_id: str) -> bool:
    """False: there is none, or it was retired before."""
    return tx.conn.execute(_RETIRE, {"key": key_id, "now": tx.now}).first() is not None


def _sealed(key: ApiKey) -> str:
    said = [key.id, key.sender.system, key.sender.test, *key.scopes]
    return json.dumps([*said, _said(key.created_at), _said(key.expires_at)])


def _said(at: datetime) -> str:
    return at.isoformat(timespec="microseconds")


def _opened(row: Row[Any]) -> ApiKey:
    scopes: tuple[Scope, ...] = tuple(row.scopes.split())
    return ApiKey(
        row.id,
        Sender(row.system, row.id, row.test),
        scopes,
        row.created_at,
        row.expires_at,
        row.used_at,
        row.retired_at,
    )
