"""A term that ends, or begins, later than was frozen: an event, never an edit. L26, L30, X1."""

import os
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import delete, insert, select, text, update
from sqlalchemy.exc import DBAPIError

from catalog.reading.model import Catalog
from proxy.domain.effect import Ruling, parse
from proxy.domain.events import Event
from proxy.domain.plazo import Later, Term
from proxy.domain.plazo_asked import BY_DEFAULT
from proxy.domain.sender import Sender as System
from proxy.errors import NotYours, Refusal
from proxy.flows import annulment, inbox, postponement, recalculation
from proxy.flows.audit import Whole
from proxy.flows.postponement import Postponed
from proxy.store import eventos, tables
from proxy.store.db import Database
from tests.clock import Clock
from tests.flows.browser import contexts
from tests.flows.test_constancias import job, seal
from tests.flows.test_deposit import Sender, count
from tests.flows.test_sending import SGD, TEST, sent
from tests.people import ROSA, Person, open_casilla, vault
from tests.plazos import CATALOG, RULING, also_closed, at, governed_by, refusing
from tests.racing import done_or_waiting, race
from tests.recorded import verify
from tests.store.test_facts import altered

P = tables.postponements
FIVE, NORM, WHY = Term(5, "habiles"), "Ley N.° 27444, artículo 136", "Pidió más días"
TERM = replace(RULING, term=Term(15, "habiles"))  # by hand: until Monday 7 December 2026
B1 = governed_by("acuse-5-dias-b1")


@pytest.fixture
def sender(db: Database, tmp_path: Path) -> Sender:
    return Sender(db, tmp_path / "documentos")


def extend(
    db: Database,
    named: str,
    term: Term = FIVE,
    why: str = WHY,
    *,
    catalog: Catalog = CATALOG,
    sender: System | None = None,
) -> Postponed:
    with db.transaction() as tx:
        return postponement.extend(tx, catalog, named, term, NORM, why, sender)


def begin(db: Database, named: str, day: str, *, catalog: Catalog = CATALOG) -> Postponed:
    with db.transaction() as tx:
        later = Later(date.fromisoformat(day), NORM)
        return postponement.begin_later(tx, catalog, named, later)


def shown(db: Database, rosa: Person, key: bytes) -> tuple[str, str, int]:
    with db.reading() as tx:
        effect = inbox.detail(tx, rosa.id, key).notificacion.takes_effect
    assert effect
    return str(effect.starts), str(effect.ends), effect.edition


def test_a_term_is_extended_and_its_first_dates_stay_written(
    db: Database, rosa: Person, sender: Sender, clock: Clock
) -> None:
    """L30. By hand: 8 and 9 December are holidays, so five more business days end on the 16th."""
    one = sender.deposit(ruling=TERM)
    assert shown(db, rosa, one.id) == ("2026-11-17", "2026-12-07", 0)
    clock.advance(days=7)
    done = extend(db, str(one.notificacion.number))
    assert (done.again, done.postponement.edition) == (False, 1)
    assert shown(db, rosa, one.id) == ("2026-11-17", "2026-12-16", 1)
    with db.reading() as tx:
        found = inbox.detail(tx, rosa.id, one.id).notificacion
        assert found.effect == one.notificacion.effect, "what was frozen is not edited"
        told = eventos.last_detail(tx, Event.TERM_EXTENDED, one.id)
        row = inbox.page(tx, rosa.id, read=False).rows[0].takes_effect
    assert row and str(row.ends) == "2026-12-16"
    assert told and (told["norma"], told["motivo"], told["cantidad"]) == (NORM, WHY, 5)
    assert (told["antes"]["vence"], told["ahora"]["vence"]) == ("2026-12-07", "2026-12-16")
    said = parse(done.postponement.effect).steps
    assert any("Se prorrogó 5 días hábiles (Ley N.° 27444, artículo 136)" in step for step in said)
    assert contexts(db, "term_postponed") == [{"extended": True}]
    assert isinstance(verify(db), Whole)


