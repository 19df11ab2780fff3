"""What a stolen database must not tell: personal data sealed, identidades only as keyed hashes.

AES-256-GCM, and each value is tied to its table, column and row, so that nobody can move it to
another one (S66). Every value carries the id of its key: what an older key of the ring
sealed stays readable until that key is retired.
"""

import hmac
import secrets
from collections.abc import Callable, Mapping

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

NONCE_BYTES = 12


class Unsealable(Exception):
    """Not sealed for this place, changed since, or by a key that the ring does not have."""


class Vault:
    """`subkeys` gives the keys of a purpose by id, oldest first; the last one seals."""

    def __init__(self, subkeys: Callable[[str], Mapping[str, bytes]]) -> None:
        self._ciphers = {key_id: AESGCM(key) for key_id, key in subkeys("seal").items()}
        self._lookup = dict(subkeys("lookup"))
        self._codes = dict(subkeys("code"))
        self._macs = dict(subkeys("mac"))
        self._audit = dict(subkeys("audit"))  # those of retired keys too
        self.newest = list(self._ciphers)[-1]
        self.throttle = list(subkeys("throttle").values())[-1]

    def seal(self, column: str, row: bytes, text: str) -> bytes:
        """`column` is «table.column» and `row` what names the row for ever."""
        nonce = secrets.token_bytes(NONCE_BYTES)
        sealed = self._ciphers[self.newest].encrypt(nonce, text.encode(), _place(column, row))
        return label(self.newest) + nonce + sealed

    def open(self, column: str, row: bytes, sealed: bytes) -> str:
        """Raises Unsealable."""
        start = 1 + sealed[0] if sealed else 0
        cipher = self._ciphers.get(sealed[1:start].decode(errors="replace"))
        nonce, text = sealed[start : start + NONCE_BYTES], sealed[start + NONCE_BYTES :]
        try:
            if cipher:
                return cipher.decrypt(nonce, text, _place(column, row)).decode()
        except (InvalidTag, ValueError):
            pass
        raise Unsealable(column)

    def lookup(self, text: str) -> bytes:
        """By which a row is found without writing in it whose it is."""
        return self.lookups(text)[-1]

    def lookups(self, text: str) -> list[bytes]:
        """The same under every key of the ring, newest last: a row may be of an older one."""
        return [hmac.digest(key, text.encode(), "sha256") for key in self._lookup.values()]

    def code_key(self, key_id: str) -> bytes | None:
        """The key from which codes follow; None once it was retired."""
        return self._codes.get(key_id)

    def mac(self, data: bytes, key_id: str | None = None) -> bytes:
        """A keyed hash. Raises Unsealable for a key that the ring does not have."""
        key = self._macs.get(key_id or self.newest)
        if key is None:
            raise Unsealable(str(key_id))
        return hmac.digest(key, data, "sha256")

    def attest(self, data: bytes, key_id: str) -> bytes:
        """A keyed hash for the audit. A retired key still says what it attested once (S69)."""
        key = self._audit.get(key_id)
        if key is None:
            raise Unsealable(key_id)
        return hmac.digest(key, data, "sha256")

    def alias(self, text: str) -> bytes:
        """The same for ever, so that exports of different years name somebody alike."""
        return hmac.digest(next(iter(self._audit.values())), b"alias" + text.encode(), "sha256")


def label(key_id: str) -> bytes:
    """What every value begins with that this key sealed."""
    return bytes([len(key_id.encode())]) + key_id.encode()


def _place(column: str, row: bytes) -> bytes:
    table, _, name = column.partition(".")
    return f"casilla:{table}:{name}:".encode() + row
