"""The worker: it sends the messages of the outbox and does the chores, outside any request.

It runs inside `casilla servir`, or as a process of its own.
"""

import asyncio
import logging
import signal
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from threading import Event
from typing import Any

from proxy.errors import short
from proxy.flows import captcha, recalculation
from proxy.installation import Installation
from proxy.store.purge import purge
from proxy.work.bounces import Bounces
from proxy.work.constancias import Sealer
from proxy.work.mailer import Mailer
from proxy.work.mender import Mender
from proxy.work.messages import PathOf
from proxy.work.recorder import Recorder
from proxy.work.reminders import Reminder

logger = logging.getLogger("casilla.worker")

DAY = 24 * 3600.0  # seconds
PAUSE = 2.0  # seconds between looks at whether a chore has something to do
MEND_PAUSE = 20.0  # seconds: an operator who mended a file waits for it
LATE_PAUSE = 10.0  # seconds: what is late is so for minutes
BOUNCES_PAUSE = 10.0  # seconds: a message comes back in minutes, or in days
RECORD_PAUSE = 0.5  # seconds: an evento waits less than one for its place in line
DATES_PAUSE = 0.5  # seconds between batches: nobody waits for them
LONGEST = 10.0  # seconds between tries of a chore that keeps failing
PURGE_LONGEST = 3600.0  # a purge may read whole tables before it fails


class Worker:
    """Refuses `mail.url`, as `Mailer` does."""

    def __init__(self, installation: Installation, path_of: PathOf) -> None:
        self._installation = installation
        self._mailer = Mailer(installation, path_of)
        self._recorder = Recorder(installation)
        self._sealer = Sealer(installation)
        self._reminder = Reminder(installation)
        self._mender = Mender(installation)
        self._bounces = Bounces(installation)
        self._purge_at = time.monotonic()
        self._dates_told = False
        # One each, also for its pauses: no chore waits for the pause of another one.
        self._threads = ThreadPoolExecutor(len(self._chores()), "chore")

    async def work(self, wake: asyncio.Event, stop: Event) -> None:
        """Messages leave at once when `wake` is set. To end it, set `stop` and then `wake`."""
        try:
            chores = (self._repeat(chore, stop, *how) for chore, *how in self._chores())
            await asyncio.gather(self._mailer.work(wake, stop), *chores)
        finally:
            self._threads.shutdown(wait=False)
            self._sealer.close()

    def _chores(self) -> list[tuple[Any, ...]]:
        """Each with its pause and its longest one, where they are not the usual ones."""
        return [
            (self._recorder.advance, RECORD_PAUSE),
            (self._sealer.seal_next,),
            (self._sealer.tell_late, LATE_PAUSE),
            (self._refill,),
            (self._tell_dates, DATES_PAUSE),
            (self._reminder.look,),
            (self._reminder.plan, DATES_PAUSE),
            (self._mender.look, MEND_PAUSE),
            (self._bounces.look, BOUNCES_PAUSE),
            (self._purge, None, PURGE_LONGEST),
        ]

    def _refill(self) -> int:
        return captcha.refill(self._installation.db)

    def _purge(self) -> int:
        now = time.monotonic()
        if now >= self._purge_at:
            with self._installation.db.transaction() as tx:
                gone = purge(tx)
            self._purge_at = now + DAY  # set after the purge: a failed purge runs again
            if any(gone.values()):
                logger.info("out of date", extra={"detail": gone})
        return 0

    def _tell_dates(self) -> int:
        """The sheets are read once: when all was looked at, there is nothing more to do."""
        if self._dates_told:
            return 0
        with self._installation.db.transaction() as tx:
            found = recalculation.advance(tx, self._installation.catalog)
        self._dates_told = found is None
        if found and found[1]:
            logger.info("a new calendar gives other dates", extra={"detail": found[1]})
        return 0

    async def _repeat(
        self,
        chore: Callable[[], int],
        stop: Event,
        pause: float | None = None,
        longest: float = LONGEST,
    ) -> None:
        """Repeat at once while `chore` returns a number above 0. No error ends the loop, and one
        that lasts is said once.

        What fails again and again is tried after twice the time each time: it takes nothing from
        a database in trouble.
        """
        pause = wait = PAUSE if pause is None else pause
        said, inside = None, partial(asyncio.get_running_loop().run_in_executor, self._threads)
        while not stop.is_set():
            try:
                done = await inside(chore)
            except Exception as error:
                wrong = short(error)
                if wrong != said:
                    logger.error("a chore cannot be done", extra={"detail": wrong})
                said = wrong
                await inside(stop.wait, wait)
                wait = min(wait * 2, longest)
                continue
            said, wait = None, pause
            if not done:
                await inside(stop.wait, pause)


def work_alone(worker: Worker) -> None:

    async def until_told() -> None:
        wake, stop = asyncio.Event(), Event()

        def end() -> None:
            stop.set()
            wake.set()

        for number in (signal.SIGTERM, signal.SIGINT):
            asyncio.get_running_loop().add_signal_handler(number, end)
        await worker.work(wake, stop)

    asyncio.run(until_told())
