"""Puts committed eventos in line, and lets the mark of the line leave the database."""

import logging
import time

from proxy.domain.evento import Mark
from proxy.errors import Refusal
from proxy.flows import record
from proxy.installation import Installation
from proxy.keys.mark import path_of_mark, read_mark, write_mark

logger = logging.getLogger("casilla.record")

LOGGED_EVERY = 60.0  # seconds between two marks in the log


class Recorder:
    def __init__(self, installation: Installation) -> None:
        self._installation = installation
        self._path = path_of_mark(installation.settings.keys_file)
        self._log_at = 0.0
        self._complaint = ""

    def advance(self) -> int:
        """Returns how many eventos got a place. A line that does not fit its mark stays as it is.

        So an attack, or a copy of the database that was put back, is not covered by what follows.
        """
        try:
            kept = read_mark(self._path, self._installation.vault)
        except Refusal as refusal:
            return self._complain(refusal.code)
        done = record.advance(self._installation.db, kept)
        if not done.fits:
            return self._complain("the line does not fit its mark")
        if done.mark and (kept is None or done.mark.place > kept.place):
            self._let_out(done.mark)
        return done.many

    def _let_out(self, mark: Mark) -> None:
        try:
            write_mark(self._path, self._installation.vault, mark)
        except OSError as error:
            self._complain(str(error.strerror), "the mark cannot be written")
        else:
            self._complaint = ""
        if time.monotonic() >= self._log_at:
            self._log_at = time.monotonic() + LOGGED_EVERY
            logger.info("mark", extra={"detail": {"place": mark.place, "chain": mark.chain.hex()}})

    def _complain(self, detail: str, what: str = "the record does not go on") -> int:
        """Once, not twice a second."""
        if detail != self._complaint:
            self._complaint = detail
            logger.error(what, extra={"detail": detail})
        return 0
