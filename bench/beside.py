"""How long readers wait for their inbox while others log in, against the same without logins.

Two hundred readers ask for a page each second, each at moments of their own; in every other round
twenty people a second send their right password, which is hashed, beside them.
"""

import asyncio
import random
import statistics
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from bench import figures
from bench.casilla_server import install, serving
from bench.inbox import SMALL, fill, open_sessions
from bench.login import open_casillas, post, requests_of

PORT = 8481
READERS, LOGINS = (40, 5) if figures.QUICK else (200, 20)  # pages and passwords a second
ROUNDS, SECONDS = (1, 2) if figures.QUICK else (3, 8)


async def reader(token: str, until: float, waited: list[float]) -> None:
    streams = await asyncio.open_connection("127.0.0.1", PORT)
    cookie = f"Cookie: __Host-sesion={token}\r\n"
    request = f"GET /casilla/ HTTP/1.1\r\nHost: localhost:{PORT}\r\n{cookie}\r\n".encode()
    await asyncio.sleep(random.random())
    while time.perf_counter() < until:
        began = time.perf_counter()
        status = await post(*streams, request)
        waited.append(time.perf_counter() - began)
        assert status == 200, status
        await asyncio.sleep(max(0, began + 1 - time.perf_counter()))
    streams[1].close()


async def entrant(request: bytes, wait: float) -> int:
    await asyncio.sleep(wait)
    streams = await asyncio.open_connection("127.0.0.1", PORT)
    status = await post(*streams, request)
    streams[1].close()
    return status


async def crowd(tokens: list[str], logins: Iterator[bytes], many: int) -> tuple[float, int]:
    """The p99 of the readers, in seconds, and how many passwords were taken."""
    waited: list[float] = []
    until = time.perf_counter() + SECONDS
    entering = [entrant(next(logins), n / LOGINS) for n in range(many)]
    statuses, *_ = await asyncio.gather(
        asyncio.gather(*entering), *(reader(token, until, waited) for token in tokens)
    )
    return statistics.quantiles(waited, n=100)[98], statuses.count(303)


def main() -> None:
    many = LOGINS * SECONDS
    with tempfile.TemporaryDirectory() as folder:
        installation = install(Path(folder), PORT)
        fill(installation, SMALL)
        tokens = open_sessions(installation, SMALL)[:READERS]
        password = open_casillas(installation, many * ROUNDS)
        ratios, taken, slowest = [], 0, 0.0
        with serving(installation.settings, PORT):
            logins = iter(requests_of(PORT, range(many * ROUNDS), password))
            asyncio.run(crowd(tokens, logins, 0))  # warms
            for _ in range(ROUNDS):
                alone, _ = asyncio.run(crowd(tokens, logins, 0))
                beside, entered = asyncio.run(crowd(tokens, logins, many))
                ratios.append(beside / alone)
                taken, slowest = taken + entered, max(slowest, beside)
    ratio = statistics.median(ratios)
    rounds = ", ".join(f"{ratio:.2f}" for ratio in ratios)
    said = f"{taken} of {many * ROUNDS} passwords taken, slowest p99 {slowest * 1000:.0f} ms"
    line = f"beside: p99 of an inbox {ratio:.2f} times that without logins, rounds {rounds}; {said}"
    figures.at_most(3, ratio, line)


if __name__ == "__main__":
    main()