def test_the_same_extension_again_is_the_first_one_and_another_is_refused(
    db: Database, rosa: Person, sender: Sender, clock: Clock
) -> None:
    one = sender.deposit(ruling=TERM)
    first = extend(db, one.id.hex()).postponement
    clock.advance(hours=1)
    again = extend(db, one.id.hex())
    assert (again.again, again.postponement) == (True, first)
    for other in ((Term(6, "habiles"), WHY), (FIVE, "Otro motivo")):
        with refusing("postponement.extended"):
            extend(db, one.id.hex(), *other)
    assert count(db, "postponements") == 1
    assert len(contexts(db, "term_postponed")) == 1


def test_only_before_it_ends_only_where_a_term_was_declared_and_not_when_annulled(
    db: Database, rosa: Person, sender: Sender, clock: Clock
) -> None:
    """L30, L33: the last instant of the last day still counts."""
    late, last = (sender.deposit(ruling=TERM, numero=name) for name in ("1", "2"))
    without, gone = sender.deposit(numero="3"), sender.deposit(ruling=TERM, numero="4")
    with db.transaction() as tx:
        annulment.annul(tx, CATALOG, gone.id.hex(), "Con errores")
    with refusing("postponement.no_term"):
        extend(db, without.id.hex())
    for attempt in (extend, lambda *a: begin(*a, "2026-11-23")):
        with refusing("postponement.annulled"):
            attempt(db, gone.id.hex())
    clock.now = at("2026-12-07T23:59")
    extend(db, last.id.hex())
    clock.advance(minutes=1)
    for attempt in (extend, lambda *a: begin(*a, "2026-12-23")):
        with refusing("postponement.over"):
            attempt(db, late.id.hex())
    assert shown(db, rosa, last.id)[1] == "2026-12-16"


def test_a_term_in_hours_takes_hours_and_closes_at_its_instant(
    db: Database, rosa: Person, sender: Sender, clock: Clock
) -> None:
    """L34"""
    hours = Ruling(CATALOG, "electoral", Term(48, "horas"))
    one, days = (
        sender.deposit(ruling=hours),
        sender.deposit(ruling=Ruling(CATALOG, "electoral", Term(3, "calendario")), numero="2"),
    )
    with refusing("postponement.unit"):
        extend(db, one.id.hex(), Term(1, "calendario"))
    with refusing("postponement.unit"):
        extend(db, days.id.hex(), Term(24, "horas"))
    with refusing("plazo.unit"):
        extend(db, days.id.hex(), FIVE)
    ends = parse(extend(db, one.id.hex(), Term(24, "horas")).postponement.effect).ends
    assert ends == at("2026-11-19T10:00")
    clock.now = at("2026-11-19T20:00")  # it closed at this hour
    with refusing("postponement.over"):
        extend(db, days.id.hex(), Term(1, "calendario"))


@pytest.mark.parametrize(
    ("more", "ends"),
    [
        (Term(1, "meses"), "2027-01-07"),
        (Term(1, "calendario"), "2026-12-10"),  # 8 and 9 are holidays, so the last day moves
        (Term(1, "anios"), "2027-12-07"),
    ],
)
def test_it_is_counted_in_the_unit_that_was_given(
    db: Database, rosa: Person, sender: Sender, more: Term, ends: str
) -> None:
    one = sender.deposit(ruling=TERM)
    extend(db, one.id.hex(), more)
    assert shown(db, rosa, one.id)[1] == ends


def test_the_count_begins_later_and_only_later_and_the_last_one_holds(
    db: Database, rosa: Person, sender: Sender
) -> None:
    """L26. By hand: 15 business days from the 23rd end on 15 December."""
    one = sender.deposit(ruling=TERM)
    begin(db, one.id.hex(), "2026-11-22")  # a Sunday
    assert shown(db, rosa, one.id) == ("2026-11-23", "2026-12-15", 1)
    for day in ("2026-11-17", "2026-11-23"):
        with refusing("postponement.not_later"):
            begin(db, one.id.hex(), day)
    assert begin(db, one.id.hex(), "2026-11-22").again
    begin(db, one.id.hex(), "2026-11-24")
    extend(db, one.id.hex(), Term(1, "habiles"))
    assert shown(db, rosa, one.id) == ("2026-11-24", "2026-12-17", 3)
    without = sender.deposit(numero="2")
    begin(db, without.id.hex(), "2026-11-24")
    assert shown(db, rosa, without.id) == ("2026-11-24", "None", 1)
    assert [one["extended"] for one in contexts(db, "term_postponed")] == [
        False,
        False,
        True,
        False,
    ]
    assert isinstance(verify(db), Whole)


