"""What the database says of a row that it refuses is not the row: S69, on both engines."""

import logging
import sys

import pytest
from sqlalchemy import insert, text
from sqlalchemy.exc import DBAPIError

from proxy.logs import JsonLines
from proxy.store import tables
from proxy.store.db import Database

SAID = "rosa.quispe@example.com"
ROW = {"id": b"i" * 16, "purpose": SAID, "expires_at": None}
MANGLED = "SELECT CAST(:value AS integer)"


def line() -> str:
    record = logging.LogRecord("casilla", logging.ERROR, "", 0, "said", (), sys.exc_info())
    return JsonLines().format(record)


@pytest.mark.parametrize("again", [False, True])
def test_a_row_that_a_constraint_refuses_is_not_in_the_log(db: Database, again: bool) -> None:
    """A column that must not be empty, and a key that is there already."""
    rate = {"key": SAID.encode(), "tat": 1}
    statement, values = (insert(tables.rates), rate) if again else (insert(tables.links), ROW)
    with pytest.raises(DBAPIError) as raised, db.transaction() as tx:
        for _ in range(2):
            tx.conn.execute(statement, values)
    try:
        raise raised.value
    except DBAPIError:
        written = line()
    assert "constraint" in written and "INSERT INTO" in written  # enough to find the fault
    for quoted in (SAID, SAID.encode().hex(), "DETAIL", "Failing row"):
        assert quoted not in written


def test_what_is_no_number_is_not_in_the_log(db: Database) -> None:
    if db.sqlite:
        return  # it makes a number of anything
    with pytest.raises(DBAPIError) as raised, db.transaction() as tx:
        tx.conn.execute(text(MANGLED), {"value": SAID})
    try:
        raise raised.value
    except DBAPIError:
        written = line()
    assert "SQLSTATE 22P02" in written and SAID not in written
