"""Identity services that are well, slow, wrong, flapping or down: each is a real HTTP server."""

import json
import ssl
import threading
import time
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


@dataclass(frozen=True)
class Reply:
    body: bytes = b'{"resultado": "coincide"}'
    status: int = 200
    kind: str = "application/json"
    after: float = 0.0  # seconds of silence before it
    every: float = 0.0  # seconds before each byte of it
    more: tuple[tuple[str, str], ...] = ()  # headers


HANGS_UP = Reply(status=0)
YES = Reply()
NO = Reply(b'{"resultado": "no coincide"}')


class Answering:
    """Gives `replies` in turn, and the last one for ever. Keeps what it was asked."""

    def __init__(self, *replies: Reply, tls: ssl.SSLContext | None = None) -> None:
        self.replies = list(replies) or [YES]
        self.asked: list[dict[str, Any]] = []
        self.headers: list[dict[str, str]] = []
        self.paths: list[str] = []
        self._lock = threading.Lock()
        self._over = threading.Event()
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self._server.daemon_threads = False  # waited for: no test leaves one behind
        self._server.handle_error = lambda *_: None  # type: ignore[method-assign]
        if tls:
            self._server.socket = tls.wrap_socket(self._server.socket, server_side=True)
        self.port = int(self._server.server_address[1])
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.01,))
        self._thread.start()

    def url(self, host: str = "127.0.0.1", scheme: str = "http") -> str:
        return f"{scheme}://{host}:{self.port}/verificar?v=1"

    def close(self) -> None:
        self._over.set()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def _next(self, handler: BaseHTTPRequestHandler) -> Reply:
        body = handler.rfile.read(int(handler.headers["Content-Length"]))
        with self._lock:
            self.asked.append(json.loads(body))
            self.headers.append(dict(handler.headers))
            self.paths.append(handler.path)
            return self.replies.pop(0) if len(self.replies) > 1 else self.replies[0]

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        service = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                reply = service._next(self)
                service._over.wait(reply.after)
                if reply.status == 0:
                    self.connection.close()
                    return
                self.send_response(reply.status)
                self.send_header("Content-Type", reply.kind)
                self.send_header("Content-Length", str(len(reply.body)))
                for name, value in reply.more:
                    self.send_header(name, value)
                if reply.every:
                    head = b"".join(self._headers_buffer)  # type: ignore[attr-defined]
                    self._trickle(head + b"\r\n" + reply.body, reply.every)
                    return
                self.end_headers()
                self.wfile.write(reply.body)

            def _trickle(self, content: bytes, every: float) -> None:
                for byte in content:
                    if service._over.wait(every):
                        return
                    self.wfile.write(bytes([byte]))
                    self.wfile.flush()

            def log_message(self, *_: object) -> None:
                pass

        return Handler


def seconds_since(started: float) -> float:
    return time.monotonic() - started
