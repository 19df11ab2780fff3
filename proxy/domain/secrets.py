"""Secrets that the service hands out. The database stores only their keyed digests."""

import secrets

CROCKFORD = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"  # no I L O U: people confuse them with 1 0 V


def new_token() -> str:
    """256 random bits, in letters that fit a cookie and an address (S62)."""
    return secrets.token_urlsafe(32)
