"""What the record says, or leaves out, of acts that happen: S39, S51, S69."""

from datetime import timedelta

import pytest
from sqlalchemy import select, text, update

from proxy.domain.events import Event
from proxy.errors import Denied, Refusal
from proxy.flows import devices, petitions
from proxy.store import tables
from proxy.store.db import Database
from tests.casilla import Casilla
from tests.clock import Clock
from tests.flows.inside import Inside
from tests.flows.test_inbox import Reader
from tests.flows.test_petitions import ANA, approve, ask, now
from tests.flows.test_limiting import limited
from tests.operators import LUIS
from tests.people import Person


def test_a_session_that_another_one_ended_is_named(db: Database, rosa: Person) -> None:
    first, second = Inside(db, rosa), Inside(db, rosa)
    from proxy.domain.actor import Actor

    with db.transaction(Actor("owner", session=first.session.id, ip="203.0.113.7")) as tx:
        devices.end_one(tx, first.session, second.session.id)
    with db.reading() as tx:
        row = tx.conn.execute(
            select(tables.eventos).where(tables.eventos.c.kind == Event.SESSION_ENDED)
        ).one()
    assert second.session.id.hex() in (row.session.hex(), *row.detail.replace('"', " ").split())


def test_a_flood_of_downloads_is_one_evento(db: Database, rosa: Person) -> None:
    with db.transaction() as tx:
        letter = Casilla(rosa).serve(tx)
    reader = Reader(db, rosa)
    reader.open(letter)
    assert any(isinstance(reader.files(letter), Denied) for _ in range(70))
    assert limited(db) == 1


def test_who_writes_to_the_database_approves_no_petition_of_their_own(
    db: Database, rosa: Person
) -> None:
    """The record says who asked; the petition is a row that anybody may edit."""
    number = ask(db, rosa).id
    with db.transaction() as tx:
        tx.conn.execute(update(tables.petitions).values(asked_by="luis"))
    with pytest.raises(Refusal):
        approve(db, number, ANA)


def test_an_answered_petition_that_is_set_back_does_not_happen_again(
    db: Database, rosa: Person
) -> None:
    number = ask(db, rosa).id
    with db.transaction(LUIS) as tx:
        petitions.refuse(tx, number)
    with db.transaction() as tx:
        tx.conn.execute(update(tables.petitions).values(answered_at=None))
    with pytest.raises(Refusal):
        approve(db, number, LUIS)
