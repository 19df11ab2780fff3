"""The owner's e-mail and mobile: J40, J43, R32, S30, S35, S46, S65, both engines."""

from dataclasses import replace

import pytest

from proxy.domain.casilla import Casilla
from proxy.errors import Denied, Reason, Refusal
from proxy.flows import profile
from proxy.flows.profile import Step
from proxy.store import casillas, changes, links
from proxy.store.db import Database
from tests.clock import Clock
from tests.flows.app import turn_on
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
from tests.flows.forgetful import NEW as FORGETFUL_PASSWORD
from tests.flows.forgetful import Forgetful
from tests.flows.inside import Inside
from tests.outbox import messages
from tests.people import Person

MOBILE, OTHER_MOBILE = "+51987654321", "+51912345678"
FIRST, SECOND = "one@example.org", "two@example.org"


@pytest.fixture
def her(db: Database, rosa: Person) -> Inside:
    return Inside(db, rosa)


def now(db: Database, person: Person) -> Casilla:
    with db.reading() as tx:
        return casillas.by_id(tx, person.id)


def link_ids(db: Database, name: str = "email_changed") -> list[bytes]:
    return [bytes.fromhex(str(context["link"])) for context in contexts(db, name)]


def undo(db: Database, link: bytes) -> bool:
    with db.transaction() as tx:
        return profile.undo(tx, link, ELSEWHERE)


def test_nothing_changes_before_both_addresses_are_proved(
    db: Database, rosa: Person, her: Inside, clock: Clock
) -> None:
    """R32: a change that was never proved changes nothing."""
    her.start(FIRST)
    assert now(db, rosa).email == rosa.email
    assert her.code("email_old_code") == Step(profile.NEW, FIRST, by_app=False, failures=0)
    assert now(db, rosa).email == rosa.email
    clock.advance(hours=2)
    assert her.code("email_new_code") == Denied(Reason.OVER)
    assert now(db, rosa).email == rosa.email


def test_the_code_of_the_new_address_does_not_stand_for_the_old_one(
    db: Database, rosa: Person, her: Inside
) -> None:
    """S27: each code is of its step."""
    her.start(FIRST)
    old = mailed_code(db, name="email_old_code")
    her.type(old)
    new = mailed_code(db, name="email_new_code")
    assert isinstance(her.type(old if old != new else wrong(old)), Denied)
    her.start(SECOND)
    assert isinstance(her.type(new), Denied)
    assert now(db, rosa).email == rosa.email


def test_a_new_address_ends_what_could_open_the_casilla_and_keeps_this_session(
    db: Database, rosa: Person, her: Inside
) -> None:
    """S65, S35: other sessions, codes on their way, links to choose a password."""
    elsewhere = Browser(db, ELSEWHERE)
    there = elsewhere.enter(rosa)
    halfway = Browser(db, replace(ELSEWHERE, ip="198.51.100.77"))
    halfway.password(rosa.identidad, rosa.password)
    code = mailed_code(db)
    with db.transaction() as tx:
        casillas.lock(tx, rosa.id)
        link = links.add(tx, "recovery", rosa.id, POLICY.recovery_link_life)
    her.email(FIRST)
    assert alive(db, her.opened)
    assert not alive(db, there)
    assert halfway.code(code) == Denied(Reason.GONE)
    with db.transaction() as tx:
        assert links.spend(tx, link, "recovery") is None


def test_with_an_app_its_code_stands_for_that_of_the_old_address(
    db: Database, rosa: Person, clock: Clock
) -> None:
    """S46"""
    owner = turn_on(db, rosa)
    clock.advance(minutes=1)
    her = Inside.__new__(Inside)
    her.db, her.session, her.visit = db, owner.session, "profile"
    assert her.start(FIRST) is None
    assert contexts(db, "email_old_code") == []
    assert isinstance(her.type(owner.app.wrong()), Denied)
    assert isinstance(her.type(owner.app.code), Step)
    assert her.code("email_new_code") is None
    assert now(db, rosa).email == FIRST


def test_what_is_already_so_is_refused(db: Database, rosa: Person, her: Inside) -> None:
    with pytest.raises(Refusal, match="ya son su celular"):
        her.start(rosa.email)


def test_a_later_request_gives_up_the_earlier_one(db: Database, rosa: Person, her: Inside) -> None:
    """Two sessions that change at the same time: only the newest can be finished."""
    other = Inside(db, rosa)
    her.start(FIRST)
    hers = mailed_code(db, name="email_old_code")
    other.start(SECOND)
    assert her.type(hers) == Denied(Reason.OVER)
    other.code("email_old_code")
    assert other.code("email_new_code") is None
    assert now(db, rosa).email == SECOND


def test_each_undo_goes_back_to_before_its_own_change(
    db: Database, rosa: Person, her: Inside, clock: Clock
) -> None:
    """A chain: whoever changes it twice does not erase the way back of the first address."""
    her.email(FIRST)
    clock.advance(hours=1)
    her.email(SECOND)
    first, second = link_ids(db)
    assert undo(db, second)
    assert now(db, rosa).email == FIRST
    assert undo(db, first)
    assert now(db, rosa).email == rosa.email


