"""Files are read in processes of their own (store/whole.py): one that is made to crash a reader, or
to take all memory or time, takes nothing from who asks.

A helper stays and forks for each file, since Python and its libraries take twenty times as long to
start as to read a letter. Never call it on the event loop.
"""

import json
import os
import subprocess
import sys
from pathlib import Path
from threading import BoundedSemaphore

PROGRAM = Path(__file__).with_name("whole.py").absolute()
HELPERS = 2  # at most, so that their memory is bounded whoever asks

_turns = BoundedSemaphore(HELPERS)
_idle: list["subprocess.Popen[str]"] = []
os.register_at_fork(after_in_child=_idle.clear)  # an answer goes to one process only


def fault(path: Path, kind: str) -> str | None:
    """Why the file must not be served, as a code of a refusal."""
    with _turns:
        try:
            helper = _idle.pop()
        except IndexError:
            helper = _start()
        answer = _ask(helper, path, kind)
        if answer is None:  # somebody ended an idle helper: another one answers
            helper = _start()
            answer = _ask(helper, path, kind)
        if answer is None:
            return "file.heavy"
        _idle.append(helper)
        return answer or None


def _ask(helper: "subprocess.Popen[str]", path: Path, kind: str) -> str | None:
    """None: it has ended."""
    assert helper.stdin and helper.stdout
    try:
        helper.stdin.write(json.dumps([str(path.absolute()), kind]) + "\n")
        helper.stdin.flush()
        line = helper.stdout.readline()
    except BaseException as error:  # an answer that nobody waits for would be taken for the next
        helper.kill()
        if not isinstance(error, BrokenPipeError):
            raise
        line = ""
    if not line:
        helper.communicate()
        return None
    return line.removesuffix("\n")


def _start() -> "subprocess.Popen[str]":
    return subprocess.Popen(
        [sys.executable, "-I", str(PROGRAM)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        env={},
    )
