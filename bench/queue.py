"""Ten thousand constancias in the queue: what sealing them costs, and how long readers wait for
their inbox meanwhile, against the same while none is due.

The processor time is that of `casilla trabajar` and its process, for what it seals in some seconds
of a full queue, against rendering and sealing alone. The readers ask a `casilla servir` that has
its worker inside, as it comes.
"""

import asyncio
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from io import BytesIO
from pathlib import Path

from sqlalchemy import func, select, update

from bench import beside, figures
from bench.casilla_server import cpu_seconds, environment, install, serving
from bench.constancia import document, ours
from bench.deposits import SYSTEM, WHO
from bench.inbox import SMALL, fill, open_sessions
from bench.record import ACTO, pdf
from proxy.commands.start import ready_seal
from proxy.flows import deposit
from proxy.installation import Installation
from proxy.keys.seal import Seal
from proxy.store import casillas
from proxy.store.tables import constancias, outbox
from proxy.work.recorder import Recorder
from tests.plazos import RULING
from tests.sealing import held

QUEUE, SECONDS = (600, 2) if figures.QUICK else (10_000, 30)
ROUNDS = 1 if figures.QUICK else 3
PATIENCE = 60  # seconds for the first one
BATCH = 500  # deposits in a transaction
ALONE = 4 if figures.QUICK else 60  # constancias that are made in process
CASILLA = str(Path(sys.executable).with_name("casilla"))


def deposit_many(parts: Installation, many: int) -> None:
    for number in range(0, many, BATCH):
        acto = deposit.Offered("CARTA 9.pdf", BytesIO(pdf(number)))
        served = deposit.receive(parts.documents, parts.limits, acto)
        with parts.db.transaction(SYSTEM) as tx:
            for _ in range(min(BATCH, many - number)):
                deposit.deposit(tx, parts.zone, WHO, ACTO, served, RULING, anew=True)
            tx.conn.execute(update(outbox).values(next_at=None))  # their alertas have left
    Recorder(parts).catch_up()


def set_due(parts: Installation, at: datetime) -> None:
    with parts.db.transaction() as tx:
        waits = constancias.c.next_at.is_not(None)
        tx.conn.execute(update(constancias).where(waits).values(next_at=at))


def sealed(parts: Installation) -> int:
    with parts.db.reading() as tx:
        found = select(func.count(constancias.c.sha256))
        return int(tx.conn.execute(found).scalar_one())


def wait_for_more_than(before: int, parts: Installation) -> None:
    """Nothing is left, or the worker ended, when that takes longer."""
    deadline = time.monotonic() + PATIENCE
    while sealed(parts) == before:
        assert time.monotonic() < deadline, "nothing is sealed"
        time.sleep(0.1)


@contextmanager
def working(parts: Installation) -> Iterator[int]:
    """Yields the process id once the first one is sealed: all is loaded then."""
    before = sealed(parts)
    worker = subprocess.Popen(
        [CASILLA, "trabajar"],
        env=environment(parts.settings),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        wait_for_more_than(before, parts)
        yield worker.pid
    finally:
        worker.send_signal(signal.SIGTERM)
        worker.wait()


def alone() -> float:
    """Processor seconds of one, rendered and sealed in process."""
    make = ours(Seal(held()))
    make(document(1))
    began = time.process_time()
    for number in range(2, ALONE + 2):
        make(document(number))
    return (time.process_time() - began) / ALONE


def judge_cost(parts: Installation) -> None:
    set_due(parts, parts.clock())
    with working(parts) as pid:
        spent, done = cpu_seconds(pid), sealed(parts)
        time.sleep(SECONDS)
        spent, done = cpu_seconds(pid) - spent, sealed(parts) - done
    each, peer = spent / max(done, 1), alone()
    line = (
        f"queue: one of {QUEUE} waiting takes {each / peer:.2f} times the processor time of "
        f"rendering and sealing alone, {each * 1000:.0f} ms against {peer * 1000:.0f}: "
        f"{each * 10_000:.0f} s of a core for 10,000; {done} sealed in {SECONDS} s"
    )
    figures.at_most(2, each / peer, line)


def judge_readers(parts: Installation, tokens: list[str]) -> None:
    ratios, slowest, done = [], 0.0, 0
    set_due(parts, parts.clock() + timedelta(days=1))
    with serving(parts.settings, beside.PORT, CASILLA, "servir", "--puerto", str(beside.PORT)):
        asyncio.run(beside.crowd(tokens, iter(()), 0))  # warms
        for _ in range(ROUNDS):
            without, _ = asyncio.run(beside.crowd(tokens, iter(()), 0))
            before = sealed(parts)
            set_due(parts, parts.clock())
            wait_for_more_than(before, parts)
            meanwhile, _ = asyncio.run(beside.crowd(tokens, iter(()), 0))
            set_due(parts, parts.clock() + timedelta(days=1))
            done += sealed(parts) - before
            ratios.append(meanwhile / without)
            slowest = max(slowest, meanwhile)
    rounds = ", ".join(f"{ratio:.2f}" for ratio in ratios)
    ratio = statistics.median(ratios)
    line = (
        f"queue: p99 of an inbox {ratio:.2f} times that while nothing is sealed, rounds {rounds}; "
        f"slowest {slowest * 1000:.0f} ms, {done} sealed meanwhile"
    )
    figures.at_most(3, ratio, line)


def main() -> None:
    with tempfile.TemporaryDirectory() as name:
        parts = install(Path(name), beside.PORT)
        ready_seal(parts)
        fill(parts, SMALL)
        with parts.db.transaction() as tx:
            casillas.add(tx, WHO, "Persona Ficticia", "nadie@example.com", None)
        deposit_many(parts, QUEUE)
        tokens = open_sessions(parts, SMALL)[: beside.READERS]
        judge_cost(parts)
        judge_readers(parts, tokens)
        parts.db.close()


if __name__ == "__main__":
    main()
