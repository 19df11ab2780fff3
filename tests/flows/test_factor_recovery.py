"""Recovering the password of who has a second factor: S38, NIST SP 800-63B-4 §4.2.2.2."""

from collections.abc import Callable
from datetime import timedelta
from functools import partial

import pytest

from proxy.errors import Denied, Reason
from proxy.flows import factor, login, recovery
from proxy.store import casillas
from proxy.store.db import Database
from tests.clock import Clock
from tests.flows.app import Owner, turn_on
from tests.flows.browser import ELSEWHERE, PHONE, POLICY, Browser, contexts, mailed_code
from tests.people import PASSWORDS, Person

NEW = "Olluco-volcan-93"
HASHED = PASSWORDS.hash(NEW)
Choose = Callable[[str], bool | Denied]


@pytest.fixture
def owner(db: Database, rosa: Person, clock: Clock) -> Owner:
    owner = turn_on(db, rosa)
    clock.advance(minutes=6)
    return owner


@pytest.fixture(params=["code", "link"])
def choose(request: pytest.FixtureRequest, db: Database, owner: Owner) -> Choose:
    """What somebody can do who reads Rosa's mailbox, by each of the two ways."""
    if request.param == "code":
        return partial(_by_code, db, owner.person)
    with db.transaction() as tx:
        recovery.ask_link(tx, POLICY, owner.person.identidad, owner.person.email, ELSEWHERE)
    return partial(_by_link, db)


def _by_code(db: Database, person: Person, typed: str) -> bool | Denied:
    with db.reading() as tx:
        begun = recovery.choosing(tx, "chosen")
    if begun is None and not contexts(db, "recovery_code"):
        with db.transaction() as tx:
            recovery.start(tx, POLICY, person.identidad, "started", ELSEWHERE)
            assert recovery.send(tx, POLICY, "started", "email", "sent", ELSEWHERE) is None
        with db.transaction() as tx:
            code = mailed_code(db, name="recovery_code")
            assert recovery.verify(tx, POLICY, "sent", code, "chosen", ELSEWHERE) is None
    with db.transaction() as tx:
        return recovery.choose(tx, POLICY, "chosen", HASHED, ELSEWHERE, typed)


def _by_link(db: Database, typed: str) -> bool | Denied:
    link = bytes.fromhex(str(contexts(db, "recovery_link")[-1]["link"]))
    with db.transaction() as tx:
        return recovery.choose_by_link(tx, POLICY, link, HASHED, ELSEWHERE, typed)


def changed(db: Database, person: Person) -> bool:
    with db.reading() as tx:
        return casillas.by_id(tx, person.id).password == HASHED


def test_the_mailbox_alone_changes_nothing(db: Database, owner: Owner, choose: Choose) -> None:
    for typed in ("", owner.app.wrong(), mailed_code(db)):
        assert choose(typed) == Denied(Reason.WRONG)
    assert not changed(db, owner.person)


def test_a_code_of_the_app_lets_the_owner_choose_and_it_stays_on(
    db: Database, owner: Owner, choose: Choose, clock: Clock
) -> None:
    """S38: a wrong code before it spends neither the code nor the link of the message."""
    assert choose(owner.app.wrong()) == Denied(Reason.WRONG)
    assert choose(owner.app.code) is True
    assert changed(db, owner.person)
    with db.reading() as tx:
        assert factor.on(tx, owner.person.id)
    clock.advance(minutes=1)
    browser = Browser(db)
    assert browser.password(owner.person.identidad, NEW) is None
    with db.reading() as tx:
        waiting = login.waiting(tx, browser.visit)
    assert waiting and waiting.channel == "app"


def test_a_recovery_code_lets_the_owner_choose_and_serves_no_more(
    db: Database, owner: Owner, choose: Choose
) -> None:
    assert choose(owner.codes[0]) is True
    assert changed(db, owner.person)
    assert not owner.accepts(owner.codes[0])


def test_guesses_at_the_app_are_counted_in_a_recovery_too(
    db: Database, owner: Owner, choose: Choose
) -> None:
    """S51: five in five minutes, by whichever way."""
    for _ in range(5):
        assert choose(owner.app.wrong()) == Denied(Reason.WRONG)
    assert choose(owner.app.code) == Denied(Reason.LIMITED, timedelta(minutes=1))
    assert not changed(db, owner.person)


def test_who_has_none_is_asked_for_none(db: Database, bruno: Person) -> None:
    with db.transaction() as tx:
        recovery.ask_link(tx, POLICY, bruno.identidad, bruno.email, PHONE)
    assert _by_link(db, "") is True
    assert changed(db, bruno)
