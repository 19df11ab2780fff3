"""Constancias that are not sealed in time: S10, X3."""

from datetime import timedelta

from proxy.domain.events import Event
from proxy.flows import constancias
from proxy.flows.audit import Whole
from proxy.flows.constancias import LATE
from proxy.store import feed
from proxy.store.db import Database
from proxy.web.api.answers import KINDS
from tests.clock import Clock
from tests.flows.test_constancias import detail_of, job, seal, tell_late
from tests.flows.test_deposit import Sender, sender
from tests.flows.test_sending import SGD, TEST, sent
from tests.people import Person, vault
from tests.racing import race
from tests.recorded import advance_all, verify

__all__ = ["sender"]


def test_one_that_is_not_sealed_in_ten_minutes_is_an_incidencia_told_once(
    db: Database, rosa: Person, sender: Sender, clock: Clock
) -> None:
    """Its seal tells the end, to the sender too."""
    receipt = sender.deposit(sent=sent())
    at = clock.now
    clock.now = at + LATE - timedelta(microseconds=1)
    assert tell_late(db) == 0
    clock.now = at + LATE
    assert [tell_late(db), tell_late(db)] == [1, 0]
    found, told = job(db)
    assert detail_of(db, Event.CONSTANCIA_LATE) == [
        {"constancia": told["id"], "since": at.isoformat(timespec="microseconds")}
    ]
    seal(db, found)
    advance_all(db)
    with db.reading() as tx:
        assert constancias.late(tx) is None
        seen = [one for one in feed.after(tx, SGD, 0, 9) if one.notificacion == receipt.id]
    kinds = [KINDS[one.kind] for one in seen]
    assert kinds == ["deposito", "alerta", "incidencia", "constancia"]
    assert isinstance(verify(db), Whole)


def test_what_was_sealed_in_time_is_never_late_and_a_test_is_not_either(
    db: Database, rosa: Person, sender: Sender, clock: Clock
) -> None:
    sender.deposit()
    seal(db, job(db)[0])
    sender.deposit(sent=sent(system=TEST))
    clock.advance(days=2)
    assert tell_late(db) == 0
    with db.reading() as tx:
        assert constancias.late(tx) is None
    assert detail_of(db, Event.CONSTANCIA_LATE) == []


def tell_them_all(url: str) -> list[int]:
    """One worker of several, a quarter of an hour later."""
    constancias.AT_ONCE = 2
    db = Database(url, lambda: Clock().now + timedelta(minutes=15), vault)
    told = [tell_late(db)]
    while told[-1]:
        told.append(tell_late(db))
    db.close()
    return told


def test_of_a_long_queue_each_is_told_once_over_several_workers(
    db: Database, database_url: str, rosa: Person, sender: Sender
) -> None:
    for _ in range(9):
        sender.deposit(anew=True)
    assert sum(race(tell_them_all, database_url)) == 9
    numbers = [one["constancia"] for one in detail_of(db, Event.CONSTANCIA_LATE)]
    assert len({*numbers}) == len(numbers) == 9
