"""What waits in the outbox leaves: later rather than never, and never twice at once."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select, text, update

from proxy.domain.events import Event
from proxy.domain.vault import Vault
from proxy.flows import delivery
from proxy.store import casillas, outbox, tables
from proxy.store.db import Database
from proxy.store.outbox import Channel, Message
from tests.clock import Clock
from tests.outbox import attempts
from tests.people import ROSA, VAULT, Person, open_casilla, vault
from tests.plazos import CATALOG
from tests.racing import race
from tests.store.intruder import without_guards

MINUTE = timedelta(minutes=1)


def leave(
    db: Database, person: Person, name: str = "notificacion_deposited", **more: object
) -> None:
    with db.transaction() as tx:
        outbox.add(tx, name, casillas.by_id(tx, person.id), **more)  # type: ignore[arg-type]


def claim(db: Database, channel: Channel = "email") -> Message | None:
    while True:
        with db.transaction() as tx:
            message = delivery.claim(tx, CATALOG, channel)
        if not isinstance(message, delivery.Passed):
            return message


def fail(db: Database, *, refused: bool = False) -> bool:
    """Claim what is due and fail to send it. False when nothing was due."""
    message = claim(db)
    if message is None:
        return False
    with db.transaction() as tx:
        delivery.record_failure(tx, CATALOG, message, "SMTPServerDisconnected", refused=refused)
    return True


def row_of(db: Database) -> Any:
    with db.reading() as tx:
        return tx.conn.execute(select(tables.outbox)).one()


def events(db: Database) -> list[str]:
    with db.reading() as tx:
        kind = tables.eventos.c.kind
        written = kind == Event.MESSAGE_WRITTEN  # by who queued it; what follows is asked for
        return list(tx.conn.execute(select(kind).where(~written)).scalars())


def test_a_message_that_left_is_recorded_and_emptied(db: Database, rosa: Person) -> None:
    leave(db, rosa, challenge="what only the message needs")
    message = claim(db)
    assert message is not None
    with db.transaction() as tx:
        delivery.record_sent(tx, CATALOG, message, "aceptado")
    assert claim(db) is None
    assert attempts(db) == [(True, "aceptado")]
    row = row_of(db)
    assert (row.context, row.next_at, row.sent_at) == (b"", None, db.clock())


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
    with db.reading() as tx:
        told = tx.conn.execute(select(tables.eventos.c.message)).scalars().all()
    assert told == [row.message_id] * 2  # when it was written, and when it was given up
    assert (row.context, row.next_at, row.sent_at) == (b"", None, None)


def test_each_that_expired_is_given_up_in_a_transaction_of_its_own(
    db: Database, rosa: Person, clock: Clock
) -> None:
    """Ten thousand may expire together, and a writer waits for none but one."""
    for _ in range(3):
        leave(db, rosa)
    clock.advance(days=4)
    for many in (1, 2, 3):
        with db.transaction() as tx:
            assert isinstance(delivery.claim(tx, CATALOG), delivery.Passed)
        assert events(db) == ["message_given_up"] * many
    assert claim(db) is None


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
    assert (row_of(db).context, events(db)) == (b"", ["message_given_up"])


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
        delivery.record_sent(tx, CATALOG, quick, "aceptado")
    sent_at = row_of(db).sent_at
    clock.advance(minutes=1)
    with db.transaction() as tx:
        delivery.record_failure(tx, CATALOG, slow, "TimeoutError")
    assert not fail(db)
    clock.advance(days=3)
    with db.transaction() as tx:
        delivery.record_failure(tx, CATALOG, slow, "TimeoutError")
    assert (row_of(db).sent_at, events(db)) == (sent_at, [])


def test_who_comes_back_with_an_accepted_message_ends_it(
    db: Database, rosa: Person, clock: Clock
) -> None:
    leave(db, rosa)
    slow = claim(db)
    clock.advance(minutes=5)
    assert slow is not None and fail(db)
    with db.transaction() as tx:
        delivery.record_sent(tx, CATALOG, slow, "aceptado")
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
    db = Database(database_url, Clock(), lambda: VAULT)
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


def test_to_whom_it_goes_and_what_it_says_is_sealed_until_a_worker_takes_it(
    db: Database, rosa: Person
) -> None:
    """S66"""
    leave(db, rosa, ip="192.0.2.7")
    row = row_of(db)
    for sealed in (row.recipient, row.context):
        assert rosa.email.encode() not in sealed and b"192.0.2.7" not in sealed
    message = claim(db)
    assert message is not None
    assert (message.recipient, message.context) == (rosa.email, {"ip": "192.0.2.7"})


def test_a_sealed_recipient_cannot_be_moved_to_another_message(db: Database, rosa: Person) -> None:
    leave(db, rosa)
    leave(db, rosa)
    table = tables.outbox
    with db.transaction() as tx:
        one = tx.conn.execute(select(table.c.recipient).where(table.c.id == 1)).scalar_one()
        tx.conn.execute(update(table).where(table.c.id == 2).values(recipient=one))
    first = claim(db)
    assert first is not None and first.id == 1
    assert claim(db) is None


@pytest.mark.parametrize("name", ["login_code", "notificacion_deposited"])
def test_a_message_that_no_key_opens_waits_for_the_key_until_it_is_of_no_use(
    db: Database, database_url: str, rosa: Person, clock: Clock, name: str
) -> None:
    life = timedelta(minutes=10) if name == "login_code" else timedelta(days=3)
    leave(db, rosa, name, useful_for=life)
    without = Database(database_url, clock, lambda: Vault(lambda _: {"k2": b"2" * 32}))
    assert claim(without) is None
    assert attempts(db) == [(False, "ninguna clave del llavero lo abre")]
    clock.advance(minutes=1)
    message = claim(db)  # the key was put back
    assert message is not None and message.recipient == rosa.email
    clock.advance(minutes=5)
    assert claim(without) is None
    if name == "login_code":
        assert events(db) == ["message_given_up"]
        assert row_of(db).context == b""
    without.close()


def test_a_message_for_nobody_weighs_as_much_and_never_leaves(
    db: Database, rosa: Person, clock: Clock
) -> None:
    """S31: who has no casilla costs the same work."""
    context = {"challenge": "00" * 16, "sent": 1, "minutes": 10}
    leave(db, rosa, "recovery_code", **context)
    with db.transaction() as tx:
        outbox.add_void(tx, "recovery_code", **context)
        assert tx.mail
    with db.reading() as tx:
        real, void = tx.conn.execute(select(tables.outbox).order_by(tables.outbox.c.id))
    assert len(void.context) == len(real.context)
    assert (void.casilla_id, void.next_at, void.attempts) == (None, None, 0)
    assert claim(db) is not None and claim(db) is None
    clock.advance(days=30)
    assert events(db) == []


def test_a_message_may_go_to_an_address_that_is_not_the_one_of_the_casilla(
    db: Database, rosa: Person
) -> None:
    leave(db, rosa, "email_code", recipient="nueva@example.com")
    with db.transaction() as tx:
        outbox.add(tx, "email_code", None, recipient="alguien@example.com")
    assert [m.recipient for m in (claim(db), claim(db)) if m] == [
        "nueva@example.com",
        "alguien@example.com",
    ]


def test_a_message_to_an_address_that_cannot_be_written_is_given_up_at_once(
    db: Database, rosa: Person
) -> None:
    """S82: version 0.2.0 accepted it. Nothing waits behind it, and no health check fails for it."""
    leave(db, rosa, recipient="nuñez@example.com")
    leave(db, rosa)
    message = claim(db)
    assert message is not None and message.recipient == rosa.email
    assert attempts(db) == [(False, delivery.UNWRITABLE)]
    assert events(db) == [Event.MESSAGE_LOST]
    with db.transaction() as tx:
        delivery.record_sent(tx, CATALOG, message, "250")
    with db.reading() as tx:
        assert outbox.oldest_due(tx) is None


def test_an_alerta_that_is_given_up_names_its_notificacion(db: Database, rosa: Person) -> None:
    """X6: who deposited reads it in the feed."""
    with db.transaction() as tx:
        casilla = casillas.by_id(tx, rosa.id)
        outbox.add(
            tx, "notificacion_deposited", casilla, recipient="nuñez@x.pe", notificacion_id=b"n" * 16
        )
    assert claim(db) is None
    with db.reading() as tx:
        lost = tables.eventos.c.kind == Event.MESSAGE_LOST
        found = tx.conn.execute(select(tables.eventos.c.notificacion).where(lost)).scalars().all()
    assert found == [b"n" * 16]


def test_an_sms_goes_to_the_number_of_the_casilla(db: Database, rosa: Person) -> None:
    with db.transaction() as tx:
        casilla = casillas.by_id(tx, rosa.id)
        with pytest.raises(ValueError, match="nobody"):
            outbox.add(tx, "recovery_code", casilla, channel="sms")
        casillas.set_phone(tx, casilla, "+51987654321")
        outbox.add(tx, "recovery_code", casillas.by_id(tx, rosa.id), channel="sms")
    assert claim(db) is None  # a slow gateway keeps no e-mail waiting
    message = claim(db, "sms")
    assert message is not None
    assert (message.channel, message.recipient) == ("sms", "+51987654321")


@pytest.mark.parametrize(
    ("recipient", "answer", "kept"),
    [
        (
            "rosa@ñandú.example",
            "550 5.1.1 <ROSA@xn--and-6ma2c.example>: no such user",
            "550 5.1.1 <el destinatario>: no such user",
        ),
        ("+51987654321", '{"to": "+51987654321"}', '{"to": "el destinatario"}'),
        ("+51987654321", "to=%2B51987654321&ok", "to=el destinatario&ok"),
        ("+51987654321", "sent to 987 654 321", "sent to el destinatario"),
        ("+51987654321", "id 87654321", "id 87654321"),
        ("rosa@" + "x" * 70 + ".example", "250 queued", "250 queued"),  # no domain of that length
    ],
)
def test_what_a_server_answers_is_kept_without_the_recipient(
    db: Database, rosa: Person, recipient: str, answer: str, kept: str
) -> None:
    """S66"""
    leave(db, rosa, recipient=recipient)
    message = claim(db)
    assert message is not None
    with db.transaction() as tx:
        delivery.record_sent(tx, CATALOG, message, answer)
    assert attempts(db) == [(True, kept)]


def test_a_message_that_somebody_changed_keeps_no_other_back(sqlite_url: str, clock: Clock) -> None:
    """SQLite holds any value in any column."""
    db = Database(sqlite_url, clock, vault)
    rosa = open_casilla(db, ROSA)
    with db.transaction() as tx:
        outbox.add(tx, "device_forgotten", casillas.by_id(tx, rosa.id))
    with without_guards(db) as tx:
        tx.conn.execute(text("UPDATE outbox SET recipient = 'nadie', context = 7"))
    clock.advance(seconds=1)
    with db.transaction() as tx:
        outbox.add(tx, "device_forgotten", casillas.by_id(tx, rosa.id))
    message = claim(db)
    assert message and message.recipient == rosa.email
    db.close()
