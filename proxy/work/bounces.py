"""Reads what mail servers send back, and records what it says of alertas."""

import logging
from collections import Counter
from pathlib import Path

from proxy.flows import alertas
from proxy.installation import Installation
from proxy.outside import bounces
from proxy.outside.bounces import Returned

logger = logging.getLogger("casilla.mail")


class Bounces:
    """Without the setting CASILLA_BOUNCES there is nothing to read."""

    def __init__(self, installation: Installation) -> None:
        self._installation = installation
        where = installation.settings.bounces
        self._folder = Path(where.partition(":")[2]) if where else None

    def look(self) -> int:
        """How many files were put aside. Each has a transaction of its own, before it is moved: a
        worker that dies in between reads it again, and it is known."""
        done: Counter[bool] = Counter()
        if self._folder is None:
            return 0
        for one in bounces.returned(self._folder):
            told = [self._record(one, number) for number in range(len(one.bounces))]
            if "not yet" in told:
                continue
            ours = any(told) and set(told) != {"nothing of ours"}
            bounces.put_aside(one, ours=ours)
            done[ours] += 1
        if done[False]:
            logger.info("returned, and nothing of ours", extra={"detail": done[False]})
        return done.total()

    def _record(self, one: Returned, number: int) -> str:
        bounce, parts = one.bounces[number], self._installation
        with parts.db.transaction() as tx:
            told = alertas.came_back(tx, parts.catalog, bounce)
        if told in ("an alerta", "another message"):
            detail = "returned" if bounce.failed else "late at a server"
            logger.warning(detail, extra={"message_id": bounce.message_id, "detail": told})
        return told
