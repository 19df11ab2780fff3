"""The bytes of what was served: one file for each SHA-256, written once, never changed."""

import hashlib
import os
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

CHUNK = 256 * 1024


@dataclass(frozen=True)
class Stored:
    sha256: str  # hexadecimal
    size: int  # bytes


class Documents:
    """A folder; `<first two digits>/<sha256>` is the file of those bytes."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def put(self, source: BinaryIO) -> Stored:
        """Copy the source to disk, whole and synced, before any row may name it.

        A process killed half-way leaves a temporary file and nothing else.
        """
        self.folder.mkdir(parents=True, exist_ok=True)
        digest, size = hashlib.sha256(), 0
        with tempfile.NamedTemporaryFile(dir=self.folder, prefix="tmp-", delete=False) as copy:
            try:
                while chunk := source.read(CHUNK):
                    digest.update(chunk)
                    size += len(chunk)
                    copy.write(chunk)
                copy.flush()
                os.fsync(copy.fileno())
                self._keep(Path(copy.name), digest.hexdigest())
            finally:
                Path(copy.name).unlink(missing_ok=True)
        return Stored(digest.hexdigest(), size)

    def chunks(self, sha256: str) -> Iterator[bytes]:
        """The bytes, read as they are asked for."""
        with self.path(sha256).open("rb") as file:
            while chunk := file.read(CHUNK):
                yield chunk

    def intact(self, sha256: str) -> bool:
        """Whether the file is there and still has the bytes of its name."""
        try:
            with self.path(sha256).open("rb") as file:
                return hashlib.file_digest(file, "sha256").hexdigest() == sha256
        except FileNotFoundError:
            return False

    def path(self, sha256: str) -> Path:
        return self.folder / sha256[:2] / sha256

    def _keep(self, copy: Path, sha256: str) -> None:
        final = self.path(sha256)
        if final.exists():
            return  # the same bytes were served before
        final.parent.mkdir(exist_ok=True)
        copy.chmod(0o400)
        os.replace(copy, final)
        for folder in (final.parent, self.folder):
            descriptor = os.open(folder, os.O_RDONLY)
            os.fsync(descriptor)  # the name, too, must survive a power cut
            os.close(descriptor)
