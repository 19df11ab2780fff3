"""When the service is not ready because its messages do not leave: S10."""

from datetime import timedelta

import pytest

from proxy.flows import delivery, readiness
from proxy.store import casillas, outbox
from proxy.store.db import Database
from proxy.store.outbox import Channel
from tests.clock import Clock
from tests.people import Person
from tests.plazos import CATALOG

AGE = timedelta(minutes=5)


def late(db: Database) -> bool:
    with db.reading() as tx:
        return readiness.late_messages(tx, AGE)


def leave(db: Database, person: Person, channel: Channel = "email") -> None:
    with db.transaction() as tx:
        casilla = casillas.by_id(tx, person.id)
        number = "+51987654321" if channel == "sms" else None
        outbox.add(tx, "notificacion_deposited", casilla, channel=channel, recipient=number)


def try_all(db: Database, *, channel: Channel = "email", refused: bool = False) -> None:
    """What a worker does for whom every server says no."""
    with db.transaction() as tx:
        while message := delivery.claim(tx, CATALOG, channel):
            delivery.record_failure(tx, CATALOG, message, "no", refused=refused)


def send_one(db: Database) -> None:
    with db.transaction() as tx:
        message = delivery.claim(tx, CATALOG)
        assert message is not None
        delivery.record_sent(tx, CATALOG, message, "aceptado")


def test_messages_that_no_worker_takes_are_late(db: Database, rosa: Person, clock: Clock) -> None:
    leave(db, rosa)
    clock.advance(minutes=5)
    assert not late(db)
    clock.advance(seconds=1)
    assert late(db)
    send_one(db)
    assert not late(db)


@pytest.mark.parametrize("channel", ["email", "sms"])
def test_messages_that_no_server_takes_are_late_although_they_are_tried(
    db: Database, rosa: Person, clock: Clock, channel: Channel
) -> None:
    leave(db, rosa, channel)
    for _ in range(90):
        try_all(db, channel=channel)
        clock.advance(minutes=1)
        assert late(db) == (clock.now - timedelta(minutes=5) > Clock().now)


def test_a_server_that_takes_mail_again_is_seen_before_the_last_message_has_left(
    db: Database, rosa: Person, clock: Clock
) -> None:
    leave(db, rosa)
    leave(db, rosa)
    try_all(db)
    clock.advance(minutes=6)
    assert late(db)
    send_one(db)
    assert not late(db)


def test_a_mailbox_that_does_not_exist_does_not_make_the_service_unready(
    db: Database, rosa: Person, clock: Clock
) -> None:
    """Not even where nothing else is sent for days."""
    leave(db, rosa)
    for _ in range(11):
        try_all(db, refused=True)
        assert not late(db)
        clock.advance(hours=6)
        assert not late(db)
    clock.advance(minutes=6)
    assert late(db)  # it is due, and nobody takes it


def test_a_mailbox_that_makes_us_wait_is_no_fault_while_others_take_their_mail(
    db: Database, rosa: Person, bruno: Person, clock: Clock
) -> None:
    """Many servers refuse the first time whom they do not know yet."""
    leave(db, rosa)
    try_all(db)
    for _ in range(3):
        clock.advance(minutes=3)
        try_all(db)
        leave(db, bruno)
        send_one(db)
        assert not late(db)
    clock.advance(minutes=5, seconds=1)
    try_all(db)
    assert late(db)


def test_one_channel_that_works_does_not_hide_the_other(
    db: Database, rosa: Person, clock: Clock
) -> None:
    leave(db, rosa, "sms")
    try_all(db, channel="sms")
    clock.advance(minutes=5, seconds=1)
    try_all(db, channel="sms")
    leave(db, rosa)
    send_one(db)
    assert late(db)


def test_what_was_left_for_nobody_waits_for_nothing(db: Database, clock: Clock) -> None:
    with db.transaction() as tx:
        outbox.add_void(tx, "recovery_code")
    clock.advance(days=1)
    assert not late(db)
