"""However many tries come, what a limit refuses is one evento in its window: S47, S51."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from proxy.domain import limits
from proxy.domain.events import Event
from proxy.domain.identidad import Identidad
from proxy.errors import Denied, Reason
from proxy.flows import captcha, login, registration
from proxy.flows.captcha import Answer
from proxy.flows.limiting import Charge
from proxy.store import captchas, tables
from proxy.store.db import Database
from tests.clock import Clock
from tests.few import few
from tests.flows.browser import ELSEWHERE, PHONE, POLICY, Browser, mailed_code, wrong
from tests.flows.forgetful import Forgetful
from tests.flows.test_code_by_sms import ask, has_mobile
from tests.paying import paid
from tests.people import Person

NOBODY = [Identidad("DNI", f"4{n:07}") for n in range(500, 600)]


def limited(db: Database) -> int:
    with db.reading() as tx:
        return list(tx.conn.execute(select(tables.eventos.c.kind)).scalars()).count(
            Event.LOGIN_LIMITED
        )


def tries(db: Database, *whose: Identidad) -> list[bool]:
    """Whether each password is refused by a limit."""
    refused = []
    for identidad in whose:
        with db.transaction() as tx:
            answer = login.attempt(tx, identidad, PHONE)
            if not isinstance(answer, Denied):
                paid(tx, answer.charge)
        refused.append(isinstance(answer, Denied) and answer.reason == Reason.NETWORK)
    return refused


def test_a_flood_of_one_address_is_one_evento_a_window(
    db: Database, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """S83: it is refused only above fifty times the number."""
    few(monkeypatch, "password/network", 1)
    assert sum(tries(db, *NOBODY)) == len(NOBODY) - 50
    assert limited(db) == 1
    clock.now += timedelta(minutes=5)
    assert any(tries(db, *NOBODY))
    assert limited(db) == 2


def test_a_flood_of_codes_is_one_evento(db: Database, rosa: Person) -> None:
    browsers = [Browser(db) for _ in range(3)]
    for browser in browsers:
        assert browser.password(rosa.identidad, rosa.password) is None
    code = wrong(mailed_code(db))
    answers = [browser.code(code) for _ in range(20) for browser in browsers]
    reasons = [answer.reason for answer in answers if isinstance(answer, Denied)]
    assert reasons.count(Reason.LIMITED) > 10
    assert limited(db) == 1


def test_a_flood_of_requests_for_codes_is_one_evento(
    db: Database, rosa: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The code that is asked for, and the one that is asked for again."""
    monkeypatch.setattr(limits, "passwords", lambda *_, **__: [])
    waiting = Browser(db)
    asked = [waiting.password(rosa.identidad, rosa.password)]
    for _ in range(20):
        asked.append(Browser(db, ELSEWHERE).password(rosa.identidad, rosa.password))
    assert [denied.reason for denied in asked if denied] == [Reason.LIMITED] * 18
    assert limited(db) == 1


def test_a_spent_budget_is_one_evento(db: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    few(monkeypatch, "mail", 1)
    few(monkeypatch, "send/network", 1)
    answers = []
    for n in range(20):
        forgetful = Forgetful(db)
        forgetful.start(NOBODY[n])
        answers.append(forgetful.send())
    assert answers[0] is None
    assert {denied.reason for denied in answers[1:] if denied} == {Reason.NETWORK}
    assert (None not in answers[1:], limited(db)) == (True, 1)


def test_a_number_that_gets_no_more_sms_is_one_evento(
    db: Database, rosa: Person, bruno: Person
) -> None:
    """Although nobody is told: the answers are as before."""
    for person in (rosa, bruno):
        has_mobile(db, person)
    for n in range(3):
        assert ask(db, rosa.identidad, n) is None
    assert limited(db) == 0
    for n in range(3):
        assert ask(db, bruno.identidad, 10 + n) is None
    assert limited(db) == 1


def test_a_wall_that_others_reached_meanwhile_still_refuses(db: Database) -> None:
    """S40, S47: riddles solved before and sent at once buy no sixth guess at somebody's data."""
    with db.transaction() as tx:
        charges = [registration.admit(tx, NOBODY[0], ELSEWHERE) for _ in range(8)]
    answers = []
    for charge in charges:
        assert isinstance(charge, Charge)
        with db.transaction() as tx:
            captchas.add(tx, captcha.make(tx.vault, "PXKN3"))
            riddle = captcha.give(tx, POLICY, "a visit", "a form", ELSEWHERE, charge.price)
            answer = Answer(riddle.id.hex(), "PXKN3", "")
            answers.append(captcha.check(tx, "a visit", "a form", answer, charge))
    assert answers == [None] * 5 + ["captcha.dearer"] * 3
