"""A notificacion and its files."""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from proxy.domain import effect
from proxy.domain.acto import Described
from proxy.domain.content import Content, parse_content
from proxy.domain.effect import UNREADABLE, Effect
from proxy.domain.evento import EPOCH, MICROSECOND
from proxy.domain.sender import Request


@dataclass(frozen=True)
class Notificacion(Described):
    casilla_id: int
    id: bytes
    deposited_at: datetime
    read_at: datetime | None
    effect: str | None = None  # frozen at the deposit; 0.2.0 computed none
    effect_read: str | None = None  # what the first reading made of it, where the rule has an acuse
    number: str | None = None  # 0.3.0 gave none
    content: str | None = None  # frozen; None: its sender declared nothing (L7)
    test: bool = False  # of no legal value; its owner never sees it
    postponed: str | None = None  # what the last postponement made of it: a row of its own

    @property
    def counts(self) -> str | None:
        """The frozen effect whose dates count."""
        return effect.counting(self.effect, self.effect_read, self.postponed)

    @property
    def takes_effect(self) -> Effect | None:
        """None also for what is no effect: it keeps nobody from opening what is theirs, and the
        digest in the record shows it. So for `declared`."""
        try:
            return effect.parse(self.counts) if self.counts else None
        except UNREADABLE:
            return None

    @property
    def declared(self) -> Content | None:
        try:
            return parse_content(self.content) if self.content else None
        except UNREADABLE:
            return None


# Of its own row.
COLUMNS = tuple(name for name in Notificacion.__dataclass_fields__ if name != "postponed")
LATER = ("number", "content", "test")  # columns that earlier versions did not have


@dataclass(frozen=True)
class File:
    casilla_id: int
    notificacion_id: bytes
    position: int  # 0 is the acto, the anexos follow
    name: str
    media_type: str
    sha256: str  # hexadecimal
    size: int  # bytes


@dataclass(frozen=True)
class Counts:
    pending: int
    read: int


@dataclass(frozen=True)
class Sent:
    """What a system sent, for the digest of its notificacion: `store/deposits.py` keeps it."""

    request: Request
    answer: str

    def said(self) -> list[object]:
        one, by = self.request, self.request.sender
        asked = [one.idempotency, one.body.hex(), one.reference, self.answer]
        return [by.system, by.test, by.key_id, *asked]


def digest(
    one: Described,
    served: Sequence[File],
    frozen: object = None,
    sent: Sent | None = None,
    **later: object,
) -> str:
    """SHA-256 of all that was served, for its evento: it must say the same on both engines.
    `frozen`: its effect. `later`: what a version after that added, where there is any of it.

    Raises what values that no notificacion has may raise: SQLite accepts any value in any column.
    """
    acto = {name: getattr(one, name) for name in Described.__dataclass_fields__}
    acto["expediente_on"] = str(one.expediente_on) if one.expediente_on is not None else None
    acto["issued_at"] = (one.issued_at - EPOCH) // MICROSECOND
    acto["files"] = [[f.position, f.name, f.media_type, f.sha256, f.size] for f in served]
    if frozen is not None:
        acto["effect"] = frozen
    if sent is not None:
        acto["sent"] = sent.said()
    acto |= {name: value for name, value in later.items() if value}
    return hashlib.sha256(json.dumps(acto, sort_keys=True).encode()).hexdigest()


def digest_of(one: Notificacion, served: Sequence[File], sent: Sent | None = None) -> str:
    later = {name: getattr(one, name) for name in LATER}
    return digest(one, served, one.effect, sent, **later)


def effect_digest(frozen: object) -> str | None:
    """SHA-256 of what the first reading made of the effect, for the evento of that reading."""
    if frozen is None:
        return None
    return hashlib.sha256(str(frozen).encode(errors="replace")).hexdigest()
