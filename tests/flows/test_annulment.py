"""An annulment: a row of its own, once, with a reason; nothing is edited or deleted. X7."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import delete, insert, select, update

from proxy.domain.annulment import Annulment, Void
from proxy.domain.finding import EVERYTHING
from proxy.domain.sender import Sender as System
from proxy.errors import NotYours, Refusal
from proxy.flows import annulment, inbox
from proxy.flows.audit import Whole
from proxy.store import tables
from proxy.store.db import Database
from tests.casilla import pdf
from tests.clock import Clock
from tests.flows.browser import contexts
from tests.flows.test_deposit import Sender, count
from tests.flows.test_sending import SGD, TEST, sent
from tests.people import ROSA, Person, open_casilla, vault
from tests.plazos import CATALOG, refusing
from tests.racing import done_or_waiting, holding
from tests.recorded import verify
from tests.store.test_facts import altered

A = tables.annulments


@pytest.fixture
def sender(db: Database, tmp_path: Path) -> Sender:
    return Sender(db, tmp_path / "documentos")


def annul(db: Database, *named: Any, **more: Any) -> Annulment:
    with db.transaction() as tx:
        return annulment.annul(tx, CATALOG, *named, **more).annulment


def test_what_is_annulled_stays_where_it_is_and_says_why(
    db: Database, rosa: Person, sender: Sender, clock: Clock
) -> None:
    wrong = sender.deposit()
    right = sender.deposit(("a.pdf", pdf("otro")))
    before = clock.now
    clock.advance(hours=1)
    done = annul(db, wrong.notificacion.number, "  Con  errores ", right.id.hex())
    assert done == Annulment(rosa.id, wrong.id, clock.now, "Con errores", right.id)
    with db.reading() as tx:
        assert len(inbox.page(tx, rosa.id, read=False).rows) == 2
        said = Void(clock.now, "Con errores", right.id, right.notificacion.number)
        assert inbox.page(tx, rosa.id, read=False).annulled == {wrong.id: said}
        found = inbox.detail(tx, rosa.id, wrong.id)
        assert (found.notificacion, found.annulled) == (wrong.notificacion, said)
        assert inbox.detail(tx, rosa.id, right.id).annulled is None
        for at, told in ((before, None), (clock.now, said)):
            part = inbox.part(tx, rosa.id, EVERYTHING, read=False, at=at, key=None)
            assert {row.id: one for row, one in part}[wrong.id] == told
    assert isinstance(verify(db), Whole)


def test_its_owner_is_told_once_and_of_a_test_never(
    db: Database, rosa: Person, sender: Sender
) -> None:
    wrong, right = sender.deposit(), sender.deposit(("a.pdf", pdf("otro")))
    for _ in range(2):
        annul(db, wrong.id.hex(), "Con errores", right.id.hex())
    annul(db, right.id.hex(), "También")
    test = sender.deposit(sent=sent(system=TEST))
    annul(db, test.notificacion.number, "Fue una prueba", sender=TEST)
    assert contexts(db, "notificacion_annulled") == [{"replaced": True}, {"replaced": False}]


def test_the_same_annulment_again_is_the_first_one_and_another_is_refused(
    db: Database, rosa: Person, sender: Sender, clock: Clock
) -> None:
    one = sender.deposit()
    first = annul(db, one.id.hex(), "Con errores")
    clock.advance(hours=1)
    assert annul(db, one.id.hex(), "Con errores") == first
    with refusing("annulment.other"):
        annul(db, one.id.hex(), "Otro motivo")
    assert count(db, "annulments") == 1


def test_a_system_annuls_only_what_it_sent(db: Database, rosa: Person, sender: Sender) -> None:
    mine, test = sender.deposit(sent=sent()), sender.deposit(sent=sent(system=TEST))
    by_command = sender.deposit(anew=True)
    for who, what in ((TEST, mine), (SGD, test), (SGD, by_command), (System("Mesa"), mine)):
        for named in (what.id.hex(), what.notificacion.number):
            with pytest.raises(NotYours):
                annul(db, named, "x", sender=who)
    assert count(db, "annulments") == 0
    annul(db, mine.id.hex(), "x", sender=SGD)
    annul(db, test.notificacion.number, "x", sender=TEST)


def test_what_replaces_it_is_another_one_of_the_same_person(
    db: Database, rosa: Person, bruno: Person, sender: Sender
) -> None:
    one, gone = sender.deposit(), sender.deposit(anew=True)
    test = sender.deposit(sent=sent(system=TEST))
    annul(db, gone.id.hex(), "x")
    others = [one, gone, test, sender.deposit(to=bruno.identidad)]
    for other in [*(o.id.hex() for o in others), "CE-2026-000001", "0" * 32]:
        with refusing("annulment.replacement"):
            annul(db, one.id.hex(), "x", other)


@pytest.mark.parametrize("named", ["", "0" * 32, "CE-2026-999999-1", "otra"])
def test_what_is_not_there_is_not_annulled(db: Database, rosa: Person, named: str) -> None:
    with pytest.raises(NotYours):
        annul(db, named, "x")


@pytest.mark.parametrize(
    "change",
    [
        update(A).values(reason="otro"),
        update(A).values(at=select(tables.casillas.c.created_at).scalar_subquery()),
        delete(A),
    ],
)
def test_an_annulment_that_is_altered_is_found(
    db: Database, rosa: Person, sender: Sender, clock: Clock, change: Any
) -> None:
    """S69"""
    one = sender.deposit()
    clock.advance(hours=1)
    annul(db, one.id.hex(), "Con errores")
    assert isinstance(verify(db), Whole)
    assert altered(db, change) == ("audit.annulled", one.id.hex())


def test_an_annulment_that_nobody_made_is_found(
    db: Database, rosa: Person, sender: Sender, clock: Clock
) -> None:
    one = sender.deposit()
    row = {"notificacion_id": one.id, "casilla_id": rosa.id, "at": clock.now, "reason": "x"}
    assert isinstance(verify(db), Whole)
    assert altered(db, insert(A).values(row)) == ("audit.annulled", one.id.hex())


def crossed(db: Database, named: str, replacement: str) -> str:
    try:
        annul(db, named, "x", replacement)
    except Refusal as refusal:
        return refusal.code
    return "annulled"


def test_two_that_would_replace_each_other_at_once_are_one_annulment_and_one_refusal(
    postgresql_url: str, clock: Clock, tmp_path: Path
) -> None:
    db = Database(postgresql_url, clock, vault)
    open_casilla(db, ROSA)
    sender = Sender(db, tmp_path / "documentos")
    one, other = sender.deposit().id.hex(), sender.deposit(anew=True).id.hex()
    with ThreadPoolExecutor(2) as pool:
        with holding(db, "annulments"):
            both = [pool.submit(crossed, db, *names) for names in ((one, other), (other, one))]
            done_or_waiting(db, *both)
        said = sorted(future.result() for future in both)
    assert said == ["annulled", "annulment.replacement"]
    assert count(db, "annulments") == 1
    db.close()


def test_an_annulment_is_repeated_also_when_what_replaced_it_was_annulled_since(
    db: Database, rosa: Person, sender: Sender
) -> None:
    one, other = sender.deposit(), sender.deposit(anew=True)
    first = annul(db, one.id.hex(), "x", other.id.hex())
    annul(db, other.id.hex(), "También")
    assert annul(db, one.id.hex(), "x", other.id.hex()) == first


def test_an_owner_whose_address_no_key_opens_keeps_no_act_in_force(
    db: Database, rosa: Person, sender: Sender
) -> None:
    one = sender.deposit()
    with db.transaction() as tx:
        tx.conn.execute(update(tables.casillas).values(email=b"x"))
    assert annul(db, one.id.hex(), "Con errores").notificacion_id == one.id
    assert count(db, "annulments") == 1 and contexts(db, "notificacion_annulled") == []
