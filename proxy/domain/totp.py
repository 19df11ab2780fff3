"""The app that gives codes (TOTP, RFC 6238), and the recovery codes for when it is lost.

S29: 160-bit secret, thirty seconds a code, one step of drift either way. A code says of
which step it is, so that whoever stores the last one accepted takes none twice.
"""

import base64
import hmac
import re
import secrets
from datetime import datetime

import pyotp

SECRET_BYTES = 20
STEP_SECONDS = 30
DRIFT = 1  # steps that the clock of the app may be early or late
RECOVERY_CODES = 10

_CODE = re.compile(r"\d{6}", re.ASCII)
_CROCKFORD = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"  # no I L O U: nobody takes one for another
_RECOVERY = re.compile(f"[{_CROCKFORD}]{{16}}")  # 16 times 5 bits: 80
_MISTAKEN = str.maketrans("OIL", "011")


def new_secret() -> str:
    """In base 32, as the apps read it."""
    return base64.b32encode(secrets.token_bytes(SECRET_BYTES)).decode()


def timecode(secret: str, typed: str, now: datetime) -> int | None:
    """The step whose code was typed, spaces and dashes aside; None: of no step that counts now."""
    code = _bare(typed)
    if not _CODE.fullmatch(code):
        return None
    try:
        return pyotp.TOTP(secret, interval=STEP_SECONDS).verify_and_get_timecode(
            code, for_time=now, valid_window=DRIFT
        )
    except pyotp.OTPVerificationError:
        return None


def is_like_a_code(typed: str) -> bool:
    """Whether it has the shape of a code of the app, or of a recovery code."""
    code = _bare(typed)
    letters = code.upper().translate(_MISTAKEN)
    return bool(_CODE.fullmatch(code) or _RECOVERY.fullmatch(letters))


def uri(secret: str, issuer: str, label: str) -> str:
    """What the QR says to the app. It holds the secret."""
    return pyotp.TOTP(secret).provisioning_uri(name=label, issuer_name=issuer)


def new_recovery_codes() -> list[str]:
    """Ten of 80 random bits each, in groups of four."""
    return [grouped(_random_letters()) for _ in range(RECOVERY_CODES)]


def recovery_digest(secret: str, typed: str) -> bytes | None:
    """What is stored of a recovery code, however it was typed; None: it is not like one.

    Keyed with the secret of the app, which is itself sealed: a copied table opens nothing, and
    the codes outlive the keys of the ring.
    """
    code = _bare(typed).upper().translate(_MISTAKEN)
    if not _RECOVERY.fullmatch(code):
        return None
    return hmac.digest(base64.b32decode(secret), b"recovery-code/" + code.encode(), "sha256")


def grouped(code: str, between: str = "-") -> str:
    """In groups of four, as a person copies it."""
    return between.join(code[at : at + 4] for at in range(0, len(code), 4))


def _random_letters() -> str:
    return "".join(secrets.choice(_CROCKFORD) for _ in range(16))


def _bare(typed: str) -> str:
    return re.sub(r"[\s\-]", "", typed)
