"""What is tried against the second factor: S25, S29, S66, S51, V 16."""

import json
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from functools import partial

import pytest
from sqlalchemy import select

from proxy.domain import totp
from proxy.domain.client import Client
from proxy.domain.vault import Unsealable
from proxy.errors import Denied, Reason, Refusal
from proxy.flows import factor, profile
from proxy.flows.login import Opened
from proxy.flows.profile import Wanted
from proxy.store import tables
from proxy.store.db import Database
from tests.clock import Clock
from tests.flows.app import App, Owner, begin, confirm, turn_on
from tests.flows.browser import ELSEWHERE, PHONE, POLICY, Browser, contexts, mailed_code
from tests.flows.newcomer import Newcomer
from tests.people import VAULT, Person, vault
from tests.racing import race


def test_a_code_serves_once_while_it_still_shows(db: Database, rosa: Person, clock: Clock) -> None:
    """S29: the one that confirmed the app does not open the casilla besides."""
    owner = turn_on(db, rosa)
    assert not owner.accepts(owner.app.code)
    clock.advance(seconds=30)
    assert owner.accepts(owner.app.code)
    assert not owner.accepts(owner.app.code)


def test_a_code_older_than_one_that_was_used_is_refused(
    db: Database, rosa: Person, clock: Clock
) -> None:
    """S29: even though its step still counts."""
    owner = turn_on(db, rosa)
    clock.advance(minutes=2)
    assert owner.accepts(owner.app.of_step(1))
    assert not owner.accepts(owner.app.of_step(-1))
    assert not owner.accepts(owner.app.code)


def test_a_code_opens_one_of_two_logins(db: Database, rosa: Person, clock: Clock) -> None:
    owner = turn_on(db, rosa)
    clock.advance(minutes=6)
    browsers = [Browser(db), Browser(db, ELSEWHERE)]
    for browser in browsers:
        browser.password(rosa.identidad, rosa.password)
    answers = [browser.code(owner.app.code) for browser in browsers]
    assert isinstance(answers[0], Opened)
    assert answers[1] == Denied(Reason.WRONG, left=4, by_app=True)


def test_the_fifth_wrong_code_ends_the_login(db: Database, rosa: Person, clock: Clock) -> None:
    """S25, the same as with a mailed code."""
    owner = turn_on(db, rosa)
    clock.advance(minutes=6)
    browser = Browser(db)
    browser.password(rosa.identidad, rosa.password)
    answers = [browser.code(owner.app.wrong()) for _ in range(5)]
    assert [answer.left for answer in answers[:4] if isinstance(answer, Denied)] == [4, 3, 2, 1]
    assert answers[4] == Denied(Reason.SPENT, by_app=True)
    assert browser.code(owner.app.code) == Denied(Reason.GONE)


def by_login(db: Database, owner: Owner) -> Callable[[str], object]:
    browser = Browser(db, ELSEWHERE)
    browser.password(owner.person.identidad, owner.person.password)
    return browser.code


def by_profile(db: Database, owner: Owner) -> Callable[[str], object]:
    def typed(code: str) -> Denied | None:
        with db.transaction() as tx:
            return factor.turn_off(tx, owner.session, code, ELSEWHERE)

    return typed


def by_change(db: Database, owner: Owner) -> Callable[[str], object]:
    """The code in place of the one to the old address."""
    session = owner.session
    with db.transaction() as tx:
        wanted = Wanted("nueva@example.org", None)
        assert profile.start(tx, POLICY, session, wanted, "change", ELSEWHERE) is None

    def typed(code: str) -> object:
        with db.transaction() as tx:
            return profile.verify(tx, POLICY, session, "change", code, ELSEWHERE).denied

    return typed


def by_representative(db: Database, owner: Owner) -> Callable[[str], object]:
    newcomer = Newcomer(db, ELSEWHERE).reach_representative()
    assert newcomer.summon(owner.person.identidad) is None
    return newcomer.answer


@pytest.mark.parametrize("way", [by_login, by_profile, by_change])
@pytest.mark.parametrize("other", [by_login, by_profile, by_change])
def test_the_app_is_guessed_five_times_whatever_for(
    db: Database,
    rosa: Person,
    clock: Clock,
    way: Callable[[Database, Owner], Callable[[str], object]],
    other: Callable[[Database, Owner], Callable[[str], object]],
) -> None:
    """S25, S29: one count for all that needs a proof before."""
    owner = turn_on(db, rosa)
    clock.advance(minutes=10)
    turn = way(db, owner), other(db, owner)
    for number in range(5):
        turn[number % 2](owner.app.wrong())
    for last in turn:
        denied = last(owner.app.code)
        assert isinstance(denied, Denied)
    assert not owner.accepts(owner.app.code, ELSEWHERE)


