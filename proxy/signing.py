"""What the service signs and gets back: form tokens, known browsers, links of messages."""

import base64
import hashlib
import hmac

from itsdangerous import BadData, TimestampSigner, URLSafeTimedSerializer

from proxy.keyring import KeyRing


class Signer256(TimestampSigner):
    """itsdangerous signs with SHA-1 and concatenated keys by default (SECURITY J68)."""

    default_digest_method = staticmethod(hashlib.sha256)
    default_key_derivation = "hmac"


class Signing:
    def __init__(self, ring: KeyRing) -> None:
        self._devices = _serializer(ring, "device")
        self._disavowals = _serializer(ring, "disavow")
        self._form_key = ring.newest("form")
        self.throttle_key = ring.newest("throttle")
        self.code_key = ring.newest("code")

    def form_token(self, binding: str, form: str) -> str:
        """Ties a form to the session or the flow of the browser that asked for it."""
        mac = hmac.digest(self._form_key, f"{form}\0{binding}".encode(), "sha256")
        return base64.urlsafe_b64encode(mac).decode().rstrip("=")

    def device_cookie(self, device: bytes) -> str:
        return str(self._devices.dumps(device.hex()))

    def device_of(self, cookie: str, max_age: int) -> str | None:
        """The id that the cookie of a known browser carries, as hexadecimal digits."""
        return _loaded(self._devices, cookie, max_age)

    def disavowal(self, challenge: str) -> str:
        return str(self._disavowals.dumps(challenge))

    def disavowed(self, token: str, max_age: int) -> str | None:
        return _loaded(self._disavowals, token, max_age)


def _serializer(ring: KeyRing, purpose: str) -> URLSafeTimedSerializer:
    keys = list(ring.subkeys(purpose).values())  # oldest first: the last one signs
    return URLSafeTimedSerializer(keys, salt=f"casilla/{purpose}/v1", signer=Signer256)


def _loaded(serializer: URLSafeTimedSerializer, token: str, max_age: int) -> str | None:
    try:
        value = serializer.loads(token, max_age=max_age)
    except BadData:
        return None
    return value if isinstance(value, str) else None
