"""The story of a recovery, without HTTP: J28–J39, S31–S33, S37, S38, S49."""

from dataclasses import replace
from datetime import timedelta

from sqlalchemy import func, select

from proxy.domain import codes
from proxy.domain.client import Client
from proxy.domain.identidad import Identidad
from proxy.domain.limits import MOST
from proxy.errors import Denied, Reason
from proxy.flows import recovery
from proxy.flows.limiting import FREE
from proxy.store import casillas, challenges, tables
from proxy.store.db import Database
from tests import outbox
from tests.clock import Clock
from tests.flows.browser import ELSEWHERE, PHONE, Browser, alive, contexts, mailed_code, wrong
from tests.flows.forgetful import NEW, Forgetful, ask_link
from tests.paying import paid
from tests.people import Person, vault

NOBODY = Identidad("DNI", "49999999")


def count(db: Database, table: str) -> int:
    with db.reading() as tx:
        return int(
            tx.conn.execute(
                select(func.count()).select_from(tables.metadata.tables[table])
            ).scalar_one()
        )


def test_the_code_lets_its_owner_choose_a_password(db: Database, rosa: Person) -> None:
    """J29–J39"""
    forgetful = Forgetful(db)
    forgetful.reach_choice(rosa)
    assert forgetful.choose()
    assert Browser(db).enter(rosa, NEW)
    assert Browser(db, ELSEWHERE).password(rosa.identidad, rosa.password) == Denied(Reason.WRONG)


def test_who_never_had_a_password_gets_one(db: Database, rosa: Person) -> None:
    """J6, J12, J18, R29"""
    with db.transaction() as tx:
        casillas.set_password(tx, rosa.id, None, must_change=True)
    assert Browser(db).password(rosa.identidad, "") == Denied(Reason.WRONG)
    forgetful = Forgetful(db)
    forgetful.reach_choice(rosa)
    assert forgetful.choose()
    with db.reading() as tx:
        assert not casillas.by_id(tx, rosa.id).must_change


def test_nothing_changes_before_the_code(db: Database, rosa: Person) -> None:
    """S32: whoever starts a recovery in the name of another changes nothing of theirs."""
    session = Browser(db).enter(rosa)
    thief = Forgetful(db, ELSEWHERE)
    thief.start(rosa.identidad)
    thief.send()
    assert thief.code(wrong(mailed_code(db, name="recovery_code"))) == Denied(Reason.WRONG, left=4)
    assert not thief.choose()
    assert alive(db, session)


def test_a_recovery_logs_nobody_in_and_ends_every_session(
    db: Database, rosa: Person, clock: Clock
) -> None:
    """S37"""
    session = Browser(db).enter(rosa)
    waiting = Browser(db, ELSEWHERE)
    waiting.password(rosa.identidad, rosa.password)
    code = mailed_code(db)
    before = count(db, "sessions")
    forgetful = Forgetful(db)
    forgetful.reach_choice(rosa)
    assert forgetful.choose()
    assert not alive(db, session)
    assert waiting.code(code) == Denied(Reason.GONE)
    assert count(db, "sessions") == before
    assert len(contexts(db, "password_changed")) == 1


def test_a_known_browser_is_forgotten_unless_it_is_the_one_in_use(
    db: Database, rosa: Person, clock: Clock
) -> None:
    """S37"""
    here = Browser(db)
    here = here.remembers(here.enter(rosa))
    clock.advance(minutes=5)
    there = Browser(db, ELSEWHERE)
    there = there.remembers(there.enter(rosa))
    forgetful = Forgetful(db, here.client)
    forgetful.reach_choice(rosa)
    forgetful.choose()
    told = len(contexts(db, "new_device"))
    clock.advance(minutes=5)
    here.enter(rosa, NEW)
    assert len(contexts(db, "new_device")) == told
    there.enter(rosa, NEW)
    assert len(contexts(db, "new_device")) == told + 1


def test_after_a_hundred_wrong_passwords_a_recovery_lets_the_owner_in(
    db: Database, rosa: Person, clock: Clock
) -> None:
    """S49"""
    with db.transaction() as tx:
        for _ in range(100):
            casillas.count_failure(tx, rosa.id)
    assert Browser(db).password(rosa.identidad, rosa.password) == Denied(Reason.WRONG)
    forgetful = Forgetful(db)
    forgetful.reach_choice(rosa)
    forgetful.choose()
    assert Browser(db).enter(rosa, NEW)


def test_an_unknown_identidad_leaves_the_same_rows_and_no_message(
    db: Database, rosa: Person
) -> None:
    """S31"""
    grown = []
    for identidad in (rosa.identidad, NOBODY):
        before = {name: count(db, name) for name in tables.metadata.tables}
        forgetful = Forgetful(db, Client("203.0.113.9"))
        forgetful.start(identidad)
        assert forgetful.send() is None
        assert forgetful.code("000000") == Denied(Reason.WRONG, left=4)
        ask_link(db, identidad, rosa.email)
        after = {name: count(db, name) for name in tables.metadata.tables}
        grown.append({name: after[name] - before[name] for name in after if name != "links"})
    known, unknown = grown
    assert known == unknown | {"rates": known["rates"]}
    assert all(message.casilla_id for message in outbox.messages(db) if message.recipient == rosa)