def test_what_opening_brings_forward_keeps_the_days_that_were_given(
    db: Database, rosa: Person, sender: Sender, clock: Clock
) -> None:
    """X1: the last of the two has both, in either order."""
    ruling = Ruling(B1, BY_DEFAULT, Term(2, "habiles"))
    before, after = (sender.deposit(ruling=ruling, numero=name) for name in ("1", "2"))
    extend(db, before.id.hex(), Term(3, "habiles"), catalog=B1)
    assert shown(db, rosa, before.id) == ("2026-11-24", "2026-11-30", 1)
    with db.transaction() as tx:
        for one in (before, after):
            inbox.open(tx, rosa.id, one.id, B1)
    extend(db, after.id.hex(), Term(3, "habiles"), catalog=B1)
    for one in (before, after):
        assert shown(db, rosa, one.id) == ("2026-11-17", "2026-11-23", 1)
    with db.reading() as tx:
        assert inbox.detail(tx, rosa.id, before.id).notificacion.effect_read
    assert isinstance(verify(db), Whole)


def test_another_calendar_of_today_is_said_and_takes_nothing_back(
    db: Database, rosa: Person, sender: Sender
) -> None:
    """L30, L10"""
    one = sender.deposit(ruling=TERM)
    later = also_closed(date(2026, 12, 4))
    with db.transaction() as tx:
        recalculation.advance(tx, later)
    with db.reading() as tx:
        assert inbox.detail(tx, rosa.id, one.id).given
    done = extend(db, one.id.hex(), catalog=later)
    assert shown(db, rosa, one.id)[1] == "2026-12-17"
    said = parse(done.postponement.effect).steps[-1]
    assert later.holidays.calendars["lima"].version in said
    assert CATALOG.holidays.calendars["lima"].version in said
    with db.reading() as tx:
        assert inbox.detail(tx, rosa.id, one.id).given is None, "it was computed with that one"
    with db.transaction() as tx:
        assert recalculation.advance(tx, also_closed(date(2026, 12, 11), later)) == (1, 1)
    with db.reading() as tx:
        told = eventos.last_detail(tx, Event.EFFECT_DIFFERS, one.id)
    assert told and (told["frozen"]["vence"], told["gives"]["vence"]) == (
        "2026-12-17", "2026-12-18",
    )  # fmt: skip


def test_sheets_without_its_rule_put_nothing_off(
    db: Database, rosa: Person, sender: Sender
) -> None:
    one = sender.deposit(ruling=TERM)
    sheet = CATALOG.effect.model_copy(update={"reglas": CATALOG.effect.reglas[1:]})
    with refusing("postponement.rule"):
        extend(db, one.id.hex(), catalog=replace(CATALOG, effect=sheet))
    with refusing("plazo.range"):
        extend(db, one.id.hex(), Term(30, "anios"))
    assert count(db, "postponements") == 0


def test_a_system_puts_off_only_what_it_sent_and_of_a_test_nobody_is_told(
    db: Database, rosa: Person, sender: Sender
) -> None:
    mine, test = (sender.deposit(ruling=TERM, sent=sent(system=who)) for who in (SGD, TEST))
    by_command = sender.deposit(ruling=TERM, anew=True)
    for who, what in ((TEST, mine), (SGD, test), (SGD, by_command), (System("Mesa"), mine)):
        with pytest.raises(NotYours):
            extend(db, what.id.hex(), sender=who)
    extend(db, test.id.hex(), sender=TEST)
    assert contexts(db, "term_postponed") == []
    extend(db, mine.id.hex(), sender=SGD)
    assert count(db, "postponements") == 2


