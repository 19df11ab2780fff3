"""The clock is set back: what is served meanwhile has dates that can be explained."""

import json
from datetime import timedelta
from pathlib import Path

from sqlalchemy import select

from proxy.domain.events import Event
from proxy.domain.ids import instant_of
from proxy.domain.plazo import Question
from proxy.domain.plazo_asked import Choice, answer
from proxy.flows import delivery, inbox, record
from proxy.flows.audit import Whole
from proxy.store import notificaciones, tables
from proxy.store.db import Database
from tests.clock import Clock
from tests.flows.test_deposit import Sender
from tests.people import Person
from tests.plazos import CATALOG
from tests.recorded import advance_all, verify

HOUR = timedelta(hours=1)


def in_line(db: Database) -> list[tuple[str, object, dict[str, str]]]:
    """Kind, instant and detail, in the order of the places."""
    e, line = tables.eventos.c, tables.line.c
    with db.reading() as tx:
        rows = tx.conn.execute(
            select(e.kind, e.at, e.detail)
            .join_from(tables.line, tables.eventos, e.id == line.evento_id)
            .order_by(line.place)
        ).all()
    return [(row.kind, row.at, json.loads(row.detail)) for row in rows]


def test_what_is_deposited_an_hour_back_says_so_in_all_that_is_kept_of_it(
    db: Database, rosa: Person, clock: Clock, tmp_path: Path
) -> None:
    clock.now = clock.now.replace(hour=22)  # 17:00 in Lima, after hours; an hour before it is not
    sender, before = Sender(db, tmp_path), clock.now
    first = sender.deposit(numero="1")
    advance_all(db)
    clock.now -= HOUR
    second = sender.deposit(numero="2")
    advance_all(db)
    clock.advance(minutes=1)
    third = sender.deposit(numero="3")
    assert isinstance(verify(db), Whole)
    with db.reading() as tx:
        rows = notificaciones.page(tx, rosa.id, read=False, most=9)
    # Its instant, its id, its place in the inbox and its effect are of one clock, the one it had.
    assert [row.id for row in rows] == [first.id, third.id, second.id]
    assert second.at == before - HOUR
    for receipt in (first, second, third):
        assert instant_of(receipt.id) == receipt.at
        said = answer(CATALOG, Question(receipt.at), Choice())
        assert receipt.effect and receipt.effect.effective == said.effective
    assert first.effect and second.effect
    assert first.effect.effective - second.effect.effective == timedelta(days=1)
    # The line has the true order, and where it goes back, it says so once.
    told = in_line(db)
    deposits = [at for kind, at, _ in told if kind == Event.NOTIFICACION_DEPOSITED]
    assert deposits == [first.at, second.at, third.at]
    back = [(at, detail) for kind, at, detail in told if kind == Event.CLOCK_BACK]
    assert back == [(second.at, {"newest": before.isoformat(timespec="milliseconds")})]
    # Their alertas leave at once. One that was left before, and was not sent, waits for its hour.
    with db.transaction() as tx:
        assert [delivery.claim(tx, CATALOG) is not None for _ in range(3)] == [True, True, False]


def test_who_opens_before_the_deposit_by_that_clock_keeps_the_frozen_effect(
    db: Database, rosa: Person, clock: Clock, tmp_path: Path
) -> None:
    receipt = Sender(db, tmp_path).deposit()
    clock.now -= HOUR
    with db.transaction() as tx:
        inbox.open(tx, rosa.id, receipt.id, CATALOG)
    with db.reading() as tx:
        one = notificaciones.one(tx, rosa.id, receipt.id)
    assert one and one.read_at == clock.now < one.deposited_at
    assert one.takes_effect == receipt.effect
    assert isinstance(verify(db), Whole)


def test_clocks_of_two_machines_may_differ_a_little(
    db: Database, rosa: Person, clock: Clock, tmp_path: Path
) -> None:
    sender = Sender(db, tmp_path)
    for number, ahead in enumerate((0, 0, -record.STEP.total_seconds())):
        clock.advance(seconds=ahead)
        sender.deposit(numero=str(number))
        advance_all(db)
    assert Event.CLOCK_BACK not in [kind for kind, _, _ in in_line(db)]
    assert isinstance(verify(db), Whole)
