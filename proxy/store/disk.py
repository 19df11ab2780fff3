"""Whether a disk of this machine takes more."""

import os
from collections.abc import Iterable
from pathlib import Path
from tempfile import TemporaryFile

ROOM = 4 * 1024 * 1024  # bytes


def full(folders: Iterable[Path]) -> bool:
    """A row that is written again shows no full disk: it takes the place of the old one.

    So this asks for room that is not taken yet, as a deposit does; quotas and a disk that became
    read-only show too. The file has no name: a killed process leaves nothing.
    """
    try:
        for folder in folders:
            with TemporaryFile(dir=folder) as file:
                os.posix_fallocate(file.fileno(), 0, ROOM)
    except OSError:
        return True
    return False
