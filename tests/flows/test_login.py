"""The story of a login, without HTTP: J4, J20–J22, J26, S21, S23–S28, S47–S51, S62–S65."""

import json
from datetime import timedelta

import pytest
from sqlalchemy import select

from proxy.domain import limits
from proxy.domain.client import Client
from proxy.domain.identidad import Identidad
from proxy.errors import Denied, Reason
from proxy.flows import login
from proxy.flows.login import Opened
from proxy.store import casillas, tables
from proxy.store.db import Database
from proxy.store.purge import purge
from tests.clock import Clock
from tests.few import few
from tests.flows.browser import (
    ELSEWHERE,
    PHONE,
    POLICY,
    Browser,
    alive,
    contexts,
    mailed_code,
    use,
    wrong,
)
from tests.outbox import messages
from tests.people import VAULT, Person, cheap


def test_the_right_password_and_the_mailed_code_open_a_session(db: Database, rosa: Person) -> None:
    """J4, J20, J22, J26"""
    opened = Browser(db).enter(rosa)
    with db.reading() as tx:
        session = login.resume(tx, POLICY, opened.token)
    assert session is not None
    assert session.casilla_id == rosa.id
    assert login.holder(VAULT, session).identidad == rosa.identidad


def test_a_wrong_password_and_an_unknown_identidad_get_the_same_answer_and_no_mail(
    db: Database, rosa: Person
) -> None:
    browser = Browser(db)
    assert browser.password(rosa.identidad, "otra") == Denied(Reason.WRONG)
    assert browser.password(Identidad("DNI", "49999999"), "otra") == Denied(Reason.WRONG)
    assert contexts(db, "login_code") == []


def test_the_code_of_an_unknown_flow_opens_nothing(db: Database, rosa: Person) -> None:
    """S27: a code is of the browser that asked for it."""
    mine = Browser(db)
    mine.password(rosa.identidad, rosa.password)
    other = Browser(db)
    other.visit = "of-another-browser"
    assert other.code(mailed_code(db)) == Denied(Reason.GONE)


def test_a_code_opens_once(db: Database, rosa: Person) -> None:
    """S24: who gets no answer and presses again, see test_again."""
    browser = Browser(db)
    opened = browser.enter(rosa)
    other = Browser(db)
    other.visit = "of-another-browser"
    assert other.code(mailed_code(db)) == Denied(Reason.GONE)
    use(db, opened)
    assert browser.code(mailed_code(db)) == Denied(Reason.GONE)


def test_a_code_dies_after_ten_minutes_and_a_new_one_can_be_asked_for(
    db: Database, rosa: Person, clock: Clock
) -> None:
    """S24, J17"""
    browser = Browser(db)
    browser.password(rosa.identidad, rosa.password)
    clock.advance(minutes=10)
    assert browser.code(mailed_code(db)) == Denied(Reason.EXPIRED)
    assert browser.resend() is None
    assert isinstance(browser.code(mailed_code(db)), Opened)


def test_a_login_not_finished_in_half_an_hour_starts_again(
    db: Database, rosa: Person, clock: Clock
) -> None:
    browser = Browser(db)
    browser.password(rosa.identidad, rosa.password)
    clock.advance(minutes=30)
    assert browser.resend() == Denied(Reason.GONE)
    assert browser.code(mailed_code(db)) == Denied(Reason.GONE)


def test_the_fifth_wrong_code_ends_the_login(db: Database, rosa: Person) -> None:
    """S25: back to the password, and the right code no longer helps."""
    browser = Browser(db)
    browser.password(rosa.identidad, rosa.password)
    right = mailed_code(db)
    answers = [browser.code(wrong(right)) for _ in range(5)]
    assert [answer.left for answer in answers[:4] if isinstance(answer, Denied)] == [4, 3, 2, 1]
    assert answers[4] == Denied(Reason.SPENT)
    assert browser.code(right) == Denied(Reason.GONE)


def test_a_new_code_kills_the_old_one_and_keeps_the_failures(
    db: Database, rosa: Person, clock: Clock
) -> None:
    """S26"""
    browser = Browser(db)
    browser.password(rosa.identidad, rosa.password)
    old = mailed_code(db)
    for _ in range(3):
        browser.code(wrong(old))
    clock.advance(minutes=5)
    assert browser.resend() is None
    assert mailed_code(db) != old
    assert browser.code(old) == Denied(Reason.WRONG, left=1)


