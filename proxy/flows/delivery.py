"""Delivery: what waits in the outbox leaves by e-mail, later rather than never.

    claim ──▶ rendered and sent, outside any transaction ──▶ sent, or failed (and tried again)

A message is never claimed by two workers. One killed after the server took the message and before
`sent` sends it again, with the same Message-ID, by which mailboxes show it once.
"""

from datetime import timedelta

from proxy.domain.events import Event
from proxy.store import audit, outbox
from proxy.store.db import Tx
from proxy.store.outbox import Message

# Longer than any attempt takes: a worker that holds a message past it is dead.
LEASE = timedelta(minutes=5)
# After the first failures; from then on, every hour until the message is of no use.
WAITS = [timedelta(minutes=minutes) for minutes in (1, 5, 15, 60)]


def claim(tx: Tx) -> Message | None:
    """The most pressing message that is due. One that came too late is given up on the way."""
    while message := outbox.claim(tx, LEASE):
        if message.expires_at > tx.now:
            return message
        _give_up(tx, message, "caducado")
    return None


def sent(tx: Tx, message: Message, answer: str) -> None:
    outbox.attempted(tx, message, sent=True, detail=answer)
    outbox.close(tx, message, sent=True)


def failed(tx: Tx, message: Message, answer: str) -> None:
    """Try again later, whatever the server said: a «no» to a mailbox can be a mistake of an hour,
    and an alerta that is lost can cost somebody a right."""
    wait = WAITS[min(message.attempts, len(WAITS)) - 1]
    if tx.now + wait >= message.expires_at:
        _give_up(tx, message, answer)
        return
    outbox.attempted(tx, message, sent=False, detail=answer)
    outbox.postpone(tx, message, tx.now + wait)


def _give_up(tx: Tx, message: Message, answer: str) -> None:
    outbox.attempted(tx, message, sent=False, detail=answer)
    outbox.close(tx, message, sent=False)
    audit.note(tx, Event.MESSAGE_LOST, message.casilla_id, message=message.name)
