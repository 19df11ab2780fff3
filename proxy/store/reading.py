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
from typing import NamedTuple

HERE = str(Path(__file__).parents[2].absolute())
PROGRAM = f"import sys; sys.path.insert(0, {HERE!r}); from proxy.store.whole import main; main()"
HELPERS = 2  # at most, so that their memory is bounded whoever asks

_turns = BoundedSemaphore(HELPERS)
_idle: list["subprocess.Popen[str]"] = []
os.register_at_fork(after_in_child=_idle.clear)  # an answer goes to one process only


class Read(NamedTuple):
    """`kind`: a name of domain/files.py, or None. `fault`: why the file must not be served, as a
    code of a refusal. `inside`: the name of the file within it, whose fault it is, as typed."""

    kind: str | None
    fault: str | None = None
    inside: str | None = None


def read(path: Path) -> Read:
    with _turns:
        try:
            helper = _idle.pop()
        except IndexError:
            helper = _start()
        answer = _ask(helper, path)
        if answer is None:  # somebody ended an idle helper: another one answers
            helper = _start()
            answer = _ask(helper, path)
        if answer is None:
            return Read(None, "file.heavy")
        _idle.append(helper)
        return answer


def _ask(helper: "subprocess.Popen[str]", path: Path) -> Read | None:
    """None: it has ended."""
    assert helper.stdin and helper.stdout
    try:
        helper.stdin.write(json.dumps(str(path.absolute())) + "\n")
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
    answer, inside = json.loads(line)
    if answer.startswith("file."):
        return Read(None, answer, inside or None)
    return Read(answer or None)


def _start() -> "subprocess.Popen[str]":
    return subprocess.Popen(
        [sys.executable, "-I", "-c", PROGRAM],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        env={},
    )
