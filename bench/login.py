"""Login POSTs a second against bare Argon2id verifications a second, on the same processors.

The POSTs have wrong passwords of 900 casillas, from as many addresses; each is counted, hashed and
recorded. An answer takes at least 350 ms, so many POSTs must be under way at once: enough to keep
all threads that verify and a short queue busy, at the speed that the bare verifications had just
before.
"""

import asyncio
import re
import statistics
import tempfile
import time
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from urllib.parse import urlencode
from urllib.request import urlopen

from bench import figures
from bench.casilla_server import install, serving
from proxy.domain.identidad import Identidad
from proxy.domain.passwords import Passwords
from proxy.installation import Installation
from proxy.store import casillas
from proxy.web.edge.hashing import WORKERS
from proxy.web.edge.pace import FLOOR, JITTER

PORT = 8471
FIRST = 40_000_000  # of the DNIs
# POSTS in a round: the limit for all clients together is 1,000 in five minutes.
ROUNDS, POSTS = (1, 100) if figures.QUICK else (3, 300)
QUEUED = 6


def bare(passwords: Passwords, stored: str) -> float:
    """Verifications a second with as many threads."""
    started = time.perf_counter()
    with ThreadPoolExecutor(WORKERS) as pool:
        list(pool.map(lambda _: passwords.prove(stored, "otra"), range(POSTS)))
    return POSTS / (time.perf_counter() - started)


async def post(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, request: bytes) -> int:
    writer.write(request)
    head = await reader.readuntil(b"\r\n\r\n")
    length = re.search(rb"content-length: (\d+)", head, re.IGNORECASE)
    assert length is not None
    await reader.readexactly(int(length[1]))
    return int(head.split()[1])


async def logins(requests: list[bytes], clients: int) -> float:
    """Answered POSTs a second, while every client is at work."""
    waiting = iter(requests)
    answered: list[float] = []

    async def client(number: int) -> None:
        await asyncio.sleep(number * 0.02)  # the queue is too short for all of them in one instant
        reader, writer = await asyncio.open_connection("127.0.0.1", PORT)
        for request in waiting:
            while (status := await post(reader, writer, request)) == 503:
                await asyncio.sleep(2)  # the queue was full: Retry-After says when to come again
            assert status == 403, status
            answered.append(time.perf_counter())
        writer.close()

    await asyncio.gather(*(client(number) for number in range(clients)))
    steady = answered[clients:-clients]
    return (len(steady) - 1) / (steady[-1] - steady[0])


def requests_of(port: int, numbers: Iterable[int], password: str) -> list[bytes]:
    """The form of the login, sent by these people, each from an address of their own."""
    with urlopen(f"http://localhost:{port}/casilla/ingresar/") as reply:
        cookie = reply.headers["set-cookie"].partition(";")[0]
        seal = re.search(r'name="sello" value="([^"]+)"', reply.read().decode())
    assert seal is not None
    requests = []
    for number in numbers:
        body = urlencode({"dni": FIRST + number, "clave": password, "sello": seal[1]})
        requests.append(
            (
                f"POST /casilla/ingresar/ HTTP/1.1\r\nHost: localhost:{port}\r\n"
                f"Cookie: {cookie}\r\nSec-Fetch-Site: same-origin\r\n"
                f"X-Forwarded-For: 198.18.{number // 250}.{number % 250 + 1}\r\n"
                "Content-Type: application/x-www-form-urlencoded\r\n"
                f"Content-Length: {len(body)}\r\n\r\n{body}"
            ).encode()
        )
    return requests


def open_casillas(installation: Installation, many: int) -> str:
    """Returns the password of all of them."""
    password = "la-correcta"
    stored = installation.passwords.hash(password)
    with installation.db.transaction() as tx:
        for number in range(many):
            holder = (Identidad("DNI", str(FIRST + number)), "Persona Ficticia")
            casillas.add(tx, *holder, "nadie@example.com", stored, must_change=False)
    return password


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        installation = install(Path(folder), PORT)
        stored = installation.passwords.hash(open_casillas(installation, ROUNDS * POSTS))
        ratios = []
        with serving(installation.settings, PORT):
            for round_ in range(ROUNDS):
                verified = bare(installation.passwords, stored)
                clients = round(verified * (FLOOR + JITTER / 2)) + QUEUED
                clients = min(clients, POSTS // 2 - 1)  # some posts lie between first and last
                numbers = range(round_ * POSTS, (round_ + 1) * POSTS)
                requests = requests_of(PORT, numbers, "otra")
                posted = asyncio.run(logins(requests, clients))
                ratios.append(posted / verified)
    ratio = statistics.median(ratios)
    rounds = ", ".join(f"{ratio:.2f}" for ratio in ratios)
    line = f"login: {ratio:.2f} of bare Argon2id verifications, rounds {rounds}"
    figures.at_least(0.85, ratio, line)


if __name__ == "__main__":
    main()
