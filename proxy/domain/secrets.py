"""Secrets that the service hands out. The database stores only their keyed digests."""

import re
import secrets

from proxy.domain.pasted import bare

CROCKFORD = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"  # no I L O U: people confuse them with 1 0 V

_SIXTEEN = re.compile(f"[{CROCKFORD}]{{16}}")  # 16 times 5 bits: 80
_MISTAKEN = str.maketrans("OIL", "011")


def sixteen(typed: str) -> str | None:
    """Sixteen characters of CROCKFORD, however a person wrote them. None: it is something else."""
    letters = bare(typed).upper().translate(_MISTAKEN)
    return letters if _SIXTEEN.fullmatch(letters) else None


def grouped(letters: str, between: str = "-") -> str:
    return between.join(letters[at : at + 4] for at in range(0, len(letters), 4))


def new_token() -> str:
    """256 random bits, in letters that fit a cookie and an address (S62)."""
    return secrets.token_urlsafe(32)
