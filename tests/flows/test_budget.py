"""What all together may have mailed without proving anything: S31, S51, S85."""

import logging
from collections.abc import Iterator

import pytest

from proxy.domain.client import Client
from proxy.domain.identidad import Identidad, cui_digit
from proxy.domain.limits import MOST
from proxy.domain.registration import NATURAL
from proxy.errors import Denied, Reason
from proxy.flows import opening, recovery, registration, representation
from proxy.store.db import Database
from tests.clock import Clock
from tests.few import few
from tests.flows.browser import ELSEWHERE, PHONE, POLICY, Browser, contexts
from tests.flows.forgetful import Forgetful
from tests.flows.newcomer import ELENA, Newcomer
from tests.paying import paid
from tests.people import Person

NOBODY = Identidad("DNI", "40000099")


@pytest.fixture(autouse=True)
def ten(monkeypatch: pytest.MonkeyPatch) -> None:
    """Ten an hour, so that a test need not ask for two thousand."""
    few(monkeypatch, "mail", 10)


@pytest.fixture
def lines() -> Iterator[Client]:
    """Browsers that share nothing."""
    return (Client(f"2001:db8:{n:x}::1") for n in range(1000))


def asked(db: Database, identidad: Identidad, client: Client) -> int | Denied:
    """The price of a message."""
    forgetful = Forgetful(db, client)
    forgetful.start(identidad)
    with db.transaction() as tx:
        return paid(tx, recovery.admit_message(tx, forgetful.visit, client, 0))


