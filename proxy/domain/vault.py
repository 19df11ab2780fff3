"""The vault: it seals personal data, and turns identidades into keyed hashes.

A stolen database reveals neither. AES-256-GCM ties each value to its table, column and row: a value
that is moved elsewhere does not open (S66). Each value carries the id of its key: values of an
older key of the ring stay readable until that key is retired.
"""

import hmac
import secrets
from collections.abc import Callable, Mapping

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

NONCE_BYTES = 12


class Unsealable(Exception):
    """The value is of another place, was changed, or needs a key that the ring lacks."""


class Vault:
    """`subkeys` gives the keys of a purpose by id, oldest first. The last one seals."""

    def __init__(self, subkeys: Callable[[str], Mapping[str, bytes]]) -> None:
        self._ciphers = {key_id: AESGCM(key) for key_id, key in subkeys("seal").items()}
        self._lookup = dict(subkeys("lookup"))
        self._codes = dict(subkeys("code"))
        self._macs = dict(subkeys("mac"))
        self._audit = dict(subkeys("audit"))  # also of retired keys
        first = next(iter(self._audit.values()))  # never changes
        self._ids = hmac.digest(first, b"ids", "sha256")
        # Of what limits count: with a new key, whoever reached a limit would begin again.
        self.throttle = hmac.digest(first, b"throttle", "sha256")
        self._subjects = hmac.digest(first, b"subjects", "sha256")
        self.newest = list(self._ciphers)[-1]

    def seal(self, column: str, row: bytes, text: str) -> bytes:
        """`column` is «table.column». `row` names the row and never changes."""
        nonce = secrets.token_bytes(NONCE_BYTES)
        sealed = self._ciphers[self.newest].encrypt(nonce, text.encode(), _place(column, row))
        return label(self.newest) + nonce + sealed

    def open(self, column: str, row: bytes, sealed: bytes) -> str:
        """Raises Unsealable, also for what SQLite holds where somebody put no bytes."""
        if not isinstance(sealed, bytes):
            raise Unsealable(column)
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
        return self.lookups(text)[-1]

    def lookups(self, text: str) -> list[bytes]:
        """One hash per key of the ring, newest last: a row may be of an older key."""
        return list(self.lookups_by_key(text).values())

    def lookups_by_key(self, text: str) -> dict[str, bytes]:
        return {
            key_id: hmac.digest(key, text.encode(), "sha256")
            for key_id, key in self._lookup.items()
        }

    def code_key(self, key_id: str) -> bytes | None:
        """None: the key was retired."""
        return self._codes.get(key_id)

    def mac(self, data: bytes, key_id: str | None = None) -> bytes:
        """Raises Unsealable for a key that the ring does not have."""
        key = self._macs.get(key_id or self.newest)
        if key is None:
            raise Unsealable(str(key_id))
        return hmac.digest(key, data, "sha256")

    def attest(self, data: bytes, key_id: str) -> bytes:
        """Also with a retired key: it still proves the rows that it sealed (S69)."""
        key = self._audit.get(key_id)
        if key is None:
            raise Unsealable(key_id)
        return hmac.digest(key, data, "sha256")

    def digest(self, token: str) -> bytes:
        """Under which a table keeps the token of a browser: who reads or writes it has no token.

        Never changes, so that a rotation of the keys puts nobody out.
        """
        return hmac.digest(self._ids, token.encode(), "sha256")

    def subject(self, text: str) -> bytes:
        """Whom a code is about. Never changes: limits count by it (S25)."""
        return hmac.digest(self._subjects, text.encode(), "sha256")

    def alias(self, text: str) -> bytes:
        """Never changes: exports of different years give a user the same alias."""
        return hmac.digest(next(iter(self._audit.values())), b"alias" + text.encode(), "sha256")


def label(key_id: str) -> bytes:
    return bytes([len(key_id.encode())]) + key_id.encode()


def _place(column: str, row: bytes) -> bytes:
    table, _, name = column.partition(".")
    return f"casilla:{table}:{name}:".encode() + row
