"""Passwords are hashed by two threads and a short queue; who comes later is told to wait.

Without that bound, a few hundred wrong passwords a second would stop the whole service
(SECURITY B20).
"""

import anyio
import anyio.to_thread

from proxy.domain.passwords import Passwords, Proof
from proxy.errors import Busy

WORKERS = 2
QUEUE = 16


class PasswordPool:
    def __init__(self, passwords: Passwords) -> None:
        self._passwords = passwords
        self._limiter = anyio.CapacityLimiter(WORKERS)
        self._inside = 0

    async def prove(self, stored: str | None, password: str) -> Proof:
        """Verify against `stored`, or against a decoy that nothing matches when there is none."""
        if self._inside >= WORKERS + QUEUE:
            raise Busy()
        self._inside += 1
        try:
            return await anyio.to_thread.run_sync(
                self._passwords.prove, stored, password, limiter=self._limiter
            )
        finally:
            self._inside -= 1
