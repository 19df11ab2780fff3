"""Several processes or threads that work on one database at the same moment."""

import multiprocessing
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from contextlib import contextmanager
from functools import cache
from multiprocessing.context import BaseContext
from typing import Any, TypeVar

from sqlalchemy import text

from proxy.store.db import Database

T = TypeVar("T")

PROCESSES = 4


def race(work: Callable[[str], list[T]], database_url: str) -> list[T]:
    """The results of `work` in four processes at once. It must be a function of a module."""
    with ProcessPoolExecutor(PROCESSES, mp_context=_forks()) as pool:
        futures = [pool.submit(work, database_url) for _ in range(PROCESSES)]
        return [value for future in futures for value in future.result()]


@cache
def _forks() -> BaseContext:
    """Forks of a process that has imported what this one has, and no thread and no connection."""
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload([name for name in sys.modules if name.startswith("tests.")])
    return context


@contextmanager
def holding(db: Database, table: str) -> Iterator[None]:
    """PostgreSQL only: a transaction that writes to the table waits until this block ends."""
    with db.engine.begin() as conn:
        conn.execute(text(f"LOCK TABLE {table} IN SHARE MODE"))
        yield


def done_or_waiting(db: Database, *futures: Future[Any]) -> None:
    """Returns once each future is done or waits for a lock of PostgreSQL."""
    waiting = text(
        "SELECT count(*) FROM pg_stat_activity"
        " WHERE datname = current_database() AND wait_event_type = 'Lock'"
    )
    until = time.monotonic() + 30
    while time.monotonic() < until:
        with db.engine.begin() as conn:
            waits = conn.execute(waiting).scalar_one()
        if sum(future.done() for future in futures) + waits >= len(futures):
            return
        time.sleep(0.02)
    raise TimeoutError
