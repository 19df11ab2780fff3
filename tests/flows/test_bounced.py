"""What comes back of an alerta, and who is told: X2, X3."""

from collections import Counter

from proxy.domain.recipient import Bounce
from proxy.flows import alertas
from proxy.store import casillas, outbox
from proxy.store.db import Database
from tests.alerting import (
    BY_SMS,
    MOBILE,
    comes_back,
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
from tests.flows.test_alertas import mobile
from tests.flows.test_deposit import Sender, sender
from tests.people import ROSA, Person
from tests.plazos import CATALOG

__all__ = ["mobile", "sender"]


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
