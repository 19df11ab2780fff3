"""What SMS cost has a limit: S30, S31, S51."""

import logging
from datetime import timedelta

import pytest

from proxy.domain.client import Client
from proxy.flows import sms
from proxy.store.db import Database
from tests.clock import Clock

A_DAY = 1000
ROSAS, OTHER = "+51987654321", "+51912345678"


def asked(
    db: Database,
    who: str,
    number: str | None = None,
    ip: str = "192.0.2.1",
    a_day: int = A_DAY,
    known: bool = False,
) -> timedelta | bool:
    with db.transaction() as tx:
        return sms.take(tx, a_day, who, number, Client(ip), known=known)


def leaves(db: Database, n: int, a_day: int) -> bool:
    """One SMS to the n-th of many, from the n-th of many networks."""
    return asked(db, f"rosa{n}", f"+51900000{n:03}", f"2001:db8:{n:x}::1", a_day) is True


def test_who_asks_gets_three_in_fifteen_minutes_and_is_told(db: Database, clock: Clock) -> None:
    given = [asked(db, "rosa", ROSAS, f"2001:db8:{n}::1") for n in range(4)]
    assert given == [True, True, True, timedelta(minutes=5)]
    assert asked(db, "bruno", OTHER, "2001:db8:9::1") is True
    clock.advance(minutes=5)
    assert asked(db, "rosa", ROSAS, "2001:db8:5::1") is True


def test_who_asks_gets_five_at_once_in_a_day_wherever_they_ask(db: Database, clock: Clock) -> None:
    given = 0
    for n in range(16):
        given += asked(db, "rosa", ROSAS, f"2001:db8:{n}::1") is True
        clock.advance(minutes=15)
    assert given == 5


def test_a_number_gets_no_more_whoever_asks_and_nobody_is_told(db: Database, clock: Clock) -> None:
    """S31: the number of somebody else is nobody's business."""
    given = [asked(db, f"casilla {n}", ROSAS, f"2001:db8:{n}::1") for n in range(5)]
    assert given == [True, True, True, False, False]
    clock.advance(minutes=5)
    assert asked(db, "another", ROSAS, "2001:db8:9::1") is True


def test_nobody_gets_none_and_waits_as_somebody_does(db: Database) -> None:
    """S31"""
    for n in range(3):
        assert asked(db, "nobody", ip=f"2001:db8:{n}::1") is False
    assert asked(db, "nobody", ip="2001:db8:9::1") == timedelta(minutes=5)


def test_a_network_asks_for_five_in_an_hour_whomever_they_are_for(db: Database) -> None:
    given = [asked(db, f"r{n}", f"+5198765432{n}", f"2001:db8:1:1::{n}") for n in range(6)]
    assert given == [True] * 5 + [timedelta(minutes=12)]
    assert asked(db, "r7", ROSAS, "2001:db8:1:2::1") is True


@pytest.mark.parametrize("address", ["2001:db8:1:{:x}::1", "192.0.2.{}"])
def test_the_networks_of_one_line_ask_for_twenty_in_an_hour(db: Database, address: str) -> None:
    """S30: who rents one line of fibre has 256 networks or more."""
    given = [asked(db, f"nobody{n}", ip=address.format(n)) for n in range(200)]
    assert given == [False] * 20 + [timedelta(minutes=3)] * 180


def test_what_others_of_its_network_ask_for_does_not_reach_a_known_browser(db: Database) -> None:
    """S50"""
    for n in range(6):
        asked(db, f"nobody{n}")
    assert asked(db, "rosa", ROSAS, known=True) is True


def test_the_entity_spends_no_more_than_its_day_and_is_warned_before(
    db: Database, clock: Clock, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, "casilla.sms")
    assert [leaves(db, n, a_day=20) for n in range(30)] == [True] * 20 + [False] * 10
    assert [record.levelname for record in caplog.records] == ["WARNING", "ERROR"]
    assert {record.name for record in caplog.records} == {"casilla.sms"}
    for hidden in ("rosa", "+519", "2001"):
        assert hidden not in caplog.text
    clock.advance(hours=2)
    assert leaves(db, 99, a_day=20)


def test_a_warning_comes_when_four_fifths_are_spent(
    db: Database, caplog: pytest.LogCaptureFixture
) -> None:
    for n in range(15):
        assert leaves(db, n, a_day=20)
    assert not caplog.records
    assert leaves(db, 99, a_day=20)
    assert [record.levelname for record in caplog.records] == ["WARNING"]


def test_what_does_not_leave_spends_nothing_of_the_day(db: Database) -> None:
    """S30, S51: neither what is asked for nobody, nor what a number gets no more of."""
    for n in range(40):
        asked(db, f"nobody{n}", ip=f"2001:db8:a{n:x}::1", a_day=10)
        asked(db, f"casilla{n}", ROSAS, ip=f"2001:db8:b{n:x}::1", a_day=10)
    assert [leaves(db, n, a_day=10) for n in range(8)] == [True] * 7 + [False]


def test_when_the_day_is_spent_nobody_waits_as_somebody_does(db: Database) -> None:
    """S31"""
    for n in range(3):
        assert leaves(db, n, a_day=3)
    waits = [
        asked(db, "nobody", None, "2001:db8:a::1", a_day=3),
        asked(db, "bruno", OTHER, "2001:db8:b::1", a_day=3),
    ]
    assert waits == [timedelta(hours=8)] * 2
