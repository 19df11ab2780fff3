"""Deposits through the API by 16 clients, beside the flow in process and what the disk asks.

The peer puts the same bytes into a file that is synced and named, and commits one row of the bare
driver, one after the other; it does not read the PDF. Each client has a key and a connection of its
own, and shares the processors with the service. Each deposit is to the next one of 200 people.
"""

import asyncio
import hashlib
import json
import statistics
import tempfile
import time
from contextlib import ExitStack
from itertools import count
from pathlib import Path

from bench import figures
from bench.casilla_server import install, serving
from bench.deposits import WHO, AddRow, postgresql_row, seconds, serve, sqlite_row, write_raw
from bench.login import post
from bench.record import pdf
from proxy.domain.identidad import Identidad
from proxy.flows import api_keys
from proxy.installation import Installation
from proxy.store import casillas
from tests.engines import Postgres

PORT, CLIENTS, PEOPLE, FIRST = 8483, 16, 200, 41_000_000
ROUNDS, EACH, TIMES = (1, 2, 10) if figures.QUICK else (7, 30, 60)
DATOS = {
    "referencia": "SGD-1",
    "expediente": "EXP.2026000027",
    "fecha_expediente": "2026-03-02",
    "tipo": "CARTA",
    "numero": "000009-2026-SG/JNE",
    "asunto": "Carta de atención",
    "dependencia": "Secretaría General",
    "firmado_por": "Ana Torres Inventada",
    "elaborado_por": "Luis Paredes Inventado",
    "fecha_emision": "2026-03-09",
    "procedimiento": "administrativo",
    "contenido": {"vigencia": "Desde hoy", "agota_via": False, "sin_recursos": "De trámite"},
}


def request_of(number: int, key: str) -> bytes:
    content = pdf(number)
    datos = DATOS | {
        "destinatario": f"DNI-{FIRST + number % PEOPLE}",
        "acto": {"nombre": "CARTA 9.pdf", "sha256": hashlib.sha256(content).hexdigest()},
    }
    parts = (("datos", json.dumps(datos).encode()), ("acto", content))
    body = b"".join(
        b'--limite\r\nContent-Disposition: form-data; name="%s"; filename="a"\r\n\r\n%s\r\n'
        % (name.encode(), part)
        for name, part in parts
    )
    body += b"--limite--\r\n"
    head = (
        f"POST /api/v1/notificaciones HTTP/1.1\r\nHost: localhost:{PORT}\r\n"
        f"Authorization: Bearer {key}\r\nIdempotency-Key: {number}\r\n"
        "Content-Type: multipart/form-data; boundary=limite\r\n"
        f"Content-Length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body


async def client(requests: list[bytes]) -> None:
    streams = await asyncio.open_connection("127.0.0.1", PORT)
    for request in requests:
        status = await post(*streams, request)
        assert status == 201, status
    streams[1].close()


async def clients(requests: list[list[bytes]]) -> float:
    """Deposits a second."""
    began = time.perf_counter()
    await asyncio.gather(*map(client, requests))
    return CLIENTS * EACH / (time.perf_counter() - began)


def judge(engine: str, folder: Path, parts: Installation, add_row: AddRow) -> None:
    with parts.db.transaction() as tx:
        casillas.add(tx, WHO, "Persona Ficticia", "nadie@example.com", None)
        for n in range(PEOPLE):
            who = Identidad("DNI", str(FIRST + n))
            casillas.add(tx, who, "Persona Ficticia", "nadie@example.com", None)
        keys = [api_keys.create(tx, "SGD")[1] for _ in range(CLIENTS)]
    (folder / "raw").mkdir()
    numbers = count()

    def raw() -> None:
        number = next(numbers)
        write_raw(folder / "raw", add_row, number, pdf(number), read=False)

    def batch() -> list[list[bytes]]:
        return [[request_of(next(numbers), key) for _ in range(EACH)] for key in keys]

    rounds = []
    with serving(parts.settings, PORT):
        asyncio.run(clients(batch()))  # warms
        for _ in range(ROUNDS):
            bare = TIMES / seconds(raw, TIMES)
            flow = TIMES / seconds(lambda: serve(parts, pdf(next(numbers))), TIMES)
            rounds.append((bare, flow, asyncio.run(clients(batch()))))
    parts.db.close()
    bare, flow, api = (statistics.median(of) for of in zip(*rounds, strict=True))
    ratio = statistics.median(api / bare for bare, _, api in rounds)
    line = (
        f"api: {engine}: {ratio:.2f} of the raw speed; a second: {api:.0f} through the API by "
        f"{CLIENTS} clients, {flow:.0f} by the flow in process, {bare:.0f} raw"
    )
    figures.at_least(0.25, ratio, line)


def main() -> None:
    with tempfile.TemporaryDirectory() as name, ExitStack() as stack:
        folder = Path(name)
        parts = install(folder, PORT)
        judge("sqlite", folder, parts, sqlite_row(folder / "raw.db", stack))
    if figures.lacks("api: postgresql", "initdb"):
        return
    with tempfile.TemporaryDirectory() as name, Postgres() as server, ExitStack() as stack:
        folder = Path(name)
        parts = install(folder, PORT, server.new_database())
        judge("postgresql", folder, parts, postgresql_row(server.new_database(), stack))


if __name__ == "__main__":
    main()
