"""Brings over a database of the first 0.1.0, whose migration 0001 was changed once it was out.

It says that it is at 0001 and has other tables: personal data in clear, an audit without seals.
Its rows are put aside, the migrations make the tables up to `INTO`, and the rows go into those.
What lives for minutes or hours (sessions, codes, limits) is left out.
"""

import json
import secrets
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Connection, column, insert, inspect, table, text

from proxy.domain import chain
from proxy.domain.vault import Vault
from proxy.store.tx import Tx

Row = dict[str, Any]

VERSION, INTO = "0001", "0003"
KEPT = ("casillas", "devices", "notificaciones", "files", "outbox", "outbox_attempts", "audit")
LEFT_OUT = ("challenges", "sessions", "rates", "alembic_version")
CODE = "login_code"  # a message that is of no use without its challenge


def found(conn: Connection) -> bool:
    """Whether the tables of `VERSION` are the early ones."""
    return "lookup" not in {one["name"] for one in inspect(conn).get_columns("casillas")}


def put_aside(conn: Connection) -> None:
    """The database is empty afterwards."""
    for name in KEPT:
        conn.execute(text(f"CREATE TEMPORARY TABLE early_{name} AS SELECT * FROM {name}"))
    for name in reversed((*KEPT, *LEFT_OUT)):  # first the tables that refer to others
        conn.execute(text(f"DROP TABLE {name}"))


def bring_over(tx: Tx) -> None:
    """Fill the empty tables of `INTO`."""
    _fill(tx.conn, "casillas", [_casilla(tx.vault, row) for row in _early(tx.conn, "casillas")])
    _fill(tx.conn, "outbox", [_message(tx.vault, row) for row in _early(tx.conn, "outbox")])
    for name in ("devices", "notificaciones", "files", "outbox_attempts"):  # their form is the same
        tx.conn.execute(text(f"INSERT INTO {name} SELECT * FROM early_{name}"))
    _audit(tx)
    for name in KEPT:
        tx.conn.execute(text(f"DROP TABLE early_{name}"))
    if tx.conn.dialect.name == "postgresql":  # its counters did not see these ids
        for name in ("casillas", "outbox", "outbox_attempts"):
            tx.conn.execute(text(f"SELECT setval('{name}_id_seq', max(id)) FROM {name}"))


def _early(conn: Connection, name: str) -> list[Row]:
    rows = conn.execute(text(f"SELECT * FROM early_{name} ORDER BY id")).mappings()
    return [dict(row) for row in rows]


def _fill(conn: Connection, name: str, rows: list[Row]) -> None:
    if rows:
        conn.execute(insert(table(name, *map(column, rows[0]))), rows)


def _casilla(vault: Vault, row: Row) -> Row:
    uid = secrets.token_bytes(16)
    sealed = {
        name: vault.seal(f"casillas.{name}", uid, row[name])
        for name in ("number", "nombres", "email")
    }
    lookup = vault.lookup(f"{row['kind']}-{row['number']}")
    # The entity chose every password of those days: it serves to choose another one (J9).
    return row | sealed | {"uid": uid, "lookup": lookup, "phone": None, "must_change": True}


def _message(vault: Vault, row: Row) -> Row:
    place = row["message_id"].encode()
    waits = row["next_at"] is not None and row["name"] != CODE
    return row | {
        "channel": "email",
        "recipient": vault.seal("outbox.recipient", place, row["recipient"]),
        "context": vault.seal("outbox.context", place, _json(row["context"])) if waits else b"",
        "next_at": row["next_at"] if waits else None,
        "refused": False,
    }


def _audit(tx: Tx) -> None:
    """The chain begins here: it does not tell what was changed before."""
    vault, mark, rows = tx.vault, chain.START, []
    for last, row in enumerate(_early(tx.conn, "audit"), 1):
        detail = _json(row["detail"])
        at = row["at"] if isinstance(row["at"], datetime) else datetime.fromisoformat(row["at"])
        entry = chain.Entry(
            last,
            at if at.tzinfo else at.replace(tzinfo=UTC),
            row["event"],
            row["casilla_id"],
            row["ip"],
            json.loads(detail),
        )
        seal = chain.seal(vault, vault.newest, mark, entry)
        mark = chain.mark(vault, vault.newest, seal)
        rows.append(row | {"id": last, "detail": detail, "key_id": vault.newest, "seal": seal})
    _fill(tx.conn, "audit", rows)
    if rows:
        _fill(tx.conn, "audit_head", [{"id": 1, "last_id": len(rows), "seal": mark}])


def _json(value: Any) -> str:
    """SQLite keeps its text, PostgreSQL gives what it means."""
    return value if isinstance(value, str) else json.dumps(value)
