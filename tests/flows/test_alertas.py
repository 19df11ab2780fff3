"""What becomes of an alerta is evidence: X2, X3, L19, S66, S69, S78."""

from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path
from threading import Barrier
from typing import Any

import pytest
from sqlalchemy import event, select, update

from proxy.domain.events import Event
from proxy.domain.ids import new_id
from proxy.domain.vault import Vault
from proxy.flows import alertas, delivery
from proxy.store import casillas, outbox, tables
from proxy.store.db import Database
from proxy.store.outbox import Channel, Message
from tests.alerting import (
    BY_SMS,
    MOBILE,
    claim,
    expires,
    fails,
    kinds,
    leaves,
    message_of,
    noted,
    reach,
    stated,
    states,
    unreached,
)  # fmt: skip
from tests.clock import Clock
from tests.flows.test_deposit import Sender, count, sender
from tests.flows.test_sending import TEST, sent
from tests.outbox import attempts, messages
from tests.people import ROSA, Person, open_casilla, vault
from tests.plazos import CATALOG
from tests.recorded import verify

__all__ = ["sender"]


@pytest.fixture
def mobile(db: Database, rosa: Person) -> str:
    """Rosa proved a number."""
    with db.transaction() as tx:
        casillas.set_phone(tx, casillas.by_id(tx, rosa.id), MOBILE)
    return MOBILE


def test_an_alerta_tells_its_attempts_and_its_end_and_nothing_secret(
    db: Database, rosa: Person, sender: Sender, clock: Clock
) -> None:
    """X2, S66"""
    receipt = sender.deposit()
    fails(db, answer=f"451 <{ROSA.email}>:\r\n try\x1b[2J later")
    clock.advance(minutes=1)
    leaves(db, answer=f"250 queued for {ROSA.email.upper()}")
    (_, tried), (_, left) = found = noted(db)
    assert [kind for kind, _ in found] == ["alerta_tried", "alerta_sent"]
    who = {"channel": "email", "to": "r••••••@example.com"}
    assert tried == who | {"attempt": 1, "answer": "451 <el destinatario>: try [2J later"}
    assert left["attempt"] == 2 and left["answer"] == "250 queued for el destinatario"
    [(_, written)] = noted(db, Event.MESSAGE_WRITTEN)
    assert written == who | {"name": "notificacion_deposited"}
    with db.reading() as tx:
        rows = tx.conn.execute(select(tables.eventos)).all()
    about = [row for row in rows if row.kind.startswith("alerta")]
    assert {row.notificacion for row in about} == {receipt.id}
    for secret in (ROSA.email, ROSA.identidad.number, ROSA.nombres):
        assert secret not in repr(rows)
    assert verify(db).__class__.__name__ == "Whole"


def test_a_server_that_took_it_is_proved_with_each_attempt(
    db: Database, rosa: Person, sender: Sender, clock: Clock
) -> None:
    """X3: the whole address is in the JSON."""
    receipt = sender.deposit()
    fails(db, answer="TimeoutError")
    clock.advance(minutes=1)
    leaves(db)
    [told] = stated(db, clock)
    [(_, left)] = noted(db, Event.ALERTA_SENT)
    assert (told["evento"], told["id"]) == ("alerta", left["constancia"])
    assert told["notificacion"]["numero"] == receipt.notificacion.number
    assert told["detalle"] == {
        "canal": "correo",
        "direccion": ROSA.email,
        "intentos": [
            {"hora": "2026-11-16T10:00:00.000000-05:00", "respuesta": "TimeoutError"},
            {"hora": "2026-11-16T10:01:00.000000-05:00", "respuesta": "250 2.0.0 Ok"},
        ],
    }
    assert told["motivos"] == []
    assert told["partes"][0]["sha256"] and told["anterior"]["id"] != told["id"]


def test_sent_twice_it_has_one_end_and_one_constancia(
    db: Database, rosa: Person, sender: Sender, clock: Clock
) -> None:
    """A worker that slept with it in hand, or died after the server took it: S78."""
    sender.deposit()
    slow = claim(db)
    clock.advance(minutes=5)
    quick = leaves(db, answer="250 second")
    assert quick.message_id == slow.message_id
    with db.transaction() as tx:
        delivery.record_sent(tx, CATALOG, slow, "250 first")
    assert kinds(db) == ["alerta_sent"]
    assert count(db, "constancias") == 2  # and that of the deposit
    assert len(attempts(db)) == 2


