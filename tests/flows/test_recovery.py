"""The story of a recovery, without HTTP: J28–J39, M77–M82, SECURITY D31–D38, F49."""

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import func, select

from proxy.domain import codes, secrets
from proxy.domain.client import Client
from proxy.domain.identidad import Identidad
from proxy.flows import recovery
from proxy.flows.challenge import Denied
from proxy.flows.recovery import Channel, Mislaid
from proxy.store import casillas, challenges, links, tables
from proxy.store.db import Database
from tests import outbox
from tests.clock import Clock
from tests.flows.browser import (
    ELSEWHERE,
    PHONE,
    POLICY,
    Browser,
    alive,
    contexts,
    mailed_code,
    wrong,
)
from tests.people import PASSWORDS, Person, vault
from tests.racing import race

NOBODY = Identidad("DNI", "49999999")
NEW = "Olluco-volcan-93"
HASHED = PASSWORDS.hash(NEW)


class Forgetful:
    """A browser whose owner forgot the password."""

    def __init__(self, db: Database, client: Client = PHONE) -> None:
        self.db = db
        self.client = client
        self.flow = ""

    def start(self, identidad: Identidad) -> None:
        with self.db.transaction() as tx:
            recovery.start(tx, POLICY, identidad, self._next(), self.client)

    def send(self, channel: Channel = "email") -> Denied | None:
        flow = self.flow
        with self.db.transaction() as tx:
            return recovery.send(tx, POLICY, flow, channel, self._next(), self.client)

    def code(self, typed: str) -> Denied | None:
        flow = self.flow
        self._next()
        with self.db.transaction() as tx:
            denied = recovery.verify(tx, POLICY, flow, typed, self.flow, self.client)
        if denied:
            self.flow = flow
        return denied

    def choose(self, hashed: str = HASHED) -> bool:
        with self.db.transaction() as tx:
            return recovery.choose(tx, self.flow, hashed, self.client)

    def resend(self) -> Denied | None:
        with self.db.transaction() as tx:
            return recovery.resend(tx, POLICY, self.flow, self.client)

    def reach_choice(self, person: Person) -> None:
        self.start(person.identidad)
        assert self.send() is None
        assert self.code(mailed_code(self.db, name="recovery_code")) is None

    def _next(self) -> str:
        self.flow = secrets.new_token()
        return self.flow


def ask_link(db: Database, identidad: Identidad, email: str, client: Client = PHONE) -> None:
    with db.transaction() as tx:
        recovery.ask_link(tx, POLICY, identidad, email, client)


def mailed_link(db: Database, which: int = -1) -> bytes:
    return bytes.fromhex(str(contexts(db, "recovery_link")[which]["link"]))


def by_link(db: Database, link: bytes) -> bool:
    with db.transaction() as tx:
        return recovery.choose_by_link(tx, link, HASHED, PHONE)


def opened(db: Database, link: bytes) -> int | Mislaid:
    with db.reading() as tx:
        return recovery.opened(tx, link)


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
    assert Browser(db, ELSEWHERE).password(rosa.identidad, rosa.password) == Denied("login.wrong")


def test_who_never_had_a_password_gets_one(db: Database, rosa: Person) -> None:
    """J6, J12, J18, ruling 29"""
    with db.transaction() as tx:
        casillas.set_password(tx, rosa.id, None, must_change=True)
    assert Browser(db).password(rosa.identidad, "") == Denied("login.wrong")
    forgetful = Forgetful(db)
    forgetful.reach_choice(rosa)
    assert forgetful.choose()
    with db.reading() as tx:
        assert not casillas.by_id(tx, rosa.id).must_change


def test_nothing_changes_before_the_code(db: Database, rosa: Person) -> None:
    """D32: whoever starts a recovery in the name of another changes nothing of theirs."""
    session = Browser(db).enter(rosa)
    thief = Forgetful(db, ELSEWHERE)
    thief.start(rosa.identidad)
    thief.send()
    assert thief.code(wrong(mailed_code(db, name="recovery_code"))) == Denied("token.wrong", left=4)
    assert not thief.choose()
    assert alive(db, session)


def test_a_recovery_logs_nobody_in_and_ends_every_session(
    db: Database, rosa: Person, clock: Clock
) -> None:
    """D37"""
    session = Browser(db).enter(rosa)
    waiting = Browser(db, ELSEWHERE)
    waiting.password(rosa.identidad, rosa.password)
    code = mailed_code(db)
    before = count(db, "sessions")
    forgetful = Forgetful(db)
    forgetful.reach_choice(rosa)
    assert forgetful.choose()
    assert not alive(db, session)
    assert waiting.code(code) == Denied("token.gone")
    assert count(db, "sessions") == before
    assert len(contexts(db, "password_changed")) == 1


