"""Does what is due, one thing after another: reminders, and terms to open that are over."""

import logging
from datetime import timedelta

from proxy.domain.reminders import Due
from proxy.errors import Unavailable, short
from proxy.flows import expiry, reminders
from proxy.installation import Installation
from proxy.store import due
from proxy.store.due import Next
from proxy.store.tx import Tx

logger = logging.getLogger("casilla.worker")

AGAIN = timedelta(hours=1)  # for one that no key opens: a key may come back


class Reminder:
    def __init__(self, installation: Installation) -> None:
        self._installation = installation
        self._planned = False

    def look(self) -> int:
        """Returns 1 when something was due."""
        db = self._installation.db
        with db.reading() as tx:
            found = due.next(tx)
        if found is None:
            return 0
        try:
            with db.transaction() as tx:
                self._do(tx, found)
        except Unavailable:  # all wait for the database
            raise
        except Exception as error:  # whatever it is, in the way of no other
            with db.transaction() as tx:
                due.put_off(tx, found.id, tx.now + AGAIN)
            logger.error("what is due cannot be done", extra={"detail": short(error)})
        return 1

    def plan(self) -> int:
        """For what earlier versions deposited: it is looked through once."""
        if self._planned:
            return 0
        with self._installation.db.transaction() as tx:
            self._planned = reminders.plan_earlier(tx, self._installation.catalog) is None
        return 0

    def _do(self, tx: Tx, found: Next) -> None:
        catalog = self._installation.catalog
        if Due(found.kind) is Due.EXPIRY:
            expiry.expire(tx, catalog, found)
        else:
            reminders.remind(tx, catalog, found.casilla_id)
