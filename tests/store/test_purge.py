"""What is out of date goes, and nothing that somebody may still need: S70."""

from datetime import timedelta

from sqlalchemy import func, select

from proxy.flows import login, petitions
from proxy.store import casillas, outbox, tables
from proxy.store.db import Database
from proxy.store.purge import purge
from tests.clock import Clock
from tests.flows.browser import POLICY, Browser, alive
from tests.flows.forgetful import ask_link
from tests.flows.inside import Inside
from tests.flows.newcomer import Newcomer, code_of
from tests.flows.test_petitions import ask
from tests.outbox import messages
from tests.people import Person

KEPT = ("casillas", "outbox", "eventos", "line_waiting")


def counts(db: Database) -> dict[str, int]:
    with db.reading() as tx:
        return {
            name: int(tx.conn.execute(select(func.count()).select_from(table)).scalar_one())
            for name, table in tables.metadata.tables.items()
        }


def purged(db: Database) -> dict[str, int]:
    with db.transaction() as tx:
        return purge(tx)


def test_nothing_that_is_alive_goes(db: Database, rosa: Person, clock: Clock) -> None:
    opened = Browser(db).enter(rosa)
    waiting = Browser(db)
    waiting.password(rosa.identidad, rosa.password)
    ask_link(db, rosa.identidad, rosa.email)
    Newcomer(db).accept()
    before = counts(db)
    assert set(purged(db).values()) == {0}
    assert counts(db) == before and alive(db, opened)


def test_codes_and_links_go_a_day_after_their_death(
    db: Database, rosa: Person, clock: Clock
) -> None:
    Browser(db).password(rosa.identidad, rosa.password)
    ask_link(db, rosa.identidad, rosa.email)
    clock.now += POLICY.recovery_link_life + timedelta(hours=23)
    assert (purged(db)["challenges"], counts(db)["links"]) == (1, 1)
    clock.now += timedelta(hours=2)
    assert purged(db)["links"] == 1
    assert counts(db)["rates"] == 0


def test_a_message_for_nobody_goes_and_every_other_stays(
    db: Database, rosa: Person, clock: Clock
) -> None:
    """Also one without a casilla that was given up, and one that still waits."""
    minute, elena = timedelta(minutes=1), "elena@example.com"
    with db.transaction() as tx:
        hers = casillas.by_id(tx, rosa.id)
        outbox.add(tx, "sent", hers, minute)
        outbox.add(tx, "given up", None, minute, recipient=elena)
        while message := outbox.claim(tx, "email", minute):
            sent = message.name == "sent"
            outbox.record_attempt(tx, message, sent=sent, detail="")
            (outbox.close if sent else outbox.give_up)(tx, message)
        outbox.add(tx, "waiting", hers, minute)
        outbox.add(tx, "waiting for somebody new", None, minute, recipient=elena)
        outbox.add_void(tx, "for nobody", minute)
    clock.now += minute + timedelta(hours=23)
    assert purged(db)["outbox"] == 0
    clock.now += timedelta(hours=2)
    assert purged(db)["outbox"] == 1
    kept = [message.name for message in messages(db)]
    assert kept == ["sent", "given up", "waiting", "waiting for somebody new"]


def test_an_old_address_goes_once_nobody_can_put_it_back(
    db: Database, rosa: Person, clock: Clock
) -> None:
    """R32: 72 hours."""
    her = Inside(db, rosa)
    her.email("one@example.org")
    clock.now += POLICY.undo_life + timedelta(hours=23)
    assert purged(db)["changes"] == 0
    clock.now += timedelta(hours=2)
    assert purged(db)["changes"] == 1


def test_what_waited_for_a_second_person_goes_and_its_number_serves_nobody_else(
    db: Database, rosa: Person, clock: Clock
) -> None:
    """S39"""
    assert ask(db, rosa).id == 1
    clock.now += petitions.LIFE + timedelta(hours=23)
    assert purged(db)["petitions"] == 0
    clock.now += timedelta(hours=2)
    assert purged(db)["petitions"] == 1
    assert ask(db, rosa).id == 2


def test_what_somebody_typed_who_did_not_finish_goes_and_the_record_of_who_did_stays(
    db: Database, clock: Clock
) -> None:
    """S66: with nobody else registering meanwhile."""
    newcomer = Newcomer(db).reach_email()
    assert newcomer.validate(code_of(db)) is None
    Newcomer(db).reach_email()
    clock.now += timedelta(days=400)
    assert purged(db)["registrations"] == 1
    assert counts(db)["registrations"] == 1


def test_sessions_and_browsers_go_after_a_year(db: Database, rosa: Person, clock: Clock) -> None:
    browser = Browser(db)
    opened = browser.enter(rosa)
    with db.transaction() as tx:
        login.end(tx, opened.token)
    kept = {name: counts(db)[name] for name in KEPT}
    clock.now += timedelta(days=365)
    assert purged(db)["sessions"] == 0
    clock.now += timedelta(days=1)
    gone = purged(db)
    assert (gone["sessions"], gone["devices"]) == (1, 1)
    assert {name: counts(db)[name] for name in KEPT} == kept


def test_a_browser_with_a_session_of_this_year_stays_known(
    db: Database, rosa: Person, clock: Clock
) -> None:
    browser = Browser(db)
    browser = browser.remembers(browser.enter(rosa))
    clock.now += timedelta(days=300)
    browser.enter(rosa)
    clock.now += timedelta(days=100)
    assert purged(db)["devices"] == 0
