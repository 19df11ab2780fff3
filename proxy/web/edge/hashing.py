"""Hashes passwords with two threads and a short queue; a full queue raises Busy.

Without this limit, a few hundred wrong passwords a second would stop the whole service (S20).
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

import anyio
import anyio.to_thread

from proxy.domain.passwords import Passwords, Proof
from proxy.errors import Busy

WORKERS = 2
QUEUE = 16


class PasswordPool:
    """`passwords` is called at each use: its peppers change when the keys are rotated."""

    def __init__(self, passwords: Callable[[], Passwords]) -> None:
        self._passwords = passwords
        self._limiter = anyio.CapacityLimiter(WORKERS)
        self._taken = 0

    @contextmanager
    def place(self) -> Iterator[None]:
        """Raises Busy. Take a place before you count a try, so that a full queue costs no try."""
        if self._taken >= WORKERS + QUEUE:
            raise Busy()
        self._taken += 1
        try:
            yield
        finally:
            self._taken -= 1

    async def prove(self, stored: str | None, password: str) -> Proof:
        """Without `stored`, verifies against a decoy that no password matches."""
        return await anyio.to_thread.run_sync(
            self._passwords().prove, stored, password, limiter=self._limiter
        )

    async def hash(self, password: str) -> str:
        return await anyio.to_thread.run_sync(
            self._passwords().hash, password, limiter=self._limiter
        )
