"""A gateway of SMS of the tests' own: it listens on this machine and keeps what it is asked."""

import threading
import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import TracebackType

from tests.outside.servers import tls_of


@dataclass(frozen=True)
class Asked:
    method: str
    target: str
    headers: Mapping[str, str]
    body: bytes


@dataclass(frozen=True)
class Says:
    """An answer; `after` seconds, and `trickling` one byte at a time."""

    status: int = 201
    text: str = '{"sid": "SM4F2A"}'
    after: float = 0
    trickling: bool = False
    location: str = ""


class HangsUp(Says):
    """Takes the message and ends the connection without a word."""


class Sms:
    """Answers with `answers`, one each, and then with 201."""

    def __init__(self, *answers: Says, pem: Path | None = None) -> None:
        self.answers = list(answers)
        self.asked: list[Asked] = []
        self._lock = threading.Lock()
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        if pem:
            self._server.socket = tls_of(pem).wrap_socket(self._server.socket, server_side=True)
        self.port = int(self._server.server_address[1])
        self.url = f"http://127.0.0.1:{self.port}/v1/mensajes"

    def __enter__(self) -> "Sms":
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.01,))
        self._thread.start()
        return self

    def __exit__(
        self,
        _kind: type[BaseException] | None,
        _error: BaseException | None,
        _trace: TracebackType | None,
    ) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    def next_answer(self, asked: Asked) -> Says:
        with self._lock:
            self.asked.append(asked)
            return self.answers.pop(0) if self.answers else Says()

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        server = self

        class Handler(BaseHTTPRequestHandler):
            def answer(self) -> None:
                body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
                asked = Asked(self.command, self.path, dict(self.headers), body)
                says = server.next_answer(asked)
                time.sleep(says.after)
                if isinstance(says, HangsUp):
                    return
                with suppress(OSError):  # who asked did not wait
                    _write(self, says)

            do_GET = do_POST = do_PUT = answer

            def log_message(self, *_: object) -> None:
                pass

        return Handler


def _write(handler: BaseHTTPRequestHandler, says: Says) -> None:
    handler.send_response(says.status)
    if says.location:
        handler.send_header("Location", says.location)
    handler.send_header("Content-Length", str(len(says.text.encode())))
    handler.end_headers()
    if not says.trickling:
        handler.wfile.write(says.text.encode())
        return
    for byte in says.text.encode():
        handler.wfile.write(bytes([byte]))
        handler.wfile.flush()
        time.sleep(0.05)
