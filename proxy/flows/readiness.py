"""Readiness: what the service needs to do its work, and whether its messages leave in time."""

from datetime import timedelta

from proxy.domain.limits import LATE_MAIL, LATE_SEALS, READINESS, Limit
from proxy.flows import constancias
from proxy.flows.constancias import Late
from proxy.store import disk, notificaciones, outbox, throttle
from proxy.store.db import Database
from proxy.store.documents import Documents
from proxy.store.tx import Tx


def write(tx: Tx) -> None:
    throttle.take(tx, [READINESS])


def fill(tx: Tx) -> None:
    """Raises Unavailable, at the end of the transaction, if the disk of PostgreSQL is full."""
    disk.fill(tx)


def lost_documents(tx: Tx, documents: Documents) -> bool:
    return not documents.usable() and notificaciones.any_files(tx)


def full_disk(db: Database, documents: Documents) -> bool:
    folders = (db.folder, documents.folder)
    return disk.full(folder for folder in folders if folder and folder.is_dir())


def first_to_say_late(tx: Tx, what: Limit = LATE_MAIL) -> bool:
    """Whether the log should say it now: once in some minutes, over all processes."""
    return throttle.take(tx, [what]) is None


def alarm_of_constancias(tx: Tx) -> Late | None:
    """What the log should say now of those that are late."""
    found = constancias.late(tx)
    return found if found and first_to_say_late(tx, LATE_SEALS) else None


def late_messages(tx: Tx, age: timedelta) -> bool:
    """Whether messages are not leaving in time: no worker takes them, no server does, or too many
    wait. The pages work all the same: this is no reason to send nobody to the service.

    True when a message is due for longer than `age`, or when a channel sent nothing in that time
    although it has an older message. A mailbox that does not exist, or one slow server among
    others, is no fault of the service.
    """
    due = outbox.oldest_due(tx)
    return bool(due and tx.now - due > age) or bool(outbox.silent(tx, tx.now - age))


def late_constancias(tx: Tx) -> bool:
    """Whether one is not sealed ten minutes after its act, which is in the casilla all the same."""
    return constancias.late(tx) is not None
