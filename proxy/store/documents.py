"""The bytes that were served: one file for each SHA-256, whole and synced before a row names it.

A file with its final name is never deleted, because another deposit may be about to serve the same
bytes. So a deposit that is killed, or refused once its files are kept, may leave a file that no row
names. The file does no harm, and a later deposit of the same bytes uses it.
"""

import errno
import hashlib
import os
import tempfile
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from proxy.errors import Unavailable

FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)  # of the disk, of a user, of a process
CHUNK = 256 * 1024
COPY = "tmp-"
STALE = 24 * 3600  # seconds: no copy takes that long


@dataclass(frozen=True)
class Received:
    """A synced copy that does not have its final name yet."""

    copy: Path
    sha256: str  # hexadecimal
    size: int  # bytes


class Coming:
    """A copy that is being written."""

    def __init__(self, path: Path, copy: BinaryIO) -> None:
        self._path, self._copy, self._digest = path, copy, hashlib.sha256()
        self.size = 0

    def write(self, chunk: bytes) -> None:
        self._digest.update(chunk)
        self.size += len(chunk)
        self._copy.write(chunk)

    def ended(self) -> Received:
        """Synced, and closed to every change."""
        self._copy.flush()
        os.fchmod(self._copy.fileno(), 0o400)
        os.fsync(self._copy.fileno())
        return Received(self._path, self._digest.hexdigest(), self.size)


class Documents:
    """A folder, in which `<first two digits>/<sha256>` is the file of those bytes."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._synced: set[Path] = set()  # the subfolders whose names survive a power cut

    @contextmanager
    def coming(self) -> Iterator["Coming"]:
        """A copy to write into, deleted at the end unless `keep` gave it its name.

        A killed process leaves its copy for `tidy`. Raises Unavailable when the disk is full.
        """
        with _room():
            if not self.folder.is_dir():
                self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
                _sync(self.folder.parent)
            descriptor, name = tempfile.mkstemp(dir=self.folder, prefix=COPY)
            try:
                with os.fdopen(descriptor, "wb") as copy:  # it writes what is left when it closes
                    yield Coming(Path(name), copy)
            finally:
                Path(name).unlink(missing_ok=True)

    @contextmanager
    def received(self, source: BinaryIO, most: int | None = None) -> Iterator[Received]:
        """A copy of at most `most + 1` bytes of `source`."""
        with self.coming() as coming:
            while most is None or coming.size <= most:
                chunk = source.read(CHUNK if most is None else min(CHUNK, most + 1 - coming.size))
                if not chunk:
                    break
                coming.write(chunk)
            yield coming.ended()

    def usable(self) -> bool:
        return self.folder.is_dir() and os.access(self.folder, os.R_OK | os.W_OK | os.X_OK)

    def keep(self, files: Iterable[Received]) -> None:
        """Give each copy its final name. A file with the same bytes is replaced. Raises
        Unavailable when the disk is full."""
        folders = set()
        with _room():
            for file in files:
                final = self.path(file.sha256)
                final.parent.mkdir(mode=0o700, exist_ok=True)
                os.replace(file.copy, final)
                folders.add(final.parent)
            for folder in folders:
                _sync(folder)  # the name, too, must survive a power cut
        if not folders <= self._synced:
            # Another process may have made a subfolder, and not have synced its name yet.
            there = {*self.folder.iterdir()}
            _sync(self.folder)
            self._synced = there

    def put(self, source: BinaryIO) -> Received:
        with self.received(source) as received:
            self.keep([received])
        return received

    def chunks(self, sha256: str) -> Iterator[bytes]:
        with self.path(sha256).open("rb") as file:
            while chunk := file.read(CHUNK):
                yield chunk

    def intact(self, sha256: str) -> bool:
        return self.fault(sha256) is None

    def fault(self, sha256: str) -> str | None:
        """Why these bytes cannot be served: `missing`, `unreadable` or `changed`."""
        try:
            with self.path(sha256).open("rb") as file:
                same = hashlib.file_digest(file, "sha256").hexdigest() == sha256
        except FileNotFoundError:
            return "missing"
        except OSError:  # the disk, or its rights
            return "unreadable"
        return None if same else "changed"

    def path(self, sha256: str) -> Path:
        return self.folder / sha256[:2] / sha256

    def tidy(self) -> None:
        for copy in self.folder.glob(f"{COPY}*"):
            try:
                if copy.stat().st_mtime < time.time() - STALE:
                    copy.unlink()
            except FileNotFoundError:
                pass  # its own process, or another one that tidies, deleted it first


@contextmanager
def _room() -> Iterator[None]:
    try:
        yield
    except OSError as error:
        if error.errno in FULL:
            raise Unavailable("disk.full") from error
        raise


def _sync(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
