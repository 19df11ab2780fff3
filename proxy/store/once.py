"""The insert of a row that may be there only once: who comes second adds nothing, and knows it."""

from typing import Any

from sqlalchemy import Column, Table, and_, bindparam, exists, select
from sqlalchemy.dialects import postgresql, sqlite

from proxy.store.tx import Tx

Statements = dict[str, Any]


def once(table: Table, *key: Column[object]) -> Statements:
    """It looks by itself whether the row is there, since a trigger of SQLite refuses a second one.

    Of two at the same time, on PostgreSQL the second waits for the first, and adds nothing.
    """
    values = {column.name: bindparam(column.name, type_=column.type) for column in table.c}
    there = exists().where(and_(*(column == values[column.name] for column in key)))
    row = select(*values.values()).where(~there)
    inserts: dict[str, Any] = {
        "sqlite": sqlite.insert(table),
        "postgresql": postgresql.insert(table),
    }
    return {
        dialect: one.from_select(list(values), row).on_conflict_do_nothing().returning(key[0])
        for dialect, one in inserts.items()
    }


def added(tx: Tx, statements: Statements, row: dict[str, object]) -> bool:
    return tx.conn.execute(statements[tx.conn.dialect.name], row).first() is not None
