"""An evento: a fact of the record, sealed by itself and, with its place in line, to those before.

evento ──▶ seal = HMAC(version, every column)
chain of place n = HMAC(version, chain of place n-1, n, evento, seal)
"""

import hmac
import json
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

from proxy.domain.chain import Seals

VERSION = b"\x01"  # of what is sealed: a later form gets another one, and old rows keep theirs
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND = timedelta(microseconds=1)
_WRITE = json.JSONEncoder(separators=(",", ":")).encode


class Evento(NamedTuple):
    """As stored; `detail` is JSON text, so a reader need not parse it to verify it."""

    id: bytes
    at: datetime
    kind: str
    casilla_id: int | None
    notificacion: bytes | None
    actor: str
    session: bytes | None
    ip: str | None
    challenge: bytes | None
    message: str | None
    request: str | None
    detail: str


@dataclass(frozen=True)
class Mark:
    """The newest place in line, as it is kept outside the database."""

    place: int
    chain: bytes


def seal(keys: Seals, key_id: str, evento: Evento) -> bytes:
    """Raises TypeError, ValueError or OverflowError for what no evento holds."""
    values = [value.hex() if isinstance(value, bytes) else value for value in evento]
    values[1] = (evento.at - EPOCH) // MICROSECOND
    return keys.attest(b"evento" + VERSION + _WRITE(values).encode(), key_id)


def is_sealed(keys: Seals, key_id: str, evento: Evento, found: object) -> bool:
    """Raises Unsealable."""
    try:
        made = seal(keys, key_id, evento)
    except (TypeError, ValueError, OverflowError):  # SQLite accepts any value in any column
        return False
    return isinstance(found, bytes) and hmac.compare_digest(made, found)


def chain(
    keys: Seals, key_id: str, before: bytes, place: int, evento_id: bytes, sealed: bytes
) -> bytes:
    """`before` is the chain of the place before, or START."""
    said = before + place.to_bytes(8, "big") + evento_id + sealed
    return keys.attest(b"line" + VERSION + said, key_id)
