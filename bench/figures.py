"""Says each figure beside what is wanted of it, and what could not be measured."""

import os
import shutil

from tests.engines import find_postgres

# A few seconds a script, to see that it works: what it finds is not judged.
QUICK = "BENCH_QUICK" in os.environ
MISSED, SKIPPED, BROKEN = "MISSED ", "NOT MEASURED ", "BROKEN "
PACKAGES = {
    "chromium": "chromium",
    "initdb": "postgresql",
    "nginx": "nginx",
    "taskset": "util-linux",
    "wrk": "wrk",
}
os.environ["PATH"] += os.pathsep + "/usr/sbin"  # of a user who is not root it lacks that of nginx


def at_most(wanted: float, measured: float, line: str) -> None:
    _judge(measured <= wanted, f"{line} (at most {wanted})")


def at_least(wanted: float, measured: float, line: str) -> None:
    _judge(measured >= wanted, f"{line} (at least {wanted})")


def _judge(met: bool, line: str) -> None:
    print(line if met or QUICK else MISSED + line, flush=True)


def lacks(figure: str, *tools: str) -> bool:
    """Whether a tool is missing; then it says which package to install."""
    for tool in tools:
        if not (find_postgres() if tool == "initdb" else shutil.which(tool)):
            skip(figure, f"{tool} is missing: on Debian, apt install {PACKAGES[tool]}")
            return True
    return False


def skip(figure: str, reason: str) -> None:
    print(f"{SKIPPED}{figure}: {reason}", flush=True)
