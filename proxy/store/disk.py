"""Whether a disk takes more: one of this machine, or that of PostgreSQL."""

import os
from collections.abc import Iterable
from pathlib import Path
from tempfile import TemporaryFile

from sqlalchemy import text

from proxy.store.tx import Tx

ROOM = 4 * 1024 * 1024  # bytes
# A row that is written again, and its log, take room that PostgreSQL has already. What is sorted
# and does not fit into memory goes to a new file of the same disk, which is gone afterwards.
_SPILL = (
    text("SET LOCAL temp_tablespaces = ''"),
    text("SET LOCAL work_mem = '64kB'"),
    text(
        "SELECT count(x) FROM (SELECT n, repeat('x', 8192) AS x "
        f"FROM generate_series(1, {ROOM // 8192}) AS n ORDER BY n) AS spilled"
    ),
)


def full(folders: Iterable[Path]) -> bool:
    """A row that is written again shows no full disk: it takes the place of the old one.

    So this asks for room that is not taken yet, as a deposit does; quotas and a disk that became
    read-only show too. The file has no name: a killed process leaves nothing.
    """
    try:
        for folder in folders:
            with TemporaryFile(dir=folder) as file:
                os.posix_fallocate(file.fileno(), 0, ROOM)
    except OSError:
        return True
    return False


def fill(tx: Tx) -> None:
    """Raises an error if the disk of PostgreSQL takes no more."""
    if tx.conn.dialect.name == "postgresql":
        for statement in _SPILL:
            tx.conn.execute(statement)
