"""What the service signs and gets back: form tokens, known browsers, links of messages."""

import base64
import hashlib
import hmac

from itsdangerous import BadData, TimestampSigner, URLSafeTimedSerializer

from proxy.keys.ring import KeyRing


class Signer256(TimestampSigner):
    """itsdangerous signs with SHA-1 and concatenated keys by default (S68)."""

    default_digest_method = staticmethod(hashlib.sha256)
    default_key_derivation = "hmac"


class Signing:
    def __init__(self, ring: KeyRing) -> None:
        self._devices = _serializer(ring, "device")
        self._disavowals = _serializer(ring, "disavow")
        self._links = _serializer(ring, "link")
        self._form_keys = list(ring.subkeys("form").values())

    def form_token(self, binding: str, form: str) -> str:
        """Ties a form to the session or the visit of the browser that asked for it."""
        return _form_token(self._form_keys[-1], binding, form)

    def is_form_token(self, given: str, binding: str, form: str) -> bool:
        """A form that was open while the keys were rotated is still good."""
        tokens = [_form_token(key, binding, form) for key in self._form_keys]
        return any(hmac.compare_digest(given.encode(), token.encode()) for token in tokens)

    def device_cookie(self, device: bytes) -> str:
        return str(self._devices.dumps(device.hex()))

    def device_of(self, cookie: str, max_age: int) -> str | None:
        """The id that the cookie of a known browser carries, as hexadecimal digits."""
        return _loaded(self._devices, cookie, max_age)

    def disavowal(self, challenge: str) -> str:
        return str(self._disavowals.dumps(challenge))

    def disavowed(self, token: str, max_age: int) -> str | None:
        return _loaded(self._disavowals, token, max_age)

    def link(self, purpose: str, link_id: bytes) -> str:
        """What an address of a message carries. Its row says whether it still holds."""
        return str(self._links.dumps([purpose, link_id.hex()]))

    def link_of(self, purpose: str, token: str) -> bytes | None:
        """The id of a link that is ours and of this purpose, however old it is."""
        try:
            signed_for, link_id = self._links.loads(token)
        except (BadData, ValueError, TypeError):
            return None
        return bytes.fromhex(link_id) if signed_for == purpose else None


def _form_token(key: bytes, binding: str, form: str) -> str:
    mac = hmac.digest(key, f"{form}\0{binding}".encode(), "sha256")
    return base64.urlsafe_b64encode(mac).decode().rstrip("=")


def _serializer(ring: KeyRing, purpose: str) -> URLSafeTimedSerializer:
    keys = list(ring.subkeys(purpose).values())  # oldest first: the last one signs
    return URLSafeTimedSerializer(keys, salt=f"casilla/{purpose}/v1", signer=Signer256)


def _loaded(serializer: URLSafeTimedSerializer, token: str, max_age: int) -> str | None:
    try:
        value = serializer.loads(token, max_age=max_age)
    except BadData:
        return None
    return value if isinstance(value, str) else None
