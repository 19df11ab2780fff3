"""Who can write the database, and has no key, gets into no casilla: S13, S62, S66."""

import hashlib
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import insert, select, update

from proxy.domain.passwords import Passwords
from proxy.errors import Denied, Reason
from proxy.flows import login, recovery
from proxy.flows.login import Opened
from proxy.store import casillas
from proxy.store import sessions as store
from proxy.store.db import Database
from proxy.store.tables import casillas as table
from proxy.store.tables import challenges, factors, sessions
from proxy.store.tx import Tx
from tests.clock import Clock
from tests.flows.app import turn_on
from tests.flows.browser import POLICY, Browser, alive
from tests.flows.forgetful import Forgetful
from tests.people import PASSWORDS, Person


def password(db: Database, person: Person) -> str:
    with db.reading() as tx:
        column = select(table.c.password).where(table.c.id == person.id)
        return str(tx.conn.execute(column).scalar_one())


def plant(db: Database, person: Person, stored: str) -> None:
    with db.transaction() as tx:
        tx.conn.execute(update(table).where(table.c.id == person.id).values(password=stored))


def test_the_hash_of_another_casilla_opens_nothing(
    db: Database, rosa: Person, bruno: Person
) -> None:
    plant(db, rosa, password(db, bruno))
    for typed in (bruno.password, rosa.password):
        assert Browser(db).password(rosa.identidad, typed) == Denied(Reason.WRONG)
    assert isinstance(Browser(db).enter(bruno), Opened)


def test_no_hash_of_another_casilla_can_be_made_to_look_old(
    db: Database, rosa: Person, bruno: Person
) -> None:
    key, _, rest = password(db, bruno).split("$", 2)
    for stored in (rest, f"{key}${rest}", f"{key}$argon2id${rest}"):
        plant(db, rosa, stored)
        assert Browser(db).password(rosa.identidad, bruno.password) == Denied(Reason.WRONG)


def test_a_hash_of_0_2_0_is_bound_at_the_next_login(
    db: Database, rosa: Person, bruno: Person
) -> None:
    old = PASSWORDS.hash(rosa.password)
    plant(db, rosa, old)
    assert Browser(db).password(rosa.identidad, "otra-clave") == Denied(Reason.WRONG)
    assert password(db, rosa) == old
    assert isinstance(Browser(db).enter(rosa), Opened)
    bound = password(db, rosa)
    assert bound.startswith("k1$sealed$") and old not in bound
    plant(db, bruno, bound)
    assert Browser(db).password(bruno.identidad, rosa.password) == Denied(Reason.WRONG)
    assert isinstance(Browser(db).enter(rosa), Opened)


def test_a_hash_of_0_2_0_is_bound_when_an_older_pepper_made_it_too(
    db: Database, rosa: Person
) -> None:
    newer = Passwords({"k1": b"p" * 32, "k2": b"q" * 32})
    old = PASSWORDS.hash(rosa.password)
    plant(db, rosa, old)
    proof = newer.prove(old, rosa.password)
    with db.transaction() as tx:
        assert casillas.keep_password(tx, rosa.id, old, proof.new_hash)
    assert password(db, rosa).startswith("k2$sealed$")
    with db.reading() as tx:
        assert newer.prove(casillas.by_id(tx, rosa.id).password, rosa.password).matches


def test_a_token_of_ones_own_makes_no_session(db: Database, rosa: Person, bruno: Person) -> None:
    opened = Browser(db).enter(bruno)
    token = "chosen by who writes the database"
    with db.transaction() as tx:
        row = dict(tx.conn.execute(select(sessions)).mappings().one())
        row |= {"id": bytes(16), "casilla_id": rosa.id}
        for forged in (hashlib.sha256(token.encode()).digest(), row["digest"]):
            tx.conn.execute(sessions.delete().where(sessions.c.digest == forged))
            tx.conn.execute(insert(sessions), row | {"digest": forged})
            row["id"] = bytes([1] * 16)
    with db.reading() as tx:
        assert login.resume(tx, POLICY, token) is None
        assert login.resume(tx, POLICY, opened.token) is None