def test_nobodys_code_is_never_right(db: Database) -> None:
    """S31: even the code that follows from the key opens nothing."""
    forgetful = Forgetful(db)
    forgetful.start(NOBODY)
    forgetful.send()
    with db.reading() as tx:
        challenge = challenges.alive(tx, tx.vault.digest(forgetful.visit), "recovery")
    assert challenge is not None
    key = vault().code_key(challenge.key_id)
    assert key is not None
    right = codes.code_for(key, "recovery", challenge.id, 1)
    assert forgetful.code(right) == Denied(Reason.WRONG, left=4)


def test_a_code_by_sms_goes_only_to_a_mobile_that_was_proved(db: Database, rosa: Person) -> None:
    """J14, J33, R26, S30"""
    forgetful = Forgetful(db)
    forgetful.start(rosa.identidad)
    assert forgetful.send("sms") is None
    assert contexts(db, "recovery_code") == []
    with db.transaction() as tx:
        casillas.set_phone(tx, casillas.by_id(tx, rosa.id), "+51999888777")
    forgetful.start(rosa.identidad)
    assert forgetful.send("sms") is None
    [message] = [m for m in outbox.messages(db, "recovery_code") if m.casilla_id]
    assert (message.channel, message.recipient) == ("sms", "+51999888777")
    assert forgetful.code(mailed_code(db, name="recovery_code")) is None


def test_the_fourth_recovery_in_ten_minutes_looks_the_same_and_sends_nothing(
    db: Database, rosa: Person
) -> None:
    """S31, S32"""
    for number in range(4):
        forgetful = Forgetful(db, Client(f"198.51.100.{number}"))
        forgetful.start(rosa.identidad)
    assert forgetful.send() is None
    assert contexts(db, "recovery_code") == []
    assert forgetful.code("000000") == Denied(Reason.WRONG, left=4)


def test_strangers_cannot_use_up_the_recoveries_of_a_known_browser(
    db: Database, rosa: Person, clock: Clock
) -> None:
    """S47: nobody silences a casilla by failing in its owner's name."""
    known = Browser(db)
    known = known.remembers(known.enter(rosa))
    for number in range(6):
        Forgetful(db, Client(f"198.51.100.{number}")).start(rosa.identidad)
    clock.advance(minutes=6)
    forgetful = Forgetful(db, known.client)
    forgetful.reach_choice(rosa)
    assert forgetful.choose()


def test_the_sixth_recovery_of_a_network_has_a_price_that_grows_up_to_a_wall(
    db: Database,
) -> None:
    """S51, S83"""
    with db.transaction() as tx:
        prices = [paid(tx, recovery.admit(tx, NOBODY, PHONE, 0)) for _ in range(250)]
        assert prices[:6] == [0, 0, 0, 0, 0, 2]
        assert prices == sorted(prices, key=int) and prices[-1] == MOST
        assert recovery.admit(tx, NOBODY, PHONE, 0) == Denied(Reason.NETWORK, timedelta(minutes=2))
        assert recovery.admit(tx, NOBODY, ELSEWHERE, 0) == FREE


def test_the_minutes_to_choose_end(db: Database, rosa: Person, clock: Clock) -> None:
    """S33"""
    forgetful = Forgetful(db)
    forgetful.reach_choice(rosa)
    clock.advance(minutes=10)
    assert not forgetful.choose()
    assert Browser(db).enter(rosa)


def test_a_code_of_the_login_recovers_nothing_and_the_other_way_round(
    db: Database, rosa: Person
) -> None:
    """S27"""
    browser = Browser(db)
    browser.password(rosa.identidad, rosa.password)
    forgetful = Forgetful(db)
    forgetful.start(rosa.identidad)
    forgetful.send()
    assert forgetful.code(mailed_code(db, name="login_code")) == Denied(Reason.WRONG, left=4)
    assert browser.code(mailed_code(db, name="recovery_code")) == Denied(Reason.WRONG, left=4)
    forgetful.visit = browser.visit
    assert forgetful.code(mailed_code(db, name="login_code")) == Denied(Reason.GONE)


def test_a_code_in_another_browser_opens_nothing(db: Database, rosa: Person) -> None:
    """S27"""
    forgetful, other = Forgetful(db), Forgetful(db)
    forgetful.start(rosa.identidad)
    forgetful.send()
    assert other.code(mailed_code(db, name="recovery_code")) == Denied(Reason.GONE)


def test_an_expired_code_says_so_and_another_one_can_be_sent(
    db: Database, rosa: Person, clock: Clock
) -> None:
    """J17, J36"""
    forgetful = Forgetful(db)
    forgetful.start(rosa.identidad)
    forgetful.send()
    clock.advance(minutes=10)
    late = mailed_code(db, name="recovery_code")
    assert forgetful.code(late) == Denied(Reason.EXPIRED)
    assert forgetful.resend() is None
    assert forgetful.code(late) == Denied(Reason.WRONG, left=4)
    assert forgetful.code(mailed_code(db, name="recovery_code")) is None


def test_the_owner_of_another_casilla_chooses_nothing_for_this_one(
    db: Database, rosa: Person, bruno: Person
) -> None:
    forgetful = Forgetful(db)
    forgetful.reach_choice(bruno)
    assert forgetful.choose()
    assert Browser(db).enter(rosa)


def test_a_device_of_somebody_else_does_not_count_apart(
    db: Database, rosa: Person, bruno: Person
) -> None:
    """S32"""
    browser = Browser(db)
    thief = replace(PHONE, device=browser.enter(bruno).device.hex())
    for _ in range(4):
        forgetful = Forgetful(db, thief)
        forgetful.start(rosa.identidad)
        forgetful.send()
    assert len(contexts(db, "recovery_code")) <= 3
