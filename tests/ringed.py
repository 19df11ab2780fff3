"""A database that follows a key file, like that of a running service."""

from collections.abc import Callable
from datetime import datetime
from functools import cache
from pathlib import Path

from proxy.domain.vault import Vault
from proxy.keys.ring import read_keyring
from proxy.store.db import Database
from proxy.store.tx import utc_now


def opened(url: str, ring: Path, clock: Callable[[], datetime] = utc_now) -> Database:
    return Database(url, clock, lambda: _vault(ring, ring.read_bytes()))


@cache
def _vault(ring: Path, _content: bytes) -> Vault:
    return Vault(read_keyring(ring).subkeys)
