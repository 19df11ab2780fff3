"""Kills processes (SIGKILL) while they work: before a line of their code, or at any moment.

Use it in a fresh interpreter (`python -m`), where a fork inherits no thread and no connection.
"""

import os
import random
import signal
import sys
import time
from collections.abc import Callable
from types import FrameType
from typing import Any

Work = Callable[[int], None]


def kill_at_every_other_line(work: Work, files: tuple[str, ...], step: int = 2) -> int:
    """Run `work(n)` for n = 0, 2, … or 1, 3, …; kill it before the n-th line it runs in `files`.

    Returns the number of lines once `work` ends alive. Long work may take a longer `step`; the
    first line is random, so that other lines come at each run.
    """
    line = random.randrange(step)
    while _killed(work, line, files):
        line += step
    return line


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


def _killed(work: Work, line: int, files: tuple[str, ...]) -> bool:
    child = os.fork()
    if child == 0:
        _die_at(line, files)
        work(line)
        os._exit(0)
    _, status = os.waitpid(child, 0)
    if os.WIFSIGNALED(status):
        return True
    assert status == 0, "it failed by itself"
    return False


def _die_at(line: int, files: tuple[str, ...]) -> None:
    left = line

    def trace(frame: FrameType, event: str, _argument: Any) -> Any:
        nonlocal left
        if not frame.f_code.co_filename.endswith(files):
            return None
        if event == "line":
            if left == 0:
                os.kill(os.getpid(), signal.SIGKILL)
            left -= 1
        return trace

    sys.settrace(trace)
