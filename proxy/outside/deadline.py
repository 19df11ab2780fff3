"""Ends a connection when its time is over.

The timeout of a socket does not end an answer that trickles in: each byte is in time.
"""

import socket
from contextlib import suppress
from threading import Lock, Timer
from types import TracebackType


class Deadline:
    """`over`: the time passed before the end of the block."""

    def __init__(self, seconds: float) -> None:
        self.over = False
        self._lock = Lock()
        self._lines: list[socket.socket] = []
        self._timer = Timer(seconds, self._end)
        self._timer.daemon = True

    def watch(self, sock: socket.socket) -> None:
        # A second handle of the same connection: TLS takes the first one away when it begins.
        line = socket.fromfd(sock.fileno(), sock.family, sock.type)
        with self._lock:
            self._lines.append(line)
            if self.over:
                _cut(line)

    def __enter__(self) -> "Deadline":
        self._timer.start()
        return self

    def __exit__(
        self,
        _kind: type[BaseException] | None,
        _error: BaseException | None,
        _trace: TracebackType | None,
    ) -> None:
        self._timer.cancel()
        with self._lock:
            for line in self._lines:
                line.close()
            self._lines.clear()

    def _end(self) -> None:
        with self._lock:
            self.over = True
            for line in self._lines:
                _cut(line)


def _cut(line: socket.socket) -> None:
    with suppress(OSError):
        line.shutdown(socket.SHUT_RDWR)  # under TLS too, without its farewell
