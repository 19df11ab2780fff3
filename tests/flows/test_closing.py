"""What ends every way in, while somebody enters on PostgreSQL: S24, S35, S37, S65.

SQLite has one writer: nothing there happens in between.
"""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest

from proxy.errors import Denied, Reason
from proxy.flows import password, recovery
from proxy.flows.login import Opened
from proxy.store import casillas
from proxy.store.db import Database
from tests.clock import Clock
from tests.flows.browser import ELSEWHERE, PHONE, POLICY, Browser, alive, contexts, mailed_code
from tests.flows.forgetful import HASHED, Forgetful, ask_link, by_link, mailed_link
from tests.flows.inside import Inside
from tests.flows.test_correction import correct
from tests.flows.test_profile import link_ids, undo
from tests.flows.test_shut import suspend
from tests.people import Person
from tests.racing import done_or_waiting, holding

Act = Callable[[], object]


@pytest.fixture
def database_url(postgresql_url: str) -> str:
    return postgresql_url


def replace(db: Database, person: Person) -> None:
    with db.transaction() as tx:
        password.replace(tx, POLICY, casillas.by_id(tx, person.id), HASHED, ELSEWHERE)


def disavow(db: Database, link: bytes) -> bool:
    with db.transaction() as tx:
        return password.disavow(tx, link)


def closing_by_password(db: Database, rosa: Person) -> Act:
    return lambda: replace(db, rosa)


def closing_by_not_me(db: Database, rosa: Person) -> Act:
    with db.transaction() as tx:
        same = casillas.by_id(tx, rosa.id)
        password.replace(tx, POLICY, same, same.password or "", ELSEWHERE)
    (link,) = link_ids(db, "password_changed")
    return lambda: disavow(db, link)


def closing_by_undoing(db: Database, rosa: Person) -> Act:
    Inside(db, rosa).email("one@example.org")
    (link,) = link_ids(db)
    return lambda: undo(db, link)


def closing_by_the_entity(db: Database, rosa: Person) -> Act:
    return lambda: correct(db, rosa.identidad, "nueva@example.org")


def closing_by_suspending(db: Database, rosa: Person) -> Act:
    return lambda: suspend(db, rosa)


@pytest.mark.parametrize(
    "closing",
    [
        closing_by_password,
        closing_by_not_me,
        closing_by_undoing,
        closing_by_the_entity,
        closing_by_suspending,
    ],
)
def test_no_session_slips_through_while_every_way_in_ends(
    db: Database, rosa: Person, clock: Clock, closing: Callable[[Database, Person], Act]
) -> None:
    """S37: whoever sends a right code at that very moment is out too."""
    close = closing(db, rosa)
    clock.advance(minutes=16)
    known = Browser(db)
    thief = known.remembers(known.enter(rosa))
    clock.advance(minutes=6)
    assert thief.password(rosa.identidad, rosa.password) is None
    code = mailed_code(db)
    with ThreadPoolExecutor() as pool:
        with holding(db, "devices"):
            closed = pool.submit(close)
            done_or_waiting(db, closed)
            entered = pool.submit(thief.code, code)
            done_or_waiting(db, closed, entered)
        closed.result()
        opened = entered.result()
    assert opened == Denied(Reason.GONE) or (isinstance(opened, Opened) and not alive(db, opened))


@pytest.mark.parametrize("link", [False, True])
def test_a_password_is_not_chosen_once_the_owner_closed_the_casilla(
    db: Database, rosa: Person, clock: Clock, link: bool
) -> None:
    """S35, S37: nor does either of them fail because the other was there."""
    close = closing_by_not_me(db, rosa)
    if link:
        ask_link(db, rosa.identidad, rosa.email)
        mailed = mailed_link(db)
    else:
        thief = Forgetful(db)
        thief.reach_choice(rosa)
    with ThreadPoolExecutor() as pool:
        with holding(db, "devices"):
            closed = pool.submit(close)
            done_or_waiting(db, closed)
            chosen = pool.submit(by_link, db, mailed) if link else pool.submit(thief.choose)
            done_or_waiting(db, closed, chosen)
        assert closed.result() is True
        assert chosen.result() is False
    with db.reading() as tx:
        assert casillas.by_id(tx, rosa.id).password is None


