"""Delivery: each message of the outbox leaves by e-mail or SMS, later rather than never.

    claim ──▶ rendered and sent, outside any transaction ──▶ sent, or failed (and tried again)

Two workers never claim the same message. If a worker dies after the server took the message and
before `record_sent`, the message leaves again with the same Message-ID: mailboxes show it once.
What becomes of an alerta is said in `alertas.py`.
"""

from dataclasses import dataclass
from datetime import timedelta

from catalog.reading.model import Catalog
from proxy.domain.email import ascii_form
from proxy.domain.events import Event
from proxy.flows import alertas
from proxy.store import challenges, eventos, outbox
from proxy.store.outbox import Channel, Message
from proxy.store.tx import Tx
from proxy.texts import TEXTS

# Longer than any attempt: a worker that holds a message for longer is dead.
LEASE = timedelta(minutes=5)
EXPIRED = "caducado"
# The waits after the first failures; from then on, every hour until the message expires.
WAITS = [timedelta(minutes=minutes) for minutes in (1, 5, 15, 60)]
# A server that says «no such mailbox» can be wrong for a while, and a lost alerta can cost a person
# a right. But a sender that tries there every hour ends up on block lists.
REFUSED_WAIT = timedelta(hours=6)
# Such a message stays until it expires: a worker may see a new key a moment after the process that
# sealed with it, and the entity can put back a key that it retired too soon.
UNREADABLE = TEXTS["unsent.sealed"]
# Version 0.2.0 accepted addresses to which no message can be written (S82). Time changes nothing.
UNWRITABLE = TEXTS["unsent.address"]


@dataclass(frozen=True)
class Passed:
    """What was due does not leave now. There may be more behind it."""


def claim(
    tx: Tx, catalog: Catalog, channel: Channel = "email", *, longest: bool = False
) -> Message | Passed | None:
    """The most pressing message that is due, or the one that is due for the `longest`.

    Passes one that expired, was replaced, or has an address that cannot be written: that is given
    up, in a transaction of its own, so that ten thousand keep nobody waiting.
    """
    message = outbox.claim(tx, channel, LEASE, longest=longest)
    if message is None:
        return None
    if message.expires_at <= tx.now:
        _give_up(tx, catalog, message, EXPIRED)
    elif not message.readable:
        record_failure(tx, catalog, message, UNREADABLE)
    elif message.channel == "email" and ascii_form(message.recipient) is None:
        _give_up(tx, catalog, message, UNWRITABLE)
    elif _replaced(tx, message):
        outbox.record_attempt(tx, message, sent=False, detail="reemplazado")
        outbox.give_up(tx, message)
    else:
        return message
    return Passed()


def record_sent(tx: Tx, catalog: Catalog, message: Message, answer: str) -> None:
    answer = outbox.record_attempt(tx, message, sent=True, detail=answer)
    if outbox.close(tx, message) and message.notificacion_id:
        alertas.sent(tx, catalog, message, answer)


def record_failure(
    tx: Tx, catalog: Catalog, message: Message, answer: str, *, refused: bool = False
) -> None:
    """Try again later, whatever the answer. `refused`: the server knows no such mailbox."""
    wait = REFUSED_WAIT if refused else WAITS[min(message.attempts, len(WAITS)) - 1]
    if tx.now + wait >= message.expires_at:
        _give_up(tx, catalog, message, answer)
        return
    answer = outbox.record_attempt(tx, message, sent=False, detail=answer)
    outbox.postpone(tx, message, tx.now + wait, refused=refused)
    if message.notificacion_id:
        alertas.tried(tx, message, answer)


def _replaced(tx: Tx, message: Message) -> bool:
    challenge, sent = (message.context.get(name) for name in ("challenge", "sent"))
    if challenge is None or sent is None:
        return False
    return bool(sent < challenges.sent(tx, bytes.fromhex(challenge)))


def _give_up(tx: Tx, catalog: Catalog, message: Message, answer: str) -> None:
    answer = outbox.record_attempt(tx, message, sent=False, detail=answer)
    if not outbox.give_up(tx, message):
        return
    if message.notificacion_id:
        alertas.lost(tx, catalog, message, answer)
        return
    eventos.note(
        tx,
        Event.MESSAGE_LOST,
        message.casilla_id,
        message=message.message_id,
        name=message.name,
    )
