"""A form of a recovery that is sent again because no answer came: S25, S31, both engines."""

from collections.abc import Callable
from datetime import datetime, timedelta

from proxy.domain.identidad import Identidad
from proxy.errors import Denied, Reason
from proxy.flows import recovery
from proxy.store.db import Database
from tests.clock import Clock
from tests.flows.browser import PHONE, POLICY, contexts, mailed_code, wrong
from tests.flows.forgetful import Forgetful
from tests.people import Person

GONE = Denied(Reason.GONE)


def again_at(db: Database, flow: Callable[..., bool], *values: object) -> bool:
    with db.transaction() as tx:
        return flow(tx, *values)


def test_a_recovery_goes_on_when_each_of_its_forms_is_sent_twice(
    db: Database, rosa: Person, clock: Clock
) -> None:
    """One code is mailed, and the one recovery is counted once."""
    for known in (rosa.identidad, Identidad("DNI", "49999999")):  # S31: no answer tells
        visits = iter(f"{known}/{number}" for number in range(9))
        before, start = next(visits), next(visits)
        with db.transaction() as tx:
            recovery.start(tx, POLICY, known, start, PHONE, before)
        channel, sent = next(visits), next(visits)
        assert again_at(db, recovery.started_again, known, before, channel)
        with db.transaction() as tx:
            assert recovery.send(tx, POLICY, start, "email", sent, PHONE) == GONE
            assert recovery.send(tx, POLICY, channel, "email", sent, PHONE) is None
        code = next(visits)
        assert not again_at(db, recovery.sent_again, channel, "sms", code)
        assert again_at(db, recovery.sent_again, channel, "email", code)
    assert len(contexts(db, "recovery_code")) == 1
    visit, typed = f"{rosa.identidad}/4", mailed_code(db, name="recovery_code")
    with db.transaction() as tx:
        assert recovery.verify(tx, POLICY, visit, typed, "choose", PHONE) is None
    assert not again_at(db, recovery.verified_again, visit, wrong(typed), "other", PHONE)
    assert not again_at(db, recovery.verified_again, "other", typed, "other", PHONE)
    assert again_at(db, recovery.verified_again, visit, typed, "choose again", PHONE)
    with db.reading() as tx:
        assert recovery.choosing(tx, "choose") is None
        assert recovery.choosing(tx, "choose again") is not None
    clock.advance(minutes=1)
    assert not again_at(db, recovery.verified_again, visit, typed, "late", PHONE)


def test_presses_of_a_recovery_that_overlap_leave_it_with_the_last_one(
    db: Database, rosa: Person, clock: Clock
) -> None:
    """At each form the second press finds the work of the first done, then the first comes late."""
    first, second = clock.now, clock.now + timedelta(milliseconds=300)
    clock.advance(seconds=1)

    def press(came: datetime, flow: Callable[..., object], *values: object) -> object:
        with db.transaction() as tx:
            tx.came_at = came
            return flow(tx, *values)

    press(second, recovery.start, POLICY, rosa.identidad, "start", PHONE, "before")
    assert press(first, recovery.started_again, rosa.identidad, "before", "lost")
    assert press(first, recovery.send, POLICY, "start", "email", "lost", PHONE) is None
    assert press(second, recovery.sent_again, "start", "email", "code")
    assert press(first, recovery.sent_again, "start", "email", "lost")
    assert len(contexts(db, "recovery_code")) == 1
    typed = mailed_code(db, name="recovery_code")
    assert press(first, recovery.verify, POLICY, "code", typed, "lost", PHONE) is None
    assert press(second, recovery.verified_again, "code", typed, "choose", PHONE)
    assert press(first, recovery.verified_again, "code", typed, "lost", PHONE)
    with db.reading() as tx:
        assert recovery.choosing(tx, "lost") is None
        assert recovery.choosing(tx, "choose") is not None


def test_guesses_at_the_code_of_a_recovery_that_was_right_are_counted(
    db: Database, rosa: Person
) -> None:
    """S25: without a riddle, and so without end."""
    forgetful = Forgetful(db)
    forgetful.start(rosa.identidad)
    assert forgetful.send() is None
    visit, code = forgetful.visit, mailed_code(db, name="recovery_code")
    assert forgetful.code(code) is None
    for _ in range(5):
        assert not again_at(db, recovery.verified_again, visit, wrong(code), "guessed", PHONE)
    assert not again_at(db, recovery.verified_again, visit, code, "guessed", PHONE)
