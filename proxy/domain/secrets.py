"""Secrets that the service hands out. Only their digest is ever stored."""

import hashlib
import secrets


def new_token() -> str:
    """256 random bits, in letters that a cookie and an address can carry (S62)."""
    return secrets.token_urlsafe(32)


def digest(token: str) -> bytes:
    """What is stored of a token. Plain SHA-256 is enough: the token cannot be guessed."""
    return hashlib.sha256(token.encode()).digest()
