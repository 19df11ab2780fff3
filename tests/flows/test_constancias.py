"""Constancias come with the act, and wait for their seal: M90, M91, X3, S66, S73, S78."""

import hashlib
import json
import re
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import event, select, text, update
from sqlalchemy.exc import DBAPIError

from proxy.domain.client import Client
from proxy.domain.constancia import Certificate
from proxy.domain.events import Event
from proxy.errors import Denied, NotYours, Refusal
from proxy.flows import constancias, inbox, readiness
from proxy.flows.constancias import LEASE, Job
from proxy.store import tables
from proxy.store.db import Database
from tests.clock import Clock
from tests.constancias import CERTIFICATE, ORIGIN
from tests.flows.test_deposit import Sender, count, sender
from tests.flows.test_sending import TEST, sent
from tests.people import BRUNO, ROSA, Person, open_casilla, vault
from tests.plazos import CATALOG
from tests.store.intruder import without_guards

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


def sealing(db: Database) -> tuple[Job, dict[str, Any]]:
    """The next one, and what it states."""
    found, told = job(db)
    seal(db, found)
    return found, told


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


def test_one_that_failed_for_days_is_tried_each_hour_all_the_same(
    db: Database, rosa: Person, sender: Sender, clock: Clock
) -> None:
    """An authority of time that was down for a weekend."""
    sender.deposit()
    with db.transaction() as tx:
        tx.conn.execute(tables.constancias.update().values(attempts=100))
    found, _ = job(db)
    with db.transaction() as tx:
        constancias.failed(tx, found)
    clock.advance(seconds=LEASE.total_seconds() + 1)
    assert claimed(db) is None
    clock.advance(hours=1)
    assert claimed(db)


def tell_late(db: Database) -> int:
    with db.transaction() as tx:
        return constancias.tell_late(tx)


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


def test_tests_come_last_and_make_no_service_late(
    db: Database, rosa: Person, sender: Sender, clock: Clock
) -> None:
    """S10: a system that tries out its program holds up nobody's proof."""
    for number in range(3):
        sender.deposit(sent=sent(str(number), system=TEST))
    clock.advance(minutes=11)

    def late() -> bool:
        with db.reading() as tx:
            return readiness.late_constancias(tx)

    assert not late()
    sender.deposit()
    first, told = job(db)
    assert told["entorno"] == "real"
    clock.advance(minutes=11)
    assert late()
    seal(db, first)
    assert not late() and job(db)[1]["entorno"] == "prueba"


MANY = (
    "SET LOCAL session_replication_role = replica",
    "INSERT INTO constancias (number, casilla_id, notificacion_id, kind, at, uid, facts, sealed_at,"
    " sha256, size, test, attempts) SELECT n::text, c.casilla_id, decode(md5(n::text), 'hex'),"
    " c.kind, c.at, c.uid, c.facts, c.at, repeat('a', 64), 1, FALSE, 1"
    " FROM generate_series(1, 5000) AS n, (SELECT * FROM constancias LIMIT 1) AS c"
    " ON CONFLICT DO NOTHING",
    "ANALYZE constancias",
)


def plans(db: Database, wanted: str) -> list[str]:
    """How the database finds the rows of each statement on the queue that says `wanted`."""
    asked: list[tuple[str, Any]] = []

    def note(_conn: Any, _cursor: Any, statement: str, values: Any, *_: Any) -> None:
        if wanted in statement and "constancias" in statement:
            asked.append((statement, values))

    event.listen(db.engine, "before_cursor_execute", note)
    job(db)
    event.remove(db.engine, "before_cursor_execute", note)
    explain = "EXPLAIN QUERY PLAN" if db.sqlite else "EXPLAIN"
    with db.transaction() as tx:
        if not db.sqlite:  # it scans what is small
            for statement in MANY:
                tx.conn.execute(text(statement))
        found = [tx.conn.exec_driver_sql(f"{explain} {sql}", values) for sql, values in asked]
        return [" / ".join(str(row[-1]).strip() for row in rows) for rows in found]


def test_the_queue_and_what_was_stated_before_are_found_by_an_index(
    db: Database, rosa: Person, sender: Sender
) -> None:
    """S73: else each seal walks over every constancia that there ever was."""
    sender.deposit()
    found = plans(db, "EXISTS")
    sender.deposit(anew=True)
    found += plans(db, "sha256 IS NOT NULL")
    assert len(found) == 2
    for plan in found:
        assert re.search(r"ix_constancias_of.*casilla_id ?=.*notificacion_id ?=", plan), plan


@pytest.mark.parametrize("facts", ["'nada'", "7", "x'00'", "x''"])
def test_facts_that_somebody_changed_hold_up_no_other(
    sqlite_url: str, clock: Clock, tmp_path: Path, facts: str
) -> None:
    db = Database(sqlite_url, clock, vault)
    open_casilla(db, ROSA)
    sender = Sender(db, tmp_path)
    sender.deposit()
    with without_guards(db) as tx:
        tx.conn.execute(text(f"UPDATE constancias SET facts = {facts}"))
    clock.advance(seconds=1)
    sender.deposit(numero="2")
    assert claimed(db) is None
    assert claimed(db)
    db.close()
