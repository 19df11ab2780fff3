"""Processor time of an inbox page among ten million notificaciones and among ten thousand.

Both engines, warm, ten notificaciones in each casilla. The processor time is that of the server
and, on PostgreSQL, also of its backends. The benchmark needs about 10 GB of disk, and some minutes
to fill the tables.
"""

import asyncio
import random
import statistics
import tempfile
from contextlib import ExitStack
from datetime import timedelta
from pathlib import Path

from sqlalchemy import update

from bench import figures
from bench.casilla_server import cpu_seconds, install, serving
from bench.login import post
from proxy.domain import secrets
from proxy.installation import Installation
from proxy.store import devices, sessions
from proxy.store.casillas import lock
from proxy.store.tables import casillas
from proxy.store.tx import Tx
from tests.engines import Postgres

EACH = 10  # notificaciones in a casilla
SMALL, LARGE = (1_000, 2_000) if figures.QUICK else (1_000, 1_000_000)  # casillas
PEOPLE, ROUNDS = (40, 1) if figures.QUICK else (400, 5)  # casillas whose inbox is read
PASSES = 3  # times that each inbox is read in a round

FILL_CASILLAS = {
    "sqlite": """
        WITH RECURSIVE n(i) AS (VALUES (1) UNION ALL SELECT i + 1 FROM n WHERE i < {casillas})
        INSERT INTO casillas
            (id, uid, kind, lookup, number, nombres, email, must_change, created_at)
        SELECT i, CAST(i AS BLOB), 'DNI', CAST(i AS BLOB), x'', x'', x'', 0,
               '2026-01-01 00:00:00.000000' FROM n""",
    "postgresql": """
        INSERT INTO casillas
            (id, uid, kind, lookup, number, nombres, email, must_change, created_at)
        SELECT i, int8send(i), 'DNI', int8send(i), '', '', '', false, '2026-01-01'
        FROM generate_series(1, {casillas}) AS i""",
}
FILL_NOTIFICACIONES = """
    INSERT INTO notificaciones (casilla_id, id, expediente, tipo, numero, asunto, dependencia,
        firmado_por, elaborado_por, issued_at, deposited_at, read_at)
    SELECT c.id, {key}, 'EXP-2026-0000001', 'CARTA', '000001-2026-SG',
        'Se comunica el inicio del procedimiento y el plazo para responder',
        'SECRETARÍA GENERAL', 'Firmante Ficticia', 'Elaborador Ficticio',
        {moment}, {moment}, CASE WHEN d.n % 2 = 0 THEN {moment} END
    FROM ({numbers}) AS d CROSS JOIN casillas AS c ORDER BY {order}"""
KEYS = {
    "sqlite": "CAST(printf('%016d', c.id * 100 + d.n) AS BLOB)",
    "postgresql": "decode(lpad(to_hex(c.id * 100 + d.n), 32, '0'), 'hex')",
}
MOMENTS = {
    "sqlite": "'2026-05-04 15:00:00.000000'",
    "postgresql": "TIMESTAMPTZ '2026-05-04 15:00Z'",
}
# PostgreSQL keeps rows as they were inserted: one of each casilla in turn, as deposits come.
ORDERS = {"sqlite": "c.id, d.n", "postgresql": "d.n, c.id"}


def fill(installation: Installation, people: int) -> None:
    dialect = installation.db.engine.dialect.name
    numbers = " UNION ALL ".join(f"SELECT {n} AS n" for n in range(EACH))
    statement = FILL_NOTIFICACIONES.format(
        key=KEYS[dialect], moment=MOMENTS[dialect], numbers=numbers, order=ORDERS[dialect]
    )
    with installation.db.transaction() as tx:
        tx.conn.exec_driver_sql(FILL_CASILLAS[dialect].format(casillas=people).replace("%", "%%"))
        driver = tx.conn.connection.driver_connection
        assert driver is not None
        driver.execute(statement)
    with installation.db.engine.connect() as conn:
        conn.execution_options(isolation_level="AUTOCOMMIT")
        conn.exec_driver_sql("ANALYZE")


def name(tx: Tx, casilla: int) -> None:
    """An inbox page shows the name of its owner, so the casilla needs one that is sealed."""
    uid = str(casilla).encode() if tx.conn.dialect.name == "sqlite" else casilla.to_bytes(8, "big")
    values = {"number": "40000001", "nombres": "Persona Ficticia"}
    sealed = {key: tx.vault.seal(f"casillas.{key}", uid, text) for key, text in values.items()}
    tx.conn.execute(update(casillas).where(casillas.c.id == casilla).values(sealed))


def open_sessions(installation: Installation, people: int) -> list[str]:
    chosen = random.Random(1).sample(range(1, people + 1), PEOPLE)
    tokens = []
    with installation.db.transaction() as tx:
        name(tx, people)  # the newest: the service starts only if its keys open it
        for casilla in chosen:
            tokens.append(secrets.new_token())
            name(tx, casilla)
            device = casilla.to_bytes(16, "big")
            lock(tx, casilla)
            devices.add(tx, device, casilla, "")
            until = tx.now + timedelta(hours=8)
            sessions.add(tx, tx.vault.digest(tokens[-1]), casilla, device, until, "", "")
    return tokens


async def read_inboxes(port: int, tokens: list[str]) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    for token in tokens:
        cookie = f"Cookie: __Host-sesion={token}\r\n"
        request = f"GET /casilla/ HTTP/1.1\r\nHost: localhost:{port}\r\n{cookie}\r\n"
        status = await post(reader, writer, request.encode())
        assert status == 200, status
    writer.close()


def cost(port: int, tokens: list[str], watched: list[int]) -> float:
    """Microseconds of the watched processes for each page."""
    before = sum(map(cpu_seconds, watched))
    asyncio.run(read_inboxes(port, tokens * PASSES))
    spent = sum(map(cpu_seconds, watched)) - before
    return spent / (len(tokens) * PASSES) * 1_000_000


def compare(engine: str, sizes: dict[int, str | None], base_port: int, database_pid: int) -> None:
    with ExitStack() as stack:
        servers = []
        for port, (casillas, url) in enumerate(sizes.items(), base_port):
            folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
            installation = install(folder, port, url)
            fill(installation, casillas)
            tokens = open_sessions(installation, casillas)
            installation.db.close()
            pid = stack.enter_context(serving(installation.settings, port))
            servers.append((port, tokens, pid))
        rounds = []
        for _ in range(ROUNDS + 1):
            costs = []
            for port, tokens, pid in servers:
                watched = [pid, database_pid] if database_pid else [pid]
                costs.append(cost(port, tokens, watched))
            rounds.append(costs)
    small, large = zip(*rounds[1:], strict=True)  # the first round warms
    ratio = statistics.median(b / a for a, b in zip(small, large, strict=True))
    micros = f"{statistics.median(small):.0f} and {statistics.median(large):.0f} µs"
    line = f"inbox {engine}: {ratio:.2f} times the processor of the small one, {micros}"
    figures.at_most(1.2, ratio, line)


def main() -> None:
    compare("sqlite", {SMALL: None, LARGE: None}, 8473, 0)
    if figures.lacks("inbox postgresql", "initdb"):
        return
    with Postgres() as postgres:
        sizes = {SMALL: postgres.new_database(), LARGE: postgres.new_database()}
        compare("postgresql", sizes, 8475, postgres.pid)


if __name__ == "__main__":
    main()
