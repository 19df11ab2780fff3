"""Identifiers that grow with time, so that the newest rows of a casilla lie together."""

import secrets
from datetime import datetime


def new_id(now: datetime) -> bytes:
    """A UUIDv7 (RFC 9562): 48 bits of milliseconds since 1970, then 74 random bits."""
    millis = int(now.timestamp() * 1000)
    value = (millis << 80) | secrets.randbits(80)
    value = (value & ~(0xF << 76)) | (0x7 << 76)
    value = (value & ~(0x3 << 62)) | (0x2 << 62)
    return value.to_bytes(16, "big")


def parse_id(text: str) -> bytes | None:
    if len(text) != 32 or not text.isascii() or not text.isalnum():
        return None
    try:
        return bytes.fromhex(text)
    except ValueError:
        return None