def test_who_names_a_representative_guesses_at_their_app_five_times_and_spends_none_of_theirs(
    db: Database, rosa: Person, clock: Clock
) -> None:
    """S84: it takes no proof."""
    owner = turn_on(db, rosa)
    clock.advance(minutes=10)
    turn = by_representative(db, owner), by_representative(db, owner)
    for number in range(5):
        turn[number % 2](owner.app.wrong())
    for last in turn:
        assert isinstance(last(owner.app.code), Denied)
    assert owner.accepts(owner.app.code, ELSEWHERE)


def test_right_codes_are_no_guesses(db: Database, rosa: Person, clock: Clock) -> None:
    """S83: whoever logs in often is not kept out."""
    owner = turn_on(db, rosa)
    for _ in range(60):
        clock.advance(seconds=30)
        assert owner.accepts(owner.app.code, ELSEWHERE)


def test_who_guesses_at_the_app_from_elsewhere_keeps_no_known_browser_out(
    db: Database, rosa: Person, clock: Clock
) -> None:
    """S84: it has a count of its own."""
    owner = turn_on(db, rosa)
    clock.advance(minutes=10)
    for _ in range(5):
        owner.accepts(owner.app.wrong(), ELSEWHERE)
    assert not owner.accepts(owner.app.code, ELSEWHERE)
    assert owner.accepts(owner.app.code, replace(PHONE, device=owner.opened.device.hex()))


def test_wrong_recovery_codes_are_counted_with_the_others(
    db: Database, rosa: Person, clock: Clock
) -> None:
    owner = turn_on(db, rosa)
    clock.advance(minutes=6)
    browser = Browser(db)
    browser.password(rosa.identidad, rosa.password)
    for number in range(5):
        browser.code(f"0000-0000-0000-000{number}" if number % 2 else owner.app.wrong())
    assert browser.code(owner.codes[0]) == Denied(Reason.GONE)


def test_a_day_of_guesses_is_bounded_over_any_number_of_logins_and_addresses(
    db: Database, rosa: Person, clock: Clock
) -> None:
    """S51: fifty a day, although the guesser knows the password and moves about."""
    owner = turn_on(db, rosa)
    clock.advance(minutes=10)
    guessed = 0
    for number in range(144):
        client = Client(f"192.0.2.{number}")
        browser = Browser(db, client)
        if browser.password(rosa.identidad, rosa.password) is None:
            for _ in range(4):
                answer = browser.code(owner.app.wrong())
                guessed += isinstance(answer, Denied) and answer.reason is Reason.WRONG
        clock.advance(minutes=10)
    assert 10 < guessed <= 51 + 50  # a full bucket of fifty, and what a day gives back


def test_resending_sends_nothing_to_who_has_an_app(
    db: Database, rosa: Person, clock: Clock
) -> None:
    """A forged «Reenviar» must not bring the mailed code back."""
    turn_on(db, rosa)
    clock.advance(minutes=6)
    mailed = len(contexts(db, "login_code"))
    browser = Browser(db)
    browser.password(rosa.identidad, rosa.password)
    clock.advance(minutes=1)
    assert browser.resend() == Denied(Reason.GONE)
    assert len(contexts(db, "login_code")) == mailed


def test_a_code_mailed_before_it_was_on_opens_nothing_after(
    db: Database, rosa: Person, clock: Clock
) -> None:
    """S29: a login that somebody began earlier does not slip in."""
    thief = Browser(db, ELSEWHERE)
    thief.password(rosa.identidad, rosa.password)
    mailed = mailed_code(db)
    turn_on(db, rosa)
    assert thief.code(mailed) == Denied(Reason.GONE)


def test_a_mailed_challenge_that_outlived_the_change_opens_nothing(
    db: Database, rosa: Person
) -> None:
    """Two transactions at once may leave one: it is looked at again when it is answered."""
    thief = Browser(db, ELSEWHERE)
    thief.password(rosa.identidad, rosa.password)
    mailed = mailed_code(db)
    turn_on(db, rosa)
    with db.transaction() as tx:
        tx.conn.execute(tables.challenges.update().values(ended_at=None))
    assert thief.code(mailed) == Denied(Reason.GONE)


def test_nobody_replaces_a_confirmed_secret(db: Database, rosa: Person, clock: Clock) -> None:
    """A stolen session cannot put its own app in place of the owner's."""
    owner = turn_on(db, rosa)
    with pytest.raises(Refusal) as refused, db.transaction() as tx:
        factor.begin(tx, owner.session)
    assert refused.value.code == "factor.already"
    clock.advance(minutes=1)
    assert owner.accepts(owner.app.code)


