"""Acts a second of 16 writers: with eventos, against the locked head of versions up to 0.2.0.

One PostgreSQL whose commits wait 5 ms, as on a slow disk, in groups when they may. Deposits, and
wrong passwords as they are counted and recorded, without their hash. Both sides run the same flows
in turns. The recorder works on the side of the eventos as it does in the service.
"""

import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from io import BytesIO
from itertools import count
from pathlib import Path
from threading import Event as Flag
from threading import Thread

from sqlalchemy import delete

from bench import figures, locked_head
from bench.casilla_server import install
from proxy.domain.acto import Acto
from proxy.domain.actor import Actor
from proxy.domain.events import Event
from proxy.domain.identidad import Identidad
from proxy.flows import deposit
from proxy.flows.audit import Whole
from proxy.installation import Installation
from proxy.store import casillas, eventos
from proxy.store.db import Database
from proxy.store.engine import CONNECTIONS
from proxy.store.tables import constancias
from proxy.work.recorder import Recorder
from proxy.work.worker import RECORD_PAUSE
from tests import casilla, recorded
from tests.engines import Postgres
from tests.plazos import RULING
from tests.store.intruder import without_guards

SLOW_DISK = ("commit_delay=5000", "commit_siblings=0")  # microseconds; also of a lone commit
WRITERS, PEOPLE = 16, 200
ROUNDS, SECONDS = (1, 0.3) if figures.QUICK else (7, 4.0)  # of each side in a round
VISITOR = Actor("visitor", ip="203.0.113.7")
ACTO = Acto(
    expediente="EXP.2026000027",
    expediente_on=date(2026, 3, 2),
    tipo="CARTA",
    numero="000009-2026-SG/JNE",
    asunto="Carta de atención",
    dependencia="Secretaría General",
    firmado_por="Ana Torres Inventada",
    elaborado_por="Luis Paredes Inventado",
    issued_at=datetime(2026, 3, 9, 15, 0, tzinfo=UTC),
)


@dataclass(frozen=True)
class Side:
    """A database of the server. A pool holds CONNECTIONS, so the writers need more than one."""

    installation: Installation
    pools: list[Database]
    people: list[tuple[int, Identidad]]
    # next() of a count is one step of the interpreter: no two writers get the same number.
    numbers: Iterator[int] = field(default_factory=count)


Work = Callable[[Side, Database, int], None]


def pdf(number: int) -> bytes:
    """No two have the same bytes, and so the same name."""
    return casilla.pdf(str(number) * 2000)


def serve(side: Side, db: Database, number: int) -> None:
    parts, (_, identidad) = side.installation, side.people[number % PEOPLE]
    # Unread: to read it would take longer than all the rest.
    received = parts.documents.put(BytesIO(pdf(number)))
    served = [deposit.Served("CARTA 9.pdf", "application/pdf", received)]
    with db.transaction(Actor("system", "sgd")) as tx:
        deposit.deposit(tx, parts.zone, identidad, ACTO, served, RULING)


def record_wrong_password(side: Side, db: Database, number: int) -> None:
    casilla_id, _ = side.people[number % PEOPLE]
    with db.transaction(VISITOR) as tx:
        casillas.count_failure(tx, casilla_id)
        eventos.note(tx, Event.LOGIN_FAILED, casilla_id)


def per_second(side: Side, work: Work) -> float:
    """With eventos, until the last of them is in line."""
    started = time.perf_counter()

    def write(writer: int) -> int:
        db, done = side.pools[writer % len(side.pools)], 0
        while time.perf_counter() < started + SECONDS:
            work(side, db, next(side.numbers))
            done += 1
        return done

    with recording(side), ThreadPoolExecutor(WRITERS) as pool:
        done = sum(pool.map(write, range(WRITERS)))
    return done / (time.perf_counter() - started)


@contextmanager
def recording(side: Side) -> Iterator[None]:
    if isinstance(side.pools[0], locked_head.LockedHead):
        yield
        return
    recorder, stop = Recorder(side.installation), Flag()

    def advance() -> None:
        while recorder.advance() or not stop.wait(RECORD_PAUSE):
            pass

    thread = Thread(target=advance)
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join()


def prepare(folder: Path, url: str, kind: type[Database]) -> Side:
    folder.mkdir()
    parts = install(folder, 8475, url)
    pools = [kind(url, vault=lambda: parts.vault) for _ in range(WRITERS // CONNECTIONS)]
    with parts.db.transaction() as tx:
        identidades = [Identidad("DNI", str(40_000_000 + number)) for number in range(PEOPLE)]
        people = [
            (casillas.add(tx, one, "Persona Ficticia", "nadie@example.com", None), one)
            for one in identidades
        ]
    return Side(parts, pools, people)


def judge(name: str, work: Work, old: Side, new: Side) -> None:
    rounds = [(per_second(old, work), per_second(new, work)) for _ in range(ROUNDS)]
    locked, free = (statistics.median(rates) for rates in zip(*rounds, strict=True))
    ratio = statistics.median(free / locked for locked, free in rounds)
    line = f"record: {name}: {ratio:.2f} of the locked head, {free:.0f} a second to {locked:.0f}"
    figures.at_least(2.5, ratio, line)


def verify(side: Side) -> None:
    """Both kept a whole record. The line of the old side begins here, as after an upgrade."""
    found = recorded.verify(side.installation.db)
    assert isinstance(found, Whole), found


def main() -> None:
    if figures.lacks("record", "initdb"):
        return
    with tempfile.TemporaryDirectory() as folder, Postgres(*SLOW_DISK) as server:
        old = prepare(Path(folder) / "old", server.new_database(), locked_head.LockedHead)
        new = prepare(Path(folder) / "new", server.new_database(), Database)
        closing = locked_head.let_write(old.installation.db)
        judge("deposits", serve, old, new)
        judge("wrong passwords", record_wrong_password, old, new)
        locked_head.close(old.installation.db, closing)
        with without_guards(old.installation.db) as tx:
            tx.conn.execute(delete(constancias))  # those versions issued none
        for side in (old, new):
            verify(side)
            for db in (side.installation.db, *side.pools):
                db.close()


if __name__ == "__main__":
    main()
