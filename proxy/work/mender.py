"""Looks whether the entity mended a stored file that was found damaged: nobody need ask for it."""

import logging
from pathlib import Path

from proxy.flows import incidencias
from proxy.installation import Installation

logger = logging.getLogger("casilla.worker")


class Mender:
    """A file that did not change since the last look is not read again: it may be large."""

    def __init__(self, installation: Installation) -> None:
        self._installation = installation
        self._looked: dict[str, object] = {}

    def look(self) -> int:
        db, documents = self._installation.db, self._installation.documents
        with db.reading() as tx:
            known = incidencias.every(tx)
        looked, whole = {}, set()
        for sha256 in {one.sha256 for one in known}:
            looked[sha256] = now = _state(documents.path(sha256))
            if now != self._looked.get(sha256) and documents.fault(sha256) is None:
                whole.add(sha256)
        for one in known:
            if one.sha256 in whole:
                with db.transaction() as tx:
                    incidencias.mended(tx, self._installation.catalog, [one])
                logger.info("mended", extra={"detail": one.sha256})
        self._looked = looked
        return 0


def _state(path: Path) -> object:
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_ino, found.st_size, found.st_mtime_ns, found.st_ctime_ns