def test_codes_are_sent_thirty_seconds_apart_and_five_times_at_most(
    db: Database, rosa: Person, clock: Clock
) -> None:
    """S26"""
    browser = Browser(db)
    browser.password(rosa.identidad, rosa.password)
    assert browser.resend() == Denied(Reason.SOON, timedelta(seconds=30))
    for _ in range(4):
        clock.advance(minutes=3)
        assert browser.resend() is None
    clock.advance(minutes=3)
    assert browser.resend() == Denied(Reason.SENDS)


def test_neither_the_code_nor_its_seed_is_stored(db: Database, rosa: Person) -> None:
    """S23: a copy of the database does not hold the code of anybody."""
    Browser(db).password(rosa.identidad, rosa.password)
    code = mailed_code(db)
    with db.reading() as tx:
        for table in tables.metadata.sorted_tables:
            for row in tx.conn.execute(select(table)):
                assert code not in json.dumps([str(value) for value in row])


def test_only_digests_of_the_session_and_of_the_flow_are_stored(db: Database, rosa: Person) -> None:
    """S62"""
    browser = Browser(db)
    opened = browser.enter(rosa)
    with db.reading() as tx:
        stored = str([tuple(row) for row in tx.conn.execute(select(tables.sessions))])
        stored += str([tuple(row) for row in tx.conn.execute(select(tables.challenges))])
    assert opened.token not in stored
    assert browser.visit not in stored


def test_an_idle_session_ends_after_a_quarter_of_an_hour(
    db: Database, rosa: Person, clock: Clock
) -> None:
    """S63"""
    opened = Browser(db).enter(rosa)
    clock.advance(minutes=14, seconds=59)
    assert alive(db, opened)
    clock.advance(seconds=1)
    assert not alive(db, opened)


def test_a_session_in_use_ends_after_eight_hours(db: Database, rosa: Person, clock: Clock) -> None:
    """S63"""
    opened = Browser(db).enter(rosa)
    for _ in range(47):
        clock.advance(minutes=10)
        with db.transaction() as tx:
            session = login.resume(tx, POLICY, opened.token)
            assert session is not None
            login.touch(tx, session)
    clock.advance(minutes=10)
    assert not alive(db, opened)


def test_a_closed_session_opens_nothing_more(db: Database, rosa: Person) -> None:
    opened = Browser(db).enter(rosa)
    with db.transaction() as tx:
        login.end(tx, opened.token)
    assert not alive(db, opened)


def test_the_sixth_session_ends_the_oldest_and_says_so(
    db: Database, rosa: Person, clock: Clock
) -> None:
    """S65"""
    opened = []
    for _ in range(6):
        opened.append(Browser(db).enter(rosa))
        clock.advance(minutes=2)
    assert [alive(db, one) for one in opened] == [False, True, True, True, True, True]
    assert len(contexts(db, "session_ended")) == 1


def test_a_new_device_is_told_and_a_known_one_is_not(
    db: Database, rosa: Person, clock: Clock
) -> None:
    """S50"""
    browser = Browser(db)
    opened = browser.enter(rosa)
    assert len(contexts(db, "new_device")) == 1
    clock.advance(minutes=5)
    browser.remembers(opened).enter(rosa)
    assert len(contexts(db, "new_device")) == 1


def test_the_first_login_of_a_casilla_is_told_of_as_the_first_and_not_as_a_new_device(
    db: Database, rosa: Person, clock: Clock
) -> None:
    """S50"""
    for client in (PHONE, ELSEWHERE):
        Browser(db, client).enter(rosa)
        clock.advance(minutes=5)
    assert [told["first"] for told in contexts(db, "new_device")] == [True, False]


def test_a_casilla_that_nobody_entered_for_years_is_not_told_of_a_first_login(
    db: Database, rosa: Person, clock: Clock
) -> None:
    """Its sessions were cleared away since, and so was what would make a device new."""
    Browser(db).enter(rosa)
    clock.advance(days=2 * 365)
    with db.transaction() as tx:
        purge(tx)
    Browser(db).enter(rosa)
    told = [(one["first"], one["quiet"]) for one in contexts(db, "new_device")]
    assert told == [(True, True), (False, True)]


def test_who_has_a_proved_mobile_is_told_of_a_new_device_there_too(
    db: Database, rosa: Person
) -> None:
    """S50"""
    with db.transaction() as tx:
        casillas.set_phone(tx, casillas.by_id(tx, rosa.id), "+51987654321")
    Browser(db).enter(rosa)
    told = [(message.channel, message.recipient) for message in messages(db, "new_device")]
    assert told == [("email", rosa.email), ("sms", "+51987654321")]


