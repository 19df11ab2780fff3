"""Who does not open a notificacion is told again, as the sheet says: X2, S73, S78."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import pytest
from sqlalchemy import select

from proxy.domain.events import Event
from proxy.domain.plazo import Term
from proxy.domain.reminders import Due
from proxy.flows import annulment, cuentas, inbox, reminders
from proxy.flows.audit import Whole
from proxy.store import calendar_passes, due, tables
from proxy.store.db import Database
from tests.clock import Clock
from tests.flows.browser import contexts
from tests.flows.test_deposit import Sender, count
from tests.flows.test_sending import TEST, sent
from tests.outbox import messages
from tests.people import BRUNO, ROSA, Person, vault
from tests.plazos import CATALOG, LIMA, RULING, at
from tests.racing import race
from tests.recorded import verify

NAME = "notificacion_reminder"
TERM = replace(RULING, term=Term(15, "habiles"))  # its last day is Monday 7 December
HOURS = replace(RULING, procedure="electoral", term=Term(24, "horas"))


@pytest.fixture
def sender(db: Database, tmp_path: Path) -> Sender:
    return Sender(db, tmp_path / "documentos")


def look(db: Database) -> int:
    """All that is due now, one casilla after another. How many messages were written."""
    written = 0
    while True:
        with db.reading() as tx:
            found = due.next(tx)
        if found is None:
            return written
        with db.transaction() as tx:
            written += reminders.remind(tx, CATALOG, found.casilla_id)


def until(db: Database, clock: Clock, end: datetime) -> list[str]:
    """When a message was written, if a worker looks each hour."""
    found = []
    while clock.now < end:
        clock.advance(hours=1)
        found += [f"{clock.now.astimezone(LIMA):%d/%m %H}"] * look(db)
    return found


def test_who_opens_nothing_is_told_after_one_three_and_four_days_and_before_the_end(
    db: Database, rosa: Person, sender: Sender, clock: Clock
) -> None:
    sender.deposit(ruling=TERM)
    assert until(db, clock, at("2026-12-31T00:00")) == [
        "17/11 09",
        "19/11 09",
        "20/11 09",
        "04/12 09",
    ]
    assert count(db, "due") == 0
    written = messages(db, NAME)
    assert {one.recipient for one in written} == {ROSA.email}
    assert [one.context for one in written] == [{"many": 1}] * 4
    assert isinstance(verify(db), Whole)


def test_several_in_a_casilla_and_day_are_one_message(
    db: Database, rosa: Person, bruno: Person, sender: Sender, clock: Clock
) -> None:
    for number in range(3):
        sender.deposit(numero=f"{number}-2026")
        clock.advance(minutes=1)
    sender.deposit(to=BRUNO.identidad)
    clock.now = at("2026-11-17T09:00")
    assert look(db) == 2
    assert [(one.recipient, one.context["many"]) for one in messages(db, NAME)] == [
        (ROSA.email, 3),
        (BRUNO.email, 1),
    ]


def test_it_stops_when_it_is_opened_whatever_is_opened_last(
    db: Database, rosa: Person, sender: Sender, clock: Clock
) -> None:
    first, second = (sender.deposit(numero=f"{number}-2026").id for number in range(2))
    clock.now = at("2026-11-17T08:59")
    with db.transaction() as tx:
        inbox.open(tx, rosa.id, first, CATALOG)
    clock.advance(minutes=1)
    assert look(db) == 1
    assert messages(db, NAME)[0].context["many"] == 1
    with db.transaction() as tx:
        inbox.open(tx, rosa.id, second, CATALOG)
    assert until(db, clock, at("2026-12-31T00:00")) == []


def annul(db: Database, rosa: Person, key: bytes) -> None:
    with db.transaction() as tx:
        annulment.annul(tx, CATALOG, key.hex(), "Se envió a otra persona")


def close(db: Database, rosa: Person, key: bytes) -> None:
    with db.transaction() as tx:
        cuentas.close_for_good(tx, ROSA.identidad)


def suspend(db: Database, rosa: Person, key: bytes) -> None:
    with db.transaction() as tx:
        cuentas.suspend(tx, ROSA.identidad, "Lo pidió su titular")


@pytest.mark.parametrize("act", [annul, close, suspend])
def test_it_stops_with_an_annulment_and_with_the_casilla(
    db: Database,
    rosa: Person,
    sender: Sender,
    clock: Clock,
    act: Callable[[Database, Person, bytes], None],
) -> None:
    receipt = sender.deposit(ruling=TERM)
    act(db, rosa, receipt.id)
    assert until(db, clock, at("2026-12-31T00:00")) == []
    assert count(db, "due") == 0


def test_a_test_reminds_of_nothing(db: Database, rosa: Person, sender: Sender) -> None:
    sender.deposit(sent=sent(system=TEST))
    assert count(db, "due") == 0


def test_after_the_end_of_its_term_nothing_leaves_though_the_worker_was_down(
    db: Database, rosa: Person, sender: Sender, clock: Clock
) -> None:
    sender.deposit(ruling=TERM)
    clock.now = at("2026-12-07T23:59")
    assert look(db) == 1, "it is not over yet"
    sender.deposit(ruling=HOURS, numero="2-2026")
    clock.now = at("2026-12-30T00:00")
    assert look(db) == 0


def test_a_day_has_one_message_and_what_came_later_is_told_before_its_term_ends(
    db: Database, rosa: Person, sender: Sender, clock: Clock
) -> None:
    sender.deposit()
    clock.now = at("2026-11-17T09:00")
    assert look(db) == 1
    clock.now = at("2026-11-17T09:30")
    sender.deposit(ruling=HOURS, numero="2-2026")  # until 9:30 of the next day
    clock.now = at("2026-11-17T10:00")
    found = until(db, clock, at("2026-11-18T09:00"))
    assert found == ["18/11 09"], "at 21:30 of the same day it is not, and it is not forgotten"
    clock.now = at("2026-11-18T13:00")
    sender.deposit(ruling=replace(HOURS, term=Term(16, "horas")), numero="3-2026")
    found = until(db, clock, at("2026-11-19T05:00"))
    assert found == ["19/11 00"], "its term is over before the usual hour"


def remind_them_all(url: str) -> list[int]:
    """One worker of several, on the next morning."""
    db = Database(url, lambda: at("2026-11-17T09:00"), vault)
    written = [look(db)]
    db.close()
    return written


def test_several_workers_write_each_once(
    db: Database, database_url: str, rosa: Person, bruno: Person, sender: Sender
) -> None:
    for number in range(6):
        to = (ROSA, BRUNO)[number % 2].identidad
        sender.deposit(to=to, numero=f"{number}-2026")
    assert sum(race(remind_them_all, database_url)) == 2
    assert sorted(str(one.recipient) for one in messages(db, NAME)) == [BRUNO.email, ROSA.email]


def test_what_an_earlier_version_deposited_is_planned_once_from_now_on(
    db: Database,
    rosa: Person,
    sender: Sender,
    clock: Clock,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(calendar_passes, "BATCH", 2)
    keys = [sender.deposit(ruling=TERM, numero=f"{number}-2026").id for number in range(5)]
    with db.transaction() as tx:
        tx.conn.execute(tables.due.delete())
        inbox.open(tx, rosa.id, keys[0], CATALOG)
    clock.now = at("2026-11-19T10:00")
    found: list[int | None] = []
    while not found or found[-1] is not None:
        with db.transaction() as tx:
            found.append(reminders.plan_earlier(tx, CATALOG))
    assert len(found) == 4 and sum(filter(None, found)) == 4
    with db.reading() as tx:
        c = tables.due.c
        rows = tx.conn.execute(select(c.at).where(c.notificacion_id == keys[1]).order_by(c.at))
        assert [f"{row.at.astimezone(LIMA):%d/%m %H}" for row in rows] == [
            "20/11 09",
            "04/12 09",
        ]
    sender.deposit(numero="9-2026")
    assert count(db, "due") == 4 * 2 + 3


@pytest.mark.parametrize("end", ['"9999-12-31"', '"2026-11-20T10:00:00"', "7"])
def test_an_effect_that_cannot_be_read_is_in_the_way_of_no_other(
    db: Database, rosa: Person, sender: Sender, clock: Clock, end: str
) -> None:
    """Of the same casilla: they are taken together."""
    one = sender.deposit()
    other, bad = b"o" * 16, str(one.notificacion.effect).replace('"vence":null', f'"vence":{end}')
    assert bad != one.notificacion.effect
    with db.transaction() as tx:
        due.add(tx, [due.Row(rosa.id, other, Due.REMINDER, clock.now)])
        table = tables.notificaciones
        [row] = tx.conn.execute(select(table)).mappings().all()
        tx.conn.execute(table.insert().values({**row, "id": other, "effect": bad, "number": None}))
    clock.now = at("2026-11-17T09:00")
    assert look(db) == 1


def test_every_message_is_noted_and_names_no_notificacion(
    db: Database, rosa: Person, sender: Sender, clock: Clock
) -> None:
    """R21: plain e-mail is not private, and this one is of several."""
    sender.deposit()
    clock.now = at("2026-11-17T09:00")
    look(db)
    [one] = messages(db, NAME)
    assert one.notificacion_id is None and contexts(db, NAME) == [{"many": 1}]
    with db.reading() as tx:
        c = tables.eventos.c
        noted = select(c.message).where(c.kind == Event.MESSAGE_WRITTEN)
        assert one.message_id in tx.conn.execute(noted).scalars().all()
    clock.advance(days=1, seconds=1)
    assert one.expires_at < clock.now, "of yesterday, when that of today is due"
