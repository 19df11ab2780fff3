"""A code is guessed and spent by one statement each: S24, S25 under four processes."""

from datetime import timedelta

from proxy.store import casillas, challenges, tables
from proxy.store.challenges import NewChallenge
from proxy.store.db import Database
from tests.clock import Clock
from tests.people import Person, vault
from tests.racing import race

VISIT = b"f" * 32


def add(db: Database, person: Person) -> None:
    with db.transaction() as tx:
        until = tx.now + timedelta(minutes=10)
        new = NewChallenge(
            id=b"c" * 16,
            purpose="login",
            casilla_id=person.id,
            subject=b"s" * 32,
            visit=VISIT,
            key_id="k1",
            channel="email",
            recipient=None,
            code_expires_at=until,
            expires_at=until,
            ip="",
            user_agent="",
        )
        casillas.lock(tx, person.id)
        challenges.add(tx, new)


def guess_many(database_url: str) -> list[bool]:
    db = Database(database_url, Clock(), vault)
    guesses = []
    for _ in range(25):
        with db.transaction() as tx:
            guesses.append(challenges.guess(tx, b"c" * 16, most=5) is not None)
    return guesses


def test_four_processes_guess_five_times_together(
    db: Database, database_url: str, rosa: Person
) -> None:
    add(db, rosa)
    assert sum(race(guess_many, database_url)) == 5


def spend_many(database_url: str) -> list[bool]:
    db = Database(database_url, Clock(), vault)
    spent = []
    for _ in range(25):
        with db.transaction() as tx:
            spent.append(challenges.spend(tx, b"c" * 16))
    return spent


def test_four_processes_spend_a_code_once(db: Database, database_url: str, rosa: Person) -> None:
    add(db, rosa)
    assert sum(race(spend_many, database_url)) == 1


def test_what_was_ended_or_is_too_old_is_not_spent(
    db: Database, rosa: Person, clock: Clock
) -> None:
    """S35: «No fui yo» ends a step that somebody was about to take."""
    add(db, rosa)
    with db.transaction() as tx:
        challenges.end_all(tx, rosa.id)
    with db.transaction() as tx:
        assert not challenges.spend(tx, b"c" * 16)
        tx.conn.execute(tables.challenges.update().values(ended_at=None))
    clock.advance(minutes=10)
    with db.transaction() as tx:
        assert not challenges.spend(tx, b"c" * 16)
    clock.advance(seconds=-1)
    with db.transaction() as tx:
        assert challenges.spend(tx, b"c" * 16)


def test_a_code_of_another_purpose_is_not_there(db: Database, rosa: Person) -> None:
    """S27"""
    add(db, rosa)
    with db.transaction() as tx:
        assert challenges.alive(tx, VISIT, "recovery") is None
