"""Runs every script, or those that are named, whatever the ones before it did. Then it says again
what was missed, broken or not measured, and exits 1 for the first two."""

import os
import subprocess
import sys
from pathlib import Path

from bench.figures import BROKEN, MISSED, QUICK, SKIPPED

NO_SCRIPTS = {"__main__", "casilla_server", "figures", "locked_head"}
SCRIPTS = sorted({path.stem for path in Path(__file__).parent.glob("*.py")} - NO_SCRIPTS)


def run(script: str) -> list[str]:
    """What it said that is to be said again. Each has a process, and so processors, of its own."""
    again = []
    command = [sys.executable, "-m", f"bench.{script}"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        for line in process.stdout:
            print(line, end="", flush=True)
            if line.startswith((MISSED, SKIPPED)):
                again.append(line.rstrip())
    if process.returncode:
        again.append(f"{BROKEN}{script}: see what it said above")
    return again


def main() -> None:
    if QUICK:
        print("Only to see that each script works: no figure is judged.", flush=True)
    again = [line for script in sys.argv[1:] or SCRIPTS for line in run(script)]
    if again:
        print("", *again, sep="\n")
    # Where nothing may be skipped, a tool that is not there is a fault.
    faults = (MISSED, BROKEN, SKIPPED) if os.environ.get("REQUIRE_ENGINES") else (MISSED, BROKEN)
    sys.exit(any(line.startswith(faults) for line in again))


if __name__ == "__main__":
    main()
