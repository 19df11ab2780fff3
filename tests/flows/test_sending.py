"""What a system deposits, without HTTP: its key, its tests, numbers and content. L7, X6, S73."""

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from sqlalchemy import delete, insert, select, update

from proxy.domain.content import Content, Remedy
from proxy.domain.finding import Filter, OfText
from proxy.domain.notificacion import Counts, File, Notificacion
from proxy.domain.number import number, parse_number
from proxy.domain.plazo import Term
from proxy.domain.sender import Request
from proxy.domain.sender import Sender as System
from proxy.errors import NotYours, Refusal
from proxy.flows import inbox
from proxy.flows.audit import Whole
from proxy.store import deposits, notificaciones, numbers, tables
from proxy.store.db import Database
from proxy.store.tables import feed, line
from tests.clock import Clock
from tests.flows.test_deposit import Sender, count
from tests.outbox import messages
from tests.people import Person, open_casilla, vault
from tests.plazos import CATALOG, refusing
from tests.racing import race
from tests.recorded import advance_all, verify
from tests.store.test_facts import altered

SGD = System("SGD", "k1")
TEST = System("SGD", "k2", test=True)
CONTENT = Content(
    authority="Una entidad",
    address="Jr. Imaginario 1, Lima",
    validity="Desde el día siguiente de notificado",
    exhausts=False,
    remedies=(Remedy("Apelación", "Tribunal", Term(15, "habiles")),),
    term=Term(10, "calendario"),
    purpose="presentar sus descargos",
)


def answer(one: Notificacion, files: list[File]) -> str:
    return f"{one.number} {len(files)}"


def sent(
    key: str = "a", body: bytes = b"1", system: System = SGD, content: Content | None = CONTENT
) -> dict[str, Any]:
    request = Request(system, key, body, "SGD-1")
    return {"request": request, "answer": answer, "content": content}


@pytest.fixture
def sender(db: Database, tmp_path: Path) -> Sender:
    return Sender(db, tmp_path / "documentos")


def test_what_the_law_wants_said_is_frozen_with_the_deposit(
    db: Database, rosa: Person, sender: Sender
) -> None:
    """L7: also who was the authority then."""
    receipt = sender.deposit(sent=sent())
    with db.reading() as tx:
        one = notificaciones.one(tx, rosa.id, receipt.id)
    assert one and one.declared == CONTENT
    assert one.number == "CE-2026-000001-" + str(one.number)[-1]
    assert parse_number(str(one.number)) == one.number
    assert receipt.answer == f"{one.number} 1"
    none = replace(CONTENT, remedies=(), no_remedies="Es un acto de trámite", term=None)
    assert none.freeze() != CONTENT.freeze()


def test_the_simple_command_declares_nothing(db: Database, rosa: Person, sender: Sender) -> None:
    receipt = sender.deposit()
    assert receipt.notificacion.declared is None
    assert receipt.notificacion.number is not None
    assert count(db, "deposits") == 0


def test_the_same_key_and_body_is_the_same_deposit(
    db: Database, rosa: Person, sender: Sender, clock: Clock
) -> None:
    """X6: also when nothing could be deposited in that casilla any more."""
    first = sender.deposit(sent=sent())
    clock.advance(days=30)
    with db.transaction() as tx:
        tx.conn.execute(update(tables.casillas).values(closed_at=tx.now))
    second = sender.deposit(sent=sent())
    assert (second.id, second.answer, second.again) == (first.id, first.answer, True)
    assert second.files == first.files and second.effect == first.effect
    assert count(db, "notificaciones") == count(db, "outbox") == 1


def test_the_same_key_with_another_body_is_refused(
    db: Database, rosa: Person, bruno: Person, sender: Sender
) -> None:
    sender.deposit(sent=sent())
    for changed in ({"sent": sent(body=b"2")}, {"sent": sent(body=b"2"), "to": bruno.identidad}):
        with refusing("deposit.other_body"):
            sender.deposit(**changed)
    assert count(db, "notificaciones") == 1


