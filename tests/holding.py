"""Databases that do not answer: a PostgreSQL that was stopped, an SQLite that somebody holds.

Nothing here goes on by itself: what ends meanwhile has a limit of its own.
"""

import os
import resource
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.engines import Postgres

HOLD = """
import sqlite3, sys
held = sqlite3.connect(sys.argv[1], isolation_level=None)
held.execute("BEGIN EXCLUSIVE")
print("held", flush=True)
sys.stdin.read()
"""


@contextmanager
def stopped(server: Postgres) -> Iterator[None]:
    """It still takes connections, as its kernel does that, and then says nothing."""
    every = [server.pid, *_children(server.pid)]
    for pid in every:
        os.kill(pid, signal.SIGSTOP)
    try:
        yield
    finally:
        for pid in every:
            os.kill(pid, signal.SIGCONT)


@contextmanager
def silent() -> Iterator[int]:
    """The port of a server that takes connections and never says anything."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        yield int(listener.getsockname()[1])


@contextmanager
def locked(path: Path) -> Iterator[None]:
    """By another process."""
    command = [sys.executable, "-c", HOLD, str(path)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as holder:
        assert holder.stdin is not None and holder.stdout is not None
        assert holder.stdout.readline() == b"held\n"
        try:
            yield
        finally:
            holder.stdin.close()


@contextmanager
def gone(path: Path) -> Iterator[None]:
    away = path.with_name("apartada.db")
    path.rename(away)
    try:
        yield
    finally:
        away.rename(path)


@contextmanager
def small_disk(folder: Path, megabytes: int) -> Iterator[None]:
    subprocess.run(
        ["mount", "-t", "tmpfs", "-o", f"size={megabytes}m,mode=0755", "none", folder], check=True
    )
    try:
        yield
    finally:
        subprocess.run(["umount", folder], check=True)


@contextmanager
def no_large_file(most: int = 1000) -> Iterator[None]:
    """As a full disk says it to who is not root: no file of this process grows beyond it."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (most, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


@contextmanager
def filled(folder: Path, left: int) -> Iterator[None]:
    """So that its disk has only so many bytes left."""
    ballast, free = folder / "lleno", os.statvfs(folder)
    with ballast.open("wb") as file:
        os.posix_fallocate(file.fileno(), 0, free.f_bavail * free.f_frsize - left)
    try:
        yield
    finally:
        ballast.unlink()


def _children(pid: int) -> list[int]:
    return [int(one) for one in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
