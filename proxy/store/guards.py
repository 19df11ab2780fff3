"""The triggers that keep the record and what was served, as the migrations make them."""

import hashlib

from sqlalchemy import text

from proxy.store.tx import Tx

# SHA-256 of what `guards` says of a database that the migrations made. Who changes a trigger
# writes the new one here: a test says which.
MADE = {
    "sqlite": "cee96cde11d5ac91fff06287aeb5aa19882fb8f61a1b266809ee7fe3d2cea1c8",
    "postgresql": "946b879333a8e57ab15bfdf8c6482487080a460b96dc5540cb9b6cf70bcc5ba7",
}
_SQLITE = text("SELECT name, tbl_name, sql FROM sqlite_master WHERE type = 'trigger' ORDER BY name")
# Of the schema where the record is. A rule could swallow what is inserted as a trigger could.
_POSTGRESQL = text(
    "SELECT t.tgname::text, pg_catalog.replace("
    "   pg_catalog.pg_get_triggerdef(t.oid), pg_catalog.quote_ident(n.nspname) || '.', ''),"
    " t.tgenabled::text, p.prosrc, pg_catalog.array_to_string(p.proconfig, ',')"
    " FROM pg_catalog.pg_trigger t JOIN pg_catalog.pg_class c ON c.oid = t.tgrelid"
    " JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace"
    " JOIN pg_catalog.pg_proc p ON p.oid = t.tgfoid"
    " WHERE NOT t.tgisinternal AND n.oid ="
    "  (SELECT relnamespace FROM pg_catalog.pg_class WHERE oid = 'eventos'::regclass)"
    " UNION ALL SELECT r.rulename::text, r.definition, '', '', NULL FROM pg_catalog.pg_rules r"
    "  WHERE r.schemaname NOT IN ('pg_catalog', 'information_schema')"
    " ORDER BY 1, 2"
)


def guards(tx: Tx) -> str:
    rows = tx.conn.execute(_SQLITE if tx.conn.dialect.name == "sqlite" else _POSTGRESQL)
    return hashlib.sha256(repr([tuple(row) for row in rows]).encode(errors="replace")).hexdigest()


def as_made(tx: Tx) -> bool:
    return guards(tx) == MADE[tx.conn.dialect.name]
