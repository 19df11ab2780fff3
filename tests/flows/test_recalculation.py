"""A new calendar would give another date: the frozen one stands, and it is told (X1, L10)."""

from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from sqlalchemy import update

from catalog.reading.model import Catalog
from proxy.domain.effect import Given
from proxy.domain.events import Event
from proxy.domain.plazo import Term
from proxy.flows import annulment, inbox, recalculation
from proxy.store import calendar_passes, eventos, tables
from proxy.store.db import Database
from tests.casilla import Casilla
from tests.clock import Clock
from tests.flows.browser import contexts
from tests.flows.test_deposit import Sender
from tests.people import BRUNO, Person
from tests.plazos import CATALOG, RULING, also_closed

TERM = replace(RULING, term=Term(15, "habiles"))
# The clock stands at Monday 16 November 2026: by hand, the term ends on 7 December.
LATER = also_closed(date(2026, 12, 4))
LATEST = also_closed(date(2028, 1, 3), LATER)  # touches nothing that was deposited


@pytest.fixture
def sender(db: Database, tmp_path: Path) -> Sender:
    return Sender(db, tmp_path / "documentos")


def look(db: Database, catalog: Catalog) -> int:
    """Of how many something was told."""
    told = 0
    while True:
        with db.transaction() as tx:
            found = recalculation.advance(tx, catalog)
        if found is None:
            return told
        told += found[1]


def shown(db: Database, rosa: Person, key: bytes) -> tuple[str, Given | None]:
    with db.reading() as tx:
        found = inbox.detail(tx, rosa.id, key)
    effect = found.notificacion.takes_effect
    assert effect is not None
    return str(effect.ends), found.given


def test_the_frozen_date_stands_and_owner_and_record_are_told_once(
    db: Database, rosa: Person, sender: Sender
) -> None:
    receipt = sender.deposit(ruling=TERM)
    assert look(db, CATALOG) == 0
    assert shown(db, rosa, receipt.id) == ("2026-12-07", None)
    assert look(db, LATER) == 1
    given = Given(
        LATER.holidays.version, date(2026, 11, 16), date(2026, 11, 17), date(2026, 12, 10)
    )
    assert shown(db, rosa, receipt.id) == ("2026-12-07", given)
    assert look(db, LATER) == look(db, LATEST) == 0
    assert contexts(db, "effect_differs") == [{"other": 1, "same": 0}]
    with db.reading() as tx:
        detail = eventos.last_detail(tx, Event.EFFECT_DIFFERS, receipt.id)
    assert detail is not None
    assert (detail["frozen"]["vence"], detail["gives"]["vence"]) == ("2026-12-07", "2026-12-10")


def test_a_calendar_that_is_put_right_again_is_told_too(
    db: Database, rosa: Person, sender: Sender
) -> None:
    receipt = sender.deposit(ruling=TERM)
    assert look(db, LATER) == 1
    right = also_closed(date(2028, 1, 3))  # without the day that nobody had decreed
    assert look(db, right) == 1
    assert shown(db, rosa, receipt.id) == ("2026-12-07", None)
    assert contexts(db, "effect_differs")[1:] == [{"other": 0, "same": 1}]


def test_an_owner_gets_one_message_of_all_and_none_of_what_is_annulled(
    db: Database, rosa: Person, bruno: Person, sender: Sender, clock: Clock
) -> None:
    for number in range(3):
        clock.advance(minutes=1)
        receipt = sender.deposit(ruling=TERM, numero=f"{number}-2026")
    with db.transaction() as tx:
        annulment.annul(tx, CATALOG, receipt.id.hex(), "Se envió a otra persona")
    sender.deposit(to=BRUNO.identidad, ruling=RULING)  # without a term nothing ends later
    assert look(db, LATER) == 3
    assert contexts(db, "effect_differs") == [{"other": 2, "same": 0}]


def test_what_was_deposited_without_a_date_has_none_to_tell(db: Database, rosa: Person) -> None:
    with db.transaction() as tx:
        Casilla(rosa).serve(tx)
    assert look(db, LATER) == 0
    assert contexts(db, "effect_differs") == []


@pytest.mark.parametrize("frozen", ["nada", "[]", "{}"])
def test_what_cannot_be_read_is_in_the_way_of_no_other(
    db: Database, rosa: Person, bruno: Person, sender: Sender, frozen: str
) -> None:
    """Nor is an owner whose address no key opens."""
    sender.deposit(ruling=TERM)
    with db.transaction() as tx:
        Casilla(rosa).serve(tx, effect=frozen)
        casilla = tables.casillas
        tx.conn.execute(update(casilla).where(casilla.c.id == rosa.id).values(email=b"x"))
    sender.deposit(to=BRUNO.identidad, ruling=TERM)
    assert look(db, LATER) == 2
    assert contexts(db, "effect_differs") == [{"other": 1, "same": 0}]  # of Bruno


def test_a_worker_that_dies_between_batches_leaves_the_rest_to_the_next(
    db: Database, rosa: Person, sender: Sender, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(5):
        clock.advance(minutes=1)
        sender.deposit(ruling=TERM, numero=f"{number}-2026")
    monkeypatch.setattr(calendar_passes, "BATCH", 2)
    with db.transaction() as tx:
        assert recalculation.advance(tx, LATER) == (2, 2)
    with pytest.raises(RuntimeError, match="dies"), db.transaction() as tx:
        recalculation.advance(tx, LATER)
        raise RuntimeError("it dies")
    assert look(db, LATER) == 3
    assert sum(int(str(one["other"])) for one in contexts(db, "effect_differs")) == 5
