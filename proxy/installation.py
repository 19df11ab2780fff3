"""The parts of an installation, made from its settings once for each process."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import cached_property
from pathlib import Path
from zoneinfo import ZoneInfo

from catalog.reading.model import Catalog
from catalog.reading.reader import read_catalog
from proxy.domain.actor import WORKER, Actor
from proxy.domain.files import Limits
from proxy.domain.passwords import Passwords
from proxy.domain.policy import Policy, policy_of
from proxy.domain.vault import Vault
from proxy.keys.ring import KeyRing, LiveRing
from proxy.keys.signing import Signing
from proxy.outside.breached import Breached
from proxy.outside.identity import Identity, identity
from proxy.settings import Settings
from proxy.store.db import Database
from proxy.store.documents import Documents
from proxy.store.tx import utc_now


class _Keyed:
    """The parts that are made from a key ring, and made again after a rotation."""

    def __init__(self, ring: KeyRing) -> None:
        self.ring = ring
        self.passwords = Passwords(ring.subkeys("password"))
        self.signing = Signing(ring)
        self.vault = Vault(ring.subkeys)


@dataclass
class Installation:
    settings: Settings
    clock: Callable[[], datetime] = utc_now
    by: Actor = WORKER
    _of_ring: _Keyed | None = field(default=None, init=False, repr=False)

    @cached_property
    def db(self) -> Database:
        return Database(self.settings.database_url, self.clock, lambda: self.vault, self.by)

    @cached_property
    def identity(self) -> Identity:
        return identity(self.settings, self.db.hurried)

    @cached_property
    def breached(self) -> Breached:
        return Breached(self.settings.breached_file)

    @cached_property
    def documents(self) -> Documents:
        return Documents(Path(self.settings.documents_url))

    @property
    def ring(self) -> KeyRing:
        """The keys of this moment. A caller that keeps a part made from them misses a rotation."""
        return self._live_ring()

    @property
    def passwords(self) -> Passwords:
        return self._keyed.passwords

    @property
    def signing(self) -> Signing:
        return self._keyed.signing

    @property
    def vault(self) -> Vault:
        return self._keyed.vault

    @cached_property
    def _live_ring(self) -> LiveRing:
        return LiveRing(self.settings.keys_file)

    @property
    def _keyed(self) -> _Keyed:
        ring = self.ring
        if self._of_ring is None or self._of_ring.ring is not ring:
            self._of_ring = _Keyed(ring)
        return self._of_ring

    @cached_property
    def catalog(self) -> Catalog:
        return read_catalog(self.settings.catalog_dir)

    @cached_property
    def policy(self) -> Policy:
        policy = policy_of(self.catalog.access, self.settings.profile)
        return replace(policy, sms_a_day=self.settings.sms_a_day)

    @cached_property
    def limits(self) -> Limits:
        files = self.catalog.access.archivos
        return Limits(files.acto_mb * 1_000_000, files.anexo_mb * 1_000_000, files.anexos)

    @cached_property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.catalog.entity.zona_horaria)