def test_a_known_browser_is_forgotten_unless_it_is_the_one_in_use(
    db: Database, rosa: Person, clock: Clock
) -> None:
    """D37"""
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
    """F49"""
    with db.transaction() as tx:
        for _ in range(100):
            casillas.count_failure(tx, rosa.id)
    assert Browser(db).password(rosa.identidad, rosa.password) == Denied("login.wrong")
    forgetful = Forgetful(db)
    forgetful.reach_choice(rosa)
    forgetful.choose()
    assert Browser(db).enter(rosa, NEW)


def test_an_unknown_identidad_leaves_the_same_rows_and_no_message(
    db: Database, rosa: Person
) -> None:
    """D31"""
    grown = []
    for identidad in (rosa.identidad, NOBODY):
        before = {name: count(db, name) for name in tables.metadata.tables}
        forgetful = Forgetful(db, Client("203.0.113.9"))
        forgetful.start(identidad)
        assert forgetful.send() is None
        assert forgetful.code("000000") == Denied("token.wrong", left=4)
        ask_link(db, identidad, rosa.email)
        after = {name: count(db, name) for name in tables.metadata.tables}
        grown.append({name: after[name] - before[name] for name in after if name != "links"})
    known, unknown = grown
    assert known == unknown | {"rates": known["rates"]}
    assert all(message.casilla_id for message in outbox.messages(db) if message.recipient == rosa)


def test_nobodys_code_is_never_right(db: Database) -> None:
    """D31: even the code that follows from the key opens nothing."""
    forgetful = Forgetful(db)
    forgetful.start(NOBODY)
    forgetful.send()
    with db.reading() as tx:
        challenge = challenges.alive(tx, secrets.digest(forgetful.flow), "recovery")
    assert challenge is not None
    key = vault().code_key(challenge.key_id)
    assert key is not None
    right = codes.code_for(key, "recovery", challenge.id, 1)
    assert forgetful.code(right) == Denied("token.wrong", left=4)


def test_a_code_by_sms_goes_only_to_a_mobile_that_was_proved(db: Database, rosa: Person) -> None:
    """J14, J33, C30"""
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
    """D31, D32"""
    for number in range(4):
        forgetful = Forgetful(db, Client(f"198.51.100.{number}"))
        forgetful.start(rosa.identidad)
    assert forgetful.send() is None
    assert contexts(db, "recovery_code") == []
    assert forgetful.code("000000") == Denied("token.wrong", left=4)


def test_strangers_cannot_use_up_the_recoveries_of_a_known_browser(
    db: Database, rosa: Person, clock: Clock
) -> None:
    """F47: nobody silences a casilla by failing in its owner's name."""
    known = Browser(db)
    known = known.remembers(known.enter(rosa))
    for number in range(6):
        Forgetful(db, Client(f"198.51.100.{number}")).start(rosa.identidad)
    clock.advance(minutes=6)
    forgetful = Forgetful(db, known.client)
    forgetful.reach_choice(rosa)
    assert forgetful.choose()


def test_a_network_may_begin_five_recoveries_in_ten_minutes(db: Database, clock: Clock) -> None:
    """SECURITY Y"""
    with db.transaction() as tx:
        assert [recovery.admit(tx, PHONE) for _ in range(5)] == [None] * 5
        assert recovery.admit(tx, PHONE) == Denied("login.limited", timedelta(minutes=2))
        assert recovery.admit(tx, ELSEWHERE) is None


def test_the_minutes_to_choose_end(db: Database, rosa: Person, clock: Clock) -> None:
    """D33"""
    forgetful = Forgetful(db)
    forgetful.reach_choice(rosa)
    clock.advance(minutes=10)
    assert not forgetful.choose()
    assert Browser(db).enter(rosa)


def test_a_code_of_the_login_recovers_nothing_and_the_other_way_round(
    db: Database, rosa: Person
) -> None:
    """C27"""
    browser = Browser(db)
    browser.password(rosa.identidad, rosa.password)
    forgetful = Forgetful(db)
    forgetful.start(rosa.identidad)
    forgetful.send()
    assert forgetful.code(mailed_code(db, name="login_code")) == Denied("token.wrong", left=4)
    assert browser.code(mailed_code(db, name="recovery_code")) == Denied("token.wrong", left=4)
    forgetful.flow = browser.flow
    assert forgetful.code(mailed_code(db, name="login_code")) == Denied("token.gone")


