"""What waits in the outbox leaves: later rather than never, and never twice at once."""

from datetime import timedelta
from typing import Any

from sqlalchemy import select

from proxy.flows import delivery
from proxy.store import casillas, outbox, tables
from proxy.store.db import Database
from proxy.store.outbox import Message
from tests.clock import Clock
from tests.people import Person
from tests.racing import race

MINUTE = timedelta(minutes=1)


def leave(
    db: Database, person: Person, name: str = "notificacion_deposited", **more: object
) -> None:
    with db.transaction() as tx:
        outbox.add(tx, name, casillas.by_id(tx, person.id), **more)  # type: ignore[arg-type]


def claim(db: Database) -> Message | None:
    with db.transaction() as tx:
        return delivery.claim(tx)


def fail(db: Database, *, refused: bool = False) -> bool:
    """Claim what is due and fail to send it. False when nothing was due."""
    message = claim(db)
    if message is None:
        return False
    with db.transaction() as tx:
        delivery.failed(tx, message, "SMTPServerDisconnected", refused=refused)
    return True


def row_of(db: Database) -> Any:
    with db.reading() as tx:
        return tx.conn.execute(select(tables.outbox)).one()


def events(db: Database) -> list[str]:
    with db.reading() as tx:
        return list(tx.conn.execute(select(tables.audit.c.event)).scalars())


def attempts(db: Database) -> list[tuple[bool, str]]:
    table = tables.outbox_attempts
    with db.reading() as tx:
        rows = tx.conn.execute(select(table.c.sent, table.c.detail).order_by(table.c.id))
        return [(row.sent, row.detail) for row in rows]


def test_a_message_that_left_is_recorded_and_emptied(db: Database, rosa: Person) -> None:
    leave(db, rosa, challenge="what only the message needs")
    message = claim(db)
    assert message is not None
    with db.transaction() as tx:
        delivery.sent(tx, message, "aceptado")
    assert claim(db) is None
    assert attempts(db) == [(True, "aceptado")]
    row = row_of(db)
    assert (row.context, row.next_at, row.sent_at) == ({}, None, db.clock())


def test_a_message_is_tried_after_1_5_15_60_minutes_and_then_every_hour_for_three_days(
    db: Database, rosa: Person, clock: Clock
) -> None:
    leave(db, rosa)
    for minutes in (1, 5, 15, 60, 60, 60):
        assert fail(db)
        clock.advance(minutes=minutes, seconds=-1)
        assert not fail(db)
        clock.advance(seconds=1)
    tried = 6
    while fail(db):
        tried += 1
        clock.advance(hours=1)
    assert (tried, len(attempts(db))) == (75, 75)  # until three days have passed
    clock.advance(days=10)
    assert not fail(db)


def test_a_message_given_up_is_an_event_that_the_entity_can_find(
    db: Database, rosa: Person, clock: Clock
) -> None:
    leave(db, rosa)
    clock.advance(days=4)
    assert claim(db) is None
    assert attempts(db) == [(False, "caducado")]
    assert events(db) == ["message_given_up"]
    row = row_of(db)
    assert (row.context, row.next_at, row.sent_at) == ({}, None, None)


def test_a_mailbox_that_does_not_exist_is_asked_for_every_six_hours_until_the_third_day(
    db: Database, rosa: Person, clock: Clock
) -> None:
    leave(db, rosa)
    tried = 0
    while fail(db, refused=True):
        tried += 1
        clock.advance(hours=6, seconds=-1)
        assert not fail(db, refused=True)
        clock.advance(seconds=1)
    assert tried == 12
    assert events(db) == ["message_given_up"]


def test_a_token_that_cannot_come_in_time_is_given_up_at_once(
    db: Database, rosa: Person, clock: Clock
) -> None:
    leave(db, rosa, "login_code", useful_for=10 * MINUTE)
    assert fail(db)
    clock.advance(minutes=1)
    assert fail(db)
    clock.advance(minutes=5)
    assert events(db) == []
    assert fail(db)  # the next try would be 15 minutes later
    assert (row_of(db).context, events(db)) == ({}, ["message_given_up"])


def test_who_comes_back_after_the_lease_undoes_nothing(
    db: Database, rosa: Person, clock: Clock
) -> None:
    """A computer that slept with a message in hand: another worker sent it since."""
    leave(db, rosa)
    slow = claim(db)
    clock.advance(minutes=5)
    quick = claim(db)
    assert slow is not None and quick is not None
    with db.transaction() as tx:
        delivery.sent(tx, quick, "aceptado")
    sent_at = row_of(db).sent_at
    clock.advance(minutes=1)
    with db.transaction() as tx:
        delivery.failed(tx, slow, "TimeoutError")
    assert not fail(db)
    clock.advance(days=3)
    with db.transaction() as tx:
        delivery.failed(tx, slow, "TimeoutError")
    assert (row_of(db).sent_at, events(db)) == (sent_at, [])


def test_who_comes_back_with_an_accepted_message_ends_it(
    db: Database, rosa: Person, clock: Clock
) -> None:
    leave(db, rosa)
    slow = claim(db)
    clock.advance(minutes=5)
    assert slow is not None and fail(db)
    with db.transaction() as tx:
        delivery.sent(tx, slow, "aceptado")
    clock.advance(hours=1)
    assert not fail(db)


def test_a_token_leaves_before_the_alertas_that_were_there_first(
    db: Database, rosa: Person, clock: Clock
) -> None:
    for _ in range(3):
        leave(db, rosa)
    clock.advance(seconds=1)
    leave(db, rosa, "login_code", useful_for=10 * MINUTE)
    message = claim(db)
    assert message is not None and message.name == "login_code"


def test_what_a_killed_worker_held_is_due_again_with_the_same_message_id(
    db: Database, rosa: Person, clock: Clock
) -> None:
    leave(db, rosa)
    held = claim(db)
    assert held is not None and claim(db) is None
    clock.advance(minutes=5)
    again = claim(db)
    assert again is not None
    assert (again.message_id, again.attempts) == (held.message_id, 2)


def claim_many(database_url: str) -> list[int]:
    db = Database(database_url, Clock())
    claimed, empty = [], 0
    while empty < 3:
        message = claim(db)
        if message is None:
            empty += 1
        else:
            claimed.append(message.id)
    return claimed


def test_four_workers_share_the_messages_without_a_double(
    db: Database, database_url: str, rosa: Person
) -> None:
    with db.transaction() as tx:
        casilla = casillas.by_id(tx, rosa.id)
        for _ in range(120):
            outbox.add(tx, "notificacion_deposited", casilla)
    assert sorted(race(claim_many, database_url)) == list(range(1, 121))
