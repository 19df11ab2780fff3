"""Secrets that the service hands out. The database stores only their digests."""

import hashlib
import secrets


def new_token() -> str:
    """256 random bits, in letters that fit a cookie and an address (S62)."""
    return secrets.token_urlsafe(32)


def digest(token: str) -> bytes:
    """Plain SHA-256 is enough: nobody can guess a token."""
    return hashlib.sha256(token.encode()).digest()
