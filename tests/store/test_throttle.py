"""Limits that hold over any number of processes: S47, S51, S77."""

from datetime import timedelta

from sqlalchemy import select

from proxy.domain.limits import Limit
from proxy.store import tables, throttle
from proxy.store.db import Database
from tests.clock import Clock
from tests.people import vault
from tests.racing import race

MINUTE = timedelta(minutes=1)
FIVE = Limit("password/DNI-40000001", 5, 5 * MINUTE)


def take(db: Database, *limits: Limit) -> timedelta | None:
    with db.transaction() as tx:
        return throttle.take(tx, limits)


def test_the_sixth_of_five_waits_until_one_place_is_free(db: Database, clock: Clock) -> None:
    assert [take(db, FIVE) for _ in range(5)] == [None] * 5
    assert take(db, FIVE) == MINUTE
    clock.advance(seconds=40)
    assert take(db, FIVE) == timedelta(seconds=20)
    clock.advance(seconds=20)
    assert take(db, FIVE) is None
    assert take(db, FIVE) == MINUTE


def test_keys_are_counted_apart(db: Database) -> None:
    for _ in range(5):
        take(db, FIVE)
    assert take(db, Limit("password/DNI-40000002", 5, 5 * MINUTE)) is None


def test_what_one_limit_refuses_is_taken_from_no_other(db: Database) -> None:
    wide = Limit("a wide one, taken first", 100, 5 * MINUTE)
    for _ in range(5):
        take(db, FIVE)
    for _ in range(200):
        assert take(db, wide, FIVE) is not None
    assert take(db, wide) is None


def test_what_is_given_back_can_be_taken_again_and_no_more(db: Database, clock: Clock) -> None:
    for _ in range(7):
        assert take(db, FIVE) is None
        with db.transaction() as tx:
            throttle.give_back(tx, [FIVE])
    clock.advance(hours=1)
    assert [take(db, FIVE) for _ in range(6)] == [None] * 5 + [MINUTE]


def test_who_only_looks_takes_nothing_and_gets_the_answer_of_who_takes(
    db: Database, clock: Clock
) -> None:
    """S31: what is done for nobody uses up nothing that is of all."""
    for n in range(6):
        with db.transaction() as tx:
            looks = [throttle.look(tx, [FIVE]) for _ in range(3)]
        assert looks == [take(db, FIVE)] * 3, n
    clock.advance(minutes=1)
    with db.transaction() as tx:
        assert throttle.look(tx, [FIVE]) is None
    assert (take(db, FIVE), take(db, FIVE)) == (None, MINUTE)


def test_a_clock_that_went_back_makes_nobody_wait_longer_than_the_window(
    db: Database, clock: Clock
) -> None:
    """S77"""
    for _ in range(5):
        take(db, FIVE)
    clock.advance(days=-30)
    assert take(db, FIVE) == MINUTE
    clock.advance(minutes=1)
    assert take(db, FIVE) is None
    assert take(db, FIVE) == MINUTE


def test_the_table_does_not_hold_the_identidad(db: Database) -> None:
    """S51"""
    take(db, FIVE)
    with db.reading() as tx:
        key = tx.conn.execute(select(tables.rates.c.key)).scalar_one()
    assert len(key) == 32 and b"40000001" not in key


def take_many(database_url: str) -> list[bool]:
    db = Database(database_url, Clock(), vault)  # the same instant in every process
    return [take(db, Limit("race", 30, timedelta(hours=1))) is None for _ in range(50)]


def test_four_processes_together_get_exactly_what_is_allowed(
    db: Database, database_url: str
) -> None:
    """S47"""
    assert sum(race(take_many, database_url)) == 30


def refused_first(db: Database, *limits: Limit) -> bool:
    with db.transaction() as tx:
        return throttle.refused_first(tx, limits)


def test_a_refusal_is_the_first_once_for_each_limit_and_window(db: Database, clock: Clock) -> None:
    other = Limit("password/203.0.113.7", 5, 5 * MINUTE)
    assert not refused_first(db, FIVE, other), "nothing refuses"
    for _ in range(5):
        take(db, FIVE)
    assert [refused_first(db, FIVE, other) for _ in range(3)] == [True, False, False]
    for _ in range(5):
        take(db, other)
    assert [refused_first(db, FIVE, other) for _ in range(3)] == [True, False, False]
    clock.advance(minutes=4)
    for _ in range(9):
        take(db, FIVE)
    assert not refused_first(db, FIVE, other)
    clock.advance(minutes=1)
    for _ in range(9):
        take(db, FIVE)
    assert [refused_first(db, FIVE, other) for _ in range(3)] == [True, False, False]


def refused_many(database_url: str) -> list[bool]:
    db = Database(database_url, Clock(), vault)
    limit = Limit("race", 3, timedelta(hours=1))
    return [take(db, limit) is not None and refused_first(db, limit) for _ in range(50)]


def test_of_the_refusals_of_four_processes_one_is_the_first(
    db: Database, database_url: str
) -> None:
    assert sum(race(refused_many, database_url)) == 1
