"""A password that is replaced while it is being verified: S13, S22, S37, docs/decisions/0012."""

import pytest

from proxy.domain.passwords import Passwords
from proxy.domain.session import Session
from proxy.errors import Denied, Reason
from proxy.flows import login, password, proof
from proxy.flows.login import Attempt
from proxy.store import casillas
from proxy.store.db import Database
from tests.flows.app import session_of
from tests.flows.browser import ELSEWHERE, PHONE, POLICY, Browser, contexts
from tests.outbox import messages
from tests.people import PASSWORDS, Person, cheap

NEW = "Olluco-volcan-93"
ROTATED = cheap({"k1": b"p" * 32, "k2": b"q" * 32})
VISIT, TOKEN = "of-this-browser", "another token"


def attempt(db: Database, person: Person) -> Attempt:
    with db.transaction() as tx:
        found = login.attempt(tx, person.identidad, PHONE)
    assert isinstance(found, Attempt)
    return found


def choose(db: Database, person: Person, passwords: Passwords = PASSWORDS) -> None:
    """The owner chooses another one, elsewhere."""
    hashed = passwords.hash(NEW)
    with db.transaction() as tx:
        password.replace(tx, POLICY, casillas.by_id(tx, person.id), hashed, ELSEWHERE)


def stored(db: Database, person: Person) -> str | None:
    with db.reading() as tx:
        return casillas.by_id(tx, person.id).password


@pytest.fixture
def session(db: Database, rosa: Person) -> Session:
    return session_of(db, Browser(db).enter(rosa))


@pytest.mark.parametrize("passwords", [PASSWORDS, ROTATED], ids=["same key", "rotated"])
def test_the_one_before_mails_no_code_and_does_not_come_back(
    db: Database, rosa: Person, passwords: Passwords
) -> None:
    """S13: under a new key the right password is hashed again, and only where it still is."""
    found = attempt(db, rosa)
    given = passwords.prove(found.stored, rosa.password)
    choose(db, rosa, passwords)
    with db.transaction() as tx:
        denied = login.answer(tx, POLICY, found, given, VISIT, PHONE)
    assert denied == Denied(Reason.WRONG)
    assert contexts(db, "login_code") == []
    with db.reading() as tx:
        assert login.waiting(tx, VISIT) is None
    assert passwords.prove(stored(db, rosa), NEW).matches


def test_under_a_new_key_the_right_one_is_hashed_again(db: Database, rosa: Person) -> None:
    """S13"""
    found = attempt(db, rosa)
    given = ROTATED.prove(found.stored, rosa.password)
    with db.transaction() as tx:
        assert login.answer(tx, POLICY, found, given, VISIT, PHONE) is None
    assert (stored(db, rosa) or "").startswith("k2$")
    assert ROTATED.prove(stored(db, rosa), rosa.password).matches


def test_the_code_goes_to_the_address_of_now(db: Database, rosa: Person) -> None:
    found = attempt(db, rosa)
    given = PASSWORDS.prove(found.stored, rosa.password)
    with db.transaction() as tx:
        casillas.set_email(tx, casillas.by_id(tx, rosa.id), "nueva@example.org")
    with db.transaction() as tx:
        assert login.answer(tx, POLICY, found, given, VISIT, PHONE) is None
    assert [m.recipient for m in messages(db, "login_code")] == ["nueva@example.org"]


@pytest.mark.parametrize("passwords", [PASSWORDS, ROTATED], ids=["same key", "rotated"])
def test_the_one_before_proves_nothing(
    db: Database, rosa: Person, session: Session, passwords: Passwords
) -> None:
    given = passwords.prove(stored(db, rosa), rosa.password)
    choose(db, rosa, passwords)
    with db.transaction() as tx:
        assert proof.answer(tx, session, given, TOKEN) == Denied(Reason.WRONG)
    assert passwords.prove(stored(db, rosa), NEW).matches


def test_the_one_before_chooses_no_other(db: Database, rosa: Person, session: Session) -> None:
    """S22, S37: a thief who is inside cannot answer the owner's recovery with one of theirs."""
    given, theirs = PASSWORDS.prove(stored(db, rosa), rosa.password), PASSWORDS.hash("de otro")
    choose(db, rosa)
    with db.transaction() as tx:
        denied = password.change(tx, POLICY, session, given, theirs, TOKEN, PHONE)
    assert denied == Denied(Reason.WRONG)
    assert PASSWORDS.prove(stored(db, rosa), NEW).matches
    assert len(contexts(db, "password_changed")) == 1


def test_one_that_was_closed_with_no_fui_yo_opens_nothing(db: Database, rosa: Person) -> None:
    found = attempt(db, rosa)
    given = PASSWORDS.prove(found.stored, rosa.password)
    with db.transaction() as tx:
        casillas.set_password(tx, rosa.id, None)
    with db.transaction() as tx:
        assert login.answer(tx, POLICY, found, given, VISIT, PHONE) == Denied(Reason.WRONG)
    assert stored(db, rosa) is None
