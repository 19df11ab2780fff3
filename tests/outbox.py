"""The messages of the outbox and their attempts, opened for a test."""

import json

from sqlalchemy import select

from proxy.store import tables
from proxy.store.db import Database
from proxy.store.outbox import Message


def messages(db: Database, name: str | None = None) -> list[Message]:
    """Oldest first, void ones included. A message that left has an empty context."""
    table = tables.outbox
    with db.reading() as tx:
        rows = tx.conn.execute(select(table).order_by(table.c.id)).mappings().all()
    found = []
    for row in rows:
        place = row["message_id"].encode()
        values = {field: row[field] for field in Message.__dataclass_fields__}
        values["recipient"] = db.vault().open("outbox.recipient", place, row["recipient"])
        context = row["context"] and db.vault().open("outbox.context", place, row["context"])
        values["context"] = json.loads(context or "{}")
        found.append(Message(**values))
    return [message for message in found if name in (None, message.name)]


def attempts(db: Database) -> list[tuple[bool, str]]:
    """Whether each attempt sent its message, and what the server answered."""
    table = tables.outbox_attempts
    with db.reading() as tx:
        rows = tx.conn.execute(select(table.c.sent, table.c.detail).order_by(table.c.id))
        return [(row.sent, row.detail) for row in rows]
