"""What SMS cost has a limit: SECURITY C30 and Y."""

import logging

import pytest

from proxy.domain.client import Client
from proxy.flows import sms
from proxy.store.db import Database
from tests.clock import Clock

A_DAY = 1000
HERE = Client("192.0.2.1")


def asked(db: Database, about: str, ip: str = "192.0.2.1", a_day: int = A_DAY) -> bool:
    with db.transaction() as tx:
        return sms.take(tx, a_day, about, Client(ip)) is None


def test_a_number_gets_three_in_fifteen_minutes(db: Database, clock: Clock) -> None:
    given = [asked(db, "+51987654321", f"192.0.2.{n}") for n in range(4)]
    assert given == [True, True, True, False]
    assert asked(db, "+51912345678", "192.0.2.9")
    clock.advance(minutes=5)
    assert asked(db, "+51987654321", "192.0.2.5")


def test_a_number_gets_five_at_once_in_a_day_wherever_they_are_asked_from(
    db: Database, clock: Clock
) -> None:
    given = 0
    for n in range(16):
        given += asked(db, "+51987654321", f"192.0.2.{n}")
        clock.advance(minutes=15)
    assert given == 5


def test_a_network_asks_for_five_in_an_hour_whomever_they_are_for(
    db: Database, clock: Clock
) -> None:
    given = [asked(db, f"+5198765432{n}", f"2001:db8:1:1::{n}") for n in range(6)]
    assert given == [True] * 5 + [False]
    assert asked(db, "+51987654326", "2001:db8:1:2::1")


def test_who_waits_is_told_how_long(db: Database) -> None:
    for _ in range(3):
        assert asked(db, "+51987654321")
    with db.transaction() as tx:
        wait = sms.take(tx, A_DAY, "+51987654321", HERE)
    assert wait is not None and wait.total_seconds() == 5 * 60


def test_the_entity_spends_no_more_than_its_day_and_is_warned_before(
    db: Database, clock: Clock, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, "casilla.sms")
    many = [(f"DNI-4000{n:04}", f"192.0.2.{n}") for n in range(30)]
    given = [asked(db, who, ip, a_day=20) for who, ip in many]
    assert given == [True] * 20 + [False] * 10
    assert [record.levelname for record in caplog.records] == ["WARNING", "ERROR"]
    assert "DNI" not in caplog.text and "192.0.2" not in caplog.text
    clock.advance(hours=2)
    assert asked(db, "DNI-40009999", "192.0.2.99", a_day=20)


def test_a_warning_comes_when_four_fifths_are_spent(
    db: Database, caplog: pytest.LogCaptureFixture
) -> None:
    for n in range(16):
        assert asked(db, f"DNI-4000000{n}", f"192.0.2.{n}", a_day=20)
    assert not caplog.records
    assert asked(db, "DNI-40000999", "192.0.2.99", a_day=20)
    assert [record.levelname for record in caplog.records] == ["WARNING"]


def test_asking_again_for_one_number_does_not_spend_the_day_of_the_entity(db: Database) -> None:
    for n in range(40):
        asked(db, "+51987654321", f"192.0.2.{n}", a_day=10)
    given = [asked(db, f"DNI-4000000{n}", f"198.51.100.{n}", a_day=10) for n in range(8)]
    assert given == [True] * 7 + [False]
