"""Readiness: the conditions that the service needs to do its work."""

from datetime import timedelta

from proxy.domain.limits import READINESS
from proxy.store import notificaciones, outbox, throttle
from proxy.store.documents import Documents
from proxy.store.tx import Tx


def write(tx: Tx) -> None:
    throttle.take(tx, [READINESS])


def lost_documents(tx: Tx, documents: Documents) -> bool:
    return not documents.usable() and notificaciones.any_files(tx)


def late_messages(tx: Tx, age: timedelta) -> bool:
    """Whether messages are not leaving: no worker takes them, or no server does.

    True when a message is due for longer than `age`, or when a channel sent nothing in that time
    although it has an older message. A mailbox that does not exist, or one slow server among
    others, is no fault of the service.
    """
    due = outbox.oldest_due(tx)
    return bool(due and tx.now - due > age) or bool(outbox.silent(tx, tx.now - age))
