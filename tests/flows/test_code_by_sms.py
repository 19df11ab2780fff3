"""What codes by SMS may cost, and what they tell of whose a number is: S30, S31, S51."""

from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import select

from proxy.domain import secrets
from proxy.domain.client import Client
from proxy.domain.identidad import Identidad
from proxy.errors import Denied, Reason
from proxy.flows import challenge, profile
from proxy.flows.challenge import Asked
from proxy.flows.profile import Step, Wanted
from proxy.store import casillas, tables
from proxy.store.db import Database
from tests.clock import Clock
from tests.flows.browser import PHONE, POLICY, Browser, mailed_code
from tests.flows.forgetful import Forgetful
from tests.flows.inside import Inside
from tests.people import ROSA, Person, open_casilla

NOBODY = Identidad("DNI", "40000099")
MOBILE = "+51987654321"


def ask(db: Database, identidad: Identidad, n: int, sms_a_day: int = 1000) -> Denied | None:
    """One code by SMS, from the n-th of many networks."""
    with db.transaction() as tx:
        casilla = casillas.lock_identidad(tx, identidad)
        asked = Asked("recovery", str(identidad), casilla, "sms")
        client = replace(PHONE, ip=f"2001:db8:{n:x}::1")
        policy = replace(POLICY, sms_a_day=sms_a_day)
        return challenge.ask(tx, policy, asked, secrets.new_token(), client)


def recovered(db: Database, identidad: Identidad, n: int = 0) -> Denied | None:
    """What a browser that nobody knows is told when it chooses the mobile."""
    forgetful = Forgetful(db, Client(f"2001:db8:f{n:x}::1"))
    forgetful.start(identidad)
    return forgetful.send("sms")


def has_mobile(db: Database, person: Person, number: str = MOBILE) -> Person:
    with db.transaction() as tx:
        casillas.set_phone(tx, casillas.by_id(tx, person.id), number)
    return person


def somebody(db: Database, n: int) -> Person:
    """With a mobile of their own."""
    person = replace(ROSA, identidad=Identidad("DNI", f"4100000{n}"))
    return has_mobile(db, open_casilla(db, person), f"+5191111111{n}")


def rows(db: Database) -> list[Any]:
    with db.reading() as tx:
        found = select(tables.outbox).where(tables.outbox.c.channel == "sms")
        return list(tx.conn.execute(found.order_by(tables.outbox.c.id)))


def left(db: Database) -> int:
    """How many SMS leave."""
    return sum(row.next_at is not None for row in rows(db))


@pytest.mark.parametrize("known", [True, False])
def test_a_mobile_gets_five_codes_at_once_in_a_day_and_nobody_learns_whether_it_is_there(
    db: Database, rosa: Person, clock: Clock, known: bool
) -> None:
    identidad = has_mobile(db, rosa).identidad if known else NOBODY
    answers = []
    for n in range(12):
        answers.append(ask(db, identidad, n) is None)
        clock.advance(minutes=6)
    assert answers == [True] * 5 + [False] * 7
    assert len(rows(db)) == 5


def test_the_day_of_the_entity_is_spent_by_those_who_get_a_code(db: Database) -> None:
    people = [somebody(db, n) for n in range(4)]
    for n in range(9):
        assert ask(db, Identidad("DNI", f"4200000{n}"), n, sms_a_day=3) is None
    answers = [ask(db, one.identidad, 20 + n, sms_a_day=3) for n, one in enumerate(people)]
    assert answers[:3] == [None] * 3
    assert answers[3] is not None and answers[3].reason is Reason.LIMITED
    assert ask(db, NOBODY, 30, sms_a_day=3) == answers[3]  # S31: nor does it tell when it is spent
    assert left(db) == 3


def test_a_stranger_who_claims_a_number_learns_nobodys_and_silences_none(
    db: Database, rosa: Person, bruno: Person
) -> None:
    """S30, S31: Bruno asks three codes for Rosa's mobile in his own profile."""
    has_mobile(db, rosa)
    his = Inside(db, bruno)
    assert all(isinstance(his.claim(MOBILE), Step) for _ in range(3))
    told = [
        recovered(db, one, n) for n, one in enumerate((rosa.identidad, NOBODY, bruno.identidad))
    ]
    assert told == [None] * 3
    assert left(db) == 4 and rows(db)[3].next_at is not None


