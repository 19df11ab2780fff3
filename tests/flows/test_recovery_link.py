"""The link of a recovery, without HTTP: M77–M82, S34–S36."""

from datetime import timedelta

import pytest

from proxy.domain.email import parse_email
from proxy.flows import recovery
from proxy.flows.recovery import Mislaid
from proxy.store import casillas, links
from proxy.store.db import Database
from tests.clock import Clock
from tests.flows.browser import PHONE, POLICY, Browser, contexts
from tests.flows.forgetful import NEW, Forgetful, ask_link, by_link, mailed_link, opened
from tests.people import Person, vault
from tests.racing import race


def test_a_link_lets_choose_a_password_once(db: Database, rosa: Person) -> None:
    """M77–M80, S34"""
    ask_link(db, rosa.identidad, "Rosa@Example.com")
    link = mailed_link(db)
    assert opened(db, link) == rosa.id
    assert opened(db, link) == rosa.id  # a mail scanner looked first
    assert by_link(db, link)
    assert not by_link(db, link)
    assert opened(db, link) == Mislaid(renewable=False)
    assert Browser(db).enter(rosa, NEW)


def test_a_link_goes_only_to_the_address_that_was_registered(db: Database, rosa: Person) -> None:
    """M78"""
    ask_link(db, rosa.identidad, "otra@example.com")
    assert contexts(db, "recovery_link") == []


@pytest.mark.parametrize("typed", ["rosa@peña.pe", "ROSA@xn--pea-8ma.pe"])
def test_an_address_that_an_older_version_stored_in_unicode_is_still_its_owners(
    db: Database, rosa: Person, typed: str
) -> None:
    """S82, S41"""
    with db.transaction() as tx:
        casillas.set_email(tx, casillas.by_id(tx, rosa.id), "rosa@peña.pe")
    ask_link(db, rosa.identidad, parse_email(typed))
    assert by_link(db, mailed_link(db))


def test_an_address_with_another_letter_gets_no_link(db: Database, rosa: Person) -> None:
    """S82: ß is not ss."""
    with db.transaction() as tx:
        casillas.set_email(tx, casillas.by_id(tx, rosa.id), "rosa@faß.de")
    ask_link(db, rosa.identidad, "rosa@fass.de")
    assert contexts(db, "recovery_link") == []


def test_a_link_lives_two_days_and_a_late_one_is_renewed_by_its_button(
    db: Database, rosa: Person, clock: Clock
) -> None:
    """M81, M82, S36, R12"""
    ask_link(db, rosa.identidad, rosa.email)
    link = mailed_link(db)
    clock.advance(hours=47, minutes=59)
    assert opened(db, link) == rosa.id
    clock.advance(minutes=1)
    assert opened(db, link) == Mislaid(renewable=True)
    assert not by_link(db, link)
    assert len(contexts(db, "recovery_link")) == 1
    with db.transaction() as tx:
        assert recovery.renew(tx, POLICY, link, PHONE)
    assert len(contexts(db, "recovery_link")) == 2
    assert opened(db, mailed_link(db)) == rosa.id
    with db.transaction() as tx:
        assert not recovery.renew(tx, POLICY, link, PHONE)


def test_a_late_link_sends_one_message_an_hour(db: Database, rosa: Person, clock: Clock) -> None:
    """S36, R12: however many late links of the casilla are opened, and however often."""

    def renewed() -> int:
        with db.transaction() as tx:
            casillas.lock(tx, rosa.id)
            late = links.add(tx, recovery.LINK, rosa.id, timedelta(0))
            assert recovery.renew(tx, POLICY, late, PHONE)
        return len(contexts(db, "recovery_link"))

    assert renewed() == 1
    clock.advance(minutes=59)
    assert renewed() == 1
    clock.advance(minutes=1)
    assert renewed() == 2


@pytest.mark.parametrize("ends", ["login", "newer", "recovery", "password"])
def test_a_link_dies_when_it_is_not_needed_any_more(
    db: Database, rosa: Person, clock: Clock, ends: str
) -> None:
    """S35"""
    ask_link(db, rosa.identidad, rosa.email)
    link = mailed_link(db)
    clock.advance(minutes=5)
    if ends == "login":
        Browser(db).enter(rosa)
    elif ends == "newer":
        ask_link(db, rosa.identidad, rosa.email)
    elif ends == "recovery":
        forgetful = Forgetful(db)
        forgetful.reach_choice(rosa)
        forgetful.choose()
    else:
        ask_link(db, rosa.identidad, rosa.email)
        assert by_link(db, mailed_link(db))
    assert opened(db, link) == Mislaid(renewable=False)
    assert not by_link(db, link)


def test_a_link_of_another_purpose_is_none_of_a_recovery(db: Database, rosa: Person) -> None:
    """S34"""
    with db.transaction() as tx:
        casillas.lock(tx, rosa.id)
        link = links.add(tx, "not_me", rosa.id, timedelta(days=1))
    assert opened(db, link) == Mislaid(renewable=False)
    assert not by_link(db, link)


def spend_many(database_url: str) -> list[bool]:
    db = Database(database_url, Clock(), vault)
    return [by_link(db, mailed_link(db)) for _ in range(10)]


def test_four_processes_use_a_link_once(db: Database, database_url: str, rosa: Person) -> None:
    """S35"""
    ask_link(db, rosa.identidad, rosa.email)
    assert sum(race(spend_many, database_url)) == 1
