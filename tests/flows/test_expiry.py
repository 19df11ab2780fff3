"""Nobody opened it in the days that its rule gives: a constancia says so, once (E, X3, S78)."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from proxy.domain.events import Event
from proxy.domain.plazo import Term
from proxy.flows import annulment, expiry, inbox, postponement
from proxy.flows.audit import Whole
from proxy.flows.constancias import Job
from proxy.store import due, feed
from proxy.store.db import Database
from proxy.web.api.answers import KINDS
from tests.clock import Clock
from tests.flows.test_constancias import detail_of, job, seal
from tests.flows.test_deposit import Sender, count
from tests.flows.test_sending import SGD, TEST, sent
from tests.people import ROSA, Person, open_casilla, vault
from tests.plazos import RULING, also_closed, at, governed_by
from tests.racing import done_or_waiting, race
from tests.recorded import advance_all, verify

CATALOG = governed_by("acuse-5-dias-b2")
WAITS = replace(RULING, catalog=CATALOG)
FIVE = Term(5, "habiles")
# Deposited on Monday 16 November: the fifth business day is Monday 23.
ENDED = at("2026-11-24T00:00")


@pytest.fixture
def sender(db: Database, tmp_path: Path) -> Sender:
    return Sender(db, tmp_path / "documentos")


def look(db: Database) -> int:
    """How many expired."""
    found = 0
    while True:
        with db.reading() as tx:
            one = due.next(tx)
        if one is None:
            return found
        with db.transaction() as tx:
            if one.kind == "vencimiento":
                found += expiry.expire(tx, CATALOG, one)
            else:
                due.take(tx, one.id)


def last_job(db: Database) -> tuple[Job, dict[str, Any]]:
    """Of the expiry, behind that of the deposit."""
    seal(db, job(db)[0])
    return job(db)


@pytest.mark.parametrize("late", [timedelta(), timedelta(days=40)])
def test_it_says_when_the_days_were_over_and_why_however_late_it_is_noted(
    db: Database, rosa: Person, sender: Sender, clock: Clock, late: timedelta
) -> None:
    receipt = sender.deposit(ruling=WAITS, sent=sent())
    clock.now = ENDED - timedelta(microseconds=1)
    assert look(db) == 0
    clock.now = ENDED + late
    assert [look(db), look(db)] == [1, 0]
    found, told = last_job(db)
    assert (told["evento"], told["entorno"]) == ("vencimiento", "real")
    assert told["etsi"] == ["http://uri.etsi.org/19522/Event/AcceptanceRejectionExpiry"]
    assert told["detalle"] == {"vencio": "2026-11-24T00:00:00.000000-05:00"}
    assert datetime.fromisoformat(told["hora_evento"]) == clock.now
    [reason] = told["motivos"]
    assert reason == (
        "Nadie la abrió en los días que la regla da para abrirla, que terminaron al final del "
        "23/11/2026 (hora de Lima)."
    )
    assert told["regla"]["id"] == "acuse-5-dias-b2" and told["calendario"]["version"]
    assert any("el último, el lunes 23" in step for step in told["pasos"])
    assert told["remitente"]["sistema"] == "SGD"
    assert (told["autenticacion"], told["anterior"] is None) == (None, False)
    [noted] = detail_of(db, Event.ACUSE_EXPIRED)
    assert noted["constancia"] == told["id"] and noted["facts"]
    seal(db, found)
    advance_all(db)
    with db.reading() as tx:
        seen = [one for one in feed.after(tx, SGD, 0, 9) if one.notificacion == receipt.id]
    kinds = [KINDS[one.kind] for one in seen]
    assert kinds == ["deposito", "alerta", "vencimiento", "constancia", "constancia"]
    assert isinstance(verify(db), Whole)


def read_in_time(db: Database, clock: Clock, rosa: Person, key: bytes) -> None:
    with db.transaction() as tx:
        inbox.open(tx, rosa.id, key, CATALOG)


def read_before_it_is_noted(db: Database, clock: Clock, rosa: Person, key: bytes) -> None:
    """The reading has its constancia, which says that those days were over."""
    clock.now = ENDED + timedelta(hours=9)
    read_in_time(db, clock, rosa, key)


def annulled(db: Database, clock: Clock, rosa: Person, key: bytes) -> None:
    with db.transaction() as tx:
        annulment.annul(tx, CATALOG, key.hex(), "Se envió a otra persona")


@pytest.mark.parametrize("act", [read_in_time, read_before_it_is_noted, annulled])
def test_what_was_read_or_annulled_does_not_expire(
    db: Database,
    rosa: Person,
    sender: Sender,
    clock: Clock,
    act: Callable[[Database, Clock, Person, bytes], None],
) -> None:
    receipt = sender.deposit(ruling=WAITS)
    clock.advance(days=2)
    act(db, clock, rosa, receipt.id)
    clock.now = ENDED + timedelta(days=1)
    assert look(db) == 0 and count(db, "due") == 0
    assert detail_of(db, Event.ACUSE_EXPIRED) == []


def test_nor_do_a_test_and_what_takes_effect_with_its_deposit(
    db: Database, rosa: Person, sender: Sender, clock: Clock
) -> None:
    sender.deposit(ruling=WAITS, sent=sent(system=TEST))
    sender.deposit()
    clock.now = ENDED + timedelta(days=1)
    assert look(db) == 0


def expire_them_all(url: str) -> list[int]:
    """One worker of several."""
    db = Database(url, lambda: ENDED, vault)
    found = [look(db)]
    db.close()
    return found


def test_several_workers_note_each_once(
    db: Database, database_url: str, rosa: Person, sender: Sender
) -> None:
    for number in range(6):
        sender.deposit(ruling=WAITS, numero=f"{number}-2026")
    assert sum(race(expire_them_all, database_url)) == 6
    noted = [one["constancia"] for one in detail_of(db, Event.ACUSE_EXPIRED)]
    assert len({*noted}) == len(noted) == 6 and count(db, "constancias") == 12


def test_an_act_that_fails_leaves_it_due(
    db: Database, rosa: Person, sender: Sender, clock: Clock
) -> None:
    sender.deposit(ruling=WAITS)
    clock.now = ENDED
    with db.transaction() as tx:
        tx.conn.execute(due.due.delete().where(due.due.c.kind != "vencimiento"))
    with pytest.raises(RuntimeError, match="dies"), db.transaction() as tx:
        one = due.next(tx)
        assert one and expiry.expire(tx, CATALOG, one)
        raise RuntimeError("it dies")
    assert detail_of(db, Event.ACUSE_EXPIRED) == []
    assert look(db) == 1


def test_what_a_later_calendar_puts_off_expires_once_and_on_the_day_that_counts(
    db: Database, rosa: Person, sender: Sender, clock: Clock
) -> None:
    """L30: Friday 20 is closed since, so the fifth business day is Tuesday 24."""
    one = sender.deposit(ruling=replace(WAITS, term=FIVE))
    clock.advance(days=1)
    later = also_closed(date(2026, 11, 20), CATALOG)
    with db.transaction() as tx:
        postponement.extend(tx, later, one.id.hex(), FIVE, "LPAG 136", "Lo pidió")
    clock.now = ENDED + timedelta(days=30)
    assert look(db) == 1
    [noted] = detail_of(db, Event.ACUSE_EXPIRED)
    assert datetime.fromisoformat(noted["ended"]) == at("2026-11-25T00:00")


def test_what_expired_already_does_not_expire_again(
    db: Database, rosa: Person, sender: Sender, clock: Clock
) -> None:
    one = sender.deposit(ruling=replace(WAITS, term=FIVE))
    clock.now = ENDED
    assert look(db) == 1
    later = also_closed(date(2026, 11, 20), CATALOG)
    with db.transaction() as tx:
        postponement.extend(tx, later, one.id.hex(), FIVE, "LPAG 136", "Lo pidió")
    clock.now = ENDED + timedelta(days=30)
    assert look(db) == 0


def test_it_states_what_was_put_off_at_that_moment(
    postgresql_url: str, tmp_path: Path, clock: Clock
) -> None:
    db = Database(postgresql_url, clock, vault)
    open_casilla(db, ROSA)
    one = Sender(db, tmp_path / "documentos").deposit(ruling=replace(WAITS, term=FIVE))
    clock.now = ENDED
    with ThreadPoolExecutor() as pool:
        with db.transaction() as tx:
            postponement.extend(tx, CATALOG, one.id.hex(), FIVE, "LPAG 136", "Lo pidió")
            expiring = pool.submit(look, db)
            done_or_waiting(db, expiring)
        assert expiring.result() == 1
    assert last_job(db)[1]["efecto"]["edicion"] == 1
    db.close()