def test_a_code_in_another_browser_opens_nothing(db: Database, rosa: Person) -> None:
    """C27"""
    forgetful, other = Forgetful(db), Forgetful(db)
    forgetful.start(rosa.identidad)
    forgetful.send()
    assert other.code(mailed_code(db, name="recovery_code")) == Denied("token.gone")


def test_an_expired_code_says_so_and_another_one_can_be_sent(
    db: Database, rosa: Person, clock: Clock
) -> None:
    """J17, J36"""
    forgetful = Forgetful(db)
    forgetful.start(rosa.identidad)
    forgetful.send()
    clock.advance(minutes=10)
    late = mailed_code(db, name="recovery_code")
    assert forgetful.code(late) == Denied("token.expired")
    assert forgetful.resend() is None
    assert forgetful.code(late) == Denied("token.wrong", left=4)
    assert forgetful.code(mailed_code(db, name="recovery_code")) is None


def test_a_link_lets_choose_a_password_once(db: Database, rosa: Person) -> None:
    """M77–M80, D34"""
    ask_link(db, rosa.identidad, "Rosa@Example.com")
    link = mailed_link(db)
    assert opened(db, link) == rosa.id
    assert opened(db, link) == rosa.id  # a mail scanner looked first
    assert by_link(db, link)
    assert not by_link(db, link)
    assert opened(db, link) == Mislaid(renewable=False)
    assert Browser(db).enter(rosa, NEW)


def test_a_link_goes_only_to_the_address_that_was_registered(db: Database, rosa: Person) -> None:
    """M78"""
    ask_link(db, rosa.identidad, "otra@example.com")
    assert contexts(db, "recovery_link") == []


def test_a_link_lives_two_days_and_a_late_one_is_renewed_by_its_button(
    db: Database, rosa: Person, clock: Clock
) -> None:
    """M81, M82, D36, ruling 12"""
    ask_link(db, rosa.identidad, rosa.email)
    link = mailed_link(db)
    clock.advance(hours=47, minutes=59)
    assert opened(db, link) == rosa.id
    clock.advance(minutes=1)
    assert opened(db, link) == Mislaid(renewable=True)
    assert not by_link(db, link)
    assert len(contexts(db, "recovery_link")) == 1
    with db.transaction() as tx:
        assert recovery.renew(tx, POLICY, link, PHONE) is None
    assert len(contexts(db, "recovery_link")) == 2
    assert opened(db, mailed_link(db)) == rosa.id
    with db.transaction() as tx:
        assert recovery.renew(tx, POLICY, link, PHONE) == Denied("link.over")


@pytest.mark.parametrize("ends", ["login", "newer", "recovery", "password"])
def test_a_link_dies_when_it_is_not_needed_any_more(
    db: Database, rosa: Person, clock: Clock, ends: str
) -> None:
    """D35"""
    ask_link(db, rosa.identidad, rosa.email)
    link = mailed_link(db)
    clock.advance(minutes=5)
    if ends == "login":
        Browser(db).enter(rosa)
    elif ends == "newer":
        ask_link(db, rosa.identidad, rosa.email)
    elif ends == "recovery":
        forgetful = Forgetful(db)
        forgetful.reach_choice(rosa)
        forgetful.choose()
    else:
        ask_link(db, rosa.identidad, rosa.email)
        assert by_link(db, mailed_link(db))
    assert opened(db, link) == Mislaid(renewable=False)
    assert not by_link(db, link)


def test_a_link_of_another_purpose_is_none_of_a_recovery(db: Database, rosa: Person) -> None:
    """D34"""
    with db.transaction() as tx:
        link = links.add(tx, "not_me", rosa.id, timedelta(days=1))
    assert opened(db, link) == Mislaid(renewable=False)
    assert not by_link(db, link)


def spend_many(database_url: str) -> list[bool]:
    db = Database(database_url, Clock(), vault)
    return [by_link(db, mailed_link(db)) for _ in range(10)]


def test_four_processes_use_a_link_once(db: Database, database_url: str, rosa: Person) -> None:
    """D35"""
    ask_link(db, rosa.identidad, rosa.email)
    assert sum(race(spend_many, database_url)) == 1


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
    """D32"""
    browser = Browser(db)
    thief = replace(PHONE, device=browser.enter(bruno).device.hex())
    for _ in range(4):
        forgetful = Forgetful(db, thief)
        forgetful.start(rosa.identidad)
        forgetful.send()
    assert len(contexts(db, "recovery_code")) <= 3
