"""A circuit breaker: while a service is down, the casilla neither asks it nor waits for it."""

import time
from collections.abc import Callable
from threading import Lock


class Breaker:
    """After `failures` in a row it allows no question for `seconds`, then one probe at a time."""

    def __init__(
        self,
        failures: int = 5,
        seconds: float = 30.0,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._most, self._seconds, self._clock = failures, seconds, clock
        self._lock = Lock()
        self._failures = 0
        self._probe_at = 0.0
        self._probing = False

    def allows(self) -> bool:
        """A caller that gets True must `tell` afterwards whether the service worked."""
        with self._lock:
            if self._failures < self._most:
                return True
            if self._probing or self._clock() < self._probe_at:
                return False
            self._probing = True
            return True

    def tell(self, *, worked: bool) -> None:
        with self._lock:
            self._probing = False
            self._failures = 0 if worked else self._failures + 1
            self._probe_at = self._clock() + self._seconds
