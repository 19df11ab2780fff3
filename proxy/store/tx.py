"""What a flow holds while it runs: one transaction, one clock, one vault."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Connection, Insert

from proxy.domain.actor import Actor
from proxy.domain.evento import Evento
from proxy.domain.vault import Vault


@dataclass
class Tx:
    """An open transaction. Every row that it writes has the instant `now` (UTC)."""

    conn: Connection
    now: datetime
    keys: Callable[[], Vault]
    by: Actor
    mail: bool = False  # whether a message was left in the outbox
    request: str | None = None  # the reference of the HTTP request, for the record
    came_at: datetime | None = None  # when that request came: before `now`, if it had to wait
    notes: list[Evento] = field(default_factory=list)  # written at the end of the transaction
    locked: set[int] = field(default_factory=set)  # casillas, until the transaction ends

    @property
    def vault(self) -> Vault:
        return self.keys()

    @property
    def pressed_at(self) -> datetime:
        """Orders the presses of one button, whichever of them gets its turn first."""
        return self.came_at or self.now

    def require_lock(self, casilla_id: int | None) -> None:
        """Call it before a row is added that opens a way into a casilla.

        Without the lock, on PostgreSQL the row could slip past a `close` that runs at that moment.
        """
        if casilla_id is not None and casilla_id not in self.locked:
            raise RuntimeError("a way into a casilla is added without its lock")

    def insert(self, statement: Insert, rows: list[dict[str, Any]]) -> None:
        """psycopg sends a list in a pipeline, which costs a lone row two round trips more."""
        self.conn.execute(statement, rows if len(rows) > 1 else rows[0])


def utc_now() -> datetime:
    return datetime.now(UTC)


def no_keys() -> Vault:
    raise RuntimeError("this database was opened without keys")
