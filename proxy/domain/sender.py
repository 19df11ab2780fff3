"""The system that deposits: its key, what the key allows, and how it names what it sends."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal, get_args

Scope = Literal["depositar", "anular", "leer"]
SCOPES: tuple[Scope, ...] = get_args(Scope)


@dataclass(frozen=True)
class Sender:
    """A system sees what it sent by any of its keys, real or tests, never both."""

    system: str
    key_id: str | None = None  # None: an operator deposits many by command
    test: bool = False


@dataclass(frozen=True)
class Request:
    """One deposit of a system: the same `idempotency` and the same `body` ask for the same one."""

    sender: Sender
    idempotency: str
    body: bytes  # keyed hash
    reference: str


@dataclass(frozen=True)
class ApiKey:
    """Without its secret, which nobody keeps."""

    id: str
    sender: Sender
    scopes: tuple[Scope, ...]
    created_at: datetime
    expires_at: datetime
    used_at: datetime | None = None
    retired_at: datetime | None = None