def test_a_proved_mobile_gets_an_alerta_too(
    db: Database, rosa: Person, sender: Sender, mobile: str, clock: Clock
) -> None:
    """L19: both addresses are in constancias. No budget counts it."""
    receipt = sender.deposit(sent=BY_SMS)
    assert [(m.channel, m.recipient) for m in messages(db)] == [
        ("email", ROSA.email),
        ("sms", MOBILE),
    ]
    assert count(db, "rates") == 0
    leaves(db)
    leaves(db, "sms", f'201 {{"to": "{MOBILE}", "sid": "SM1"}}')
    assert [detail["to"] for _, detail in noted(db)] == ["r••••••@example.com", "••••••321"]
    assert MOBILE[3:] not in repr(noted(db))
    proved = [(one["detalle"]["canal"], one["detalle"]["direccion"]) for one in stated(db, clock)]
    assert proved == [("correo", ROSA.email), ("sms", MOBILE)]
    assert states(db, receipt.id, rosa) == [("email", True, False), ("sms", True, False)]


@pytest.mark.parametrize("given", [{}, {"sms": False}, BY_SMS | sent(system=TEST)])
def test_without_a_service_of_messages_or_of_a_test_no_sms_is_written(
    db: Database, rosa: Person, sender: Sender, mobile: str, given: dict[str, Any]
) -> None:
    sender.deposit(sent=given)
    assert [m.channel for m in messages(db)] == ([] if "request" in given else ["email"])


def test_without_a_proved_number_there_is_no_sms(
    db: Database, rosa: Person, sender: Sender
) -> None:
    sender.deposit(sent=BY_SMS)
    assert [m.channel for m in messages(db)] == ["email"]


def test_one_that_is_given_up_is_told_and_proved(
    db: Database, rosa: Person, sender: Sender, clock: Clock
) -> None:
    receipt = sender.deposit()
    fails(db, refused=True)
    expires(db, clock)
    assert kinds(db) == ["alerta_tried", "message_given_up", "alerta_undelivered"]
    [told] = stated(db, clock)
    assert told["evento"] == "alerta-fallida"
    assert told["motivos"] == ["No salió en 2 intentos. El último: caducado"]
    assert told["detalle"]["direccion"] == ROSA.email
    said = [one["respuesta"] for one in told["detalle"]["intentos"]]
    assert said == ["550 5.1.1 <el destinatario>: no such user", "caducado"]
    [(_, detail)] = noted(db, Event.ALERTA_UNDELIVERED)
    assert detail["constancia"] == told["id"] and ROSA.email not in repr(detail)
    assert unreached(db, rosa) and reach(db) == "fallan"
    assert states(db, receipt.id, rosa) == [("email", False, False)]


def test_none_is_said_to_have_failed_while_another_may_arrive(
    db: Database, rosa: Person, sender: Sender, mobile: str, clock: Clock
) -> None:
    sender.deposit(sent=BY_SMS)
    expires(db, clock, "sms")
    assert kinds(db) == ["message_given_up"] and not unreached(db, rosa)
    expires(db, clock)
    assert [kind for kind, _ in noted(db)][1:] == [
        "message_given_up",
        "alerta_undelivered",
        "alerta_undelivered",
    ]
    proved = [(one["evento"], one["detalle"]["canal"]) for one in stated(db, clock)]
    assert proved == [("alerta-fallida", "correo"), ("alerta-fallida", "sms")]
    assert unreached(db, rosa)


def test_one_that_left_by_sms_is_enough(
    db: Database, rosa: Person, sender: Sender, mobile: str, clock: Clock
) -> None:
    sender.deposit(sent=BY_SMS)
    leaves(db, "sms")
    expires(db, clock)
    assert kinds(db) == ["alerta_sent", "message_given_up"]
    assert not unreached(db, rosa)


def give_up_at_once(database_url: str, channel: Channel, ready: Barrier, clock: Clock) -> None:
    db = Database(database_url, clock, vault)
    with db.transaction() as tx:
        outbox.attempts_of(tx, message_of(db, channel))  # it is connected
        ready.wait()
        assert isinstance(delivery.claim(tx, CATALOG, channel), delivery.Passed)
    db.close()


