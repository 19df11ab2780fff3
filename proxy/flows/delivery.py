"""Delivery: what waits in the outbox leaves by e-mail or SMS, later rather than never.

    claim ──▶ rendered and sent, outside any transaction ──▶ sent, or failed (and tried again)

A message is never claimed by two workers. One killed after the server took the message and before
`sent` sends it again, with the same Message-ID, by which mailboxes show it once.
"""

from datetime import timedelta

from proxy.domain.events import Event
from proxy.store import audit, challenges, outbox
from proxy.store.outbox import Channel, Message
from proxy.store.tx import Tx
from proxy.texts import TEXTS

# Longer than any attempt takes: a worker that holds a message past it is dead.
LEASE = timedelta(minutes=5)
# After the first failures; from then on, every hour until the message is of no use.
WAITS = [timedelta(minutes=minutes) for minutes in (1, 5, 15, 60)]
# A server that says «no such mailbox» can be wrong for a while, and an alerta that is lost can cost
# somebody a right; but who knocks there every hour ends up on the block lists.
REFUSED_WAIT = timedelta(hours=6)
# It stays until it is of no use: a worker may see a new key a moment after who sealed with it, and
# a key that was retired too soon can be put back.
UNREADABLE = TEXTS["unsent.sealed"]


def claim(tx: Tx, channel: Channel = "email", *, longest: bool = False) -> Message | None:
    """The most pressing message that is due, or the one that is due for the `longest`.

    What is of no use any more is given up on the way.
    """
    while message := outbox.claim(tx, channel, LEASE, longest=longest):
        if message.expires_at <= tx.now:
            _give_up(tx, message, "caducado")
        elif not message.readable:
            record_failure(tx, message, UNREADABLE)
        elif _replaced(tx, message):
            outbox.record_attempt(tx, message, sent=False, detail="reemplazado")
            outbox.give_up(tx, message)
        else:
            return message
    return None


def record_sent(tx: Tx, message: Message, answer: str) -> None:
    outbox.record_attempt(tx, message, sent=True, detail=answer)
    outbox.close(tx, message)


def record_failure(tx: Tx, message: Message, answer: str, *, refused: bool = False) -> None:
    """Try again later, whatever the server said. `refused`: it knows no such mailbox."""
    wait = REFUSED_WAIT if refused else WAITS[min(message.attempts, len(WAITS)) - 1]
    if tx.now + wait >= message.expires_at:
        _give_up(tx, message, answer)
        return
    outbox.record_attempt(tx, message, sent=False, detail=answer)
    outbox.postpone(tx, message, tx.now + wait, refused=refused)


def _replaced(tx: Tx, message: Message) -> bool:
    """Whether its code is dead because a newer one was asked for: it would only mislead."""
    challenge, sent = (message.context.get(name) for name in ("challenge", "sent"))
    if challenge is None or sent is None:
        return False
    return bool(sent < challenges.sent(tx, bytes.fromhex(challenge)))


def _give_up(tx: Tx, message: Message, answer: str) -> None:
    outbox.record_attempt(tx, message, sent=False, detail=answer)
    if outbox.give_up(tx, message):
        audit.note(tx, Event.MESSAGE_LOST, message.casilla_id, message=message.name)
