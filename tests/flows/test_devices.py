"""Each session that ends is named in the record, whoever ended it: S65, S69."""

import json
from collections.abc import Callable

import pytest
from sqlalchemy import select

from proxy.domain.actor import Actor
from proxy.domain.events import Event
from proxy.flows import devices, login, password
from proxy.store import casillas, sessions, tables
from proxy.store.db import Database
from proxy.store.tx import Tx
from tests.clock import Clock
from tests.flows.browser import ELSEWHERE, POLICY
from tests.flows.forgetful import HASHED
from tests.flows.inside import Inside
from tests.people import Person

Act = Callable[[Tx, Inside, Inside], object]


def end_one(tx: Tx, here: Inside, other: Inside) -> None:
    devices.end_one(tx, here.session, other.session.id)


def end_others(tx: Tx, here: Inside, other: Inside) -> None:
    assert devices.end_others(tx, here.session) == 1


def forget(tx: Tx, here: Inside, other: Inside) -> None:
    devices.forget(tx, here.session, sessions.device(tx, other.session.digest))


def leave(tx: Tx, here: Inside, other: Inside) -> None:
    login.end(tx, other.opened.token)


def choose_another_password(tx: Tx, here: Inside, other: Inside) -> None:
    casilla = casillas.by_id(tx, here.session.casilla_id)
    password.replace(tx, POLICY, casilla, HASHED, ELSEWHERE, but=here.session.id)


@pytest.mark.parametrize("act", [end_one, end_others, forget, leave, choose_another_password])
def test_a_session_that_another_one_ended_is_named(db: Database, rosa: Person, act: Act) -> None:
    here, other = Inside(db, rosa), Inside(db, rosa)
    with db.transaction(Actor("owner", session=here.session.id, ip="203.0.113.7")) as tx:
        act(tx, here, other)
    assert ended(db) == [(here.session.id, other.session.id.hex())]


def test_the_sixth_login_names_the_session_that_it_ends(
    db: Database, rosa: Person, clock: Clock
) -> None:
    first = Inside(db, rosa)
    for _ in range(POLICY.sessions_at_once):
        clock.advance(minutes=2)
        Inside(db, rosa)
    assert [one for _, one in ended(db)] == [first.session.id.hex()]


def ended(db: Database) -> list[tuple[bytes | None, str]]:
    """In which session, and which one."""
    row = tables.eventos
    with db.reading() as tx:
        found = tx.conn.execute(
            select(row.c.session, row.c.detail).where(row.c.kind == Event.SESSION_ENDED)
        )
        return [(one.session, json.loads(one.detail)["ended"]) for one in found]