def test_a_visit_of_ones_own_chooses_no_password(db: Database, rosa: Person) -> None:
    """S62: nor does a browser that a row of a recovery names."""
    forgetful = Forgetful(db)
    forgetful.reach_choice(rosa)
    assert choosing(db, forgetful.visit)
    visit = "chosen by who writes the database"
    forged = hashlib.sha256(visit.encode()).digest()
    with db.transaction() as tx:
        row = dict(tx.conn.execute(select(challenges)).mappings().all()[-1])
        tx.conn.execute(insert(challenges), row | {"id": bytes(16), "visit": forged})
    assert choosing(db, visit) is False


@pytest.mark.parametrize("unsealed", [False, True])
def test_a_step_of_ones_own_recovery_cannot_be_moved_to_another_casilla(
    db: Database, rosa: Person, bruno: Person, unsealed: bool
) -> None:
    forgetful = Forgetful(db)
    forgetful.reach_choice(bruno)
    moved: dict[str, Any] = {"casilla_id": rosa.id} | ({"seal": None} if unsealed else {})
    with db.transaction() as tx:
        tx.conn.execute(update(challenges).values(moved))
    assert choosing(db, forgetful.visit) is False


def test_an_app_of_ones_own_cannot_be_moved_to_another_casilla(
    db: Database, rosa: Person, bruno: Person, clock: Clock
) -> None:
    """S29, S66"""
    thief = turn_on(db, bruno)
    with db.transaction() as tx:
        tx.conn.execute(update(factors).values(casilla_id=rosa.id))
    clock.advance(minutes=6)
    browser = Browser(db)
    assert browser.password(rosa.identidad, rosa.password) is None
    assert isinstance(browser.code(thief.app.code), Denied)


def choosing(db: Database, visit: str) -> bool:
    with db.reading() as tx:
        return recovery.choosing(tx, visit) is not None


def elsewhere(_tx: Tx, other: Person) -> dict[str, Any]:
    return {"casilla_id": other.id}


def longer(tx: Tx, _other: Person) -> dict[str, Any]:
    return {"expires_at": tx.now + timedelta(days=3)}


def unsealed(_tx: Tx, _other: Person) -> dict[str, Any]:
    return {"seal": None}


def of_the_eventos_of_another(_tx: Tx, _other: Person) -> dict[str, Any]:
    return {"id": bytes(16)}


@pytest.mark.parametrize("change", [elsewhere, longer, unsealed, of_the_eventos_of_another])
def test_a_session_that_somebody_changed_is_over(
    db: Database, rosa: Person, bruno: Person, change: Callable[[Tx, Person], dict[str, Any]]
) -> None:
    opened = Browser(db).enter(bruno)
    assert alive(db, opened)
    with db.transaction() as tx:
        tx.conn.execute(update(sessions).values(change(tx, rosa)))
    assert not alive(db, opened)
    if db.sqlite:
        assert login.resume_here(db, POLICY, opened.token, db.clock()) is None


def test_a_session_that_ended_cannot_be_opened_again(db: Database, rosa: Person) -> None:
    opened = Browser(db).enter(rosa)
    with db.transaction() as tx:
        login.end(tx, opened.token)
        tx.conn.execute(update(sessions).values(ended_at=None))
    assert not alive(db, opened)


def test_a_session_goes_on_under_its_new_token_and_no_other(db: Database, rosa: Person) -> None:
    """S64"""
    opened, fresh = Browser(db).enter(rosa), "another token"
    with db.transaction() as tx:
        session = login.resume(tx, POLICY, opened.token)
        assert session is not None
        store.prove(tx, session, tx.vault.digest(fresh))
    with db.reading() as tx:
        assert login.resume(tx, POLICY, opened.token) is None
        again = login.resume(tx, POLICY, fresh)
    assert again is not None and again.id == session.id
