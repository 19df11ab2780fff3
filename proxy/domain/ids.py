"""Identifiers that grow with time, so that the newest rows of a casilla lie together."""

import secrets
from datetime import UTC, datetime
from threading import Lock


def new_id(now: datetime) -> bytes:
    """A UUIDv7 (RFC 9562): 48 bits of milliseconds since 1970, then 74 random bits."""
    millis = int(now.timestamp() * 1000)
    value = (millis << 80) | secrets.randbits(80)
    value = (value & ~(0xF << 76)) | (0x7 << 76)
    value = (value & ~(0x3 << 62)) | (0x2 << 62)
    return value.to_bytes(16, "big")


class Growing:
    """Ids of one process in the order in which they were asked for, also within a millisecond."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._last = 0

    def take(self, now: datetime, many: int) -> list[bytes]:
        with self._lock:
            first = int.from_bytes(new_id(now), "big")
            if first >> 80 == self._last >> 80:
                first = self._last + 1
            self._last = first + many - 1
        return [number.to_bytes(16, "big") for number in range(first, first + many)]


def instant_of(id: bytes) -> datetime:
    """When it was made, to the millisecond."""
    return datetime.fromtimestamp(int.from_bytes(id[:6], "big") / 1000, UTC)


def parse_id(text: str) -> bytes | None:
    if len(text) != 32 or not text.isascii() or not text.isalnum():
        return None
    try:
        return bytes.fromhex(text)
    except ValueError:
        return None
