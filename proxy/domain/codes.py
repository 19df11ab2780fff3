"""The six digits of the token digital.

The database stores neither the code nor its seed: an attacker reverses hashed six-digit codes in a
second. The code follows from the server's key, the purpose, the challenge and the number of
messages sent (S23).
"""

import base64
import hashlib
import hmac
import re

import pyotp

from proxy.domain.pasted import bare

DIGITS = 6


def code_for(key: bytes, purpose: str, challenge_id: bytes, sent: int) -> str:
    """The code of message number `sent`. HOTP, because a TOTP code ends at 120 s."""
    seed = hmac.digest(key, b"otp/" + purpose.encode() + b"/" + challenge_id, "sha256")
    otp = pyotp.HOTP(base64.b32encode(seed).decode(), digits=DIGITS, digest=hashlib.sha256)
    return otp.at(sent)


def same_code(expected: str, typed: str) -> bool:
    """Compare in constant time. Spaces, dashes and marks in `typed` do not count (R3)."""
    return hmac.compare_digest(expected.encode(), bare(typed).encode())


def is_like_a_code(typed: str) -> bool:
    return re.fullmatch(rf"[0-9]{{{DIGITS}}}", bare(typed)) is not None
