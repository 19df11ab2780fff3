"""HTTP services that are well, slow, wrong, flapping or down: real ones, of this machine."""

import json
import threading
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from tests.outside.servers import tls_of


@dataclass(frozen=True)
class Asked:
    method: str
    target: str
    headers: Mapping[str, str]
    body: bytes

    @property
    def said(self) -> Any:
        return json.loads(self.body)


@dataclass(frozen=True)
class Reply:
    body: bytes = b""
    status: int = 200
    kind: str = "application/json"
    after: float = 0.0  # seconds of silence before it
    every: float = 0.0  # seconds before each byte of it
    head_at_once: bool = False  # only the body comes byte by byte
    more: tuple[tuple[str, str], ...] = ()  # headers


HANGS_UP = Reply(status=0)  # with what it was asked in hand
YES = Reply(b'{"resultado": "coincide"}')  # of identity
NO = Reply(b'{"resultado": "no coincide"}')
TAKEN = Reply(b'{"sid": "SM4F2A"}', 201)  # of SMS


class Service:
    """Gives `replies` in turn, and the last one for ever. Keeps what it was asked."""

    def __init__(self, *replies: Reply, pem: Path | None = None) -> None:
        self.replies = list(replies)
        self.asked: list[Asked] = []
        self._lock = threading.Lock()
        self._over = threading.Event()
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self._server.daemon_threads = False  # waited for: no test leaves one behind
        self._server.handle_error = lambda *_: None  # type: ignore[method-assign]
        if pem:
            self._server.socket = tls_of(pem).wrap_socket(self._server.socket, server_side=True)
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.01,))

    def url(self, host: str = "127.0.0.1", scheme: str = "http") -> str:
        return f"{scheme}://{host}:{self._server.server_address[1]}/servicio?v=1"

    def __enter__(self) -> "Service":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def _next(self, asked: Asked) -> Reply:
        with self._lock:
            self.asked.append(asked)
            return self.replies.pop(0) if len(self.replies) > 1 else self.replies[0]

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        service = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
                asked = Asked(self.command, self.path, dict(self.headers), body)
                reply = service._next(asked)
                service._over.wait(reply.after)
                if reply.status:
                    with suppress(OSError):  # the other side did not wait
                        self._say(reply)

            do_GET = do_POST  # as a redirection would be followed

            def _say(self, reply: Reply) -> None:
                self.send_response(reply.status)
                self.send_header("Content-Type", reply.kind)
                self.send_header("Content-Length", str(len(reply.body)))
                for name, value in reply.more:
                    self.send_header(name, value)
                head = b"".join([*self._headers_buffer, b"\r\n"])  # type: ignore[attr-defined]
                if not reply.every:
                    self.wfile.write(head + reply.body)
                    return
                if reply.head_at_once:
                    self.wfile.write(head)
                    head = b""
                for byte in head + reply.body:
                    if service._over.wait(reply.every):
                        return
                    self.wfile.write(bytes([byte]))

            def log_message(self, *_: object) -> None:
                pass

        return Handler
