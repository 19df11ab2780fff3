"""A rotation of the keys gives nobody new tries: S25, S32, S47, S51, on both engines."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from proxy.domain.limits import Limit
from proxy.errors import Denied, Reason
from proxy.keys import file
from proxy.keys.ring import create_keyring
from proxy.store import throttle
from proxy.store.db import Database
from tests.clock import Clock
from tests.flows.browser import Browser
from tests.flows.forgetful import Forgetful
from tests.outbox import messages
from tests.people import ROSA, Person, open_casilla
from tests.ringed import opened

ONCE = Limit("once", 1, timedelta(hours=1))


@pytest.fixture
def ring(tmp_path: Path) -> Path:
    create_keyring(tmp_path / "claves.json")
    return tmp_path / "claves.json"


@pytest.fixture
def db(database_url: str, clock: Clock, ring: Path) -> Iterator[Database]:
    db = opened(database_url, ring, clock)
    yield db
    db.close()


@pytest.fixture
def rosa(db: Database) -> Person:
    return open_casilla(db, ROSA)


def take(db: Database) -> bool:
    with db.transaction() as tx:
        return throttle.take(tx, [ONCE]) is None


def test_a_limit_stays_reached_with_a_new_key_and_without_the_old_one(
    db: Database, ring: Path, clock: Clock
) -> None:
    assert take(db)
    file.rotate(ring, clock.now)
    assert not take(db)
    file.retire(ring, "k1", clock.now)
    assert not take(db)


def test_guesses_at_codes_go_on_counting_with_a_new_key(
    db: Database, rosa: Person, ring: Path, clock: Clock
) -> None:
    def guesses() -> list[Reason]:
        browser = Browser(db)
        assert browser.password(rosa.identidad, rosa.password) is None
        answers = [browser.code(f"{number:06}") for number in range(3)]
        return [answer.reason for answer in answers if isinstance(answer, Denied)]

    assert guesses() == [Reason.WRONG] * 3
    file.rotate(ring, clock.now)
    assert guesses() == [Reason.WRONG, Reason.WRONG, Reason.LIMITED]


def test_messages_go_on_counting_with_a_new_key(
    db: Database, rosa: Person, ring: Path, clock: Clock
) -> None:
    """Three logins in five minutes, and three recoveries in ten."""

    def logins() -> list[Denied | None]:
        return [Browser(db).password(rosa.identidad, rosa.password) for _ in range(2)]

    def recoveries() -> None:
        for _ in range(2):
            forgetful = Forgetful(db)
            forgetful.start(rosa.identidad)
            forgetful.send()

    assert logins() == [None, None]
    recoveries()
    file.rotate(ring, clock.now)
    third, fourth = logins()
    assert third is None
    assert isinstance(fourth, Denied) and fourth.reason is Reason.LIMITED
    recoveries()
    sent = [message for message in messages(db, "recovery_code") if message.casilla_id]
    assert len(sent) == 2  # `mailbox/owner`