def extend_the_only_one(database_url: str) -> list[str]:
    """Each process for another reason."""
    db = Database(database_url, Clock(), vault)
    with db.reading() as tx:
        [row] = tx.conn.execute(select(tables.notificaciones.c.id))
    try:
        done = extend(db, row.id.hex(), why=f"Lo pidió el proceso {os.getpid()}")
        return ["again" if done.again else "done"]  # one process may take two turns
    except Refusal as refusal:
        return [refusal.code]
    finally:
        db.close()


def test_four_processes_that_extend_it_together_extend_it_once(
    database_url: str, db: Database, rosa: Person, sender: Sender
) -> None:
    sender.deposit(ruling=TERM)
    found = race(extend_the_only_one, database_url)
    assert found.count("done") == 1 and {*found} <= {"done", "again", "postponement.extended"}
    assert count(db, "postponements") == 1


def test_who_opens_it_meanwhile_loses_none_of_the_days(postgresql_url: str, tmp_path: Path) -> None:
    """The reading computes from what counts, so it waits for whoever puts it off."""
    db = Database(postgresql_url, Clock(), vault)
    rosa = open_casilla(db, ROSA)
    sender = Sender(db, tmp_path / "documentos")
    one = sender.deposit(ruling=Ruling(B1, BY_DEFAULT, Term(2, "habiles")))

    def read() -> None:
        with db.transaction() as tx:
            inbox.open(tx, rosa.id, one.id, B1)

    with ThreadPoolExecutor() as pool:
        with db.transaction() as tx:
            more = Term(3, "habiles")
            postponement.extend(tx, B1, one.id.hex(), more, NORM, WHY)
            opening = pool.submit(read)
            done_or_waiting(db, opening)
        opening.result()
    assert shown(db, rosa, one.id) == ("2026-11-17", "2026-11-23", 1)
    db.close()


def test_who_annuls_it_meanwhile_states_the_dates_that_count(
    postgresql_url: str, tmp_path: Path
) -> None:
    db = Database(postgresql_url, Clock(), vault)
    open_casilla(db, ROSA)
    one = Sender(db, tmp_path / "documentos").deposit(ruling=TERM)

    def annul() -> None:
        with db.transaction() as tx:
            annulment.annul(tx, CATALOG, one.id.hex(), "Con errores")

    with ThreadPoolExecutor() as pool:
        with db.transaction() as tx:
            postponement.extend(tx, CATALOG, one.id.hex(), FIVE, NORM, WHY)
            annulling = pool.submit(annul)
            done_or_waiting(db, annulling)
        annulling.result()
    seal(db, job(db)[0])
    told = job(db)[1]
    assert (told["evento"], told["efecto"]["vence"]) == ("anulacion", "2026-12-16")
    db.close()


@pytest.mark.parametrize(
    "change",
    [
        update(P).values(said="{}"),
        update(P).values(effect="{}"),
        update(P).values(kind="x"),
        delete(P),
    ],
)
def test_a_postponement_that_is_altered_is_found(
    db: Database, rosa: Person, sender: Sender, change: Any
) -> None:
    """S69"""
    one = sender.deposit(ruling=TERM)
    extend(db, one.id.hex())
    assert isinstance(verify(db), Whole)
    assert altered(db, change) == ("audit.postponed", one.id.hex())


def test_a_postponement_that_nobody_made_is_found(
    db: Database, rosa: Person, sender: Sender, clock: Clock
) -> None:
    one = sender.deposit(ruling=TERM)
    row = {"notificacion_id": one.id, "casilla_id": rosa.id, "edition": 1, "at": clock.now}
    row |= {"kind": "prorroga", "said": "{}", "effect": one.notificacion.effect}
    assert isinstance(verify(db), Whole)
    assert altered(db, insert(P).values(row)) == ("audit.postponed", one.id.hex())


@pytest.mark.parametrize(
    "change", ["UPDATE postponements SET said = said", "DELETE FROM postponements"]
)
def test_it_is_never_edited(db: Database, rosa: Person, sender: Sender, change: str) -> None:
    extend(db, sender.deposit(ruling=TERM).id.hex())
    with (
        pytest.raises(DBAPIError, match="what was served cannot be changed"),
        db.transaction() as tx,
    ):
        tx.conn.execute(text(change))
