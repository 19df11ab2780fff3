"""An identidad has one casilla, also across a rotation of the keys: J3, S67, both engines."""

import hashlib
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

from proxy.domain.vault import Vault
from proxy.errors import Refusal
from proxy.flows import cuentas, keys
from proxy.store import casillas, sealed
from proxy.store.db import Database
from tests.clock import Clock
from tests.people import ROSA

Fleet = dict[str, Database]


def process(url: str, *ring: str) -> Database:
    """With what it knows of the key ring."""

    def subkeys(purpose: str) -> dict[str, bytes]:
        return {key: hashlib.sha256(f"{key}/{purpose}".encode()).digest() for key in ring}

    vault = Vault(subkeys)
    return Database(url, Clock(), lambda: vault)


@pytest.fixture
def fleet(database_url: str) -> Iterator[Fleet]:
    """Processes on one database, named after their keys."""
    fleet = {names: process(database_url, *names.split()) for names in ("1", "1 2", "2", "2 3")}
    yield fleet
    for db in fleet.values():
        db.close()


def open_one(db: Database) -> bool:
    try:
        with db.transaction() as tx:
            cuentas.open_casilla(tx, ROSA.identidad, ROSA.nombres, ROSA.email, None)
    except Refusal as refusal:
        assert refusal.code == "casilla.exists"
        return False
    return True


@pytest.mark.parametrize(("first", "second"), [("1", "1 2"), ("1 2", "1")])
def test_a_process_that_knows_no_newer_key_opens_no_second_casilla(
    fleet: Fleet, first: str, second: str
) -> None:
    assert open_one(fleet[first])
    assert not open_one(fleet[second])


def test_two_processes_at_one_moment_open_one_casilla(fleet: Fleet) -> None:
    for names in ("1 2", "1"):
        with fleet[names].reading() as tx:
            assert casillas.by_identidad(tx, ROSA.identidad) is None
    with ThreadPoolExecutor() as pool:
        answers = [pool.submit(open_one, fleet[names]) for names in ("1 2", "1")]
    assert sorted(answer.result() for answer in answers) == [False, True]


def test_it_stays_so_when_the_older_key_is_retired_and_another_one_added(fleet: Fleet) -> None:
    assert open_one(fleet["1"])
    keys.renew(fleet["1 2"], "1", lambda _done: None)
    with fleet["1 2"].transaction() as tx:
        sealed.drop_lookups(tx, "1")
    assert not open_one(fleet["2"])
    keys.renew(fleet["2 3"], "2", lambda _done: None)
    assert not open_one(fleet["2"])
    assert not open_one(fleet["2 3"])
