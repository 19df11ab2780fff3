"""Signs and verifies the tokens of forms, of known browsers and of the links in messages."""

import base64
import hashlib
import hmac

from itsdangerous import BadData, TimestampSigner, URLSafeTimedSerializer

from proxy.keys.ring import KeyRing


class Signer256(TimestampSigner):
    """By default itsdangerous signs with SHA-1 and concatenates key and salt (S68)."""

    default_digest_method = staticmethod(hashlib.sha256)
    default_key_derivation = "hmac"


class Signing:
    def __init__(self, ring: KeyRing) -> None:
        self._devices = _serializer(ring, "device")
        self._disavowals = _serializer(ring, "disavow")
        self._links = _serializer(ring, "link")
        self._form_keys = list(ring.subkeys("form").values())

    def form_token(self, binding: str, form: str) -> str:
        """`binding` is the token of the session, or before a login the visit, of the browser."""
        return _form_token(self._form_keys[-1], binding, form)

    def is_form_token(self, given: str, binding: str, form: str) -> bool:
        """A form that was open during a rotation of the keys stays valid."""
        tokens = [_form_token(key, binding, form) for key in self._form_keys]
        return any(hmac.compare_digest(given.encode(), token.encode()) for token in tokens)

    def device_cookie(self, device: bytes) -> str:
        return str(self._devices.dumps(device.hex()))

    def device_of(self, cookie: str, max_age: int) -> str | None:
        """The id in the cookie of a known browser, as hexadecimal digits. `max_age` in seconds."""
        return _loaded(self._devices, cookie, max_age)

    def disavowal(self, challenge: str) -> str:
        return str(self._disavowals.dumps(challenge))

    def disavowed(self, token: str, max_age: int) -> str | None:
        return _loaded(self._disavowals, token, max_age)

    def is_of_a_link(self, token: str) -> bool:
        """Whether we signed it for a link of a message. Its purpose and age are not judged."""
        return self._link_in(token) is not None or _loaded(self._disavowals, token) is not None

    def link(self, purpose: str, link_id: bytes) -> str:
        return str(self._links.dumps([purpose, link_id.hex()]))

    def link_of(self, purpose: str, token: str) -> bytes | None:
        """None: not our signature, or another purpose. No age limit: the row of the link has it."""
        signed_for, link_id = self._link_in(token) or ("", "")
        return bytes.fromhex(link_id) if signed_for == purpose else None

    def _link_in(self, token: str) -> tuple[str, str] | None:
        try:
            signed_for, link_id = self._links.loads(token)
        except (BadData, ValueError, TypeError):
            return None
        return signed_for, link_id


def _form_token(key: bytes, binding: str, form: str) -> str:
    mac = hmac.digest(key, f"{form}\0{binding}".encode(), "sha256")
    return base64.urlsafe_b64encode(mac).decode().rstrip("=")


def _serializer(ring: KeyRing, purpose: str) -> URLSafeTimedSerializer:
    keys = list(ring.subkeys(purpose).values())  # oldest first: the last one signs
    return URLSafeTimedSerializer(keys, salt=f"casilla/{purpose}/v1", signer=Signer256)


def _loaded(
    serializer: URLSafeTimedSerializer, token: str, max_age: int | None = None
) -> str | None:
    try:
        value = serializer.loads(token, max_age=max_age)
    except BadData:
        return None
    return value if isinstance(value, str) else None
