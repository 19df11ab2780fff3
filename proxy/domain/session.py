"""A session, whose it is, and how its owner sees it in a list."""

from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from proxy.domain.identidad import Identidad


class Session(NamedTuple):
    """Whose it is stays sealed until a page shows it: see `holder`."""

    digest: bytes
    id: bytes
    casilla_id: int
    must_change: bool  # nothing opens before another password is chosen
    uid: bytes
    kind: str
    number: bytes
    nombres: bytes
    proved_at: datetime
    seen_at: datetime
    expires_at: datetime


@dataclass(frozen=True)
class Holder:
    identidad: Identidad
    nombres: str


@dataclass(frozen=True)
class Listed:
    """A session as its owner sees it in the list."""

    id: bytes
    created_at: datetime
    seen_at: datetime
    expires_at: datetime
    ip: str
    user_agent: str
