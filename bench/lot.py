"""A lot of 10,000 by `casilla depositar-lote`, against the flow in process; and how long readers
wait for their inbox while another lot is deposited, against the same without one.

The lot is timed as its operator waits for it: from the command to its last word, with the report.
"""

import asyncio
import csv
import statistics
import subprocess
import sys
import tempfile
import time
from itertools import count
from pathlib import Path

from bench import beside, figures
from bench.api import FIRST, PEOPLE
from bench.casilla_server import environment, install, serving
from bench.deposits import WHO, seconds, serve
from bench.inbox import SMALL, fill, open_sessions
from bench.record import pdf
from proxy.domain.identidad import Identidad
from proxy.installation import Installation
from proxy.store import casillas

LINES, TIMES = (40, 10) if figures.QUICK else (10_000, 300)
ROUNDS = 1 if figures.QUICK else 3
LINE = {
    "expediente": "EXP.2026000027",
    "fecha_expediente": "2026-03-02",
    "tipo": "CARTA",
    "asunto": "Carta de atención",
    "dependencia": "Secretaría General",
    "firmado_por": "Ana Torres Inventada",
    "elaborado_por": "Luis Paredes Inventado",
    "fecha_emision": "2026-03-09",
    "vigencia": "Desde hoy",
    "agota_via": "no",
    "sin_recursos": "De trámite",
}
NUMBERS = count()


def write_lot(folder: Path, lines: int) -> Path:
    folder.mkdir()
    path = folder / "lote.csv"
    with path.open("w", newline="") as file:
        table = csv.DictWriter(file, ["destinatario", *LINE, "numero", "acto"])
        table.writeheader()
        for number in (next(NUMBERS) for _ in range(lines)):
            (folder / f"{number}.pdf").write_bytes(pdf(number))
            who = {"destinatario": f"DNI-{FIRST + number % PEOPLE}"}
            table.writerow(who | LINE | {"numero": f"{number}-2026", "acto": f"{number}.pdf"})
    return path


def start(parts: Installation, path: Path) -> subprocess.Popen[str]:
    casilla = str(Path(sys.executable).with_name("casilla"))
    return subprocess.Popen(
        [casilla, "depositar-lote", str(path)],
        env=environment(parts.settings),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


def flow(parts: Installation) -> float:
    """Deposits a second, in process."""
    return TIMES / seconds(lambda: serve(parts, pdf(next(NUMBERS))), TIMES)


def judge_speed(folder: Path, parts: Installation) -> None:
    path, before = write_lot(folder / "lote", LINES), flow(parts)
    began = time.perf_counter()
    said, _ = start(parts, path).communicate()
    lot = LINES / (time.perf_counter() - began)
    assert said.startswith(f"Se depositaron {LINES} "), said
    alone = statistics.mean((before, flow(parts)))
    line = (
        f"lot: {lot / alone:.2f} of the flow in process; a second: {lot:.0f} of {LINES} lines, "
        f"{alone:.0f} by the flow"
    )
    figures.at_least(0.5, lot / alone, line)


def judge_readers(folder: Path, parts: Installation) -> None:
    tokens = open_sessions(parts, SMALL)[: beside.READERS]
    ratios, slowest = [], 0.0
    with serving(parts.settings, beside.PORT):
        asyncio.run(beside.crowd(tokens, iter(()), 0))  # warms
        for n in range(ROUNDS):
            path = write_lot(folder / f"lote-{n}", LINES)
            alone, _ = asyncio.run(beside.crowd(tokens, iter(()), 0))
            lot = start(parts, path)
            meanwhile, _ = asyncio.run(beside.crowd(tokens, iter(()), 0))
            assert figures.QUICK or lot.poll() is None, "the lot ended before its readers"
            lot.kill()
            lot.communicate()
            ratios.append(meanwhile / alone)
            slowest = max(slowest, meanwhile)
    rounds = ", ".join(f"{ratio:.2f}" for ratio in ratios)
    ratio = statistics.median(ratios)
    line = (
        f"lot: p99 of an inbox {ratio:.2f} times that without a lot, rounds {rounds}; "
        f"slowest {slowest * 1000:.0f} ms"
    )
    figures.at_most(3, ratio, line)


def main() -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        parts = install(folder, beside.PORT)
        fill(parts, SMALL)
        with parts.db.transaction() as tx:
            for who in (WHO, *(Identidad("DNI", str(FIRST + n)) for n in range(PEOPLE))):
                casillas.add(tx, who, "Persona Ficticia", "nadie@example.com", None)
        judge_speed(folder, parts)
        judge_readers(folder, parts)
        parts.db.close()


if __name__ == "__main__":
    main()
