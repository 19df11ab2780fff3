"""A local file of breached passwords, searched by bisection: no password leaves this machine.

The file has one SHA-1 a line, in hexadecimal digits and sorted, as Have I Been Pwned gives it
«ordered by hash»; what follows a colon does not count. It may be larger than the memory (S17).
"""

import hashlib
import logging
import os
import unicodedata
from typing import BinaryIO

from proxy.errors import Refusal

logger = logging.getLogger("casilla.breached")

DIGITS = 40


class Breached:
    """Without a file it knows no password."""

    def __init__(self, path: str) -> None:
        self._path = path

    def knows(self, password: str) -> bool:
        """When the file cannot be read the error is logged, and nobody is kept out."""
        if not self._path:
            return False
        normal = unicodedata.normalize("NFC", password).encode()
        wanted = hashlib.sha1(normal, usedforsecurity=False).hexdigest().upper().encode()
        try:
            with open(self._path, "rb") as file:
                return _found(file, wanted)
        except OSError as error:
            logger.error("the breached passwords cannot be read", extra={"detail": str(error)})
            return False

    def refuse(self, password: str) -> None:
        """Refuses `password.breached`."""
        if self.knows(password):
            raise Refusal("password.breached")


def _found(file: BinaryIO, wanted: bytes) -> bool:
    start, end = 0, os.fstat(file.fileno()).st_size  # the line that is wanted begins between them
    while start < end:
        middle = (start + end) // 2
        file.seek(max(middle - 1, 0))
        if middle:
            file.readline()  # up to the first line that begins at `middle` or later
        if file.tell() >= end:
            end = middle
            continue
        digest = file.readline()[:DIGITS].upper()
        if digest == wanted:
            return True
        if digest < wanted:
            start = file.tell()
        else:
            end = middle
    return False
