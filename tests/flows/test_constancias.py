"""Constancias come with the act, and wait for their seal: M90, M91, X3, S66, S73, S78."""

import hashlib
import json
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select, text, update
from sqlalchemy.exc import DBAPIError

from proxy.domain.client import Client
from proxy.domain.constancia import Certificate
from proxy.domain.events import Event
from proxy.errors import Denied, NotYours, Refusal
from proxy.flows import constancias, inbox
from proxy.flows.audit import Whole
from proxy.flows.constancias import LATE, LEASE, Job
from proxy.store import feed, tables
from proxy.store.db import Database
from proxy.web.api.answers import KINDS
from tests.clock import Clock
from tests.constancias import CERTIFICATE, ORIGIN
from tests.flows.test_deposit import Sender, count, sender
from tests.flows.test_sending import SGD, TEST, sent
from tests.people import BRUNO, ROSA, Person, vault
from tests.plazos import CATALOG
from tests.racing import race
from tests.recorded import advance_all, verify

__all__ = ["sender"]
CLIENT = Client("192.0.2.7", "")
DIGEST = "ab" * 32


def claimed(db: Database, certificate: Certificate = CERTIFICATE) -> Job | None:
    with db.transaction() as tx:
        return constancias.next_job(tx, certificate, ORIGIN)


def job(db: Database, certificate: Certificate = CERTIFICATE) -> tuple[Job, dict[str, Any]]:
    found = claimed(db, certificate)
    assert found
    return found, json.loads(found.text)


def seal(db: Database, found: Job, digest: str = DIGEST) -> None:
    with db.transaction() as tx:
        constancias.done(tx, found, digest, 1000)


def detail_of(db: Database, event: Event) -> list[dict[str, Any]]:
    c = tables.eventos.c
    with db.reading() as tx:
        rows = tx.conn.execute(select(c.detail).where(c.kind == event).order_by(c.id))
        return [json.loads(row.detail) for row in rows]


def test_a_deposit_and_its_first_reading_leave_the_facts_of_their_constancias(
    db: Database, rosa: Person, sender: Sender, clock: Clock
) -> None:
    receipt = sender.deposit()
    first, told = job(db)
    assert (told["evento"], told["id"][:8]) == ("deposito", "CC-2026-")
    assert told["destinatario"] == {
        "tipo": "DNI",
        "numero": ROSA.identidad.number,
        "nombre": ROSA.nombres,
    }
    assert told["notificacion"]["numero"] == receipt.notificacion.number
    assert told["partes"][0]["sha256"] and told["efecto"]["regla"]
    [noted] = detail_of(db, Event.NOTIFICACION_DEPOSITED)
    assert noted["constancia"] == told["id"]
    assert noted["facts"] == hashlib.sha256(first.claimed.facts.encode()).hexdigest()
    seal(db, first)

    clock.advance(hours=3)
    for _ in range(2):
        with db.transaction() as tx:
            inbox.open(tx, rosa.id, receipt.id, CATALOG)
    second, told = job(db)
    assert (told["evento"], told["hora_evento"][:19]) == ("lectura", "2026-11-16T13:00:00")
    assert "Abrirla no cambia los plazos" in told["detalle"]["advertencia"]
    assert told["anterior"] == {
        "id": first.claimed.number,
        "sha256": hashlib.sha256(first.text.encode()).hexdigest(),
    }
    seal(db, second)
    assert claimed(db) is None and count(db, "constancias") == 2


def test_no_act_no_constancia(db: Database, rosa: Person, sender: Sender) -> None:
    sender.deposit()
    with pytest.raises(Refusal):  # it is there already
        sender.deposit()
    assert count(db, "constancias") == 1


def test_what_was_stated_once_is_stated_again_whoever_died_meanwhile(
    db: Database, rosa: Person, sender: Sender, clock: Clock
) -> None:
    sender.deposit()
    first, _ = job(db)
    assert claimed(db) is None, "for one worker alone"
    clock.advance(seconds=LEASE.total_seconds() + 1)
    second, _ = job(db)
    assert second.text == first.text
    seal(db, second)
    seal(db, first, "cd" * 32)  # who comes late changes nothing
    with db.reading() as tx:
        [row] = tx.conn.execute(select(tables.constancias.c.sha256)).all()
    assert row.sha256 == DIGEST
    assert len(detail_of(db, Event.CONSTANCIA_SEALED)) == 1


def test_after_a_renewal_of_the_certificate_it_names_the_new_one(
    db: Database, rosa: Person, sender: Sender, clock: Clock
) -> None:
    sender.deposit()
    _, old = job(db)
    clock.advance(hours=1)
    _, new = job(db, replace(CERTIFICATE, sha256="ef" * 32))
    assert new["emisor"]["certificado"]["sha256"] == "ef" * 32
    assert new["hora_evento"] == old["hora_evento"] and new["hora_sello"] != old["hora_sello"]


