"""Kills processes (SIGKILL) while they work: before each step, or at any moment.

Use it in a fresh interpreter (`python -m`), where a fork inherits no thread and no connection.
"""

import io
import os
import random
import signal
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Any

from sqlalchemy import Engine, event

Work = Callable[[int], None]

# What is asked of the disk. Before a `write` the file is there and has nothing in it.
ASKED = {"write", "fsync", "mkdir", "rmdir", "link", "symlink", "rename", "replace", "unlink"}
FILES = (io.FileIO, io.BufferedWriter, io.BufferedRandom, io.TextIOWrapper)


def kill_before_each_step(work: Work) -> int:
    """Run `work(n)` for n = 0, 1, …; kill it before the n-th step. Returns the number of steps.

    A step is the first writing of a transaction, its commit, and each thing asked of the disk. A
    kill between two steps leaves what a kill before the second one leaves.
    """
    step = 0
    while _killed(work, step):
        step += 1
    return step


def kill_anywhere(work: Work, rounds: int, seconds: float) -> None:
    """Run `work` over and over in a child, and kill it after a random part of `seconds`."""
    for turn in range(rounds):
        child = os.fork()
        if child == 0:
            for number in range(turn * 1000, turn * 1000 + 1000):
                work(number)
            os._exit(1)
        time.sleep(random.uniform(0, seconds))
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)


def _killed(work: Work, step: int) -> bool:
    child = os.fork()
    if child == 0:
        _steps.left = step
        _steps.watch()
        work(step)
        os._exit(0)
    _, status = os.waitpid(child, 0)
    if os.WIFSIGNALED(status):
        return True
    assert status == 0, "it failed by itself"
    return False


class _Steps:
    left = 0
    spared = False
    written = False

    def take(self) -> None:
        if self.spared:
            return
        if self.left == 0:
            os.kill(os.getpid(), signal.SIGKILL)
        self.left -= 1

    def watch(self) -> None:
        event.listen(Engine, "before_cursor_execute", self._execute)
        event.listen(Engine, "commit", self._commit)
        sys.setprofile(self._call)

    def _execute(self, _conn: object, _cursor: object, statement: str, *_rest: object) -> None:
        if not self.written and not statement.startswith(("SELECT", "PRAGMA")):
            self.take()
            self.written = True

    def _commit(self, _conn: object) -> None:
        if self.written:
            self.take()
            self.written = False

    def _call(self, _frame: FrameType, kind: str, called: Any) -> None:
        if kind == "c_call" and called.__name__ in ASKED:
            owner = called.__self__
            if isinstance(owner, FILES) or owner is sys.modules["posix"]:
                self.take()


_steps = _Steps()


@contextmanager
def spared() -> Iterator[None]:
    """Nothing inside is a step."""
    _steps.spared = True
    yield
    _steps.spared = False
