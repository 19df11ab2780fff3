"""Puts committed eventos in line, and lets the mark of the line leave the database."""

import logging
import time
from dataclasses import dataclass

from proxy.domain.evento import Mark
from proxy.errors import Refusal
from proxy.flows import record
from proxy.flows.record import Advanced
from proxy.installation import Installation
from proxy.keys.mark import read_mark, write_mark

logger = logging.getLogger("casilla.record")

LOGGED_EVERY = 60.0  # seconds between two marks in the log


SAID = {  # in the log
    "mark.none": "there was no mark although the record is not new",
    "mark.back": "the mark was taken away, or an older one put in its place: it is put right",
    "mark.unwritable": "the mark cannot be written",
}


@dataclass(frozen=True)
class Outcome:
    fits: bool
    fault: str | None  # `mark.none` or `mark.unwritable`


class Recorder:
    """A line that does not fit its mark stays as it is.

    So an attack, or a copy of the database that was put back, is not covered by what follows.
    """

    def __init__(self, installation: Installation) -> None:
        self._installation = installation
        self._keys_file = installation.settings.keys_file
        self._newest: Mark | None = None  # that this process knows: the file may go back, it not
        self._log_at = 0.0
        self._complaints: set[str] = set()

    def kept(self) -> Mark | None:
        """The mark that left the database. Refuses `mark.damaged`."""
        return read_mark(self._keys_file, self._installation.vault)

    def advance(self) -> int:
        """Returns how many eventos got a place. What is wrong is said in the log."""
        try:
            done, fault = self._step()
        except Refusal as refusal:
            self._complain({"the record does not go on": refusal.code})
            return 0
        wrong = {SAID[fault]: fault} if fault else {}
        if not done.fits:
            wrong["the record does not go on"] = "the line does not fit its mark"
        self._complain(wrong)
        if done.back:
            logger.error("the clock went back", extra={"detail": done.back.isoformat()})
        return done.many

    def catch_up(self) -> Outcome:
        """Give every evento its place. Refuses `mark.damaged`."""
        done, first = self._step()
        fault = first
        while done.many:
            done, fault = self._step()
        return Outcome(done.fits, fault or first)

    def _step(self) -> tuple[Advanced, str | None]:
        """What was done, and what is wrong with the mark."""
        there = self.kept()
        known, fault = there, None
        if self._newest and _is_older(there, self._newest):
            known, fault = self._newest, "mark.back"
        done = record.advance(self._installation.db, known)
        if known is None and done.mark and not done.began:
            fault = "mark.none"
        self._newest = done.mark if done.fits and done.mark else known
        if self._newest and _is_older(there, self._newest) and not self._let_out(self._newest):
            fault = "mark.unwritable"
        return done, fault

    def _let_out(self, mark: Mark) -> bool:
        try:
            write_mark(self._keys_file, self._installation.vault, mark)
        except OSError:
            return False
        if time.monotonic() >= self._log_at:
            self._log_at = time.monotonic() + LOGGED_EVERY
            logger.info("mark", extra={"detail": {"place": mark.place, "chain": mark.chain.hex()}})
        return True

    def _complain(self, wrong: dict[str, str]) -> None:
        """Once, not twice a second."""
        for what, detail in wrong.items():
            if what not in self._complaints:
                logger.error(what, extra={"detail": detail})
        self._complaints = {*wrong}


def _is_older(there: Mark | None, mark: Mark) -> bool:
    return there is None or there.place < mark.place
