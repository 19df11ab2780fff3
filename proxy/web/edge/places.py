"""Places for what is slow and takes room: a few in all, and fewer for each of those who ask."""

from collections import defaultdict
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import anyio

WAIT = 5  # seconds for a place: who sends several at once is served in turn


class Full(Exception):
    """`own`: whoever asks has all the places that they may have."""

    def __init__(self, own: bool) -> None:
        super().__init__("full")
        self.own = own


class Places:
    def __init__(self, in_all: int, each: int) -> None:
        self._all = anyio.CapacityLimiter(in_all)
        self._own: defaultdict[str, anyio.CapacityLimiter] = defaultdict(
            lambda: anyio.CapacityLimiter(each)
        )

    @asynccontextmanager
    async def place(self, who: str) -> AsyncIterator[None]:
        """Raises Full."""
        own = self._own[who]
        if not await _acquired(own):
            raise Full(own=True)
        try:
            if not await _acquired(self._all):
                raise Full(own=False)
            try:
                yield
            finally:
                self._all.release()
        finally:
            own.release()


async def _acquired(limiter: anyio.CapacityLimiter) -> bool:
    with anyio.move_on_after(WAIT):
        await limiter.acquire()
        return True
    return False
