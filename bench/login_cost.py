"""Processor time of a login without its hash, beside that of a Starlette route with one SELECT.

The hash is the cheapest that Argon2id allows. A login is the POST of a right password: it is
counted, a code is made, and its message is left for the worker. Both are warm.
"""

import asyncio
import statistics
import sys
import tempfile
from pathlib import Path

import uvicorn
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from bench import figures
from bench.casilla_server import cpu_seconds, install, serving
from bench.login import open_casillas, post, requests_of
from proxy.app import create_app
from proxy.domain import passwords
from proxy.installation import Installation
from proxy.settings import Settings

PORT = 8482
ROUNDS, POSTS, CLIENTS = (1, 40, 8) if figures.QUICK else (4, 200, 16)


def cheapen() -> None:
    passwords.MEMORY_KIB, passwords.PASSES = 8, 1


def serve() -> None:
    """The application itself, with a peer beside it in the same process."""
    cheapen()
    installation = Installation(Settings(_env_file=None))
    engine = installation.db.engine

    def select() -> int:
        with engine.connect() as conn:
            return int(conn.exec_driver_sql("SELECT id FROM casillas WHERE id = 1").scalar_one())

    async def one_select(_request: Request) -> Response:
        return PlainTextResponse(f"{await run_in_threadpool(select)}\n")

    peer = Starlette(routes=[Route("/consulta", one_select)])
    casilla = create_app(installation)

    async def both(scope, receive, send):  # type: ignore[no-untyped-def]
        await (peer if scope.get("path") == "/consulta" else casilla)(scope, receive, send)

    uvicorn.run(
        both, port=PORT, http="httptools", loop="uvloop", log_config=None, access_log=False,
        lifespan="off", proxy_headers=True, forwarded_allow_ips="127.0.0.1",
    )  # fmt: skip


async def send_all(requests: list[bytes], wanted: int) -> None:
    waiting = iter(requests)

    async def client() -> None:
        streams = await asyncio.open_connection("127.0.0.1", PORT)
        for request in waiting:
            status = await post(*streams, request)
            assert status == wanted, status
        streams[1].close()

    await asyncio.gather(*(client() for _ in range(CLIENTS)))


def cost(pid: int, requests: list[bytes], wanted: int) -> float:
    """Milliseconds of the server's processor for each request."""
    before = cpu_seconds(pid)
    asyncio.run(send_all(requests, wanted))
    return (cpu_seconds(pid) - before) / len(requests) * 1000


def main() -> None:
    cheapen()
    with tempfile.TemporaryDirectory() as folder:
        installation = install(Path(folder), PORT)
        password = open_casillas(installation, POSTS * (ROUNDS + 1))
        command = (sys.executable, "-m", "bench.login_cost", "serve")
        peer = f"GET /consulta HTTP/1.1\r\nHost: localhost:{PORT}\r\n\r\n".encode()
        with serving(installation.settings, PORT, *command) as pid:
            rounds = []
            for number in range(ROUNDS + 1):  # the first one warms
                numbers = range(number * POSTS, (number + 1) * POSTS)
                login = cost(pid, requests_of(PORT, numbers, password), 303)
                rounds.append((login, cost(pid, [peer] * POSTS * 4, 200)))
    login, select = (statistics.median(one) for one in zip(*rounds[1:], strict=True))
    said = f"{select:.2f} ms of a Starlette route with one SELECT"
    print(f"login_cost: {login:.2f} ms of a login without its hash, {said}", flush=True)


if __name__ == "__main__":
    if sys.argv[1:] == ["serve"]:
        serve()
    else:
        main()
