"""A database of each engine, a clock that tests move, and the people."""

from collections.abc import Iterator

import pytest

from proxy.store.db import Database
from tests.clock import Clock
from tests.people import BRUNO, COMERCIAL_SUR, ROSA, Person, open_casilla, vault


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def db(database_url: str, clock: Clock) -> Iterator[Database]:
    db = Database(database_url, clock, vault)
    yield db
    db.close()


@pytest.fixture
def rosa(db: Database) -> Person:
    return open_casilla(db, ROSA)


@pytest.fixture
def bruno(db: Database) -> Person:
    return open_casilla(db, BRUNO)


@pytest.fixture
def comercial_sur(db: Database) -> Person:
    return open_casilla(db, COMERCIAL_SUR)