def test_the_first_code_may_be_guessed_five_times_in_five_minutes(
    db: Database, rosa: Person
) -> None:
    opened = Browser(db).enter(rosa)
    app = begin(db, opened)
    for _ in range(5):
        assert confirm(db, opened, app.wrong()) == Denied(Reason.WRONG)
    assert confirm(db, opened, app.code) == Denied(Reason.LIMITED, timedelta(minutes=1))


def test_the_recovery_codes_of_somebody_else_open_nothing(
    db: Database, rosa: Person, bruno: Person, clock: Clock
) -> None:
    rosas = turn_on(db, rosa)
    clock.advance(minutes=6)
    brunos = turn_on(db, bruno, Browser(db, ELSEWHERE))
    clock.advance(minutes=6)
    assert not brunos.accepts(rosas.codes[0])
    assert not brunos.accepts(rosas.app.code)
    assert rosas.accepts(rosas.codes[0])


def test_neither_the_secret_nor_a_code_is_stored_in_clear(
    db: Database, rosa: Person, clock: Clock
) -> None:
    """S29, S66, V 16: not in a table, not in the audit, not in a message."""
    owner = turn_on(db, rosa)
    clock.advance(minutes=1)
    used = owner.app.code
    assert owner.accepts(used)
    assert owner.accepts(owner.codes[0])
    raw = totp.recovery_digest(owner.app.secret, owner.codes[1])
    kept = owner.codes + [code.replace("-", "") for code in owner.codes]
    with db.reading() as tx:
        everything = ""
        for table in tables.metadata.sorted_tables:
            for row in tx.conn.execute(select(table)):
                everything += json.dumps([str(value) for value in row])
        digests = set(tx.conn.execute(select(tables.recovery_codes.c.digest)).scalars())
    everything += json.dumps([context for name in ("factor_on", "recovery_code_used")
                              for context in contexts(db, name)])  # fmt: skip
    for secret in (owner.app.secret, *kept):
        assert secret not in everything
    assert f'"{used}"' not in everything
    assert raw in digests


def test_a_sealed_secret_is_of_its_row_alone(
    db: Database, rosa: Person, bruno: Person, clock: Clock
) -> None:
    """S66: whoever can write to the table cannot give Rosa's casilla the secret of Bruno's."""
    rosas = turn_on(db, rosa)
    clock.advance(minutes=6)
    brunos = turn_on(db, bruno, Browser(db, ELSEWHERE))
    with db.reading() as tx:
        sealed = dict(tx.conn.execute(select(tables.factors.c.uid, tables.factors.c.secret)).all())
    (one, his) = list(sealed.items())
    secrets = {VAULT.open("factors.secret", uid, value) for uid, value in sealed.items()}
    assert secrets == {rosas.app.secret, brunos.app.secret}
    with pytest.raises(Unsealable):
        VAULT.open("factors.secret", one[0], his[1])


STEPS = 60


def spend_many(
    secret: str, recovery_codes: list[str], start: float, database_url: str
) -> list[bool]:
    """In each process the same codes in the same order, all from the same moment on."""
    clock = Clock()
    db = Database(database_url, clock, vault)
    app, accepted = App(db, secret), []
    time.sleep(max(0.0, start - time.time()))
    for number in range(STEPS):
        clock.advance(seconds=30)
        for typed in (app.code, *recovery_codes[number : number + 1]):
            with db.transaction() as tx:
                accepted.append(factor.spend(tx, 1, typed, PHONE))
    return accepted


def test_four_processes_use_each_code_of_the_app_once_and_each_recovery_code_once(
    db: Database, database_url: str, rosa: Person
) -> None:
    """S29, under a race on both engines."""
    owner = turn_on(db, rosa)
    assert rosa.id == 1
    work = partial(spend_many, owner.app.secret, owner.codes, time.time() + 3)
    assert sum(race(work, database_url)) == STEPS + len(owner.codes)


def test_tries_inside_are_counted_together(db: Database, rosa: Person, clock: Clock) -> None:
    """Turning off, new codes and recovering the password share one count of five."""
    owner: Owner = turn_on(db, rosa)
    clock.advance(minutes=6)
    for _ in range(5):
        assert not owner.accepts(owner.app.wrong())
    with db.transaction() as tx:
        denied = factor.turn_off(tx, owner.session, owner.app.code, ELSEWHERE)
    assert denied == Denied(Reason.LIMITED, timedelta(minutes=1))
