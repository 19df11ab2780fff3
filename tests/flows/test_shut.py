"""A casilla that the entity suspends, closes or opens again: S81, S41, S31, both engines."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from proxy.domain.casilla import READABLE_FOR
from proxy.domain.events import Event
from proxy.errors import Denied, Reason, Refusal
from proxy.flows import cuentas, inbox
from proxy.flows.login import Opened
from proxy.store import casillas
from proxy.store.db import Database
from tests import outbox
from tests.clock import Clock
from tests.flows.app import turn_on
from tests.flows.browser import ELSEWHERE, Browser, alive, mailed_code, wrong
from tests.flows.forgetful import NEW, Forgetful, ask_link, by_link, mailed_link
from tests.flows.newcomer import Newcomer, leaving
from tests.flows.test_deposit import Sender
from tests.flows.test_power import noted
from tests.flows.test_representation import TEXTILES
from tests.operators import ANA
from tests.people import Person
from tests.plazos import CATALOG

SUSPENDED, GONE = Denied(Reason.SUSPENDED), Denied(Reason.GONE)


def do(db: Database, act: Any, person: Person, *values: str) -> Any:
    with db.transaction(ANA) as tx:
        return act(tx, person.identidad, *values)


def suspend(db: Database, person: Person) -> None:
    do(db, cuentas.suspend, person, "Dos personas dicen ser su titular")


def enter(db: Database, person: Person, password: str | None = None) -> Opened | Denied:
    browser = Browser(db)
    assert browser.password(person.identidad, password or person.password) is None
    return browser.code(mailed_code(db))


def refusal(db: Database, act: Any, person: Person) -> str:
    with pytest.raises(Refusal) as refused:
        do(db, act, person)
    return refused.value.code


def test_a_suspended_casilla_ends_its_sessions_and_lets_nobody_in(
    db: Database, rosa: Person, clock: Clock
) -> None:
    """S81: the owner learns it with the code, which a stranger does not have."""
    opened = Browser(db).enter(rosa)
    asked = Browser(db)
    asked.password(rosa.identidad, rosa.password)
    code = mailed_code(db)
    suspend(db, rosa)
    assert not alive(db, opened)
    assert asked.code(code) == GONE
    clock.advance(minutes=6)
    stranger = Browser(db, ELSEWHERE)
    assert stranger.password(rosa.identidad, "otra") == Denied(Reason.WRONG)
    assert stranger.password(rosa.identidad, rosa.password) is None
    mailed = mailed_code(db)
    assert stranger.code(wrong(mailed)) == Denied(Reason.WRONG, left=4)
    assert stranger.code(mailed) == SUSPENDED
    assert stranger.code(mailed) == GONE
    assert noted(db, Event.LOGIN_SHUT)[0][2] == {"why": "suspended"}


def test_an_app_does_not_open_a_suspended_casilla(db: Database, rosa: Person, clock: Clock) -> None:
    app = turn_on(db, rosa).app
    suspend(db, rosa)
    clock.advance(minutes=6)
    browser = Browser(db)
    assert browser.password(rosa.identidad, rosa.password) is None
    assert browser.code(app.code) == SUSPENDED


@pytest.mark.parametrize("link", [False, True])
def test_a_recovery_does_not_open_a_suspended_casilla(
    db: Database, rosa: Person, link: bool
) -> None:
    """Nor does one that began before: its code and its link are over."""
    begun = Forgetful(db)
    begun.reach_choice(rosa)
    ask_link(db, rosa.identidad, rosa.email)
    old = mailed_link(db)
    suspend(db, rosa)
    assert not begun.choose()
    assert not by_link(db, old)
    if link:
        ask_link(db, rosa.identidad, rosa.email)
        assert by_link(db, mailed_link(db))
    else:
        forgetful = Forgetful(db)
        forgetful.reach_choice(rosa)
        assert forgetful.choose()
    assert enter(db, rosa, NEW) == SUSPENDED


def test_a_suspended_person_represents_nobody(db: Database, rosa: Person) -> None:
    """Its mailbox may be a stranger's. The page is the same as for who has no casilla (S41)."""
    asked = Newcomer(db).reach_representative()
    asked.summon(rosa.identidad)
    suspend(db, rosa)
    newcomer = Newcomer(db).reach_representative(TEXTILES)
    assert newcomer.summon(rosa.identidad) is None
    assert leaving(db, "representative_code") == [rosa.email]  # the one before
    assert asked.answer(mailed_code(db, name="representative_code")) == Denied(Reason.GONE)


def test_a_code_that_was_sent_before_represents_nobody(db: Database, rosa: Person) -> None:
    """Also if the row of the code was written at that very moment, and nothing ended it."""
    newcomer = Newcomer(db).reach_representative()
    newcomer.summon(rosa.identidad)
    with db.transaction() as tx:
        casillas.suspend(tx, rosa.id)
    mailed = mailed_code(db, name="representative_code")
    assert newcomer.answer(mailed) == Denied(Reason.WRONG, left=4)


