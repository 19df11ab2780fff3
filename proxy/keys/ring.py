"""The key ring: one file, mode 0600, of 256-bit keys ordered from oldest to newest.

Every use takes a subkey of its own (HKDF), so a key never serves two purposes. Without this file
no password of the database can be verified: back it up apart from the database.

Of a retired key the file keeps only the subkey that verifies the audit. That subkey opens no
sealed value, signs no token and guesses no password. `proxy.keys.file` changes the file.
"""

import base64
import binascii
import json
import logging
import os
import re
import secrets
import stat
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from proxy.errors import Refusal

logger = logging.getLogger("casilla.keys")

KEY_BYTES = 32
AUDIT = "audit"
LOOK_EVERY = 1.0  # seconds between looks at whether a command rotated the keys


@dataclass(frozen=True)
class KeyRing:
    keys: dict[str, bytes]  # id to key; the last key is in use, the others still verify
    since: Mapping[str, datetime] = field(default_factory=dict)  # id to its first use, if known
    retired: Mapping[str, bytes] = field(default_factory=dict)  # id to subkey of the audit

    def subkeys(self, purpose: str) -> dict[str, bytes]:
        """Oldest first, as itsdangerous needs. For the audit, the retired keys are included."""
        subkeys = {key_id: derive(key, purpose) for key_id, key in self.keys.items()}
        if purpose == AUDIT:
            subkeys |= self.retired
            return {name: subkeys[name] for name in sorted(subkeys, key=lambda k: (len(k), k))}
        return subkeys

    def replaced_at(self, key_id: str) -> datetime | None:
        """The first instant of use of the next key. None: no next key, or no known instant."""
        ids = list(self.keys)
        later = ids[ids.index(key_id) + 1 :]
        return self.since.get(later[0]) if later else None


def create_keyring(path: Path) -> KeyRing:
    """Refuses `keys.exist` instead of replacing a file."""
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        raise Refusal("keys.exist", path=path) from None
    with os.fdopen(descriptor, "w") as file:
        json.dump({"claves": [new_entry("k1", datetime.now(UTC))]}, file, indent=2)
        file.flush()
        os.fsync(file.fileno())
    return read_keyring(path)


def new_entry(key_id: str, at: datetime) -> dict[str, str]:
    key = base64.b64encode(secrets.token_bytes(KEY_BYTES)).decode()
    return {"id": key_id, "desde": at.isoformat(timespec="seconds"), "clave": key}


def read_keyring(path: Path) -> KeyRing:
    """Refuses `keys.missing`, `keys.unreadable`, `keys.exposed`, `keys.damaged`, `keys.weak`."""
    try:
        mode = path.stat().st_mode
        content = path.read_text()
    except FileNotFoundError:
        raise Refusal("keys.missing", path=path) from None
    except OSError:
        raise Refusal("keys.unreadable", path=path) from None
    except UnicodeDecodeError:
        raise Refusal("keys.damaged", path=path) from None
    if stat.S_IMODE(mode) & 0o077:
        raise Refusal("keys.exposed", path=path)
    try:
        told = json.loads(content)
        entries, gone = told["claves"], told.get("retiradas", [])
        keys = {_id(e): base64.b64decode(e["clave"], validate=True) for e in entries}
        retired = {_id(e): base64.b64decode(e["auditoria"], validate=True) for e in gone}
        since = {_id(e): datetime.fromisoformat(e["desde"]) for e in entries if "desde" in e}
    except (ValueError, KeyError, TypeError, AttributeError, binascii.Error):
        raise Refusal("keys.damaged", path=path) from None
    every = [*keys.values(), *retired.values()]
    if not keys or len(keys | retired) < len(entries) + len(gone) or len(set(every)) < len(every):
        raise Refusal("keys.damaged", path=path)
    if any(at.tzinfo is None for at in since.values()):
        raise Refusal("keys.damaged", path=path)
    if any(len(key) < KEY_BYTES or len(set(key)) < KEY_BYTES // 4 for key in every):
        raise Refusal("keys.weak", path=path)
    return KeyRing(keys, since, retired)


class LiveRing:
    """The ring of a running process. It follows the file, so a rotation needs no restart.

    When the file cannot be read, the error is logged and the last ring stays in use: open sessions
    continue.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._ring = read_keyring(path)
        self._mark = _mark(path)
        self._look_at = time.monotonic() + LOOK_EVERY

    def __call__(self) -> KeyRing:
        now = time.monotonic()
        if now >= self._look_at:
            self._look_at = now + LOOK_EVERY
            mark = _mark(self._path)
            if mark != self._mark:
                self._mark = mark
                self._read_again()
        return self._ring

    def _read_again(self) -> None:
        try:
            self._ring = read_keyring(self._path)
        except Refusal as refusal:
            logger.error("the key ring cannot be read", extra={"detail": refusal.code})
        else:
            logger.info("the key ring changed")


def _id(entry: dict[str, str]) -> str:
    # Short and plain, because the id stands before each sealed value and each password.
    if not re.fullmatch(r"[A-Za-z0-9-]{1,40}", entry["id"]):
        raise ValueError(entry["id"])
    return entry["id"]


def _mark(path: Path) -> tuple[int, int, int] | None:
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_ino, found.st_mtime_ns, found.st_mode


def derive(key: bytes, purpose: str) -> bytes:
    return HKDF(SHA256(), KEY_BYTES, salt=None, info=f"casilla/{purpose}/v1".encode()).derive(key)
