"""What codes by SMS may cost, whoever asks for them: SECURITY C30, D31, Y."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from proxy.domain import secrets
from proxy.domain.identidad import Identidad
from proxy.flows import challenge
from proxy.flows.challenge import Asked, Denied
from proxy.store import casillas, tables
from proxy.store.db import Database
from tests.clock import Clock
from tests.flows.browser import PHONE, POLICY
from tests.people import Person

NOBODY = Identidad("DNI", "40000099")


def ask(db: Database, identidad: Identidad, n: int, sms_a_day: int = 1000) -> Denied | None:
    """One code by SMS, from the n-th of many networks."""
    with db.transaction() as tx:
        casilla = casillas.by_identidad(tx, identidad)
        if casilla and casilla.phone is None:
            casillas.set_phone(tx, casilla, "+51987654321")
            casilla = casillas.by_identidad(tx, identidad)
        asked = Asked("recovery", str(identidad), casilla, "sms")
        client = replace(PHONE, ip=f"192.0.2.{n}")
        policy = replace(POLICY, sms_a_day=sms_a_day)
        return challenge.ask(tx, policy, asked, secrets.new_token(), client)


def rows(db: Database) -> list[Any]:
    with db.reading() as tx:
        return list(tx.conn.execute(select(tables.outbox).order_by(tables.outbox.c.id)))


@pytest.mark.parametrize("known", [True, False])
def test_a_mobile_gets_five_codes_at_once_in_a_day_and_nobody_learns_whether_it_is_there(
    db: Database, rosa: Person, clock: Clock, known: bool
) -> None:
    identidad = rosa.identidad if known else NOBODY
    answers = []
    for n in range(12):
        answers.append(ask(db, identidad, n) is None)
        clock.advance(minutes=6)
    assert answers == [True] * 5 + [False] * 7
    assert len(rows(db)) == 5


def test_the_entity_spends_no_more_than_its_day(db: Database, rosa: Person) -> None:
    denied = [ask(db, Identidad("DNI", f"4100000{n}"), n, sms_a_day=3) for n in range(4)]
    assert [answer is None for answer in denied] == [True, True, True, False]
    assert denied[3] is not None and denied[3].code == "token.limited"
    late = ask(db, rosa.identidad, 9, sms_a_day=3)
    assert late is not None and late.wait is not None and late.wait > timedelta(hours=1)


def test_what_is_left_for_nobody_weighs_what_is_left_for_somebody(
    db: Database, rosa: Person
) -> None:
    ask(db, rosa.identidad, 1)
    ask(db, NOBODY, 1)
    real, void = rows(db)
    assert (len(void.context), len(void.recipient)) == (len(real.context), len(real.recipient))
    assert (void.channel, void.next_at) == ("sms", None)
