"""What the tables say was served and read is what the record says, on both engines: S69."""

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Table, delete, insert, text, update

from proxy.flows import inbox
from proxy.flows.audit import Broken, Whole
from proxy.store import tables
from proxy.store.db import Database
from tests.clock import Clock
from tests.flows.test_deposit import Sender
from tests.people import BRUNO, ROSA, Person, open_casilla
from tests.plazos import CATALOG, RULING, governed_by
from tests.recorded import advance_all, verify
from tests.store.intruder import from_outside, without_guards
from tests.store.test_record import end

N = tables.notificaciones
NAMES = "expediente tipo numero asunto dependencia firmado_por elaborado_por"
LONG_AGO = datetime(1960, 1, 1, tzinfo=UTC)


@pytest.fixture
def served(db: Database, clock: Clock, tmp_path: Path) -> tuple[Person, bytes]:
    """Whose it is, and its id: an acto that its owner read a minute later."""
    rosa = open_casilla(db, ROSA)
    one = Sender(db, tmp_path).deposit().id
    clock.advance(seconds=60)
    with db.transaction() as tx:
        inbox.open(tx, rosa.id, one, CATALOG)
    assert isinstance(verify(db), Whole)
    return rosa, one


def test_what_a_reading_made_of_the_effect_is_kept_too(
    db: Database, clock: Clock, tmp_path: Path
) -> None:
    rosa, catalog = open_casilla(db, ROSA), governed_by("acuse-5-dias-b1")
    one = Sender(db, tmp_path).deposit(ruling=replace(RULING, catalog=catalog)).id
    clock.advance(days=1)
    with db.transaction() as tx:
        inbox.open(tx, rosa.id, one, catalog)
    assert isinstance(verify(db), Whole)
    assert altered(db, update(N).values(effect_read=None)) == ("audit.read", one.hex())


def altered(db: Database, *statements: Any) -> tuple[str, int | str]:
    with without_guards(db) as tx:
        for statement in statements:
            tx.conn.execute(statement)
    found = verify(db, end(db))
    assert isinstance(found, Broken), found
    return found.code, found.id


@pytest.mark.parametrize(
    ("code", "statements"),
    [
        ("served", [update(N).values(deposited_at=text("'2026-01-01 00:00:00'"))]),
        ("served", [update(N).values(asunto="otro")]),
        ("served", [update(N).values(issued_at=text("'2026-01-01 00:00:00'"))]),
        ("served", [update(N).values(expediente_on=None)]),
        ("served", [update(N).values(effect=None)]),
        ("served", [update(N).values(effect=N.c.effect + " ")]),
        ("read", [update(N).values(effect_read="{}")]),
        ("served", [update(tables.files).values(sha256="0" * 64)]),
        ("served", [update(tables.files).values(name="otro.pdf")]),
        ("served", [delete(tables.files)]),
        ("read", [update(N).values(read_at=text("'2026-01-01 00:00:00'"))]),
        ("read", [update(N).values(read_at=None)]),
        ("unserved", [delete(tables.constancias), delete(tables.files), delete(N)]),
    ],
)
def test_what_was_served_or_read_and_is_altered_is_named(
    db: Database, served: tuple[Person, bytes], code: str, statements: list[Any]
) -> None:
    assert altered(db, *statements) == (f"audit.{code}", served[1].hex())


def copy(table: Table, column: str, value: str) -> Any:
    names = [c.name for c in table.c if c.name != column]
    others = ["number || '-2'" if name == "number" else name for name in names]  # it is unique
    return text(
        f"INSERT INTO {table.name} ({column}, {', '.join(names)})"
        f" SELECT {value}, {', '.join(others)} FROM {table.name}"
    )


def test_a_notificacion_that_is_copied_to_another_casilla_is_named(
    db: Database, served: tuple[Person, bytes]
) -> None:
    bruno = open_casilla(db, BRUNO)
    with db.transaction() as tx:  # no guard refuses it
        for table in (N, tables.files):
            tx.conn.execute(copy(table, "casilla_id", str(bruno.id)))
    assert altered(db) == ("audit.no_deposit", served[1].hex())


def test_a_notificacion_that_is_moved_to_another_casilla_is_named(
    db: Database, served: tuple[Person, bytes]
) -> None:
    bruno = open_casilla(db, BRUNO)
    moved = [copy(table, "casilla_id", str(bruno.id)) for table in (N, tables.files)]
    gone = [
        delete(t).where(t.c.casilla_id == served[0].id)
        for t in (tables.constancias, tables.files, N)
    ]
    assert altered(db, *moved, *gone) == ("audit.unserved", served[1].hex())


def test_a_deposit_that_is_dated_out_of_sight_is_named(db: Database) -> None:
    """Its evento was removed before it got its place."""
    rosa = open_casilla(db, ROSA)
    advance_all(db)
    one = dict.fromkeys(NAMES.split(), "x") | {"casilla_id": rosa.id, "id": b"o" * 16}
    with db.transaction() as tx:
        when = dict.fromkeys(("issued_at", "deposited_at", "read_at"), LONG_AGO)
        tx.conn.execute(insert(N), one | when)
    assert altered(db) == ("audit.no_deposit", (b"o" * 16).hex())


@pytest.mark.parametrize(
    "column",
    ["id = 'x'", "id = 5", "casilla_id = x'05'", "asunto = x'ff'", "asunto = CAST(x'ff' AS TEXT)",
     "deposited_at = 'ayer'", "read_at = 5", "issued_at = x'00'", "expediente_on = 7"],
)  # fmt: skip
@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_what_no_engine_should_hold_does_not_stop_the_verification(
    db: Database, database_url: str, served: tuple[Person, bytes], column: str
) -> None:
    from_outside(database_url, f"UPDATE notificaciones SET {column}")
    assert altered(db)[0] in ("audit.served", "audit.read", "audit.no_deposit", "audit.unserved")
