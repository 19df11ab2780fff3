"""Two requests about one casilla, on PostgreSQL: no one waits for the other in a circle (S47)."""

import contextlib
import threading
from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import event

from proxy.domain import secrets
from proxy.domain.identidad import cui_digit
from proxy.errors import Unavailable
from proxy.flows import cuentas, login
from proxy.flows.login import Attempt
from proxy.store.db import Database
from proxy.store.tx import Tx
from tests.clock import Clock
from tests.flows.browser import ELSEWHERE, POLICY
from tests.flows.newcomer import ELENA, Newcomer
from tests.people import BRUNO, PASSWORDS, ROSA, Person, open_casilla, vault


def crossed(
    db: Database, first: Callable[[Tx], object], second: Callable[[Tx], object]
) -> list[BaseException]:
    """`first` stops after it took its limits, until `second` has locked the casilla."""
    took, locked, faults = threading.Event(), threading.Event(), []

    def after(_c: Any, _cur: Any, statement: str, *_: Any) -> None:
        name = threading.current_thread().name
        if name == "first" and statement.startswith("INSERT INTO rates") and not took.is_set():
            took.set()
            locked.wait(3)
        if name == "second" and statement.startswith("UPDATE casillas"):
            locked.set()

    def run(flow: Callable[[Tx], object], wait: bool) -> None:
        if wait:
            took.wait(5)
        try:
            with db.transaction() as tx:
                flow(tx)
        except Unavailable as fault:
            faults.append(fault)

    event.listen(db.engine, "after_cursor_execute", after)
    threads = [
        threading.Thread(target=run, args=(first, False), name="first"),
        threading.Thread(target=run, args=(second, True), name="second"),
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    event.remove(db.engine, "after_cursor_execute", after)
    return faults


@pytest.fixture
def on_postgresql(postgresql_url: str) -> Any:
    db = Database(postgresql_url, Clock(), vault)
    yield db
    db.close()


def test_a_strangers_password_and_the_owners_right_one(on_postgresql: Database) -> None:
    db = on_postgresql
    rosa = open_casilla(db, ROSA)
    with db.transaction() as tx:
        mine = login.attempt(tx, rosa.identidad, ELSEWHERE)
    assert isinstance(mine, Attempt)
    proof = PASSWORDS.prove(mine.stored, rosa.password)

    def stranger(tx: Tx) -> None:
        login.attempt(tx, rosa.identidad, ELSEWHERE)

    def right(tx: Tx) -> None:
        assert login.answer(tx, POLICY, mine, proof, secrets.new_token(), ELSEWHERE) is None

    assert crossed(db, stranger, right) == []


def test_a_strangers_password_and_rehabilitar(on_postgresql: Database) -> None:
    db = on_postgresql
    rosa: Person = open_casilla(db, ROSA)
    with db.transaction() as tx:
        login.attempt(tx, rosa.identidad, ELSEWHERE)
    faults = crossed(
        db,
        lambda tx: login.attempt(tx, rosa.identidad, ELSEWHERE),
        lambda tx: cuentas.restore(tx, rosa.identidad),
    )
    assert faults == []


def test_two_registrations_that_name_each_others_mailbox(on_postgresql: Database) -> None:
    """Each counts the typed mailbox and then the one of the casilla that there is already."""
    db = on_postgresql
    open_casilla(db, ROSA)
    open_casilla(db, BRUNO)
    asking = []
    for person, typed in ((ROSA, BRUNO.email), (BRUNO, ROSA.email)):
        newcomer = Newcomer(db)
        newcomer.accept()
        newcomer.choose("natural")
        form = ELENA | {"numero": person.identidad.number, "correo": typed, "correo2": typed}
        newcomer.data(form | {"cui": cui_digit(person.identidad.number)})
        asking.append(newcomer)
    barrier, faults = threading.Barrier(2), []
    counted = threading.local()

    def after(_c: Any, _cur: Any, statement: str, *_: Any) -> None:
        """Both wait once, after they counted the typed mailbox."""
        if statement.startswith("INSERT INTO rates"):
            counted.n = getattr(counted, "n", 0) + 1
            if counted.n == 3:  # of `admit`, of the code, and of the mailbox
                with contextlib.suppress(threading.BrokenBarrierError):
                    barrier.wait(3)

    def run(newcomer: Newcomer) -> None:
        try:
            newcomer.ask()
        except Unavailable as fault:
            faults.append(fault)

    event.listen(db.engine, "after_cursor_execute", after)
    threads = [threading.Thread(target=run, args=(one,)) for one in asking]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    event.remove(db.engine, "after_cursor_execute", after)
    assert faults == []
