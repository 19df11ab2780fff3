"""The secret that opens a new casilla once, so that its owner chooses a password (S43).

Sixteen characters of Crockford's base 32 are 80 bits. The secret follows from the server's key, so
the database stores only its hash, like that of any password.
"""

import base64
import hmac

from proxy.domain.secrets import CROCKFORD, sixteen

_STANDARD = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"
_AS_CROCKFORD = str.maketrans(_STANDARD, CROCKFORD)
SECRET_BYTES = 10


def secret_for(key: bytes, link_id: bytes) -> str:
    random = hmac.digest(key, b"first-access/" + link_id, "sha256")[:SECRET_BYTES]
    return base64.b32encode(random).decode().translate(_AS_CROCKFORD)


def as_kept(typed: str) -> str:
    """A first password as its hash knows it: people copy the mailed one by hand, in groups."""
    return sixteen(typed) or typed