def test_one_that_fails_waits_longer_each_time_and_is_told_late(
    db: Database, rosa: Person, sender: Sender, clock: Clock
) -> None:
    sender.deposit()
    waited = []
    for _ in range(4):
        found, _ = job(db)
        with db.transaction() as tx:
            constancias.failed(tx, found)
        start = clock.now
        while claimed(db) is None:
            clock.advance(seconds=5)
        waited.append((clock.now - start) // timedelta(seconds=5))
        clock.advance(seconds=LEASE.total_seconds() + 1)
    assert waited == sorted(waited) and waited[0] == 4
    assert tell_late(db) == 1


def tell_late(db: Database) -> int:
    with db.transaction() as tx:
        return constancias.tell_late(tx)


def test_one_that_is_not_sealed_in_ten_minutes_is_an_incidencia_told_once(
    db: Database, rosa: Person, sender: Sender, clock: Clock
) -> None:
    """Its seal tells the end, to the sender too."""
    receipt = sender.deposit(sent=sent())
    at = clock.now
    clock.now = at + LATE - timedelta(microseconds=1)
    assert tell_late(db) == 0
    clock.now = at + LATE
    assert [tell_late(db), tell_late(db)] == [1, 0]
    found, told = job(db)
    assert detail_of(db, Event.CONSTANCIA_LATE) == [
        {"constancia": told["id"], "since": at.isoformat(timespec="microseconds")}
    ]
    seal(db, found)
    advance_all(db)
    with db.reading() as tx:
        assert constancias.late(tx) is None
        seen = [one for one in feed.after(tx, SGD, 0, 9) if one.notificacion == receipt.id]
    kinds = [KINDS[one.kind] for one in seen]
    assert kinds == ["deposito", "alerta", "incidencia", "constancia"]
    assert isinstance(verify(db), Whole)


def test_what_was_sealed_in_time_is_never_late_and_a_test_is_not_either(
    db: Database, rosa: Person, sender: Sender, clock: Clock
) -> None:
    sender.deposit()
    seal(db, job(db)[0])
    sender.deposit(sent=sent(system=TEST))
    clock.advance(days=2)
    assert tell_late(db) == 0
    with db.reading() as tx:
        assert constancias.late(tx) is None
    assert detail_of(db, Event.CONSTANCIA_LATE) == []


def tell_them_all(url: str) -> list[int]:
    """One worker of several, a quarter of an hour later."""
    constancias.AT_ONCE = 2
    db = Database(url, lambda: Clock().now + timedelta(minutes=15), vault)
    told = [tell_late(db)]
    while told[-1]:
        told.append(tell_late(db))
    db.close()
    return told


def test_of_a_long_queue_each_is_told_once_over_several_workers(
    db: Database, database_url: str, rosa: Person, sender: Sender
) -> None:
    for _ in range(9):
        sender.deposit(anew=True)
    assert sum(race(tell_them_all, database_url)) == 9
    numbers = [one["constancia"] for one in detail_of(db, Event.CONSTANCIA_LATE)]
    assert len({*numbers}) == len(numbers) == 9


def test_one_that_no_key_opens_is_in_the_way_of_no_other(
    db: Database, rosa: Person, sender: Sender, clock: Clock
) -> None:
    sender.deposit()
    with db.transaction() as tx:
        tx.conn.execute(update(tables.constancias).values(facts=b"damaged"))
    clock.advance(minutes=1)
    sender.deposit(anew=True)
    assert claimed(db) is None
    assert job(db)[1]["evento"] == "deposito"


def test_each_waits_for_the_one_before_it(
    db: Database, rosa: Person, sender: Sender, clock: Clock
) -> None:
    receipt = sender.deposit()
    clock.advance(minutes=1)
    with db.transaction() as tx:
        inbox.open(tx, rosa.id, receipt.id, CATALOG)
    first, told = job(db)
    assert told["evento"] == "deposito" and claimed(db) is None
    seal(db, first)
    assert job(db)[1]["evento"] == "lectura"


def test_it_is_of_its_owner_alone_and_only_once_it_is_sealed(
    db: Database, rosa: Person, bruno: Person, sender: Sender
) -> None:
    receipt = sender.deposit()
    found, told = job(db)

    def take(who: Person) -> object:
        with db.transaction() as tx:
            return constancias.take(tx, who.id, told["id"], CLIENT)

    with pytest.raises(NotYours):
        take(rosa)
    seal(db, found)
    taken = take(rosa)
    assert not isinstance(taken, Denied)
    with pytest.raises(NotYours):
        take(bruno)
    with db.reading() as tx:
        assert constancias.list_of(tx, rosa.id, receipt.id) == [taken]
        assert constancias.list_of(tx, bruno.id, receipt.id) == []


def test_that_of_a_test_says_so_and_its_owner_never_sees_it(
    db: Database, rosa: Person, sender: Sender
) -> None:
    receipt = sender.deposit(sent=sent(system=TEST))
    found, told = job(db)
    assert told["entorno"] == "prueba" and told["id"].startswith("CT-2026-")
    assert told["remitente"]["sistema"] == "SGD"
    seal(db, found)
    with db.reading() as tx:
        assert constancias.list_of(tx, rosa.id, receipt.id) == []


def test_nobody_who_reads_the_table_reads_whom_it_is_about(
    db: Database, rosa: Person, sender: Sender
) -> None:
    """S66"""
    sender.deposit(to=ROSA.identidad)
    job(db)
    with db.reading() as tx:
        [row] = tx.conn.execute(select(tables.constancias)).all()
    whole = repr(tuple(row))
    assert ROSA.nombres not in whole and ROSA.identidad.number not in whole
    assert BRUNO.nombres not in whole


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE constancias SET kind = 'lectura'",
        "UPDATE constancias SET at = NULL",
        "UPDATE constancias SET sha256 = NULL, next_at = NULL",
        "UPDATE constancias SET size = 1",
        "DELETE FROM constancias",
    ],
)
def test_what_is_sealed_stays(db: Database, rosa: Person, sender: Sender, change: str) -> None:
    sender.deposit()
    seal(db, job(db)[0])
    with pytest.raises(DBAPIError), db.transaction() as tx:
        tx.conn.execute(text(change))
    assert count(db, "constancias") == 1