def test_nor_does_he_learn_from_the_recoveries_whose_number_he_claims(
    db: Database, rosa: Person, bruno: Person
) -> None:
    """S31: the other way round."""
    has_mobile(db, rosa)
    for n in range(3):
        assert recovered(db, rosa.identidad, n) is None
    assert isinstance(Inside(db, bruno).claim(MOBILE), Step)


def test_two_casillas_of_one_mobile_get_no_more_codes_and_no_page_tells(
    db: Database, rosa: Person, bruno: Person
) -> None:
    """S30, S31: the fourth looks like any other, and the record says that it stayed here."""
    for person in (rosa, bruno):
        has_mobile(db, person)
    for n in range(3):
        assert recovered(db, rosa.identidad, n) is None
    assert recovered(db, bruno.identidad, 4) is None
    assert (len(rows(db)), left(db)) == (4, 3)
    with db.reading() as tx:
        notes = tx.conn.execute(
            select(tables.eventos.c.kind, tables.eventos.c.casilla_id).order_by(tables.eventos.c.id)
        ).all()
    assert ("excess_rate_limit_exceeded", bruno.id) in notes
    assert ("excess_rate_limit_exceeded", rosa.id) not in notes


def test_strangers_use_up_no_code_of_a_browser_that_the_owner_used(
    db: Database, rosa: Person
) -> None:
    """S50"""
    has_mobile(db, rosa)
    hers = Browser(db, Client("2001:db8:f0::1"))
    opened = hers.enter(rosa)
    for n in range(8):
        recovered(db, rosa.identidad, n)
    used = left(db)
    forgetful = Forgetful(db, hers.remembers(opened).client)
    forgetful.start(rosa.identidad)
    assert forgetful.send("sms") is None
    assert left(db) == used + 1


def test_a_casilla_claims_three_numbers_in_a_quarter_of_an_hour_from_all_its_browsers(
    db: Database, bruno: Person, clock: Clock
) -> None:
    """S30: a browser more is no more SMS."""
    his = []
    for n in range(4):
        his.append(Inside(db, bruno, Browser(db, Client(f"2001:db8:{n}::1"))))
        clock.advance(minutes=2)
    told = []
    for n, one in enumerate(his):
        wanted, client = Wanted(None, f"+5198765432{n}"), one.browser.remembers(one.opened).client
        visit = f"flow {n}"
        with db.transaction() as tx:
            assert profile.start(tx, POLICY, one.session, wanted, visit, client) is None
        code = mailed_code(db, name="email_old_code")
        with db.transaction() as tx:
            told.append(profile.verify(tx, POLICY, one.session, visit, code, client))
    assert all(answered.step and not answered.denied for answered in told[:3])
    assert told[3].denied and told[3].denied.reason is Reason.LIMITED


def test_a_number_that_several_claim_gets_three_codes_and_none_of_them_is_told(
    db: Database, rosa: Person, bruno: Person
) -> None:
    """S30, S31"""
    his, hers = Inside(db, bruno), Inside(db, rosa)
    for claiming in (his, his, his, hers):
        assert isinstance(claiming.claim(MOBILE), Step)
    assert (len(rows(db)), left(db)) == (4, 3)
    wrong = hers.type("000000")
    assert isinstance(wrong, Denied) and wrong.reason is Reason.WRONG


def test_a_code_that_is_resent_counts_as_another(db: Database, rosa: Person, clock: Clock) -> None:
    """S26, S30, the same for who has no mobile."""
    has_mobile(db, rosa)
    told = []
    for n, identidad in enumerate((rosa.identidad, NOBODY)):
        forgetful = Forgetful(db, Client(f"2001:db8:{n}::1"))
        forgetful.start(identidad)
        answers = [forgetful.send("sms")]
        for _ in range(3):
            clock.advance(seconds=35)
            answers.append(forgetful.resend())
        told.append(answers)
        clock.advance(minutes=30)
    assert told[0] == told[1]
    assert told[0][:3] == [None] * 3 and isinstance(told[0][3], Denied)
    assert left(db) == 3


def test_what_is_left_for_nobody_weighs_what_is_left_for_somebody(
    db: Database, rosa: Person
) -> None:
    ask(db, has_mobile(db, rosa).identidad, 1)
    ask(db, NOBODY, 1)
    real, void = rows(db)
    assert (len(void.context), len(void.recipient)) == (len(real.context), len(real.recipient))
    assert (void.channel, void.next_at) == ("sms", None)
    assert mailed_code(db, name="recovery_code")