def test_five_wrong_passwords_from_one_address_put_a_price_on_the_sixth(
    db: Database, rosa: Person, clock: Clock
) -> None:
    """S48, S84, the same for who has no casilla: never a wall."""
    for n, identidad in enumerate((rosa.identidad, Identidad("DNI", "49999999"))):
        browser = Browser(db, Client(f"192.0.2.{n}"))
        for _ in range(5):
            assert browser.password(identidad, "otra") == Denied(Reason.WRONG)
        assert browser.password(identidad, "otra") == Denied(Reason.RIDDLE)
        for _ in range(30):
            assert browser.password(identidad, "otra", pays=True) == Denied(Reason.WRONG)
    assert (
        Browser(db, Client("192.0.2.1")).password(rosa.identidad, rosa.password, pays=True) is None
    )


def test_who_has_to_answer_a_riddle_first_has_used_up_no_try(
    db: Database, rosa: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    """S47, S49: without its price nothing is verified, nor counted as wrong."""
    few(monkeypatch, "password/pair", 1)
    assert Browser(db, ELSEWHERE).password(rosa.identidad, "otra") == Denied(Reason.WRONG)
    for _ in range(120):
        asked = Browser(db, ELSEWHERE).password(rosa.identidad, "otra")
        assert asked == Denied(Reason.RIDDLE)
    with db.reading() as tx:
        assert casillas.by_id(tx, rosa.id).failures == 1


def test_a_right_password_gives_back_what_it_took(
    db: Database, rosa: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    """S83: thousands behind one address log in all day."""
    monkeypatch.setattr(limits, "codes_sent", lambda *_: [])
    for n in range(100):
        denied = Browser(db, Client("192.0.2.1")).password(rosa.identidad, rosa.password)
        assert denied is None, n


def test_after_a_hundred_wrong_passwords_in_a_row_only_a_known_browser_may_use_it(
    db: Database, rosa: Person, clock: Clock
) -> None:
    """S49: NIST caps the guesses at a password at one hundred."""
    known = Browser(db)
    known = known.remembers(known.enter(rosa))
    for number in range(100):
        stranger = Browser(db, Client(f"192.0.2.{number}"))
        assert stranger.password(rosa.identidad, "otra", pays=True) == Denied(Reason.WRONG)
        clock.advance(minutes=30)
    stranger = Browser(db, ELSEWHERE)
    assert stranger.password(rosa.identidad, rosa.password, pays=True) == Denied(Reason.WRONG)
    assert isinstance(known.enter(rosa), Opened)
    assert Browser(db, ELSEWHERE).password(rosa.identidad, rosa.password) is None


def test_a_device_of_somebody_else_is_not_known(db: Database, rosa: Person, bruno: Person) -> None:
    brunos = Browser(db).remembers(Browser(db).enter(bruno))
    for _ in range(5):
        brunos.password(rosa.identidad, "otra")
    assert brunos.password(rosa.identidad, "otra") == Denied(Reason.RIDDLE)


def test_the_owner_can_stop_a_login_that_was_not_theirs(db: Database, rosa: Person) -> None:
    """S28: «¿No fue usted?»"""
    thief = Browser(db, ELSEWHERE)
    thief.password(rosa.identidad, rosa.password)
    challenge = bytes.fromhex(str(contexts(db, "login_code")[0]["challenge"]))
    with db.transaction() as tx:
        assert login.disavow(tx, challenge)
    with db.transaction() as tx:
        assert not login.disavow(tx, challenge)
    assert thief.code(mailed_code(db)) == Denied(Reason.GONE)


def test_three_logins_of_one_casilla_wait_at_once(db: Database, rosa: Person, clock: Clock) -> None:
    """S51: the oldest one ends."""
    browsers = []
    for _ in range(4):
        browsers.append(Browser(db))
        browsers[-1].password(rosa.identidad, rosa.password)
        clock.advance(minutes=2)
    assert browsers[0].code(mailed_code(db, 0)) == Denied(Reason.GONE)
    assert isinstance(browsers[1].code(mailed_code(db, 1)), Opened)


def test_a_password_is_hashed_again_when_the_pepper_was_rotated(db: Database, rosa: Person) -> None:
    """S13"""
    newer = cheap({"k1": b"p" * 32, "k2": b"q" * 32})
    with db.transaction() as tx:
        attempt = login.attempt(tx, rosa.identidad, PHONE)
        assert not isinstance(attempt, Denied)
        proof = newer.prove(attempt.stored, rosa.password)
        assert login.answer(tx, POLICY, attempt, proof, "visit", PHONE) is None
    with db.reading() as tx:
        stored = casillas.by_id(tx, rosa.id).password
    assert stored and stored.startswith("k2$argon2id$")
    assert newer.prove(stored, rosa.password).matches
