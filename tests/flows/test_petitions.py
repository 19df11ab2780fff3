"""The second person of an act confirms in a command of their own: S39, S66, both engines."""

import json
from collections.abc import Callable
from datetime import UTC, datetime
from functools import partial
from typing import Any

import pytest
from sqlalchemy import insert, select, update

from proxy.domain.actor import Actor
from proxy.domain.events import Event
from proxy.errors import Refusal
from proxy.flows import petitions
from proxy.store import casillas, tables
from proxy.store.db import Database
from proxy.store.petitions import Petition
from tests.clock import Clock
from tests.flows.inside import Inside
from tests.flows.test_profile import now
from tests.operators import ANA, LUIS, TWO
from tests.outbox import messages
from tests.people import Person, vault
from tests.racing import race

NEW = "rosa.de.nuevo@example.org"


def ask(
    db: Database, person: Person, responds: str = TWO[0], authorises: str | None = TWO[1]
) -> Petition:
    with db.transaction(ANA) as tx:
        return petitions.ask_email(tx, person.identidad, NEW, responds, authorises)


def approve(db: Database, number: int, by: Actor = LUIS) -> None:
    with db.transaction(by) as tx:
        petitions.approve(tx, number)


def refuse(db: Database, number: int, by: Actor) -> None:
    with db.transaction(by) as tx:
        petitions.refuse(tx, number)


def waiting(db: Database) -> list[int]:
    with db.reading() as tx:
        return [one.petition.id for one in petitions.waiting(tx)]


def noted(db: Database) -> list[tuple[str, dict[str, object]]]:
    table = tables.eventos
    with db.reading() as tx:
        written = table.c.kind == Event.MESSAGE_WRITTEN
        rows = tx.conn.execute(
            select(table.c.kind, table.c.detail).where(~written).order_by(table.c.id)
        )
        return [(row.kind, json.loads(row.detail)) for row in rows]


def refusal(db: Database, number: int, by: Actor = LUIS) -> str:
    with pytest.raises(Refusal) as refused:
        approve(db, number, by)
    return refused.value.code


def test_nothing_changes_until_another_os_user_approves(db: Database, rosa: Person) -> None:
    number = ask(db, rosa).id
    assert now(db, rosa).email == rosa.email
    assert messages(db, "email_corrected") == []
    assert refusal(db, number, ANA) == "responsible.same_user"
    with db.reading() as tx:
        ((petition, whose, *_),) = petitions.waiting(tx)
    assert (petition.id, petition.email, petition.asked_by) == (number, NEW, "ana")
    assert whose == rosa.identidad
    approve(db, number)
    assert (now(db, rosa).email, waiting(db)) == (NEW, [])
    both = {"responsible": [*TWO], "petition": number}
    assert noted(db) == [
        ("two_person_requested", both | {"act": "email", "uid": petition.uid.hex()}),
        ("user_email_reset", both | {"asked_by": "ana"}),
    ]


def test_without_a_second_name_it_is_that_of_the_user_who_approves(
    db: Database, rosa: Person
) -> None:
    with pytest.raises(Refusal, match="dos personas distintas"):
        ask(db, rosa, " ", None)
    approve(db, ask(db, rosa, "Ana Torres", None).id)
    assert noted(db)[-1][1]["responsible"] == ["Ana Torres", "luis"]


def test_who_identified_the_owner_does_not_approve(db: Database, rosa: Person) -> None:
    number = ask(db, rosa, "Luis", None).id
    assert refusal(db, number) == "responsible.alone"
    assert waiting(db) == [number]


@pytest.mark.parametrize("names", [("Ana\x1b[2K", "Luis Vega"), ("Ana Torres", "Luis\u202e Vega")])
def test_no_name_may_hide_from_the_other_person_what_they_approve(
    db: Database, rosa: Person, names: tuple[str, str]
) -> None:
    with pytest.raises(Refusal, match="solo con letras"):
        ask(db, rosa, *names)


@pytest.mark.parametrize("by", [ANA, LUIS])
def test_either_person_gives_it_up(db: Database, rosa: Person, by: Actor) -> None:
    number = ask(db, rosa).id
    refuse(db, number, by)
    assert refusal(db, number) == "petition.answered"
    assert (now(db, rosa).email, waiting(db)) == (rosa.email, [])
    detail = {"act": "email", "petition": number, "asked_by": "ana", "reason": ""}
    assert noted(db)[1:] == [("two_person_refused", detail)]


