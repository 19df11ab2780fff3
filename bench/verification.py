"""Verification of a record of a million eventos, in a process of its own, on both engines.

Its time against a plain pass, which reads the same rows and makes two bare HMACs of each. Its
memory against that of ten thousand eventos. A quarter of the eventos are deposits, with their rows.
"""

import hmac
import multiprocessing
import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from sqlalchemy import insert, text

from bench import figures
from bench.casilla_server import install
from bench.record import ACTO
from proxy.domain import evento
from proxy.domain.actor import Actor
from proxy.domain.events import Event
from proxy.domain.identidad import Identidad
from proxy.domain.ids import new_id
from proxy.domain.notificacion import File, digest
from proxy.flows import audit
from proxy.flows.audit import Whole
from proxy.installation import Installation
from proxy.settings import Settings
from proxy.store import casillas, eventos, line
from proxy.store.tables import files, notificaciones
from proxy.store.tx import Tx
from tests.engines import Postgres
from tests.recorded import advance_all

SMALL, LARGE = (500, 4_000) if figures.QUICK else (10_000, 1_000_000)  # eventos
ROUNDS, AT_ONCE = (1, 500) if figures.QUICK else (3, 10_000)
VISITOR = Actor("visitor", ip="203.0.113.7")
PLAIN = """
    SELECT l.place, l.evento_id, l.chain, l.key_id AS chain_key, e.* FROM line AS l
    LEFT JOIN eventos AS e ON e.id = l.evento_id ORDER BY l.place"""
_ROWS = text(PLAIN).execution_options(yield_per=eventos.AT_ONCE)
_ADD, _ADD_FILES = insert(notificaciones), insert(files)


def fill(parts: Installation, casilla_id: int, many: int) -> None:
    """Bring the line to `many` eventos, with the seals that the flows would write."""
    place = 0
    while place < many:
        with parts.db.transaction(VISITOR) as tx:
            place = _extend(tx, casilla_id, many)


def _extend(tx: Tx, casilla_id: int, many: int) -> int:
    end, _ = line.last(tx)
    assert end is not None
    more = min(AT_ONCE, many - end.place)
    served = [new_id(tx.now) for _ in range(more // 4)]
    acto = vars(ACTO) | {"casilla_id": casilla_id, "deposited_at": tx.now}
    given = [
        File(casilla_id, one, 0, "CARTA 9.pdf", "application/pdf", one.hex() * 2, 4000)
        for one in served
    ]
    if served:  # few rows may lack to the end
        tx.conn.execute(_ADD, [acto | {"id": one} for one in served])
        tx.conn.execute(_ADD_FILES, [vars(file) for file in given])
    for one, file in zip(served, given, strict=True):
        said = {"acto": digest(ACTO, [file]), "sha256": [file.sha256]}
        eventos.note(tx, Event.NOTIFICACION_DEPOSITED, casilla_id, notificacion=one, **said)
    for _ in range(more - len(served)):
        eventos.note(tx, Event.LOGIN_FAILED, casilla_id)
    rows, place, chained, vault = [], end.place, end.chain, tx.vault
    for row in eventos.add(tx, tx.notes):
        place += 1
        chained = evento.chain(vault, vault.newest, chained, place, row["id"], row["seal"])
        rows.append({"place": place, "evento_id": row["id"], "chain": chained})
        rows[-1]["key_id"] = vault.newest
    line.add(tx, rows)
    tx.notes.clear()  # they are written
    return place


def verify(tx: Tx) -> None:
    found = audit.verify(tx, None)
    assert isinstance(found, Whole), found


def read_plainly(tx: Tx) -> None:
    key = bytes(32)
    with tx.conn.execute(_ROWS) as found:
        for row in found:
            hmac.digest(key, row.evento_id + row.chain, "sha256")
            hmac.digest(key, row.evento_id + row.seal + row.detail.encode(), "sha256")


def alone(settings: Settings, work: Callable[[Tx], None]) -> tuple[float, int]:
    """Seconds, and the most memory that its process ever had (KiB)."""
    parts = Installation(settings)
    assert parts.vault.newest  # the key ring is read before the clock starts
    with parts.db.reading() as tx:
        started = time.perf_counter()
        work(tx)
        seconds = time.perf_counter() - started
    status = Path("/proc/self/status").read_text()
    return seconds, int(status.partition("VmHWM:")[2].split()[0])


def measure(settings: Settings, work: Callable[[Tx], None]) -> tuple[float, int]:
    with multiprocessing.get_context("spawn").Pool(1) as fresh:
        return fresh.apply(alone, (settings, work))


def judge(engine: str, parts: Installation) -> None:
    advance_all(parts.db)
    with parts.db.transaction() as tx:
        who = Identidad("DNI", "40000001")
        casilla_id = casillas.add(tx, who, "Persona Ficticia", "nadie@example.com", None)
    fill(parts, casilla_id, SMALL)
    _, little = measure(parts.settings, verify)
    fill(parts, casilla_id, LARGE)
    rounds = [
        (measure(parts.settings, read_plainly), measure(parts.settings, verify))
        for _ in range(ROUNDS)
    ]
    parts.db.close()
    ratio = statistics.median(told[0] / plain[0] for plain, told in rounds)
    seconds = statistics.median(told[0] for _, told in rounds) / LARGE * 1_000_000
    name = f"verification: {engine}"
    figures.at_most(4, ratio, f"{name}: {ratio:.2f} of a plain pass, {seconds:.0f} s a million")
    most = max(told[1] for _, told in rounds)
    grown = f"{most / little:.2f} of the memory for {SMALL}, {most // 1024} MiB"
    figures.at_most(1.2, most / little, f"{name}: {grown}")


def main() -> None:
    with tempfile.TemporaryDirectory() as name:
        judge("sqlite", install(Path(name), 8477))
    if figures.lacks("verification: postgresql", "initdb"):
        return
    with tempfile.TemporaryDirectory() as name, Postgres() as server:
        judge("postgresql", install(Path(name), 8477, server.new_database()))


if __name__ == "__main__":
    main()