def test_of_two_that_are_given_up_at_once_the_second_tells(
    postgresql_url: str, tmp_path: Path, clock: Clock
) -> None:
    db = Database(postgresql_url, clock, vault)
    rosa = open_casilla(db, ROSA)
    with db.transaction() as tx:
        casillas.set_phone(tx, casillas.by_id(tx, rosa.id), MOBILE)
    for turn in range(5):
        Sender(db, tmp_path).deposit(sent=BY_SMS, anew=True)
        clock.advance(days=4)
        ready = Barrier(2)
        with ThreadPoolExecutor(2) as pool:
            both = [
                pool.submit(give_up_at_once, postgresql_url, channel, ready, clock)
                for channel in ("email", "sms")
            ]
            for one in both:
                one.result()
        assert Counter(kinds(db))["alerta_undelivered"] == 2 * (turn + 1)
    db.close()


def test_the_failures_of_a_code_are_no_eventos(db: Database, rosa: Person, clock: Clock) -> None:
    with db.transaction() as tx:
        outbox.add(tx, "login_code", casillas.by_id(tx, rosa.id))
    fails(db)
    clock.advance(minutes=1)
    leaves(db)
    assert kinds(db) == [] and count(db, "constancias") == 0


def test_an_hour_without_a_server_delays_each_alerta_and_doubles_none(
    db: Database, rosa: Person, bruno: Person, sender: Sender, clock: Clock
) -> None:
    """X2, S77"""
    for person in (rosa, bruno):
        sender.deposit(to=person.identidad)
    down = clock.now + timedelta(hours=1)
    left = 0
    while left < 2:
        with db.transaction() as tx:
            message = delivery.claim(tx, CATALOG)
        if isinstance(message, Message):
            with db.transaction() as tx:
                if clock.now < down:
                    delivery.record_failure(tx, CATALOG, message, "ConnectionRefusedError")
                else:
                    delivery.record_sent(tx, CATALOG, message, "250 2.0.0 Ok")
                    left += 1
        clock.advance(seconds=20)
    assert Counter(kinds(db)) == {"alerta_tried": 8, "alerta_sent": 2}
    proved = stated(db, clock)
    assert {one["destinatario"]["numero"] for one in proved} == {"40000001", "40000002"}
    assert [len(one["detalle"]["intentos"]) for one in proved] == [5, 5]
    clock.advance(days=10)
    with db.transaction() as tx:
        assert delivery.claim(tx, CATALOG) is None


def test_a_casilla_that_no_key_opens_keeps_no_alerta_leaving_again_and_again(
    db: Database, rosa: Person, sender: Sender
) -> None:
    sender.deposit()
    with db.transaction() as tx:
        tx.conn.execute(update(tables.casillas).values(nombres=b"damaged"))
    leaves(db)
    [(kind, detail)] = noted(db)
    assert kind == "alerta_sent" and "constancia" not in detail


def test_an_alerta_that_no_key_opens_is_told_without_its_address(
    db: Database, database_url: str, rosa: Person, sender: Sender, clock: Clock
) -> None:
    sender.deposit()
    without = Database(database_url, clock, lambda: Vault(lambda _: {"k2": b"2" * 32}))
    with without.transaction() as tx:
        assert isinstance(delivery.claim(tx, CATALOG), delivery.Passed)
    clock.advance(days=3)
    with without.transaction() as tx:
        assert isinstance(delivery.claim(tx, CATALOG), delivery.Passed)
    without.close()
    assert kinds(db) == ["alerta_tried", "message_given_up", "alerta_undelivered"]
    assert unreached(db, rosa)


def statements(db: Database, act: Callable[[], object]) -> int:
    seen: list[str] = []

    def see(_conn: object, _cursor: object, statement: str, *_rest: object) -> None:
        seen.append(statement)

    event.listen(db.engine, "before_cursor_execute", see)
    act()
    event.remove(db.engine, "before_cursor_execute", see)
    return len(seen)


def test_what_an_alerta_costs_does_not_grow(db: Database, rosa: Person, sender: Sender) -> None:
    """Ten thousand deposits pass here."""
    costs = set()
    for _ in range(3):
        sender.deposit(anew=True)
        message = claim(db)

        def record(message: Message = message) -> None:
            with db.transaction() as tx:
                delivery.record_sent(tx, CATALOG, message, "250")

        costs.add(statements(db, record))
    assert max(costs) <= 12


def test_a_message_of_an_unknown_notificacion_has_no_constancia(
    db: Database, rosa: Person, clock: Clock
) -> None:
    with db.transaction() as tx:
        casilla = casillas.by_id(tx, rosa.id)
        alertas.write(tx, casilla, new_id(tx.now), sms=False)
    leaves(db)
    assert kinds(db) == ["alerta_sent"] and count(db, "constancias") == 0