def test_the_first_undo_takes_the_later_ones_along(
    db: Database, rosa: Person, her: Inside, clock: Clock
) -> None:
    """Or else whoever took the casilla would take it again with the link of their own address."""
    her.email(FIRST)
    clock.advance(hours=1)
    her.email(SECOND)
    first, second = link_ids(db)
    assert undo(db, first)
    assert now(db, rosa).email == rosa.email
    assert not undo(db, second)
    with db.reading() as tx:
        assert changes.since(tx, changes.by_id(tx, first)) == []
    assert now(db, rosa).email == rosa.email


def test_going_back_by_oneself_does_not_erase_the_undo(
    db: Database, rosa: Person, her: Inside, clock: Clock
) -> None:
    her.email(FIRST)
    clock.advance(hours=1)
    her.email(rosa.email)
    clock.advance(hours=1)
    her.email(SECOND)
    assert undo(db, link_ids(db)[0])
    assert now(db, rosa).email == rosa.email


def test_an_undo_takes_back_a_mobile_that_came_later(
    db: Database, rosa: Person, her: Inside, clock: Clock
) -> None:
    """Or else the thief would recover the password by SMS."""
    her.phone(MOBILE)
    clock.advance(hours=1)
    her.email(FIRST)
    clock.advance(hours=1)
    her.phone(OTHER_MOBILE)
    assert undo(db, link_ids(db)[0])
    assert (now(db, rosa).email, now(db, rosa).phone) == (rosa.email, MOBILE)
    [_, later] = link_ids(db, "phone_changed")
    assert not undo(db, later)


def test_a_mobile_that_was_taken_off_comes_back(
    db: Database, rosa: Person, her: Inside, clock: Clock
) -> None:
    her.phone(MOBILE)
    clock.advance(hours=1)
    with db.transaction() as tx:
        assert profile.remove_phone(tx, POLICY, her.session, PHONE) is None
    assert now(db, rosa).phone is None
    assert undo(db, link_ids(db, "phone_changed")[1])
    assert now(db, rosa).phone == MOBILE


def test_an_undo_ends_sessions_devices_the_password_and_what_was_begun(
    db: Database, rosa: Person, her: Inside
) -> None:
    her.email(FIRST)
    her.start(SECOND)
    begun = mailed_code(db, name="email_old_code")
    known = her.browser.remembers(her.opened)
    assert undo(db, link_ids(db)[0])
    assert not alive(db, her.opened)
    assert her.type(begun) == Denied(Reason.OVER)
    assert now(db, rosa).password is None
    assert known.password(rosa.identidad, rosa.password) == Denied(Reason.WRONG)
    told = [message.recipient for message in messages(db, "profile_undone")]
    assert sorted(told) == sorted([rosa.email, FIRST])


def test_after_an_undo_the_owner_recovers_the_password_and_enters(
    db: Database, rosa: Person, her: Inside, clock: Clock
) -> None:
    """By the old address, and nobody by the one that came after it."""
    her.email(FIRST)
    assert undo(db, link_ids(db)[0])
    clock.advance(minutes=6)
    forgetful = Forgetful(db)
    forgetful.reach_choice(rosa)
    assert messages(db, "recovery_code")[-1].recipient == rosa.email
    assert forgetful.choose()
    assert Browser(db).enter(rosa, FORGETFUL_PASSWORD)
    assert messages(db, "login_code")[-1].recipient == rosa.email


def test_an_undo_holds_for_72_hours(db: Database, rosa: Person, her: Inside, clock: Clock) -> None:
    her.email(FIRST)
    clock.advance(hours=72)
    assert not undo(db, link_ids(db)[0])
    assert now(db, rosa).email == FIRST


def test_the_limits_of_a_change_come_back_with_time(
    db: Database, rosa: Person, her: Inside, clock: Clock
) -> None:
    """S51: five in five minutes."""
    her.start(phone=MOBILE)
    for n in range(4):
        assert her.start(f"r{n}@example.org") != Denied(Reason.LIMITED) or n >= 3
    denied = her.start(phone=OTHER_MOBILE)
    assert denied is not None and denied.reason is Reason.LIMITED and denied.wait
    clock.advance(minutes=6)
    assert her.start(phone=OTHER_MOBILE) is None


def test_a_number_gets_three_messages_in_a_quarter_of_an_hour(
    db: Database, rosa: Person, her: Inside, clock: Clock
) -> None:
    """S30: whoever is inside cannot ring at a stranger's mobile all day."""
    answers = []
    for _ in range(4):
        answers.append(her.claim(MOBILE))
        clock.advance(seconds=90)
    assert all(isinstance(answer, Step) for answer in answers[:3])
    assert isinstance(answers[3], Denied)
    assert len(contexts(db, "phone_code")) == 3