def test_what_all_ask_for_gets_a_price_and_closes_to_nobody_who_takes_little(
    db: Database, lines: Iterator[Client]
) -> None:
    """S85: from the half on a riddle, then work, and never a refusal."""
    prices = [asked(db, Identidad("DNI", f"420000{n:02}"), next(lines)) for n in range(30)]
    assert prices[:5] == [0] * 5
    assert set(prices[5:8]) == {1} and set(prices[8:]) == {MOST // 2}


def test_who_took_more_than_a_share_is_refused_when_all_is_used(
    db: Database, lines: Iterator[Client]
) -> None:
    for n in range(30):
        asked(db, Identidad("DNI", f"420000{n:02}"), next(lines))
    told = [asked(db, Identidad("DNI", f"430000{n:02}"), PHONE) for n in range(25)]
    assert all(isinstance(price, int) for price in told[:20])
    assert {one.reason for one in told[20:] if isinstance(one, Denied)} == {Reason.NETWORK}


def test_a_message_for_nobody_counts_like_one_for_somebody(
    db: Database, rosa: Person, lines: Iterator[Client]
) -> None:
    """S31, S85: so the answers never tell which numbers are real."""
    prices = [
        asked(db, identidad, next(lines))
        for identidad in (rosa.identidad, NOBODY, NOBODY, rosa.identidad) * 4
    ]
    assert prices == [0] * 5 + [1] * 3 + [MOST // 2] * 8


def test_the_owners_browser_pays_nothing(
    db: Database, rosa: Person, lines: Iterator[Client]
) -> None:
    """S48, S50"""
    hers = Browser(db, ELSEWHERE)
    hers = hers.remembers(hers.enter(rosa))
    for n in range(20):
        asked(db, Identidad("DNI", f"420000{n:02}"), next(lines))
    assert asked(db, rosa.identidad, hers.client) == 0


def test_who_registers_counts_with_the_others(db: Database, lines: Iterator[Client]) -> None:
    elena = Newcomer(db)
    elena.accept()
    elena.choose(NATURAL)
    elena.data(ELENA)
    for n in range(10):
        asked(db, Identidad("DNI", f"420000{n:02}"), next(lines))
    with db.transaction() as tx:
        assert paid(tx, opening.admit(tx, elena.visit, elena.today, elena.client)) == MOST // 2


def test_the_entity_is_told_when_an_hour_is_used(
    db: Database, rosa: Person, lines: Iterator[Client], caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, "casilla.mail")
    for n in range(7):
        asked(db, Identidad("DNI", f"4200000{n}"), next(lines))
    assert not caplog.records
    for _ in range(7):
        asked(db, rosa.identidad, next(lines))
    assert [record.levelname for record in caplog.records] == ["WARNING", "ERROR"]
    assert rosa.identidad.number not in caplog.text and "2001" not in caplog.text


def test_a_mailbox_that_is_typed_gets_three_a_day_however_it_is_written(
    db: Database, lines: Iterator[Client]
) -> None:
    """S85: from wherever it is asked, and whoever types the address is told."""
    ways = (
        "e@example.com",
        "E@example.com",
        "e+1@EXAMPLE.com",
        "e+2@example.com",
        "E+x@example.com",
    )
    asked_for = []
    for n, address in enumerate([*ways, "e@Example.com", "otra@example.com"]):
        dni = f"4100000{n}"
        elena = Newcomer(db, next(lines))
        elena.accept()
        elena.choose(NATURAL)
        typed = {"numero": dni, "cui": cui_digit(dni), "correo": address, "correo2": address}
        elena.data(ELENA | typed)
        asked_for.append(elena.ask())
    assert asked_for[:3] == [None] * 3
    assert [one and one.reason for one in asked_for[3:6]] == [Reason.MAILBOX] * 3
    assert asked_for[6] is None


def test_a_victim_of_one_casilla_after_the_other_gets_five_a_day(
    db: Database, rosa: Person, lines: Iterator[Client], clock: Clock
) -> None:
    """S31, S85: «Clave para representar» and recovery together, and no page tells."""
    for n in range(20):
        clock.advance(minutes=16)
        company = Newcomer(db, next(lines)).reach_representative()
        with db.transaction() as tx:
            summoned = representation.summon(
                tx, POLICY, company.found, rosa.identidad, company.client
            )
        assert summoned is None, n
        forgetful = Forgetful(db, next(lines))
        forgetful.start(rosa.identidad)
        assert forgetful.send() is None, n
    sent = contexts(db, "representative_code") + contexts(db, "recovery_code")
    assert 2 <= len(sent) <= 5


def test_the_mailboxes_of_one_domain_get_a_price_together(
    db: Database, lines: Iterator[Client], monkeypatch: pytest.MonkeyPatch
) -> None:
    """S85: whoever has a domain for themselves gets any address of it."""
    few(monkeypatch, "mail", 1000)
    few(monkeypatch, "domain", 4)
    prices = []
    for n in range(6):
        elena = Newcomer(db, next(lines))
        elena.accept()
        elena.choose(NATURAL)
        dni, address = f"4100000{n}", f"nadie{n}@victima.example.com"
        typed = {"numero": dni, "cui": cui_digit(dni), "correo": address, "correo2": address}
        elena.data(ELENA | typed)
        with db.transaction() as tx:
            prices.append(paid(tx, opening.admit(tx, elena.visit, elena.today, elena.client)))
    assert prices == [0, 0, 1, MOST // 2, MOST // 2, MOST // 2]


def test_one_line_does_not_use_up_the_questions_to_the_register(
    db: Database, lines: Iterator[Client], monkeypatch: pytest.MonkeyPatch
) -> None:
    """S85, S86: in every network of its /48."""
    few(monkeypatch, "identity/all", 40)
    few(monkeypatch, "identity/network", 2)
    answers = []
    with db.transaction() as tx:
        for n in range(100):
            client = Client(f"2001:db8:1:{n:x}::1")
            one = Identidad("DNI", f"420000{n:02}")
            answers.append(paid(tx, registration.admit(tx, one, client)))
        assert isinstance(answers[-1], Denied) and answers[-1].reason is Reason.NETWORK
        for n in range(20):
            client = Client(f"192.0.{n}.1")
            others = registration.admit(tx, Identidad("DNI", f"430000{n:02}"), client)
            assert not isinstance(others, Denied), n
