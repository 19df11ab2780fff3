"""A list of 100,000 notificaciones as a spreadsheet, against a CSV of the same query.

Each in a process of its own, on both engines. The memory is what the process had at most, against
that of a list of 10,000.
"""

import csv
import io
import multiprocessing
import resource
import statistics
import tempfile
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from tempfile import TemporaryFile

from sqlalchemy import insert

from bench import figures
from bench.casilla_server import install
from bench.record import ACTO
from proxy.domain.effect import freeze
from proxy.domain.finding import EVERYTHING
from proxy.domain.identidad import Identidad
from proxy.domain.ids import new_id
from proxy.installation import Installation
from proxy.settings import Settings
from proxy.store import casillas
from proxy.store.tables import notificaciones
from proxy.web.export import COLUMNS, Taken, write
from tests.engines import Postgres
from tests.plazos import RULING

SMALL, LARGE = (100, 1_000) if figures.QUICK else (10_000, 100_000)  # rows
ROUNDS, AT_ONCE = (1, 500) if figures.QUICK else (3, 10_000)


def fill(installation: Installation, number: str, many: int) -> int:
    with installation.db.transaction() as tx:
        owner = casillas.add(
            tx, Identidad("DNI", number), "Persona Ficticia", "p@example.com", None
        )
        effect = freeze(RULING, tx.now)
        for start in range(0, many, AT_ONCE):
            each = vars(ACTO) | {"casilla_id": owner, "deposited_at": tx.now, "read_at": None}
            each |= {"effect": effect}
            rows = [each | {"id": new_id(tx.now)} for _ in range(min(AT_ONCE, many - start))]
            tx.conn.execute(insert(notificaciones), rows)
    return owner


def write_csv(taken: Taken) -> None:
    with TemporaryFile() as file:
        writer = csv.writer(io.TextIOWrapper(file, newline=""))
        writer.writerow(column.heading for column in COLUMNS)
        writer.writerows(taken.rows())


def write_xlsx(taken: Taken) -> None:
    with TemporaryFile() as file:
        write(taken, file)


def measure(settings: Settings, owner: int, how: Callable[[Taken], None]) -> tuple[float, int]:
    """Processor seconds, and the most KiB that the process held."""
    parts = Installation(settings)
    taken = Taken(parts, owner, "Leídos", False, EVERYTHING, ("Banco",), parts.clock())
    next(taken.rows())  # what is loaded and compiled once
    before = time.process_time()
    how(taken)
    return time.process_time() - before, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss


def apart(settings: Settings, owner: int, how: Callable[[Taken], None]) -> tuple[float, int]:
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        return pool.apply(measure, (settings, owner, how))


def compare(engine: str, url: str | None) -> None:
    with tempfile.TemporaryDirectory() as folder:
        parts = install(Path(folder), 8491, url)
        small, large = fill(parts, "40000001", SMALL), fill(parts, "40000002", LARGE)
        parts.db.close()
        ask = partial(apart, parts.settings)
        rounds = [(ask(large, write_csv), ask(large, write_xlsx)) for _ in range(ROUNDS)]
        ratio = statistics.median(mine[0] / peer[0] for peer, mine in rounds)
        taken = statistics.median(mine[0] for _, mine in rounds)
        line = (
            f"export {engine}: {LARGE:,} rows take {ratio:.2f} times a CSV of them, {taken:.1f} s"
        )
        figures.at_most(2.5, ratio, line)
        most = max(mine[1] for _, mine in rounds)
        more = most / ask(small, write_xlsx)[1]
        line = f"export {engine} memory: {more:.2f} times that of {SMALL:,} rows, {most >> 10} MB"
        figures.at_most(1.2, more, line)


def main() -> None:
    compare("sqlite", None)
    if figures.lacks("export postgresql", "initdb"):
        return
    with Postgres() as postgres:
        compare("postgresql", postgres.new_database())


if __name__ == "__main__":
    main()
