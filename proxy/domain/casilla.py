"""A casilla, as the flows use it."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from proxy.domain import first_access
from proxy.domain.email import compared
from proxy.domain.identidad import Identidad

READABLE_FOR = timedelta(days=366)  # after it is closed: a year, also a leap year


@dataclass(frozen=True)
class Casilla:
    id: int
    uid: bytes
    identidad: Identidad
    nombres: str
    email: str
    phone: str | None  # E.164; the owner proved it
    second_email: str | None  # the owner proved it; no code and no link ever goes there
    password: str | None  # the hash; None until the owner chooses a password
    must_change: bool  # `debe_cambiar`: this password only lets the owner choose another
    first_until: datetime | None  # when a first password lapses; None: the owner's own password
    failures: int  # wrong passwords in a row
    suspended_at: datetime | None  # nobody enters, and nothing is deposited
    closed_at: datetime | None  # nothing is deposited, and its owner enters for READABLE_FOR
    revoked_at: datetime | None  # its owner closed it, taking the consent back

    def as_kept(self, typed: str) -> str:
        """A password as the hash knows it."""
        return first_access.as_kept(typed) if self.first_until else typed

    @property
    def alerted(self) -> list[str]:
        """The mailboxes to which alertas go (S46)."""
        second = self.second_email
        if second is None or compared(second) == compared(self.email):
            return [self.email]
        return [self.email, second]

    @property
    def in_use(self) -> bool:
        return self.suspended_at is None and self.closed_at is None

    def shut(self, now: datetime) -> Literal["suspended", "closed"] | None:
        """Why nobody enters."""
        if self.suspended_at:
            return "suspended"
        return "closed" if self.closed_at and now >= self.closed_at + READABLE_FOR else None
