"""Puts committed eventos in line, and lets the mark of the line leave the database."""

import logging
import time

from proxy.domain.evento import Mark
from proxy.errors import Refusal
from proxy.flows import record
from proxy.flows.record import Advanced
from proxy.installation import Installation
from proxy.keys.mark import read_mark, write_mark

logger = logging.getLogger("casilla.record")

LOGGED_EVERY = 60.0  # seconds between two marks in the log


class Recorder:
    """A line that does not fit its mark stays as it is.

    So an attack, or a copy of the database that was put back, is not covered by what follows.
    """

    def __init__(self, installation: Installation) -> None:
        self._installation = installation
        self._keys_file = installation.settings.keys_file
        self._log_at = 0.0
        self._complaint = ""

    def kept(self) -> Mark | None:
        """The mark that left the database. Refuses `mark.damaged`."""
        return read_mark(self._keys_file, self._installation.vault)

    def advance(self) -> int:
        """Returns how many eventos got a place. What is wrong is said in the log."""
        try:
            done = self._step()
        except Refusal as refusal:
            return self._complain(refusal.code)
        return done.many if done.fits else self._complain("the line does not fit its mark")

    def catch_up(self) -> bool:
        """Give every evento its place. False: the line does not fit its mark.

        Refuses `mark.damaged`.
        """
        done = self._step()
        while done.many:
            done = self._step()
        return done.fits

    def _step(self) -> Advanced:
        kept = self.kept()
        done = record.advance(self._installation.db, kept)
        if done.fits and done.mark and (kept is None or done.mark.place > kept.place):
            self._let_out(done.mark)
        return done

    def _let_out(self, mark: Mark) -> None:
        try:
            write_mark(self._keys_file, self._installation.vault, mark)
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
