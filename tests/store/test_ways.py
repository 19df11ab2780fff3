"""Every row that opens a way into a casilla is added under the casilla's lock (S24, S35, S37).

Otherwise, on PostgreSQL, a recovery under way survives the act that closes every way in.
"""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest

from proxy.store import casillas, challenges, changes, devices, factors, links, sessions
from proxy.store.challenges import NewChallenge
from proxy.store.db import Database
from proxy.store.tables import metadata
from proxy.store.tx import Tx
from tests.clock import Clock
from tests.people import ROSA, Person, open_casilla, vault
from tests.racing import done_or_waiting

HOUR = timedelta(hours=1)


def a_code(tx: Tx, casilla_id: int) -> None:
    one, end = bytes(16), tx.now + HOUR
    new = NewChallenge(one, "login", casilla_id, one, one, "k1", "email", None, end, end, "", "")
    challenges.add(tx, new)


# By table: what adds a row that lets a browser in, or nearer.
WAYS: dict[str, Callable[[Tx, int], object]] = {
    "challenges": a_code,
    "changes": lambda tx, who: changes.add(tx, who, "email", "a@b.pe", "c@d.pe", b"", tx.now),
    "devices": lambda tx, who: devices.add(tx, bytes(16), who, ""),
    "factors": lambda tx, who: factors.add(tx, who, "JBSWY3DPEHPK3PXP", bytes(16)),
    "links": lambda tx, who: links.add(tx, "recovery", who, HOUR),
    "recovery_codes": lambda tx, who: factors.set_codes(tx, who, [bytes(32)]),
    "sessions": lambda tx, who: sessions.add(tx, bytes(32), who, bytes(16), tx.now, "", ""),
}
# Their rows name a casilla and let nobody in.
OTHERS = {
    "acceptances",
    "annulments",
    "audit",
    "calendar_passes",
    "constancias",
    "deposits",
    "due",
    "eventos",
    "files",
    "incidencias",
    "lookups",
    "notificaciones",
    "outbox",
    "postponements",
    "petitions",  # two people of the entity act, and the act takes the lock
}


def test_every_table_of_a_casilla_is_known_here() -> None:
    named = {table.name for table in metadata.sorted_tables if "casilla_id" in table.c}
    assert named == WAYS.keys() | OTHERS


@pytest.mark.parametrize("way", WAYS)
def test_a_way_is_added_only_under_the_lock(db: Database, rosa: Person, way: str) -> None:
    with pytest.raises(RuntimeError, match="without its lock"), db.transaction() as tx:
        WAYS[way](tx, rosa.id)


@pytest.mark.parametrize("way", WAYS)
def test_the_lock_of_another_casilla_is_of_no_use(
    db: Database, rosa: Person, bruno: Person, way: str
) -> None:
    with pytest.raises(RuntimeError, match="without its lock"), db.transaction() as tx:
        casillas.lock(tx, bruno.id)
        WAYS[way](tx, rosa.id)


def by_identidad(tx: Tx, who: Person) -> object:
    return casillas.lock_identidad(tx, who.identidad)


def by_password(tx: Tx, who: Person) -> object:
    stored = casillas.by_id(tx, who.id).password
    assert stored
    return casillas.keep_password(tx, who.id, stored, None)


LOCKS: list[Callable[[Tx, Person], object]] = [
    lambda tx, who: casillas.lock(tx, who.id),
    by_identidad,
    by_password,
]


@pytest.mark.parametrize("lock", LOCKS)
def test_what_counts_as_the_lock_makes_every_other_wait(
    postgresql_url: str, lock: Callable[[Tx, Person], object]
) -> None:
    db = Database(postgresql_url, Clock(), vault)
    rosa = open_casilla(db, ROSA)

    def second() -> None:
        with db.transaction() as tx:
            lock(tx, rosa)

    with ThreadPoolExecutor() as pool:
        with db.transaction() as tx:
            lock(tx, rosa)
            assert rosa.id in tx.locked
            waiting = pool.submit(second)
            done_or_waiting(db, waiting)
            assert not waiting.done()
        waiting.result()
    db.close()


def test_a_password_that_changed_gives_no_lock(db: Database, rosa: Person) -> None:
    with db.transaction() as tx:
        assert not casillas.keep_password(tx, rosa.id, "an older hash", None)
        assert tx.locked == set()
