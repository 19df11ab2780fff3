"""Seals the constancias that wait, one after another, and says loudly when it cannot."""

import io
import json
import logging
from contextlib import suppress
from datetime import datetime

from proxy.errors import Refusal
from proxy.flows import constancias as flow
from proxy.flows import readiness
from proxy.installation import Installation
from proxy.keys.seal_file import SealKey, out_of_date, read_seal, remember
from proxy.texts import TEXTS
from proxy.work.sealing import NotSealed, Sealing

logger = logging.getLogger("casilla.constancias")


class Sealer:
    def __init__(self, installation: Installation) -> None:
        self._installation = installation
        self._sealing = Sealing(installation.settings)
        self._held: tuple[tuple[int, int], SealKey] | None = None
        self._said: str | None = None

    def seal_next(self) -> int:
        """Returns how many were sealed: one, or none."""
        parts = self._installation
        with parts.db.reading() as tx:
            waiting = flow.any_waiting(tx)
        if not waiting:
            self._say(None)
            return 0
        try:
            held = self._key()
            fault = out_of_date(held.described, parts.clock())
        except Refusal as refusal:
            fault = refusal
        if fault:
            self._say(fault.code)
            return 0
        with parts.db.transaction() as tx:
            job = flow.next_job(tx, held.described, parts.settings.origin)
        return self._seal(job) if job else 0

    def tell_late(self) -> int:
        """Say in the record, once, and in the log, again and again, that one is late. Returns how
        many more were told."""
        parts = self._installation
        with parts.db.reading() as tx:
            late = flow.late(tx)
        if late is None:
            return 0
        with parts.db.transaction() as tx:
            told = flow.tell_late(tx)
            alarm = readiness.alarm_of_constancias(tx)
        if alarm:
            why = self._said or "the worker does not keep up, or no key opens their facts"
            logger.error("constancias are late", extra={"detail": alarm.told() | {"why": why}})
        return told

    def close(self) -> None:
        self._sealing.close()

    def _seal(self, job: flow.Job) -> int:
        parts = self._installation
        at = datetime.fromisoformat(json.loads(job.text)["hora_sello"])
        try:
            pdf = self._sealing.make(job.text, at, TEXTS["constancia.field"])
        except NotSealed as error:
            with parts.db.transaction() as tx:
                flow.failed(tx, job)
            self._say(str(error))
            return 0
        kept = parts.documents.put(io.BytesIO(pdf))
        with parts.db.transaction() as tx:
            flow.done(tx, job, kept.sha256, kept.size)
        self._say(None)
        return 1

    def _key(self) -> SealKey:
        """Read again when its file is another one, whose certificate is then one of ours too."""
        settings = self._installation.settings
        try:
            there = settings.seal_path.stat()
        except OSError:
            raise Refusal("seal.missing", path=settings.seal_path) from None
        mark = (there.st_ino, there.st_mtime_ns)
        if self._held is None or self._held[0] != mark:
            held = read_seal(settings.seal_path, settings.seal_password)
            with suppress(OSError):  # said at the start
                remember(settings.seal_path, held.certificate)
            self._held = mark, held
        return self._held[1]

    def _say(self, wrong: str | None) -> None:
        """Once, not at every look: `tell_late` says it again."""
        if wrong and wrong != self._said:
            logger.error("constancias are not sealed", extra={"detail": wrong})
        self._said = wrong
