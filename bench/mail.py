"""E-mails a second of 8 senders, against one by one, at a mail server that takes 50 ms an answer.

The peer is the mailer of versions up to 0.2.0: one by one, a new connection for each message, and
the authorities of the system read anew. Both send by STARTTLS, with a name and a password, to the
same server, which has a process of its own.
"""

import asyncio
import logging
import multiprocessing
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from email.message import EmailMessage
from pathlib import Path
from socket import create_connection
from threading import Event

from aiosmtpd.smtp import SMTP

from bench import figures
from bench.casilla_server import install
from proxy.domain.identidad import Identidad
from proxy.installation import Installation
from proxy.outside.mail import transport
from proxy.store import casillas, outbox
from proxy.web.routes import path_of
from proxy.work.mailer import Mailer
from tests.engines import free_port
from tests.outside.servers import Mailbox, certificate, only_the_casilla, tls_of

ANSWER = 0.05  # seconds
SENDERS = 8
ROUNDS, FEW, MANY = (1, 2, 24) if figures.QUICK else (5, 5, 200)  # messages of each side
WHO = Identidad("DNI", "40000001")


class Slow(SMTP):
    async def push(self, status: str | bytes) -> None:
        said = status.encode() if isinstance(status, str) else status
        if said[3:4] != b"-":  # an answer of many lines is one answer
            await asyncio.sleep(ANSWER)
        await super().push(status)


class OneByOne:
    where = "one by one"

    def __init__(self, url: str) -> None:
        self.url = url

    def send(self, email: EmailMessage) -> str:
        return transport(self.url, "localhost").send(email)

    def hang_up(self, idle: float = 0) -> None:
        pass


def serve(port: int, pem: Path) -> None:
    logging.disable()  # it complains of its own deprecated parts at each login
    options = {"tls_context": tls_of(pem), "auth_required": True, "authenticator": only_the_casilla}

    async def until_terminated() -> None:
        server = await asyncio.get_running_loop().create_server(
            lambda: Slow(Mailbox(), **options), "127.0.0.1", port
        )
        await server.serve_forever()

    asyncio.run(until_terminated())


@contextmanager
def serving(pem: Path) -> Iterator[str]:
    port = free_port()
    process = multiprocessing.get_context("spawn").Process(target=serve, args=(port, pem))
    process.start()
    try:
        _wait_for(port)
        yield f"smtp://casilla:a%2Fb%40c@127.0.0.1:{port}"
    finally:
        process.terminate()
        process.join()


def _wait_for(port: int) -> None:
    for _ in range(400):
        try:
            with create_connection(("127.0.0.1", port)):
                return
        except ConnectionRefusedError:
            time.sleep(0.05)
    raise SystemExit("the mail server does not start")


def leave(parts: Installation, count: int) -> None:
    with parts.db.transaction() as tx:
        casilla = casillas.by_identidad(tx, WHO)
        for _ in range(count):
            outbox.add(tx, "notificacion_deposited", casilla)


def waiting(parts: Installation) -> bool:
    with parts.db.reading() as tx:
        return outbox.oldest_due(tx) is not None


def send_one_by_one(parts: Installation) -> None:
    mailer = Mailer(parts, path_of)
    mailer.mail = OneByOne(parts.settings.mail_url)
    mailer.deliver_due()


def send_by_senders(parts: Installation) -> None:
    async def story() -> None:
        wake, stop = asyncio.Event(), Event()
        working = asyncio.create_task(Mailer(parts, path_of).work(wake, stop))
        while await asyncio.to_thread(waiting, parts):
            await asyncio.sleep(0.02)
        stop.set()
        wake.set()
        await working

    asyncio.run(story())


def per_second(parts: Installation, count: int, send: Callable[[Installation], None]) -> float:
    leave(parts, count)
    started = time.perf_counter()
    send(parts)
    seconds = time.perf_counter() - started
    if waiting(parts):
        raise SystemExit("a message did not leave")
    return count / seconds


def main() -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        parts = install(folder, 8477)
        with parts.db.transaction() as tx:
            casillas.add(tx, WHO, "Persona Ficticia", "nadie@example.com", None)
        with serving(certificate(folder, "localhost")) as url:
            parts.settings.mail_url, parts.settings.mail_senders = url, SENDERS
            rounds = [
                (
                    per_second(parts, FEW, send_one_by_one),
                    per_second(parts, MANY, send_by_senders),
                )
                for _ in range(ROUNDS)
            ]
        parts.db.close()
    alone, many = (statistics.median(rates) for rates in zip(*rounds, strict=True))
    ratio = statistics.median(many / alone for alone, many in rounds)
    what = f"mail: {SENDERS} senders, {ANSWER * 1000:.0f} ms an answer"
    figures.at_least(
        12, ratio, f"{what}: {ratio:.1f} of one by one, {many:.1f} a second to {alone:.1f}"
    )


if __name__ == "__main__":
    main()
