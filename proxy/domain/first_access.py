"""The secret with which a new casilla is entered once, to choose a password (S43).

Sixteen characters of Crockford's base 32 are 80 bits. It follows from the server's key, so it is
stored nowhere: only its hash, as that of any password.
"""

import base64
import hmac

_STANDARD = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"
_CROCKFORD = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"  # no I L O U: nobody takes one for another
_AS_CROCKFORD = str.maketrans(_STANDARD, _CROCKFORD)
SECRET_BYTES = 10


def secret_for(key: bytes, link_id: bytes) -> str:
    """The secret of a link of the purpose «first_access»."""
    random = hmac.digest(key, b"first-access/" + link_id, "sha256")[:SECRET_BYTES]
    return base64.b32encode(random).decode().translate(_AS_CROCKFORD)