def test_nothing_is_deposited_in_it_and_nothing_is_lost(
    db: Database, rosa: Person, tmp_path: Path
) -> None:
    """S81: what was there is there when the suspension is lifted."""
    sender = Sender(db, tmp_path)
    before = sender.deposit()
    suspend(db, rosa)
    with pytest.raises(Refusal) as refused:
        sender.deposit()
    assert refused.value.code == "casilla.suspendida"
    do(db, cuentas.lift, rosa)
    assert isinstance(enter(db, rosa), Opened)
    with db.reading() as tx:
        assert [one.id for one in inbox.page(tx, rosa.id, read=False).rows] == [before.id]
    sender.deposit(numero="000010-2026-SG/JNE")


def test_what_was_served_in_a_closed_casilla_is_read_for_a_year(
    db: Database, rosa: Person, tmp_path: Path, clock: Clock
) -> None:
    sender = Sender(db, tmp_path)
    served = sender.deposit()
    opened = Browser(db).enter(rosa)
    do(db, cuentas.close_for_good, rosa, "Lo pidió su titular")
    assert alive(db, opened)
    with pytest.raises(Refusal) as refused:
        sender.deposit()
    assert refused.value.code == "casilla.cerrada"
    clock.advance(days=365)
    assert isinstance(enter(db, rosa), Opened)
    with db.transaction() as tx:
        inbox.open(tx, rosa.id, served.id, CATALOG)
    clock.now += READABLE_FOR
    assert enter(db, rosa) == Denied(Reason.CLOSED)


def test_a_closed_casilla_that_is_suspended_lets_nobody_in(db: Database, rosa: Person) -> None:
    do(db, cuentas.close_for_good, rosa)
    suspend(db, rosa)
    assert enter(db, rosa) == SUSPENDED
    do(db, cuentas.lift, rosa)
    with db.reading() as tx:
        assert casillas.by_id(tx, rosa.id).in_use


def test_the_entity_ends_every_session(
    db: Database, rosa: Person, bruno: Person, clock: Clock
) -> None:
    known = Browser(db)
    opened = known.enter(rosa)
    other = Browser(db, ELSEWHERE).enter(rosa)
    his = Browser(db).enter(bruno)
    asked = Browser(db)
    asked.password(rosa.identidad, rosa.password)
    code = mailed_code(db)
    assert do(db, cuentas.end_sessions, rosa) == 2
    assert [alive(db, one) for one in (opened, other, his)] == [False, False, True]
    assert asked.code(code) == GONE
    clock.advance(minutes=6)
    assert isinstance(enter(db, rosa), Opened)


def test_each_act_is_an_evento_with_its_actor_and_the_owner_is_told(
    db: Database, rosa: Person
) -> None:
    suspend(db, rosa)
    do(db, cuentas.lift, rosa)
    do(db, cuentas.close_for_good, rosa, "Lo pidió")
    do(db, cuentas.lift, rosa)
    do(db, cuentas.end_sessions, rosa)
    why = "Dos personas dicen ser su titular"
    assert noted(
        db,
        Event.CASILLA_SUSPENDED,
        Event.CASILLA_LIFTED,
        Event.CASILLA_CLOSED,
        Event.SESSIONS_REVOKED,
    ) == [
        ("user_suspended", "operator:ana", {"reason": why}),
        ("user_reinstated", "operator:ana", {"was_closed": False}),
        ("user_closed", "operator:ana", {"reason": "Lo pidió"}),
        ("user_reinstated", "operator:ana", {"was_closed": True}),
        ("session_revoked", "operator:ana", {"many": 0}),
    ]
    told = outbox.messages(db, "casilla_changed")
    assert {one.recipient for one in told} == {rosa.email}
    kinds = ["suspended", "lifted", "closed", "lifted", "ended"]
    assert [one.context["what"] for one in told] == kinds


def test_an_act_that_would_change_nothing_is_refused(db: Database, rosa: Person) -> None:
    assert refusal(db, cuentas.lift, rosa) == "casilla.in_use"
    suspend(db, rosa)
    assert refusal(db, cuentas.suspend, rosa) == "casilla.suspended"
    do(db, cuentas.close_for_good, rosa)
    assert refusal(db, cuentas.close_for_good, rosa) == "casilla.closed"
    nobody = replace(rosa, identidad=replace(rosa.identidad, number="49999999"))
    acts = (cuentas.suspend, cuentas.lift, cuentas.close_for_good, cuentas.end_sessions)
    assert {refusal(db, act, nobody) for act in acts} == {"casilla.none"}
