"""What an error of the database means to whoever can repair it, or has to wait."""

import sqlite3

from sqlalchemy.exc import DataError, DBAPIError, IntegrityError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as NoConnection

from proxy.errors import Unavailable

# Words in the errors of SQLite and of PostgreSQL, the more telling ones first.
SIGNS = {
    "is full": "disk.full",
    "no space left": "disk.full",
    "disk quota exceeded": "disk.full",
    "not a database": "database.other",
    "malformed": "database.damaged",
    "unable to open": "database.unopened",
    "no such table": "database.incomplete",
    "permission denied": "database.forbidden",
    "readonly": "database.unwritable",
    "read-only": "database.unwritable",
    "disk i/o error": "database.unwritable",  # SQLite: its write-ahead log does not fit
    "is locked": "database.busy",
    "canceling statement": "database.busy",
    "deadlock detected": "database.busy",
}


def unavailable(error: Exception) -> Unavailable | None:
    """None: a fault of the program, or one that a flow awaits."""
    if isinstance(error, IntegrityError | DataError):
        return None  # whatever it says, it may quote what somebody typed
    if isinstance(error, NoConnection):
        return Unavailable("database.busy")
    known = sign(error)
    if known:
        return Unavailable(known)
    if getattr(_of_the_driver(error), "sqlite_errorcode", None) == sqlite3.SQLITE_ERROR:
        return None  # a wrong statement, which SQLite also calls operational
    lost = isinstance(error, OperationalError | InterfaceError | sqlite3.OperationalError)
    if lost or (isinstance(error, DBAPIError) and error.connection_invalidated):
        return Unavailable("database.down")
    return None


def sign(error: Exception) -> str | None:
    said = str(_of_the_driver(error)).partition("\n")[0].lower()
    return next((code for words, code in SIGNS.items() if words in said), None)


def _of_the_driver(error: Exception) -> object:
    return error.orig if isinstance(error, DBAPIError) else error
