"""A server that answers a byte now and then: each is in time, and all of them take for ever."""

import socket
from contextlib import suppress
from threading import Event, Thread
from types import TracebackType

EVERY = 0.05  # seconds; fewer than any timeout of the tests
TLS_BEGINS = b"\x16\x03\x03\x40\x00"  # a record of 16 KB, of which the rest is to come
MOST = 400  # bytes, so that a test that fails ends


class Dripping:
    """Says `before` at once, each line after a line of the client; then drips.

    `cut`: the client ended the connection while it dripped.
    """

    def __init__(self, *before: bytes, drip: bytes = b"2") -> None:
        self.before, self.drip, self.cut = before, drip, Event()
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._socket.getsockname()[1]
        self._over = Event()
        self._thread = Thread(target=self._serve, daemon=True)

    def __enter__(self) -> "Dripping":
        self._thread.start()
        return self

    def __exit__(
        self,
        _kind: type[BaseException] | None,
        _error: BaseException | None,
        _trace: TracebackType | None,
    ) -> None:
        self._over.set()
        self._socket.close()
        self._thread.join(20)

    def _serve(self) -> None:
        with suppress(OSError):
            connection, _ = self._socket.accept()
            with connection:
                for answer in self.before:
                    connection.sendall(answer)
                    connection.recv(4096)
                for _ in range(MOST):
                    if self._over.wait(EVERY):
                        return
                    try:
                        connection.sendall(self.drip)
                    except OSError:
                        self.cut.set()
                        return
