"""A deposit in process, one after the other, against what the disk asks for its file and its row.

The peer writes the same bytes to a file, syncs it, has it read as the deposit does, gives it its
name and syncs the folder. Then its bare driver commits one row as long as that of the deposit, in
the same engine.
"""

import os
import sqlite3
import statistics
import tempfile
import time
from collections.abc import Callable
from contextlib import ExitStack, closing
from io import BytesIO
from itertools import count
from pathlib import Path
from typing import Any

import psycopg

from bench import figures
from bench.casilla_server import install
from bench.record import ACTO, pdf
from proxy.domain.actor import Actor
from proxy.domain.identidad import Identidad
from proxy.flows import deposit
from proxy.installation import Installation
from proxy.store import casillas, reading
from tests.engines import Postgres
from tests.plazos import RULING

SYSTEM = Actor("system", "sgd")
WHO = Identidad("DNI", "40000001")
ROUNDS, TIMES = (1, 10) if figures.QUICK else (9, 60)
ROW = bytes(400)  # as long as the row of a notificacion
TABLE = "CREATE TABLE raw (id INTEGER PRIMARY KEY, content {blob})"
AddRow = Callable[[int], Any]


def write_raw(
    folder: Path, add_row: AddRow, number: int, content: bytes, *, read: bool = True
) -> None:
    descriptor, copy = tempfile.mkstemp(dir=folder)
    with os.fdopen(descriptor, "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    if read:
        reading.read(Path(copy))
    os.replace(copy, folder / str(number))
    opened = os.open(folder, os.O_RDONLY)
    os.fsync(opened)
    os.close(opened)
    add_row(number)


def serve(parts: Installation, content: bytes) -> None:
    acto = deposit.Offered("CARTA 9.pdf", BytesIO(content))
    served = deposit.receive(parts.documents, parts.limits, acto)
    with parts.db.transaction(SYSTEM) as tx:
        deposit.deposit(tx, parts.zone, WHO, ACTO, served, RULING)


def sqlite_row(path: Path, stack: ExitStack) -> AddRow:
    """Each statement is a transaction of its own."""
    driver = stack.enter_context(closing(sqlite3.connect(path, isolation_level=None)))
    driver.execute("PRAGMA journal_mode=WAL")
    driver.execute("PRAGMA synchronous=FULL")
    driver.execute(TABLE.format(blob="BLOB"))
    return lambda number: driver.execute("INSERT INTO raw VALUES (?, ?)", (number, ROW))


def postgresql_row(url: str, stack: ExitStack) -> AddRow:
    driver = psycopg.connect(url.replace("+psycopg", ""), autocommit=True)
    stack.enter_context(closing(driver))
    driver.execute(TABLE.format(blob="BYTEA").encode())
    return lambda number: driver.execute("INSERT INTO raw VALUES (%s, %s)", (number, ROW))


def seconds(work: Callable[[], None], times: int = TIMES) -> float:
    started = time.perf_counter()
    for _ in range(times):
        work()
    return time.perf_counter() - started


def judge(engine: str, folder: Path, parts: Installation, add_row: AddRow) -> None:
    with parts.db.transaction() as tx:
        casillas.add(tx, WHO, "Persona Ficticia", "nadie@example.com", None)
    (folder / "raw").mkdir()
    numbers = count()

    def raw() -> None:
        number = next(numbers)
        write_raw(folder / "raw", add_row, number, pdf(number))

    rounds = [
        (seconds(raw), seconds(lambda: serve(parts, pdf(next(numbers))))) for _ in range(ROUNDS)
    ]
    ratio = statistics.median(bare / served for bare, served in rounds)
    bare, served = (statistics.median(of) / TIMES * 1000 for of in zip(*rounds, strict=True))
    line = f"deposits: {engine}: {ratio:.2f} of the raw speed, {served:.1f} ms to {bare:.1f}"
    figures.at_least(0.5, ratio, line)
    parts.db.close()


def main() -> None:
    with tempfile.TemporaryDirectory() as name, ExitStack() as stack:
        folder = Path(name)
        parts = install(folder, 8476)
        judge("sqlite", folder, parts, sqlite_row(folder / "raw.db", stack))
    if figures.lacks("deposits: postgresql", "initdb"):
        return
    with tempfile.TemporaryDirectory() as name, Postgres() as server, ExitStack() as stack:
        folder = Path(name)
        parts = install(folder, 8476, server.new_database())
        judge("postgresql", folder, parts, postgresql_row(server.new_database(), stack))


if __name__ == "__main__":
    main()
