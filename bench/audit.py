"""An audit row in the chain against the same row inserted without a chain."""

import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from bench import figures
from bench.casilla_server import install
from proxy.domain.events import Event
from proxy.store import audit, tables
from proxy.store.db import Database
from proxy.store.tx import Tx

ROUNDS, TIMES = (1, 40) if figures.QUICK else (7, 400)
_BARE = tables.audit.insert()


def chained(tx: Tx) -> None:
    audit.note(tx, Event.LOGIN_FAILED, None, "203.0.113.7")


def bare(tx: Tx) -> None:
    row = {"at": tx.now, "event": Event.LOGIN_FAILED, "casilla_id": None, "ip": "203.0.113.7"}
    tx.conn.execute(_BARE, row | {"detail": {}, "key_id": "k1", "seal": bytes(32)})


def cost(db: Database, work: Callable[[Tx], None]) -> float:
    """Microseconds for each durable transaction."""
    before = time.perf_counter()
    for _ in range(TIMES):
        with db.transaction() as tx:
            work(tx)
    return (time.perf_counter() - before) / TIMES * 1_000_000


def main() -> None:
    with tempfile.TemporaryDirectory() as one, tempfile.TemporaryDirectory() as other:
        # Each in a database of its own: both number their rows.
        with_chain, without = (install(Path(folder), 8473).db for folder in (one, other))
        rounds = [(cost(with_chain, chained), cost(without, bare)) for _ in range(ROUNDS)]
        with_chain.close(), without.close()
    ratio = statistics.median(chain / plain for chain, plain in rounds)
    micros = statistics.median(chain - plain for chain, plain in rounds)
    line = f"audit: {ratio:.2f} of the same row without a chain, {micros:.0f} µs more"
    figures.at_most(1.5, ratio, line)


if __name__ == "__main__":
    main()
