"""The parts that the settings of an installation give, put together once for each process."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property
from pathlib import Path
from zoneinfo import ZoneInfo

from catalog.model import Catalog
from catalog.reader import read_catalog
from proxy.domain.files import Limits
from proxy.domain.passwords import Passwords
from proxy.domain.policy import Policy
from proxy.keyring import KeyRing, read_keyring
from proxy.settings import Settings
from proxy.store.db import Database, utc_now
from proxy.store.documents import Documents


@dataclass
class Installation:
    settings: Settings
    clock: Callable[[], datetime] = utc_now

    @cached_property
    def db(self) -> Database:
        return Database(self.settings.database_url, self.clock)

    @cached_property
    def documents(self) -> Documents:
        return Documents(Path(self.settings.documents_url))

    @cached_property
    def ring(self) -> KeyRing:
        return read_keyring(self.settings.keys_file)

    @cached_property
    def catalog(self) -> Catalog:
        return read_catalog()

    @cached_property
    def passwords(self) -> Passwords:
        return Passwords(self.ring.subkeys("password"))

    @cached_property
    def policy(self) -> Policy:
        rules = self.catalog.access.profile(self.settings.profile)
        return Policy(
            code_life=timedelta(minutes=rules.token.vida_minutos),
            code_attempts=rules.token.intentos,
            code_sends=rules.token.envios,
            resend_wait=timedelta(seconds=rules.token.espera_segundos),
            flow_life=timedelta(minutes=rules.token.plazo_minutos),
            session_idle=timedelta(minutes=rules.sesion.inactividad_minutos),
            session_warning=timedelta(seconds=rules.sesion.aviso_segundos),
            session_life=timedelta(hours=rules.sesion.maximo_horas),
            sessions_at_once=rules.sesion.simultaneas,
        )

    @cached_property
    def limits(self) -> Limits:
        files = self.catalog.access.archivos
        return Limits(files.acto_mb * 1_000_000, files.anexo_mb * 1_000_000, files.anexos)

    @cached_property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.catalog.entity.zona_horaria)
