"""A button that is pressed again because no answer came: S24, S27, S29, S62, both engines."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from sqlalchemy import func, select, update

from proxy.domain import secrets
from proxy.domain.events import Event
from proxy.errors import Denied, Reason
from proxy.flows import factor, login
from proxy.flows.login import Opened
from proxy.store import tables
from proxy.store.db import Database
from tests.clock import Clock
from tests.flows.app import begin, confirm, session_of, turn_on
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
from tests.flows.newcomer import HER, Newcomer, code_of, secret_of
from tests.people import PASSWORDS, Person

GONE = Denied(Reason.GONE)


def opened_by(answer: Opened | Denied) -> Opened:
    assert isinstance(answer, Opened)
    return answer


def many(db: Database, event: Event) -> int:
    with db.reading() as tx:
        table = tables.eventos
        found = select(func.count()).select_from(table).where(table.c.kind == event.value)
        return int(tx.conn.execute(found).scalar_one())


def test_the_code_pressed_again_opens_another_session_and_ends_the_one_that_nobody_got(
    db: Database, rosa: Person, clock: Clock
) -> None:
    browser = Browser(db)
    first = browser.enter(rosa)
    clock.advance(seconds=6)
    second = opened_by(browser.code(mailed_code(db)))
    assert (alive(db, first), alive(db, second)) == (False, True)
    assert second.device == first.device  # one browser, told of once
    assert len(contexts(db, "new_device")) == 1
    assert (many(db, Event.SESSION_STARTED), many(db, Event.SESSION_ENDED)) == (2, 1)
    third = opened_by(browser.code(mailed_code(db)))
    assert (alive(db, second), alive(db, third)) == (False, True)


def test_a_known_browser_may_press_again_too(db: Database, rosa: Person) -> None:
    first = Browser(db).enter(rosa)
    known = Browser(db).remembers(first)
    second = known.enter(rosa)
    third = opened_by(known.code(mailed_code(db)))
    assert [alive(db, one) for one in (first, second, third)] == [False, False, True]
    assert first.device == third.device and len(contexts(db, "new_device")) == 1


def test_a_session_that_somebody_came_with_goes_on_and_the_code_opens_nothing(
    db: Database, rosa: Person
) -> None:
    """S24: whoever saw the code, and whoever has another tab, ends and opens nothing."""
    browser = Browser(db)
    opened = browser.enter(rosa)
    use(db, opened)
    assert browser.code(mailed_code(db)) == GONE
    assert alive(db, opened)


def test_a_minute_after_the_code_was_right_it_opens_nothing(
    db: Database, rosa: Person, clock: Clock
) -> None:
    """Also when it was pressed again in between: the minute is that of the first press."""
    browser = Browser(db)
    browser.enter(rosa)
    clock.advance(seconds=40)
    again = opened_by(browser.code(mailed_code(db)))
    clock.advance(seconds=20)
    assert browser.code(mailed_code(db)) == GONE
    assert alive(db, again)


def test_another_visit_and_another_code_open_nothing(db: Database, rosa: Person) -> None:
    """S27"""
    browser = Browser(db)
    opened = browser.enter(rosa)
    other = Browser(db)
    other.visit = "of-another-browser"
    assert other.code(mailed_code(db)) == GONE
    assert browser.code(wrong(mailed_code(db))) == GONE
    assert browser.code("12") == Denied(Reason.MISSING)
    assert alive(db, opened)


def test_guesses_at_a_code_that_was_right_are_counted(db: Database, rosa: Person) -> None:
    """S25"""
    browser = Browser(db)
    opened = browser.enter(rosa)
    answers = [browser.code(wrong(mailed_code(db))) for _ in range(6)]
    assert answers[:5] == [GONE] * 5
    assert isinstance(answers[5], Denied) and answers[5].reason is Reason.LIMITED
    limited = browser.code(mailed_code(db))
    assert isinstance(limited, Denied) and limited.reason is Reason.LIMITED
    assert alive(db, opened)


def test_a_session_that_its_owner_ended_does_not_come_back(db: Database, rosa: Person) -> None:
    browser = Browser(db)
    opened = browser.enter(rosa)
    with db.transaction() as tx:
        login.end(tx, opened.token)
    assert browser.code(mailed_code(db)) == GONE


@pytest.mark.parametrize("which", ["app", "recovery"])
def test_a_code_of_the_app_serves_again_only_the_browser_that_pressed_again(
    db: Database, rosa: Person, clock: Clock, which: str
) -> None:
    """S29: no other visit ever gets in with a code that was used."""
    owner = turn_on(db, rosa)
    clock.advance(minutes=5)
    code = owner.app.code if which == "app" else owner.codes[0]
    one, two = Browser(db), Browser(db, ELSEWHERE)
    for browser in (one, two):
        assert browser.password(rosa.identidad, rosa.password) is None
    first = opened_by(one.code(code))
    clock.advance(seconds=50)  # the app shows another code by now
    refused = two.code(code)
    assert isinstance(refused, Denied) and refused.reason is Reason.WRONG
    second = opened_by(one.code(code))
    assert (alive(db, first), alive(db, second)) == (False, True)
    assert len(contexts(db, "recovery_code_used")) == (which == "recovery")


def test_a_later_code_of_the_app_opens_no_login_that_another_one_opened(
    db: Database, rosa: Person, clock: Clock
) -> None:
    owner = turn_on(db, rosa)
    clock.advance(minutes=5)
    one = Browser(db)
    assert one.password(rosa.identidad, rosa.password) is None
    first = opened_by(one.code(owner.app.code))
    clock.advance(seconds=30)
    assert one.code(owner.app.code) == GONE
    assert alive(db, first)


def test_the_first_access_may_be_pressed_again(db: Database) -> None:
    newcomer = Newcomer(db).reach_email()
    assert newcomer.validate(code_of(db)) is None
    browser = Browser(db)
    first = browser.enter(Person(HER, "", "", secret_of(db)))
    second = opened_by(browser.code(mailed_code(db)))
    assert (alive(db, first), alive(db, second)) == (False, True)
    assert session_of(db, second).must_change


def test_of_presses_at_the_same_moment_the_last_one_has_the_session(
    db: Database, rosa: Person, clock: Clock
) -> None:
    """Whatever the order in which the service comes to them."""
    browser = Browser(db)
    assert browser.password(rosa.identidad, rosa.password) is None
    code = mailed_code(db)

    def press(number: int) -> Opened | Denied:
        with db.transaction() as tx:
            tx.came_at = clock.now + timedelta(milliseconds=number)
            return login.verify(tx, POLICY, browser.visit, code, browser.client)

    with ThreadPoolExecutor(4) as threads:
        answers = list(threads.map(press, range(4)))
    opened = [answer for answer in answers if isinstance(answer, Opened)]
    assert [alive(db, one) for one in opened] == [False] * (len(opened) - 1) + [True]
    assert opened[-1] is answers[-1]
    assert len(contexts(db, "new_device")) == 1
    assert many(db, Event.SESSION_ENDED) == len(opened) - 1


def test_the_service_may_come_to_the_first_press_of_the_code_last(
    db: Database, rosa: Person, clock: Clock
) -> None:
    browser = Browser(db)
    assert browser.password(rosa.identidad, rosa.password) is None
    late = clock.now
    clock.advance(seconds=1)
    opened = opened_by(browser.code(mailed_code(db)))
    with db.transaction() as tx:
        tx.came_at = late
        answer = login.verify(tx, POLICY, browser.visit, mailed_code(db), browser.client)
    assert answer == GONE and alive(db, opened)


@pytest.mark.parametrize("last", [0, 1])
@pytest.mark.parametrize("answered", [(0, 1), (1, 0)])
def test_presses_of_the_password_that_overlap_leave_the_code_with_the_last_one(
    db: Database, rosa: Person, clock: Clock, answered: tuple[int, int], last: int
) -> None:
    """Both are being verified when the first answer is written, and number `last` came last."""
    came = [clock.now] * 2
    came[last] += timedelta(milliseconds=300)
    tried = []
    for _ in came:
        with db.transaction() as tx:
            attempt = login.attempt(tx, rosa.identidad, PHONE)
        assert not isinstance(attempt, Denied)
        tried.append((attempt, PASSWORDS.prove(attempt.stored, rosa.password)))
    clock.advance(seconds=1)
    for number in answered:
        with db.transaction() as tx:
            tx.came_at = came[number]
            visit = f"visit {number}"
            assert login.answer(tx, POLICY, *tried[number], visit, PHONE, before="one") is None
    assert len(contexts(db, "login_code")) == 1
    with db.reading() as tx:
        held = [login.waiting(tx, f"visit {number}") is not None for number in range(2)]
    assert held == [last == 0, last == 1]


def test_a_request_and_a_press_at_the_same_moment_do_not_both_win(
    db: Database, rosa: Person
) -> None:
    browser = Browser(db)
    opened = browser.enter(rosa)
    session, code = session_of(db, opened), mailed_code(db)

    def come() -> bool:
        with db.transaction() as tx:
            return login.touch(tx, session)

    with ThreadPoolExecutor(2) as threads:
        came, pressed = threads.submit(come), threads.submit(browser.code, code)
        assert came.result() != isinstance(pressed.result(), Opened)


def test_the_password_pressed_again_sends_no_other_code(
    db: Database, rosa: Person, clock: Clock
) -> None:
    browser = Browser(db)
    before = secrets.new_token()
    assert browser.password(rosa.identidad, rosa.password, before=before) is None
    lost = browser.visit
    clock.advance(seconds=6)
    assert browser.password(rosa.identidad, rosa.password, before=before) is None
    assert len(contexts(db, "login_code")) == 1
    stale = Browser(db)
    stale.visit = lost
    assert stale.code(mailed_code(db)) == GONE
    assert isinstance(browser.code(mailed_code(db)), Opened)


@pytest.mark.parametrize("why", ["late", "guessed", "another visit", "no visit"])
def test_a_password_that_is_not_pressed_again_sends_another_code(
    db: Database, rosa: Person, clock: Clock, why: str
) -> None:
    """S27: a code that somebody came with stays where it is."""
    browser = Browser(db)
    visits = {"another visit": ("one", "two"), "no visit": ("", "")}.get(why, ("one", "one"))
    assert browser.password(rosa.identidad, rosa.password, before=visits[0]) is None
    if why == "late":
        clock.advance(minutes=1)
    if why == "guessed":
        browser.code(wrong(mailed_code(db)))
    first, code = browser.visit, mailed_code(db)
    assert browser.password(rosa.identidad, rosa.password, before=visits[1]) is None
    assert len(contexts(db, "login_code")) == 2
    browser.visit = first
    assert isinstance(browser.code(code), Opened)


def test_of_two_codes_of_one_form_the_newer_one_is_gone_on_with(
    db: Database, rosa: Person, clock: Clock
) -> None:
    browser = Browser(db)
    assert browser.password(rosa.identidad, rosa.password, before="one") is None
    browser.code(wrong(mailed_code(db)))
    for _ in range(2):
        clock.advance(seconds=1)
        assert browser.password(rosa.identidad, rosa.password, before="one") is None
    assert len(contexts(db, "login_code")) == 2
    assert isinstance(browser.code(mailed_code(db)), Opened)


def test_the_code_of_another_casilla_is_not_gone_on_with(
    db: Database, rosa: Person, bruno: Person
) -> None:
    """S62: not even when the table was written to say so."""
    hers, his = Browser(db), Browser(db, ELSEWHERE)
    assert hers.password(rosa.identidad, rosa.password, before="hers") is None
    assert his.password(bruno.identidad, bruno.password, before="his") is None
    table = tables.challenges
    with db.transaction() as tx:
        of_his = select(table.c.made_by).where(table.c.casilla_id == bruno.id)
        planted = tx.conn.execute(of_his).scalar_one()
        tx.conn.execute(update(table).values(made_by=planted))
        tx.conn.execute(update(table).where(table.c.casilla_id == bruno.id).values(made_by=None))
    assert his.password(bruno.identidad, bruno.password, before="his") is None
    assert len(contexts(db, "login_code")) == 3
    assert isinstance(hers.code(mailed_code(db, 0)), Opened)


def test_no_digest_that_a_browser_can_choose_opens_a_session(
    db: Database, rosa: Person, clock: Clock
) -> None:
    """S62: who writes the table and knows the password still needs the code."""
    her = Browser(db, ELSEWHERE)
    opened = her.enter(rosa)
    thief = Browser(db)
    assert thief.password(rosa.identidad, rosa.password) is None
    asked = str(contexts(db, "login_code")[-1]["challenge"])
    chosen = f"again/login/{asked}/000000"
    with db.transaction() as tx:  # a cookie that the service keeps a digest of
        tx.conn.execute(update(tables.sessions).values(made_by=tx.vault.digest(chosen)))
        table = tables.challenges
        this = table.c.id == bytes.fromhex(asked)
        tx.conn.execute(update(table).where(this).values(used_at=clock.now))
    assert thief.code("000000") == GONE
    assert alive(db, opened)


def test_the_first_code_of_the_app_sent_again_shows_recovery_codes_that_serve(
    db: Database, rosa: Person, clock: Clock
) -> None:
    opened = Browser(db).enter(rosa)
    app = begin(db, opened)
    code = app.code
    lost = confirm(db, opened, code)
    clock.advance(seconds=6)
    shown = confirm(db, opened, code)
    assert isinstance(lost, list) and isinstance(shown, list) and lost != shown
    assert many(db, Event.FACTOR_ON) == 1
    with db.transaction() as tx:
        assert not factor.spend(tx, rosa.id, lost[0], PHONE)
        assert factor.spend(tx, rosa.id, shown[0], PHONE)
    assert confirm(db, opened, app.wrong()) == GONE
    clock.advance(minutes=1)
    assert confirm(db, opened, code) == GONE


def test_a_factor_turned_off_twice_is_off(db: Database, rosa: Person, clock: Clock) -> None:
    owner = turn_on(db, rosa)
    clock.advance(seconds=30)
    code = owner.app.code
    for _ in range(2):
        with db.transaction() as tx:
            assert factor.turn_off(tx, owner.session, code, PHONE) is None
    assert many(db, Event.FACTOR_OFF) == 1
