"""What a browser that the casilla knows may do, and for how long: S62, S65, S84, both engines."""

from dataclasses import replace

from sqlalchemy import select

from proxy.domain.client import Client
from proxy.errors import Denied, Reason
from proxy.flows import login
from proxy.store import casillas, tables
from proxy.store.db import Database
from tests.clock import Clock
from tests.flows.browser import ELSEWHERE, PHONE, Browser, alive, contexts
from tests.people import Person


def test_a_browser_has_one_session(db: Database, rosa: Person) -> None:
    """S62, S65: what it had before ends, and that of another browser goes on."""
    other = Browser(db, ELSEWHERE).enter(rosa)
    first = Browser(db).enter(rosa)
    second = Browser(db).remembers(first).enter(rosa)
    assert second.device == first.device
    assert [alive(db, one) for one in (other, first, second)] == [True, False, True]


def fail(db: Database, clock: Clock, client: Client, rosa: Person, times: int) -> None:
    for _ in range(times):
        clock.advance(seconds=91)
        assert Browser(db, client).password(rosa.identidad, "otra") == Denied(Reason.WRONG)


def known(db: Database, rosa: Person) -> Client:
    return replace(PHONE, device=Browser(db).enter(rosa).device.hex())


def forgotten(db: Database, client: Client) -> bool:
    assert client.device
    with db.reading() as tx:
        column = select(tables.devices.c.revoked_at)
        return tx.conn.execute(column).scalars().all() != [None]


def test_a_known_browser_that_fails_a_hundred_times_in_a_row_is_forgotten(
    db: Database, rosa: Person, clock: Clock
) -> None:
    """S84: its sessions end, and the owner is told."""
    her = known(db, rosa)
    fail(db, clock, her, rosa, 99)
    assert not forgotten(db, her) and contexts(db, "device_forgotten") == []
    fail(db, clock, her, rosa, 1)
    assert forgotten(db, her)
    assert len(contexts(db, "device_forgotten")) == 1
    with db.reading() as tx:
        assert tx.conn.execute(select(tables.sessions.c.ended_at)).scalars().all() != [None]
    clock.advance(hours=24)  # and a stranger may not use the password any more (S49)
    assert Browser(db, her).password(rosa.identidad, rosa.password) == Denied(Reason.WRONG)


def test_a_known_browser_is_not_forgotten_for_what_was_not_in_a_row(
    db: Database, rosa: Person, clock: Clock
) -> None:
    her = known(db, rosa)
    fail(db, clock, her, rosa, 60)
    assert Browser(db, her).password(rosa.identidad, rosa.password) is None
    fail(db, clock, her, rosa, 60)
    assert not forgotten(db, her)


def test_what_strangers_fail_forgets_no_known_browser(
    db: Database, rosa: Person, clock: Clock
) -> None:
    her = known(db, rosa)
    with db.transaction() as tx:
        for _ in range(100):
            casillas.count_failure(tx, rosa.id)
    fail(db, clock, her, rosa, 1)
    assert not forgotten(db, her)


def test_a_known_browser_gets_no_more_tries_when_nobody_answered_its_last_one(
    db: Database, rosa: Person, clock: Clock
) -> None:
    her = known(db, rosa)
    for _ in range(101):
        clock.advance(seconds=91)
        with db.transaction() as tx:
            login.attempt(tx, rosa.identidad, her)
    assert forgotten(db, her)
