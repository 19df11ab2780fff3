"""A pass lets an identified owner past what strangers spent, and opens nothing by itself: S84."""

from dataclasses import replace

import pytest

from proxy.domain.identidad import Identidad
from proxy.errors import Denied, Reason, Refusal
from proxy.flows import closing, cuentas
from proxy.store.db import Database
from tests.clock import Clock
from tests.flows.browser import ELSEWHERE, Browser, contexts
from tests.people import Person


@pytest.fixture
def given(db: Database, rosa: Person) -> bytes:
    with db.transaction() as tx:
        return cuentas.make_pass(tx, rosa.identidad)


def used(db: Database, link_id: bytes) -> bytes | None:
    with db.transaction() as tx:
        return cuentas.use_pass(tx, link_id, ELSEWHERE)


def test_its_browser_pays_nothing_for_what_strangers_did(
    db: Database, rosa: Person, given: bytes
) -> None:
    """And the password is asked for, even after a hundred wrong ones, as is the code."""
    for _ in range(110):
        Browser(db).password(rosa.identidad, "otra", pays=True)
    stranger = Browser(db, ELSEWHERE)
    assert stranger.password(rosa.identidad, rosa.password, pays=True) == Denied(Reason.WRONG)
    device = used(db, given)
    assert device
    hers = Browser(db, replace(ELSEWHERE, device=device.hex()))
    assert hers.password(rosa.identidad, "otra") == Denied(Reason.WRONG)
    told = len(contexts(db, "new_device"))
    hers.enter(rosa)
    assert len(contexts(db, "new_device")) == told + 1, "the owner hears of it as of any new one"
    hers.enter(rosa)
    assert len(contexts(db, "new_device")) == told + 1


def test_it_serves_once_and_for_half_an_hour(
    db: Database, rosa: Person, given: bytes, clock: Clock
) -> None:
    assert used(db, given) and not used(db, given)
    with db.transaction() as tx:
        late = cuentas.make_pass(tx, rosa.identidad)
    clock.advance(minutes=30)
    assert not used(db, late)


def test_a_newer_one_and_a_closing_end_it(db: Database, rosa: Person, given: bytes) -> None:
    with db.transaction() as tx:
        newer = cuentas.make_pass(tx, rosa.identidad)
    assert not used(db, given)
    with db.transaction() as tx:
        closing.close(tx, rosa.id)
    assert not used(db, newer)


def test_without_a_casilla_there_is_none(db: Database) -> None:
    with db.transaction() as tx, pytest.raises(Refusal, match="Esa identidad no tiene casilla"):
        cuentas.make_pass(tx, Identidad("DNI", "49999999"))
