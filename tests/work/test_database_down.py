"""A worker whose PostgreSQL goes away and comes back: it goes on, and says so once."""

import json
import signal
import time
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from proxy.installation import Installation
from proxy.keys.ring import create_keyring
from tests.conftest import migrated, missing
from tests.engines import Postgres, find_postgres
from tests.holding import stopped
from tests.people import ROSA, open_casilla
from tests.work.test_workers import Worker, leave_many, wait_until_all_left
from tests.work.worker_killed import install


@pytest.fixture
def own_server() -> Iterator[Postgres]:
    if find_postgres() is None:
        missing("PostgreSQL")
    with Postgres("fsync=off") as server:
        yield server


@pytest.fixture
def place(own_server: Postgres, tmp_path: Path) -> Iterator[Installation]:
    installation = install(migrated(own_server.new_database()), tmp_path)
    create_keyring(installation.settings.keys_file)
    open_casilla(installation.db, ROSA)
    yield installation
    installation.db.close()


def wait(until: Callable[[], bool]) -> None:
    for _ in range(1200):
        if until():
            return
        time.sleep(0.05)
    raise TimeoutError


def test_a_worker_goes_on_when_its_database_is_back(
    own_server: Postgres, place: Installation, tmp_path: Path
) -> None:
    worker = Worker(place, tmp_path / "log")
    leave_many(place.db, 2)
    wait_until_all_left(place.db)
    with stopped(own_server):
        time.sleep(1)  # longer than two looks at the outbox
    leave_many(place.db, 2)
    wait_until_all_left(place.db)
    own_server.end()
    wait(lambda: worker.log.read_text().count("database.down") >= 4)
    time.sleep(2)  # in which it looks some more times
    own_server.start()
    leave_many(place.db, 2)
    wait_until_all_left(place.db)
    assert worker.end(signal.SIGTERM) == 0
    lines = [json.loads(line) for line in worker.log.read_text().splitlines()]
    errors = Counter((line["text"], line["detail"]) for line in lines if line["level"] == "ERROR")
    # One of the mail, one of the SMS; each chore once.
    assert {text for text, _ in errors} == {"the outbox cannot be read", "a chore cannot be done"}
    assert max(errors.values()) <= 10, errors
    assert all("trace" not in line for line in lines)