def recovering_by_code(db: Database, rosa: Person, clock: Clock) -> tuple[Act, Act]:
    thief = Forgetful(db)
    thief.start(rosa.identidad)
    assert thief.send() is None
    code = mailed_code(db, name="recovery_code")
    return lambda: thief.code(code), thief.choose


def recovering_by_link(db: Database, rosa: Person, clock: Clock) -> tuple[Act, Act]:
    def by_any() -> bool:  # of those that reached the old mailbox
        return bool(contexts(db, "recovery_link")) and by_link(db, mailed_link(db))

    return lambda: ask_link(db, rosa.identidad, rosa.email), by_any


def recovering_by_a_late_link(db: Database, rosa: Person, clock: Clock) -> tuple[Act, Act]:
    ask_link(db, rosa.identidad, rosa.email)
    late = mailed_link(db)
    clock.advance(hours=49)

    def renew() -> None:
        with db.transaction() as tx:
            recovery.renew(tx, POLICY, late, PHONE)

    return renew, lambda: by_link(db, mailed_link(db))


Recovering = Callable[[Database, Person, Clock], tuple[Act, Act]]
RECOVERING = [recovering_by_code, recovering_by_link, recovering_by_a_late_link]


@pytest.mark.parametrize("recovering", RECOVERING)
def test_a_step_of_a_recovery_that_comes_during_the_closing_is_too_late(
    db: Database, rosa: Person, clock: Clock, recovering: Recovering
) -> None:
    """S35, S37: also when it goes to an address that the closing takes away."""
    step, end = recovering(db, rosa, clock)
    with ThreadPoolExecutor() as pool:
        with holding(db, "sessions"):
            closed = pool.submit(correct, db, rosa.identidad, "nueva@example.org")
            done_or_waiting(db, closed)
            stepped = pool.submit(step)
            done_or_waiting(db, closed, stepped)
        closed.result()
        stepped.result()
    assert end() is False


@pytest.mark.parametrize("recovering", RECOVERING)
def test_the_closing_ends_the_step_of_a_recovery_that_was_not_committed_yet(
    db: Database, rosa: Person, clock: Clock, recovering: Recovering
) -> None:
    """S35, S37: the closing waits for it, and so sees what it added."""
    step, end = recovering(db, rosa, clock)
    with ThreadPoolExecutor() as pool:
        with holding(db, "eventos"):  # a transaction writes its eventos last
            stepped = pool.submit(step)
            done_or_waiting(db, stepped)
            closed = pool.submit(replace, db, rosa)
            done_or_waiting(db, stepped, closed)
        stepped.result()
        closed.result()
    assert end() is False


def test_a_login_and_a_recovery_at_one_moment_do_not_stop_each_other(
    db: Database, rosa: Person
) -> None:
    """S35: whoever comes first does, and the link of the other is over."""
    browser = Browser(db)
    assert browser.password(rosa.identidad, rosa.password) is None
    code = mailed_code(db)
    ask_link(db, rosa.identidad, rosa.email)
    link = mailed_link(db)
    with ThreadPoolExecutor() as pool:
        with holding(db, "devices"):
            entered = pool.submit(browser.code, code)
            done_or_waiting(db, entered)
            chosen = pool.submit(by_link, db, link)
            done_or_waiting(db, entered, chosen)
        opened = entered.result()
        assert isinstance(opened, Opened)
        assert chosen.result() is False
    assert alive(db, opened)


def test_a_right_password_waits_for_the_new_one_and_is_wrong_then(
    db: Database, rosa: Person
) -> None:
    browser = Browser(db)
    with ThreadPoolExecutor() as pool:
        with holding(db, "devices"):
            closed = pool.submit(replace, db, rosa)
            done_or_waiting(db, closed)
            asked = pool.submit(browser.password, rosa.identidad, rosa.password)
            done_or_waiting(db, closed, asked)
        closed.result()
        assert asked.result() == Denied(Reason.WRONG)
