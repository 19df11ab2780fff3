"""Processor time of a route that checks the session against one that does nothing.

Server and load share one processor. A server that wakes a sleeping load on another processor spends
its own time on it, and the slower route would do so more often.
"""

import os
import statistics
import subprocess
import sys
import tempfile
from datetime import timedelta
from pathlib import Path

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from bench import figures
from bench.casilla_server import cpu_seconds, install, serving
from proxy.app import create_state
from proxy.domain import secrets
from proxy.domain.identidad import Identidad
from proxy.installation import Installation
from proxy.settings import Settings
from proxy.store import casillas, devices, sessions
from proxy.web.edge.sessions import private

PORT = 8472
ROUNDS, SECONDS = (1, 1) if figures.QUICK else (5, 3)


async def nothing(_request: Request) -> Response:
    return PlainTextResponse("nada\n")


def serve() -> None:
    app = Starlette(
        routes=[
            Route("/salud", nothing),
            Route("/nada", nothing),
            Route("/sesion", private(nothing)),
        ]
    )
    app.state.casilla = create_state(Installation(Settings(_env_file=None)))
    uvicorn.run(app, port=PORT, log_level="critical", access_log=False, lifespan="off")


def open_session(installation: Installation) -> str:
    token, device = secrets.new_token(), b"d" * 16
    with installation.db.transaction() as tx:
        identidad = Identidad("DNI", "40000001")
        casilla = casillas.add(
            tx, identidad, "Persona Ficticia", "nadie@example.com", "", must_change=False
        )
        devices.add(tx, device, casilla, "")
        until = tx.now + timedelta(hours=8)
        sessions.add(tx, tx.vault.digest(token), casilla, device, until, "", "")
    return token


def cost(pid: int, path: str, cookie: str) -> float:
    """Microseconds of the server's processor for each request."""
    before, address = cpu_seconds(pid), f"http://127.0.0.1:{PORT}{path}"
    output = subprocess.run(
        ["wrk", "-t1", "-c8", f"-d{SECONDS}s", "-H", f"Cookie: {cookie}", address],
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    if "Non-2xx" in output:
        raise SystemExit(output)
    requests = int(output.split(" requests in ")[0].split()[-1])
    return (cpu_seconds(pid) - before) / requests * 1_000_000


def main() -> None:
    if figures.lacks("session", "wrk"):
        return
    os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
    with tempfile.TemporaryDirectory() as folder:
        installation = install(Path(folder), PORT)
        cookie = f"__Host-sesion={open_session(installation)}"
        command = (sys.executable, "-m", "bench.session", "serve")
        with serving(installation.settings, PORT, *command) as pid:
            rounds = [
                (cost(pid, "/sesion", cookie), cost(pid, "/nada", cookie)) for _ in range(ROUNDS)
            ]
    ratio = statistics.median(session / nothing for session, nothing in rounds)
    micros = statistics.median(session - nothing for session, nothing in rounds)
    line = f"session: {ratio:.2f} of a route that does nothing, {micros:.0f} µs more"
    figures.at_most(2, ratio, line)


if __name__ == "__main__":
    if sys.argv[1:] == ["serve"]:
        serve()
    else:
        main()
