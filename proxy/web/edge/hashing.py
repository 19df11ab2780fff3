"""Hashes passwords in threads of their own, behind a short queue; a full queue raises Busy.

Without this limit, a few hundred wrong passwords a second would stop the whole service (S20). The
threads are no others: each thread that ever hashed keeps 19 MB.
"""

import asyncio
import os
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import ParamSpec, TypeVar

from proxy.domain.passwords import Passwords, Proof
from proxy.errors import Busy

P = ParamSpec("P")
T = TypeVar("T")

# One for each processor that this process may use.
WORKERS = len(os.sched_getaffinity(0)) if sys.platform == "linux" else os.cpu_count() or 1
QUEUE = 16


class PasswordPool:
    """`passwords` is called at each use: its peppers change when the keys are rotated."""

    def __init__(self, passwords: Callable[[], Passwords]) -> None:
        self._passwords = passwords
        self._threads = ThreadPoolExecutor(WORKERS, "hash")
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
        return await self._run(self._passwords().prove, stored, password)

    async def hash(self, password: str) -> str:
        return await self._run(self._passwords().hash, password)

    async def _run(self, work: Callable[P, T], *args: P.args, **_: P.kwargs) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._threads, work, *args)
