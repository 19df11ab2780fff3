"""Codes of an authenticator app (TOTP, RFC 6238), and recovery codes for an owner who lost the app.

S29: a secret of 160 bits, thirty seconds per code, one step of drift in each direction. The check
of a code returns its step: the store keeps the last accepted step and takes no code twice.
"""

import base64
import hmac
import re
import secrets
from datetime import datetime

import pyotp

from proxy.domain.pasted import bare
from proxy.domain.secrets import CROCKFORD, grouped, sixteen

SECRET_BYTES = 20
STEP_SECONDS = 30
DRIFT = 1  # steps that the clock of the app may be early or late
RECOVERY_CODES = 10

_CODE = re.compile(r"\d{6}", re.ASCII)


def new_secret() -> str:
    return base64.b32encode(secrets.token_bytes(SECRET_BYTES)).decode()


def timecode(secret: str, typed: str, now: datetime) -> int | None:
    """The step of the typed code; None: no step that is valid `now` has this code."""
    code = bare(typed)
    if not _CODE.fullmatch(code):
        return None
    try:
        return pyotp.TOTP(secret, interval=STEP_SECONDS).verify_and_get_timecode(
            code, for_time=now, valid_window=DRIFT
        )
    except pyotp.OTPVerificationError:
        return None


def is_like_a_code(typed: str) -> bool:
    return bool(_CODE.fullmatch(bare(typed)) or sixteen(typed))


def uri(secret: str, issuer: str, label: str) -> str:
    """The text of the QR for the app. It contains the secret."""
    return pyotp.TOTP(secret).provisioning_uri(name=label, issuer_name=issuer)


def new_recovery_codes() -> list[str]:
    return [grouped(_random_letters()) for _ in range(RECOVERY_CODES)]


def recovery_digest(secret: str, typed: str) -> bytes | None:
    """The digest to store or to find; None: `typed` has not the shape of a recovery code.

    The key is the secret of the app, which the database keeps sealed: a copied table opens nothing.
    So the codes also outlive the keys of the ring.
    """
    code = sixteen(typed)
    if code is None:
        return None
    return hmac.digest(base64.b32decode(secret), b"recovery-code/" + code.encode(), "sha256")


def _random_letters() -> str:
    return "".join(secrets.choice(CROCKFORD) for _ in range(16))
