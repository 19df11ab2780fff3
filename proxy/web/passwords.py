"""Passwords are hashed by two threads and a short queue; who comes later is told to wait.

Without that bound, a few hundred wrong passwords a second would stop the whole service
(SECURITY B20).
"""

from dataclasses import dataclass

import anyio
import anyio.to_thread

from proxy.domain.passwords import Passwords
from proxy.errors import Busy

WORKERS = 2
QUEUE = 16


@dataclass(frozen=True)
class Proof:
    matches: bool
    new_hash: str | None = None  # when the stored one was made with an older pepper or other costs


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
                self._prove, stored, password, limiter=self._limiter
            )
        finally:
            self._inside -= 1

    def _prove(self, stored: str | None, password: str) -> Proof:
        known = stored or self._passwords.decoy
        matches = self._passwords.verify(known, password) and stored is not None
        if matches and self._passwords.outdated(known):
            return Proof(True, self._passwords.hash(password))
        return Proof(matches)
