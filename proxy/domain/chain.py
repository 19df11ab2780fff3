"""The chain of the audit: the seal of each row covers every row before it.

    mark ──▶ seal of the next row = HMAC(mark, row) ──▶ its own mark = HMAC(seal) ──▶ …

The database stores only the newest mark, and no row reveals its own mark. So an attacker who cuts
the end of the table cannot write the mark that the shorter table needs.
"""

import hmac
import json
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Protocol

START = bytes(32)  # the mark before the first row
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class Seals(Protocol):
    """The part of the vault that the audit needs."""

    def attest(self, data: bytes, key_id: str) -> bytes: ...


@dataclass(frozen=True)
class Entry:
    id: int
    at: datetime
    event: str
    casilla_id: int | None
    ip: str | None
    detail: Any


def seal(keys: Seals, key_id: str, before: bytes, entry: Entry) -> bytes:
    return keys.attest(b"row" + before + _canonical(entry), key_id)


def mark(keys: Seals, key_id: str, sealed: bytes) -> bytes:
    return keys.attest(b"end" + sealed, key_id)


def is_sealed(keys: Seals, key_id: str, before: bytes, entry: Entry, found: object) -> bool:
    """Whether `found` is the seal of `entry` after the mark `before`. Raises Unsealable."""
    try:
        made = seal(keys, key_id, before, entry)
    except (TypeError, ValueError, OverflowError):  # SQLite accepts any value in any column
        return False
    return isinstance(found, bytes) and hmac.compare_digest(made, found)


def _canonical(entry: Entry) -> bytes:
    micros = (entry.at - EPOCH) // timedelta(microseconds=1)
    row = [entry.id, micros, entry.event, entry.casilla_id, entry.ip, entry.detail]
    return json.dumps(row, sort_keys=True, separators=(",", ":")).encode()
