"""Who does an act: what `tx.by` holds, and an evento keeps."""

from dataclasses import dataclass
from typing import Literal

Kind = Literal["visitor", "owner", "representative", "system", "operator", "worker"]


@dataclass(frozen=True)
class Actor:
    """`visitor` is a browser without a session. Operators and systems have a name."""

    kind: Kind
    name: str | None = None
    session: bytes | None = None
    ip: str | None = None

    def __str__(self) -> str:
        return f"{self.kind}:{self.name}" if self.name else self.kind


WORKER = Actor("worker")