def test_it_waits_seven_days(db: Database, rosa: Person, clock: Clock) -> None:
    number = ask(db, rosa).id
    clock.now += petitions.LIFE
    assert refusal(db, number) == "petition.expired"
    with pytest.raises(Refusal, match="venció"):
        refuse(db, number, ANA)
    assert (now(db, rosa).email, waiting(db)) == (rosa.email, [])


def test_an_unknown_number_is_refused(db: Database, rosa: Person) -> None:
    assert refusal(db, 1) == "petition.none"


def approve_many(number: int, database_url: str) -> list[str]:
    db = Database(database_url, Clock(), vault)
    done = []
    for _ in range(5):
        try:
            approve(db, number)
            done.append("done")
        except Refusal as refused:
            done.append(refused.code)
    return done


def test_many_approvals_at_once_act_once(db: Database, database_url: str, rosa: Person) -> None:
    number = ask(db, rosa).id
    done = race(partial(approve_many, number), database_url)
    assert sorted(done) == ["done", *["petition.answered"] * (len(done) - 1)]
    assert len(messages(db, "email_corrected")) == 2


def test_whoever_reads_the_old_mailbox_cannot_prevent_it_by_a_change(
    db: Database, rosa: Person
) -> None:
    number = ask(db, rosa).id
    Inside(db, rosa).email("one@example.org")
    approve(db, number)
    assert [m.recipient for m in messages(db, "email_corrected")] == ["one@example.org", NEW]
    assert now(db, rosa).email == NEW


def test_what_is_no_longer_true_is_refused_and_goes_on_waiting(db: Database, rosa: Person) -> None:
    number = ask(db, rosa).id
    with db.transaction() as tx:
        casillas.set_email(tx, casillas.by_id(tx, rosa.id), NEW)
    assert refusal(db, number) == "email.same"
    assert waiting(db) == [number]


def test_the_new_address_lies_sealed(db: Database, rosa: Person) -> None:
    """S66"""
    ask(db, rosa)
    with db.reading() as tx:
        row = tx.conn.execute(select(tables.petitions)).one()
    assert NEW.encode() not in row.email and NEW not in str(row)


T = tables.petitions
LATER = datetime(2030, 1, 1, tzinfo=UTC)


@pytest.mark.parametrize(
    "edited",
    [
        {"asked_by": "pedro"},
        {"act": "factor"},
        {"responds": "Otra Persona"},
        {"authorises": None},
        {"expires_at": LATER},
        {"email": None},
        {"email": b"x"},
        {"uid": b"u" * 16},
    ],
    ids=lambda edited: "-".join(edited),
)
def test_who_writes_to_the_database_approves_no_petition_of_their_own(
    db: Database, rosa: Person, edited: dict[str, Any]
) -> None:
    """The record says who asked, and for what; the petition is a row that anybody may edit."""
    number = ask(db, rosa).id
    with db.transaction() as tx:
        tx.conn.execute(update(T).values(edited))
    assert refusal(db, number) == "petition.unlike"
    with pytest.raises(Refusal, match=f"El pedido {number} no es el que se anotó"):
        waiting(db)
    assert now(db, rosa).email == rosa.email
    refuse(db, number, ANA)
    assert waiting(db) == []


def test_a_petition_that_nobody_asked_for_is_not_approved(db: Database, rosa: Person) -> None:
    number = ask(db, rosa).id
    with db.transaction() as tx:
        row = dict(tx.conn.execute(select(T)).mappings().one())
        tx.conn.execute(insert(T).values(row | {"id": number + 1}))
    assert refusal(db, number + 1) == "petition.unlike"
    approve(db, number)


@pytest.mark.parametrize("answer", [approve, refuse])
def test_an_answered_petition_that_is_set_back_does_not_happen_again(
    db: Database, rosa: Person, answer: Callable[[Database, int, Actor], None]
) -> None:
    number = ask(db, rosa).id
    answer(db, number, LUIS)
    with db.transaction() as tx:
        casillas.set_email(tx, casillas.by_id(tx, rosa.id), rosa.email)
        tx.conn.execute(update(T).values(answered_at=None))
    assert refusal(db, number) == "petition.unlike"
