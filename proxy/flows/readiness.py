"""Readiness: what must hold for the service to do its work."""

from datetime import timedelta

from proxy.domain.limits import READINESS
from proxy.store import notificaciones, outbox, throttle
from proxy.store.documents import Documents
from proxy.store.tx import Tx


def write(tx: Tx) -> None:
    """Write one row, the same one each time. Raises when the database cannot."""
    throttle.take(tx, [READINESS])


def lost_documents(tx: Tx, documents: Documents) -> bool:
    """Whether something was served and the folder of its bytes is not there."""
    return not documents.usable() and notificaciones.any_files(tx)


def late_messages(tx: Tx, age: timedelta) -> bool:
    """Whether messages are not leaving: no worker takes them, or no server does.

    One message waits long: something is due for longer than `age`, or a channel that has something
    older to send sent nothing meanwhile. A mailbox that does not exist, or a server elsewhere that
    makes us wait while others take their mail, is no fault of the service.
    """
    due = outbox.oldest_due(tx)
    return bool(due and tx.now - due > age) or bool(outbox.silent(tx, tx.now - age))