def test_each_system_and_environment_has_keys_of_its_own(
    db: Database, rosa: Person, sender: Sender
) -> None:
    for system in (SGD, TEST, System("Mesa", "k3")):
        sender.deposit(sent=sent(system=system), anew=True)
    assert count(db, "notificaciones") == 3


def deposit_at_once(database_url: str) -> list[str]:
    db, done = Database(database_url, vault=vault), []
    with TemporaryDirectory() as folder:
        for turn in range(5):
            same = Sender(db, Path(folder)).deposit(sent=sent(str(turn)), anew=True)
            done.append(f"{same.id.hex()} {same.answer}")
    db.close()
    return done


def test_of_the_same_at_once_one_is_made_and_all_get_its_answer(
    database_url: str, db: Database, rosa: Person
) -> None:
    assert len({*race(deposit_at_once, database_url)}) == 5
    assert count(db, "notificaciones") == count(db, "deposits") == 5


def to_two_at_once(database_url: str) -> list[str]:
    db, done = Database(database_url, vault=vault), []
    people = [open_people(db)[turn % 2] for turn in range(8)]
    with TemporaryDirectory() as folder:
        for turn, who in enumerate(people):
            try:
                said = sent(str(turn // 2), str(who).encode())
                Sender(db, Path(folder)).deposit(to=who, sent=said, anew=True)
                done.append("one")
            except Refusal as refusal:
                done.append(refusal.code)
    db.close()
    return done


def open_people(db: Database) -> list[Any]:
    from tests.people import BRUNO, ROSA

    return [ROSA.identidad, BRUNO.identidad]


def test_one_key_for_two_people_at_once_deposits_once(postgresql_url: str, clock: Clock) -> None:
    """No casilla is locked by both: the row of the key decides."""
    from tests.people import BRUNO, ROSA

    db = Database(postgresql_url, clock, vault)
    for person in (ROSA, BRUNO):
        open_casilla(db, person)
    done = race(to_two_at_once, postgresql_url)
    assert {*done} == {"one", "deposit.other_body"}
    assert count(db, "notificaciones") == count(db, "deposits") == 4
    db.close()


def test_a_test_reaches_nobody(db: Database, rosa: Person, sender: Sender, clock: Clock) -> None:
    """X6: no list, count, search, export or page of its owner, and no alerta."""
    test = sender.deposit(sent=sent(system=TEST))
    real = sender.deposit(sent=sent())  # the same acto: a test is no duplicate
    assert str(test.notificacion.number).startswith("CP-2026-000001-")
    asked = Filter((OfText(("numero",), "000009", "contiene"),))
    clock.advance(seconds=1)
    with db.transaction() as tx:
        for wanted in ((), (asked,)):
            assert inbox.page(tx, rosa.id, *wanted, read=False).rows == [real.notificacion]
        assert inbox.page(tx, rosa.id, asked, read=False).found == 1
        assert notificaciones.counts(tx, rosa.id) == Counts(pending=1, read=0)
        part = inbox.part(tx, rosa.id, asked, read=False, at=tx.now, key=None)
        assert part == [(real.notificacion, None)]
        for attempt in (inbox.detail, lambda *a: inbox.open(*a, CATALOG)):
            with pytest.raises(NotYours):
                attempt(tx, rosa.id, test.id)
        assert not notificaciones.mark_read(tx, rosa.id, test.id)
        found = deposits.one(tx, TEST, test.id)
        assert found and found.notificacion == test.notificacion
        assert deposits.one(tx, SGD, test.id) is None
        assert deposits.one(tx, System("Mesa", test=True), test.id) is None
    assert len(messages(db)) == 1


def test_the_numbers_of_a_year_begin_with_it(
    db: Database, rosa: Person, sender: Sender, clock: Clock
) -> None:
    """By the entity's clock, not by that of Greenwich; what is undone leaves a gap."""
    clock.now = datetime(2027, 1, 1, 4, 59, tzinfo=UTC)
    given = [sender.deposit(anew=True)]
    with pytest.raises(RuntimeError), db.transaction() as tx:
        numbers.take(tx, "CE", 2026)
        raise RuntimeError
    given.append(sender.deposit(anew=True))
    clock.advance(minutes=1)
    given += [sender.deposit(anew=True), sender.deposit(anew=True)]
    assert [str(one.notificacion.number)[:-2] for one in given] in (
        [
            "CE-2026-000001",
            f"CE-2026-00000{2 if db.sqlite else 3}",
            "CE-2027-000001",
            "CE-2027-000002",
        ],
    )


def test_nobody_waits_for_a_number(postgresql_url: str, clock: Clock) -> None:
    """Of the first two of a year, the second waits for the first; later ones for nobody."""
    db = Database(postgresql_url, clock, vault)
    with db.transaction() as tx:
        first = numbers.take(tx, "CE", 2026)
    with db.transaction() as one, db.transaction() as other:
        taken = [numbers.take(one, "CE", 2026), numbers.take(other, "CE", 2026)]
        assert numbers.take(other, "CP", 2026) == 1
    assert (first, taken) == (1, [2, 3])
    db.close()


def test_what_was_drawn_before_the_first_of_the_year_is_not_given(
    postgresql_url: str, clock: Clock
) -> None:
    """Another one drew its number, and was overtaken by who began the year."""
    db = Database(postgresql_url, clock, vault)
    with db.transaction() as tx:
        tx.conn.execute(insert(tables.numbers).values(series="CE", year=2026, last=3))
        assert numbers.take(tx, "CE", 2026) == 1
    db.close()


def test_a_number_tells_a_slip_of_who_dictates_it() -> None:
    good = number("CE", 2026, 123)
    assert parse_number(f" {good.lower()} ") == good
    for wrong in (good.replace("123", "132"), good.replace("2026", "2025"), good[:-1], "CE-1"):
        assert parse_number(wrong) is None
    assert parse_number(number("CP", 2026, 1_234_567)) == number("CP", 2026, 1_234_567)


@pytest.mark.parametrize(
    "change",
    [
        update(tables.deposits).values(system="Mesa"),
        update(tables.deposits).values(key_id="otra"),
        update(tables.deposits).values(answer="otra"),
        update(tables.deposits).values(idempotency="otra"),
        update(tables.deposits).values(test=True),
        delete(tables.deposits),
        update(tables.notificaciones).values(content=None),
        update(tables.notificaciones).values(number="CE-2026-000002-X"),
        update(tables.notificaciones).values(test=True),
    ],
)
@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_what_was_said_of_a_deposit_and_is_altered_is_found(
    db: Database, rosa: Person, sender: Sender, change: Any
) -> None:
    """S69"""
    one = sender.deposit(sent=sent())
    assert isinstance(verify(db), Whole)
    assert altered(db, change) == ("audit.served", one.id.hex())


def test_the_feed_has_what_happened_to_its_own_in_the_order_of_the_line(
    db: Database, rosa: Person, sender: Sender, clock: Clock
) -> None:
    mine = sender.deposit(sent=sent())
    sender.deposit(sent=sent(system=TEST))
    sender.deposit(anew=True)
    clock.advance(seconds=1)
    with db.transaction() as tx:
        inbox.open(tx, rosa.id, mine.id, CATALOG)
    advance_all(db)
    with db.reading() as tx:
        rows = select(feed.c.place, tables.eventos.c.kind, tables.eventos.c.notificacion).join(
            tables.eventos, tables.eventos.c.id == feed.c.evento_id
        )
        of = {
            test: tx.conn.execute(rows.where(feed.c.test.is_(test)).order_by(feed.c.place)).all()
            for test in (False, True)
        }
        places = {row.place for row in tx.conn.execute(select(line.c.place))}
    kinds = ["notificacion_deposited", "message_created", "notificacion_read"]
    assert [row.kind for row in of[False]] == kinds
    assert {row.notificacion for row in of[False]} == {mine.id}
    assert [row.kind for row in of[True]] == kinds[:1]
    assert {row.place for row in of[False]} < places
