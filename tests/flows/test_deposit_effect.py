"""The day on which a deposit takes effect, frozen in it: X1, L29, L34."""

import json
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from proxy.domain.plazo import Distance, Question, Term
from proxy.domain.plazo_asked import Choice, answer
from proxy.store import notificaciones
from proxy.store.db import Database
from tests.clock import Clock
from tests.flows.test_deposit import Sender, count
from tests.people import Person
from tests.plazos import CATALOG, RULING, refusing


@pytest.fixture
def sender(db: Database, tmp_path: Path) -> Sender:
    return Sender(db, tmp_path / "documentos")


def test_the_day_on_which_it_takes_effect_is_frozen_in_it(
    db: Database, rosa: Person, sender: Sender, clock: Clock
) -> None:
    """X1: as `casilla plazo` says at the same instant, whatever a later sheet says."""
    ruling = replace(RULING, term=Term(15, "habiles"), distance=Distance(2, "un cuadro"))
    receipt = sender.deposit(ruling=ruling)
    question = Question(clock.now, None, ruling.term, ruling.distance)
    said = answer(CATALOG, question, Choice()).as_dict()
    with db.reading() as tx:
        [row] = notificaciones.page(tx, rosa.id, read=False, most=9)
    assert row.effect is not None
    assert {name: json.loads(row.effect)[name] for name in said} == said
    assert receipt.effect == row.takes_effect
    assert str(receipt.effect and receipt.effect.effective) == said["surte_efecto"]


@pytest.mark.parametrize("procedure", ["municipal", "", "Administrativo"])
def test_a_procedure_that_no_sheet_knows_is_refused_with_those_it_knows(
    db: Database, rosa: Person, sender: Sender, procedure: str
) -> None:
    """L34: nothing guesses it."""
    with refusing("plazo.no_procedure") as said:
        sender.deposit(ruling=replace(RULING, procedure=procedure))
    assert said[0].endswith("Use uno de estos: administrativo, electoral.")
    assert count(db, "notificaciones") == count(db, "outbox") == 0


def test_what_the_calendar_does_not_know_is_not_deposited(
    db: Database, rosa: Person, sender: Sender, clock: Clock
) -> None:
    clock.now = datetime(2040, 1, 2, 15, tzinfo=UTC)
    with refusing("plazo.range"):
        sender.deposit()
    assert count(db, "notificaciones") == 0
