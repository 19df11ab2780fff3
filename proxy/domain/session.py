"""A session, its holder, and its line in the owner's list."""

from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from proxy.domain.identidad import Identidad


class Session(NamedTuple):
    """`number` and `nombres` stay sealed until a page shows them: see `login.holder`."""

    digest: bytes
    id: bytes
    casilla_id: int
    must_change: bool  # nothing opens before the owner chooses another password
    first: bool  # because the owner did not choose this one
    uid: bytes
    kind: str
    number: bytes
    nombres: bytes
    proved_at: datetime
    seen_at: datetime
    expires_at: datetime
    unseen: bool  # no request has brought its token yet


@dataclass(frozen=True)
class Holder:
    identidad: Identidad
    nombres: str


@dataclass(frozen=True)
class Listed:
    id: bytes
    created_at: datetime
    seen_at: datetime
    expires_at: datetime
    ip: str
    user_agent: str
