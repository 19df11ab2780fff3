"""Alertas: messages that announce a notificacion, and what becomes of each is evidence (X2, X3).

    deposit ──▶ one for each address ──▶ tried … ──▶ sent: a constancia
                                           │           └──▶ bounced ──┐
                                           └──▶ given up ─────────────┴──▶ when none arrived:
                                 the sender and the owner are told, with a constancia of each

Every step is an evento of the notificacion, in the transaction that records it. An alerta that was
sent twice, because a worker died in between, has one outcome and one constancia.
"""

from collections.abc import Iterator, Sequence
from contextlib import suppress
from datetime import datetime
from typing import Any, Literal

from catalog.reading.model import Catalog
from proxy.domain.casilla import Casilla
from proxy.domain.constancia_acts import Alert, Attempt
from proxy.domain.email import compared
from proxy.domain.events import Event
from proxy.domain.recipient import Bounce, masked
from proxy.domain.vault import Unsealable
from proxy.flows import constancias
from proxy.store import alertas, casillas, eventos, notificaciones, outbox
from proxy.store.outbox import Channel, Message
from proxy.store.tx import Tx
from proxy.texts import TEXTS

CHANNELS = {"email": "correo", "sms": "sms"}  # as a constancia says it
LATE_REPORTS = 5  # of one message: more say nothing new, and whoever has it could send thousands

CameBack = Literal["nothing of ours", "not yet", "known", "an alerta", "another message"]


def write(tx: Tx, casilla: Casilla, notificacion_id: bytes, *, sms: bool) -> None:
    """They only say that an acto is there: e-mail and SMS are not private (R21). `sms`: a service
    sends them. No budget counts these: the codes have theirs for themselves."""
    for channel, address in _addresses(casilla, sms=sms):
        outbox.add(
            tx,
            "notificacion_deposited",
            casilla,
            channel=channel,
            recipient=address,
            notificacion_id=notificacion_id,
        )


def _addresses(casilla: Casilla, *, sms: bool) -> Iterator[tuple[Channel, str]]:
    for mailbox in casilla.alerted:
        yield "email", mailbox
    if sms and casilla.phone:  # L19: a mobile that is proved
        yield "sms", casilla.phone


def sent(tx: Tx, catalog: Catalog, message: Message, answer: str) -> None:
    """A server took it. Call it once: when the outbox says that nobody else did."""
    assert message.casilla_id is not None
    casillas.clear_unreached(tx, message.casilla_id)
    attempts = [(tx.now, answer)] if message.attempts == 1 else outbox.attempts_of(tx, message)
    proof = _proof(tx, catalog, message, attempts)
    _note(tx, Event.ALERTA_SENT, message, answer, **proof)


def tried(tx: Tx, message: Message, answer: str) -> None:
    _note(tx, Event.ALERTA_TRIED, message, answer)


def lost(tx: Tx, catalog: Catalog, message: Message, answer: str) -> None:
    """It was given up, and the outbox says so already."""
    _note(tx, Event.MESSAGE_LOST, message, answer, name=message.name)
    _tell_if_none_arrived(tx, catalog, message)


def came_back(tx: Tx, catalog: Catalog, bounce: Bounce) -> CameBack:
    """What a mail server reported. Anybody can write that: it holds only for a message that left,
    by its random id and to the same recipient.

    `not yet`: it may be of the copy that a dead worker sent; the outbox does not know of it.
    """
    found = alertas.by_message_id(tx, bounce.message_id)
    if found is None or found.message.channel != "email":
        return "nothing of ours"
    message = found.message
    if not message.readable or compared(message.recipient) != compared(bounce.recipient):
        return "nothing of ours"
    if not found.left:
        return "not yet" if found.waits else "known"
    if message.notificacion_id is None:
        return "another message"
    if found.bounced:
        return "known"
    if bounce.failed:
        if not alertas.mark_bounced(tx, message):
            return "known"
        _note(tx, Event.ALERTA_BOUNCED, message, _keep(tx, message, "alerta.came_back", bounce))
        _tell_if_none_arrived(tx, catalog, message)
    else:
        if alertas.many_attempts(tx, message) >= message.attempts + LATE_REPORTS:
            return "known"
        tried(tx, message, _keep(tx, message, "alerta.is_late", bounce))
    return "an alerta"


def _keep(tx: Tx, message: Message, code: str, bounce: Bounce) -> str:
    said = TEXTS[code].format(said=bounce.said)
    return outbox.record_attempt(tx, message, sent=False, detail=said)


def _tell_if_none_arrived(tx: Tx, catalog: Catalog, message: Message) -> None:
    assert message.casilla_id is not None
    # Of two that are given up at once, the second sees the first.
    casillas.lock(tx, message.casilla_id)
    undelivered = alertas.mark_undelivered(tx, message)
    for one, bounced in undelivered:
        attempts = outbox.attempts_of(tx, one)
        code = "alerta.why.bounced" if bounced else "alerta.why.lost"
        reason = TEXTS[code].format(many=len(attempts), said=attempts[-1][1] if attempts else "")
        proof = _proof(tx, catalog, one, attempts, reason)
        _note(tx, Event.ALERTA_UNDELIVERED, one, reason, **proof)
    if undelivered:
        casillas.set_unreached(tx, message.casilla_id)


def _proof(
    tx: Tx,
    catalog: Catalog,
    message: Message,
    attempts: Sequence[tuple[datetime, str]],
    failed: str | None = None,
) -> dict[str, Any]:
    """`failed` is why. None for what no key opens: the evento says it all the same, and no message
    leaves again for want of a paper."""
    assert message.casilla_id is not None and message.notificacion_id is not None
    one = notificaciones.one(tx, message.casilla_id, message.notificacion_id)
    if one is None or not message.readable:
        return {}
    tries = tuple(Attempt(*tried) for tried in attempts)
    act = Alert(CHANNELS[message.channel], message.recipient, tries, failed is not None)
    files = notificaciones.files_of(tx, one.casilla_id, one.id)
    with suppress(Unsealable):
        casilla = casillas.by_id(tx, one.casilla_id)
        return constancias.of(
            tx, catalog, casilla, act, one, files, reasons=[failed] if failed else []
        )
    return {}


def _note(tx: Tx, event: Event, message: Message, answer: str, **more: Any) -> None:
    eventos.note(
        tx,
        event,
        message.casilla_id,
        notificacion=message.notificacion_id,
        message=message.message_id,
        channel=message.channel,
        to=masked(message.recipient),
        attempt=message.attempts,
        answer=answer,
        **more,
    )
