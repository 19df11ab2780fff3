"""What was served cannot be changed, not even by who writes SQL: R20, S66."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError, IntegrityError

from proxy.domain.annulment import Annulment
from proxy.domain.notificacion import Sent
from proxy.domain.sender import Request, Sender
from proxy.store import annulments, deposits, notificaciones, tables
from proxy.store.db import Database
from tests.casilla import Casilla, Offered
from tests.clock import Clock
from tests.people import Person

REFUSED = "what was served cannot be changed"
# Other values of the same type, so that nothing but the rule refuses them.
CHANGES = {
    "casilla_id": "casilla_id + 1",
    "id": "'another'",
    "expediente_on": "NULL",
    "issued_at": "'2026-01-01 00:00:00'",
    "deposited_at": "'2026-01-01 00:00:00'",
    "effect": "'{}'",
    "test": "NOT test",
}
WRITTEN = (
    "expediente", "tipo", "numero", "asunto", "dependencia", "firmado_por", "elaborado_por",
    "number", "content",
)  # fmt: skip
READ = "read_at = '2026-11-17 15:00:00'"


@dataclass
class Served:
    """A notificacion with one anexo."""

    db: Database
    casilla_id: int
    id: bytes

    def run(self, statement: str) -> int:
        with self.db.transaction() as tx:
            return tx.conn.execute(text(statement)).rowcount

    def refuses(self, statement: str) -> None:
        before = self.rows()
        with pytest.raises(IntegrityError, match=REFUSED):
            self.run(statement)
        assert self.rows() == before

    def rows(self) -> list[Any]:
        with self.db.reading() as tx:
            return [
                tx.conn.execute(select(table)).all()
                for table in (
                    tables.notificaciones,
                    tables.files,
                    tables.deposits,
                    tables.annulments,
                )
            ]

    def read(self) -> bool:
        with self.db.transaction() as tx:
            return notificaciones.mark_read(tx, self.casilla_id, self.id)


@pytest.fixture
def served(db: Database, rosa: Person) -> Served:
    with db.transaction() as tx:
        return Served(db, rosa.id, Casilla(rosa).serve(tx, anexos=[Offered("Cargo.pdf")]))


def test_every_column_has_a_change_here() -> None:
    assert {*CHANGES, *WRITTEN, "read_at", "effect_read"} == set(tables.notificaciones.c.keys())


@pytest.mark.parametrize("column", [*CHANGES, *WRITTEN])
def test_no_word_of_a_notificacion_changes_even_while_it_is_read(
    served: Served, column: str
) -> None:
    change = f"{column} = {CHANGES.get(column, repr('otro'))}"
    served.refuses(f"UPDATE notificaciones SET {change}")
    served.refuses(f"UPDATE notificaciones SET {change}, {READ}")


def test_the_first_reading_is_noted_once_and_for_good(served: Served, clock: Clock) -> None:
    assert served.read()
    first = clock.now
    clock.now += timedelta(days=1)
    assert not served.read()
    served.refuses(f"UPDATE notificaciones SET {READ}")
    served.refuses("UPDATE notificaciones SET read_at = NULL")
    served.refuses("UPDATE notificaciones SET read_at = read_at")
    with served.db.reading() as tx:
        found = notificaciones.one(tx, served.casilla_id, served.id)
    assert found is not None and found.read_at == first


def test_an_unread_one_is_read_only_at_an_instant(served: Served) -> None:
    served.refuses("UPDATE notificaciones SET read_at = NULL")
    assert served.run(f"UPDATE notificaciones SET {READ}") == 1


def test_what_opening_makes_of_the_effect_is_noted_with_the_reading_and_for_good(
    db: Database, rosa: Person, served: Served
) -> None:
    served.refuses("UPDATE notificaciones SET effect_read = '{}'")
    served.refuses(f"UPDATE notificaciones SET effect_read = '{{}}', {READ}")  # it has no effect
    with db.transaction() as tx:
        computed = Served(db, rosa.id, Casilla(rosa).serve(tx, effect="{}"))
        assert notificaciones.mark_read(tx, rosa.id, computed.id, "[]")
    for change in ("NULL", "'{}'"):
        computed.refuses(
            f"UPDATE notificaciones SET effect_read = {change} WHERE effect IS NOT NULL"
        )
        computed.refuses(
            f"UPDATE notificaciones SET effect_read = {change}, read_at = NULL"
            " WHERE effect IS NOT NULL"
        )


def test_what_was_written_as_made_by_opening_stays_as_it_is(
    db: Database, rosa: Person, served: Served
) -> None:
    """By who wrote a row of their own: verification finds that one."""
    with db.transaction() as tx:
        Casilla(rosa).serve(tx, effect="{}", effect_read="[]")
    served.refuses(
        f"UPDATE notificaciones SET effect_read = '{{}}', {READ} WHERE effect IS NOT NULL"
    )


@pytest.mark.parametrize(
    "change", ["name = 'otro.pdf'", "sha256 = '1'", "size = 1", "position = 9"]
)
def test_no_file_is_changed(served: Served, change: str) -> None:
    served.refuses(f"UPDATE files SET {change}")


def test_nothing_is_deleted(served: Served) -> None:
    served.refuses("DELETE FROM files")
    served.refuses("DELETE FROM files WHERE position = 1")
    served.refuses("DELETE FROM notificaciones")
    if not served.db.sqlite:
        for table in ("files CASCADE", "notificaciones CASCADE"):
            served.refuses(f"TRUNCATE {table}")
        # The audit of 0.2.0 refers to casillas too, and refuses first.
        with pytest.raises(DBAPIError, match=r"keeps its rows|cannot be changed"):
            served.run("TRUNCATE casillas CASCADE")


def test_no_row_is_put_in_place_of_another(served: Served) -> None:
    """REPLACE, and an insert that updates what it finds."""
    for table in (tables.notificaciones, tables.files):
        names = table.c.keys()
        key = ", ".join(column.name for column in table.primary_key)
        row = f"INTO {table.name} SELECT {', '.join(names)} FROM {table.name}"
        if served.db.sqlite:
            served.refuses(f"REPLACE {row}")
            served.refuses(f"INSERT OR REPLACE {row}")
        served.refuses(
            f"INSERT {row} WHERE true ON CONFLICT ({key}) DO UPDATE SET {names[-1]} = NULL"
        )


def test_what_a_system_sent_and_what_was_annulled_stay_as_they_are(
    db: Database, rosa: Person, served: Served, clock: Clock
) -> None:
    """X7"""
    request = Request(Sender("SGD", "k1"), "a", b"1", "r")
    with db.transaction() as tx:
        found = notificaciones.one(tx, rosa.id, served.id)
        assert found and deposits.add(tx, found, Sent(request, "{}"))
        annulments.add(tx, Annulment(rosa.id, served.id, tx.now, "x", None))
    for table, change in (("deposits", "answer = 'otra'"), ("annulments", "reason = 'otra'")):
        served.refuses(f"UPDATE {table} SET {change}")
        served.refuses(f"DELETE FROM {table}")
        if db.sqlite:
            served.refuses(f"REPLACE INTO {table} SELECT * FROM {table}")
        else:
            served.refuses(f"TRUNCATE {table}")


def test_nobody_reads_it_for_its_owner(served: Served, db: Database, bruno: Person) -> None:
    """S71: the casilla is a condition of the statement, and not only of the flow."""
    with db.transaction() as tx:
        assert not notificaciones.mark_read(tx, bruno.id, served.id)
    assert served.read()
