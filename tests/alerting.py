"""Alertas that leave, fail, expire and come back; and what is said of them."""

import json
from typing import Any

from sqlalchemy import select

from proxy.domain.events import Event
from proxy.domain.recipient import Bounce
from proxy.flows import alertas, constancias, delivery, inbox, sending
from proxy.store import alertas as stored
from proxy.store import casillas, tables
from proxy.store.db import Database
from proxy.store.outbox import Channel, Message
from tests.clock import Clock
from tests.constancias import CERTIFICATE, ORIGIN
from tests.outbox import messages
from tests.people import ROSA, Person
from tests.plazos import CATALOG

MOBILE = "+51987654321"
BY_SMS = {"sms": True}
NO_SUCH = f"550 5.1.1 <{ROSA.email}>: no such user"


def claim(db: Database, channel: Channel = "email") -> Message:
    with db.transaction() as tx:
        message = delivery.claim(tx, CATALOG, channel)
    assert isinstance(message, Message)
    return message


def leaves(db: Database, channel: Channel = "email", answer: str = "250 2.0.0 Ok") -> Message:
    message = claim(db, channel)
    with db.transaction() as tx:
        delivery.record_sent(tx, CATALOG, message, answer)
    return message


def fails(db: Database, channel: Channel = "email", answer: str = NO_SUCH, **how: Any) -> Message:
    message = claim(db, channel)
    with db.transaction() as tx:
        delivery.record_failure(tx, CATALOG, message, answer, **how)
    return message


def expires(db: Database, clock: Clock, channel: Channel = "email") -> None:
    """Three days pass, whatever was tried in them."""
    clock.advance(days=3, seconds=1)
    with db.transaction() as tx:
        assert isinstance(delivery.claim(tx, CATALOG, channel), delivery.Passed)


def comes_back(db: Database, message: Message, to: str = ROSA.email, *, failed: bool = True) -> str:
    bounce = Bounce(message.message_id, to, failed, f"550 5.1.1 <{to}> no such user")
    with db.transaction() as tx:
        return alertas.came_back(tx, CATALOG, bounce)


def noted(db: Database, *kinds: Event) -> list[tuple[str, dict[str, Any]]]:
    """The eventos of what becomes of alertas, or of these kinds."""
    wanted = kinds or (
        Event.ALERTA_SENT,
        Event.ALERTA_TRIED,
        Event.ALERTA_BOUNCED,
        Event.ALERTA_UNDELIVERED,
        Event.MESSAGE_LOST,
    )
    c = tables.eventos.c
    with db.reading() as tx:
        rows = tx.conn.execute(select(c.kind, c.detail).where(c.kind.in_(wanted)).order_by(c.id))
        return [(row.kind, json.loads(row.detail)) for row in rows]


def kinds(db: Database) -> list[str]:
    return [kind for kind, _ in noted(db)]


def stated(db: Database, clock: Clock) -> list[dict[str, Any]]:
    """What the constancias of alertas state, in their order."""
    found = []
    while True:
        with db.transaction() as tx:
            job = constancias.next_job(tx, CERTIFICATE, ORIGIN)
        if job is None:
            return [one for one in found if one["evento"].startswith("alerta")]
        found.append(json.loads(job.text))
        with db.transaction() as tx:
            constancias.done(tx, job, "ab" * 32, 1000)


def unreached(db: Database, person: Person) -> bool:
    with db.reading() as tx:
        assert inbox.page(tx, person.id, read=False).unreached == casillas.unreached(tx, person.id)
        return casillas.unreached(tx, person.id)


def reach(db: Database) -> str:
    with db.reading() as tx:
        return sending.reach(tx, ROSA.identidad).alertas


def states(db: Database, notificacion: bytes, person: Person) -> list[tuple[str, bool, bool]]:
    """By channel: whether it left, and whether it came back."""
    with db.reading() as tx:
        found = stored.of_notificacion(tx, person.id, notificacion)
    return [(one.channel, one.sent_at is not None, one.bounced_at is not None) for one in found]


def message_of(db: Database, channel: Channel) -> Message:
    return next(one for one in messages(db) if one.channel == channel)
