"""What all together may have mailed without proving anything: S31, S51."""

import logging
from collections.abc import Iterator
from dataclasses import replace

import pytest

from proxy.domain import limits
from proxy.domain.client import Client
from proxy.domain.identidad import Identidad
from proxy.domain.registration import NATURAL
from proxy.errors import Denied, Reason
from proxy.store.db import Database
from tests.clock import Clock
from tests.flows.browser import ELSEWHERE, Browser, contexts
from tests.flows.forgetful import Forgetful
from tests.flows.newcomer import ELENA, Newcomer
from tests.people import Person

NOBODY = Identidad("DNI", "40000099")


@pytest.fixture(autouse=True)
def three(monkeypatch: pytest.MonkeyPatch) -> None:
    """Three an hour, so that a test need not ask for two thousand."""
    monkeypatch.setattr(limits, "MAIL", replace(limits.MAIL, times=3))


@pytest.fixture
def lines() -> Iterator[Client]:
    """Browsers that share nothing."""
    return (Client(f"2001:db8:{n:x}::1") for n in range(1000))


def recovered(db: Database, identidad: Identidad, client: Client) -> Denied | None:
    forgetful = Forgetful(db, client)
    forgetful.start(identidad)
    return forgetful.send()


def test_an_hour_has_its_end_and_then_nobody_waits_as_somebody_does(
    db: Database, rosa: Person, bruno: Person, lines: Iterator[Client], clock: Clock
) -> None:
    """S31, S51"""
    for person in (rosa, rosa, bruno):
        assert recovered(db, person.identidad, next(lines)) is None
    told = [recovered(db, one, next(lines)) for one in (bruno.identidad, NOBODY)]
    assert told[0] == told[1] and told[0] and told[0].reason is Reason.LIMITED
    assert len(contexts(db, "recovery_code")) == 3
    clock.advance(minutes=20)
    assert recovered(db, bruno.identidad, next(lines)) is None


def test_what_goes_to_nobody_uses_up_nothing(
    db: Database, rosa: Person, lines: Iterator[Client]
) -> None:
    for n in range(20):
        assert recovered(db, Identidad("DNI", f"4200000{n % 10}"), next(lines)) is None
    assert recovered(db, rosa.identidad, next(lines)) is None


def test_who_proved_a_password_or_is_known_is_not_kept_out(
    db: Database, rosa: Person, bruno: Person, lines: Iterator[Client], clock: Clock
) -> None:
    """S48, S50: a flood of strangers closes no casilla to its owner."""
    hers = Browser(db, ELSEWHERE)
    hers = hers.remembers(hers.enter(rosa))
    for person in (rosa, bruno, rosa):
        assert recovered(db, person.identidad, next(lines)) is None
    assert recovered(db, bruno.identidad, next(lines)) is not None
    assert recovered(db, rosa.identidad, hers.client) is None
    assert Browser(db, next(lines)).password(bruno.identidad, bruno.password) is None


def test_who_registers_counts_with_the_others(
    db: Database, rosa: Person, bruno: Person, lines: Iterator[Client]
) -> None:
    for person in (rosa, bruno, rosa):
        assert recovered(db, person.identidad, next(lines)) is None
    elena = Newcomer(db)
    elena.accept()
    elena.choose(NATURAL)
    elena.data(ELENA)
    told = elena.ask()
    assert told is not None and told.reason is Reason.LIMITED


def test_the_entity_is_told_when_an_hour_is_spent(
    db: Database, rosa: Person, lines: Iterator[Client], caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, "casilla.mail")
    for n in range(5):
        recovered(db, Identidad("DNI", f"4200000{n}"), next(lines))
    assert not caplog.records
    for _ in range(3):
        assert recovered(db, rosa.identidad, next(lines)) is None
    assert recovered(db, NOBODY, next(lines)) is not None
    assert [record.levelname for record in caplog.records] == ["WARNING", "ERROR"]
    assert rosa.identidad.number not in caplog.text and "2001" not in caplog.text
