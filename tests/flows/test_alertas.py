"""What becomes of an alerta is evidence: X2, X3, L19, S66, S69, S78."""

import json
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
from proxy.domain.recipient import Bounce
from proxy.domain.sender import Sender as System
from proxy.domain.vault import Vault
from proxy.flows import alertas, constancias, delivery, inbox, sending
from proxy.store import alertas as stored
from proxy.store import casillas, outbox, tables
from proxy.store.db import Database
from proxy.store.outbox import Channel, Message
from tests.clock import Clock
from tests.constancias import CERTIFICATE, ORIGIN
from tests.flows.test_deposit import Sender, count, sender
from tests.flows.test_sending import TEST, sent
from tests.outbox import attempts, messages
from tests.people import ROSA, Person, open_casilla, vault
from tests.plazos import CATALOG
from tests.recorded import verify

__all__ = ["sender"]
MOBILE = "+51987654321"
BY_SMS = {"sms": True}
SGD = System("SGD", "k1")
NO_SUCH = f"550 5.1.1 <{ROSA.email}>: no such user"


@pytest.fixture
def mobile(db: Database, rosa: Person) -> str:
    """Rosa proved a number."""
    with db.transaction() as tx:
        casillas.set_phone(tx, casillas.by_id(tx, rosa.id), MOBILE)
    return MOBILE


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


def message_of(db: Database, channel: Channel) -> Message:
    return next(one for one in messages(db) if one.channel == channel)


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


def test_what_a_server_sends_back_counts_although_it_took_it(
    db: Database, rosa: Person, sender: Sender, clock: Clock
) -> None:
    receipt = sender.deposit()
    message = leaves(db)
    assert (reach(db), unreached(db, rosa)) == ("sanas", False)
    clock.advance(minutes=3)
    assert comes_back(db, message) == "an alerta"
    assert comes_back(db, message) == "known"
    assert kinds(db) == ["alerta_sent", "alerta_bounced", "alerta_undelivered"]
    assert (reach(db), unreached(db, rosa)) == ("fallan", True)
    assert states(db, receipt.id, rosa) == [("email", True, True)]
    _, failed = stated(db, clock)
    [reason] = failed["motivos"]
    assert reason.startswith("El servidor de correo la recibió y después se informó que no llegó.")
    assert "550 5.1.1 <el destinatario> no such user" in reason
    assert len(failed["detalle"]["intentos"]) == 2
    assert ROSA.email not in repr(noted(db))


def test_what_comes_back_is_believed_only_of_what_was_sent_to_them(
    db: Database, rosa: Person, sender: Sender, mobile: str, clock: Clock
) -> None:
    """Anybody can write to that address."""
    sender.deposit(sent=BY_SMS)
    with db.transaction() as tx:
        outbox.add(tx, "password_changed", casillas.by_id(tx, rosa.id))
    waits = message_of(db, "email")
    assert comes_back(db, waits) == "not yet"
    message, other, sms = leaves(db), leaves(db), leaves(db, "sms")
    if message.notificacion_id is None:
        message, other = other, message
    assert comes_back(db, message, "bruno@example.com") == "nothing of ours"
    assert comes_back(db, sms, MOBILE) == "nothing of ours"
    unknown = Bounce("0" * 32, ROSA.email, True, "550")
    with db.transaction() as tx:
        assert alertas.came_back(tx, CATALOG, unknown) == "nothing of ours"
    assert comes_back(db, other) == "another message"
    assert "alerta_bounced" not in kinds(db)
    assert comes_back(db, message, ROSA.email.upper()) == "an alerta"
    assert not unreached(db, rosa)  # the SMS arrived
    assert reach(db) == "sanas"  # the last e-mail that was tried is the other one


def test_late_is_an_attempt_and_only_a_few_are_kept(
    db: Database, rosa: Person, sender: Sender
) -> None:
    sender.deposit()
    message = leaves(db)
    told = [comes_back(db, message, failed=False) for _ in range(50)]
    assert Counter(told) == {"an alerta": 5, "known": 45}
    assert Counter(kinds(db)) == {"alerta_sent": 1, "alerta_tried": 5}
    assert comes_back(db, message) == "an alerta"
    assert comes_back(db, message, failed=False) == "known"


def test_who_was_not_reached_is_told_until_an_alerta_leaves_or_an_address_changes(
    db: Database, rosa: Person, sender: Sender, clock: Clock
) -> None:
    def fail_one() -> None:
        sender.deposit(anew=True)
        comes_back(db, leaves(db))
        assert unreached(db, rosa)

    fail_one()
    with db.transaction() as tx:
        outbox.add(tx, "password_changed", casillas.by_id(tx, rosa.id))
    leaves(db)
    assert unreached(db, rosa) and reach(db) == "fallan"  # that was no alerta
    sender.deposit(anew=True)
    leaves(db)
    assert not unreached(db, rosa) and reach(db) == "sanas"
    fail_one()
    with db.transaction() as tx:
        casillas.set_email(tx, casillas.by_id(tx, rosa.id), "rosa@example.org")
    assert not unreached(db, rosa)
    sender.deposit(anew=True)
    comes_back(db, leaves(db), "rosa@example.org")
    with db.transaction() as tx:
        casillas.set_phone(tx, casillas.by_id(tx, rosa.id), MOBILE)
    assert not unreached(db, rosa)


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
