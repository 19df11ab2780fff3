"""The triggers of both engines: a weaker one shows, and on SQLite REPLACE passes none (S69)."""

import pytest
from sqlalchemy import insert, select, text
from sqlalchemy.exc import DBAPIError

from proxy.domain.events import Event
from proxy.flows.audit import Broken, Whole
from proxy.store import eventos, guards, tables
from proxy.store.db import Database
from tests.recorded import verify
from tests.store.intruder import without_guards
from tests.store.test_record import end, noted

__all__ = ["noted"]


def test_the_migrations_make_the_triggers_that_verification_wants(db: Database) -> None:
    with db.reading() as tx:
        assert guards.guards(tx) == guards.MADE[db.engine.dialect.name]


def swallow(db: Database) -> list[str]:
    if db.sqlite:
        return [
            "DROP TRIGGER eventos_kept_delete",
            "DROP TRIGGER eventos_wait",
            "CREATE TRIGGER eventos_wait AFTER INSERT ON eventos BEGIN"
            " INSERT INTO line_waiting (evento_id) SELECT NEW.id"
            " WHERE NEW.kind <> 'authn_login_fail';"
            " DELETE FROM eventos WHERE id = NEW.id AND NEW.kind = 'authn_login_fail'; END",
        ]
    return [
        "CREATE FUNCTION swallow() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN"
        " IF NEW.kind = 'authn_login_fail' THEN RETURN NULL; END IF; RETURN NEW; END $$",
        "CREATE TRIGGER aa BEFORE INSERT ON eventos FOR EACH ROW EXECUTE FUNCTION swallow()",
    ]


def test_a_trigger_that_swallows_eventos_is_found(noted: Database) -> None:
    with noted.transaction() as tx:
        for statement in swallow(noted):
            tx.conn.exec_driver_sql(statement)
    for _ in range(5):
        with noted.transaction() as tx:
            eventos.note(tx, Event.LOGIN_FAILED)
    assert verify(noted, end(noted)) == Broken("audit.guards", "")


@pytest.mark.parametrize(
    "weaker",
    [
        "ALTER TABLE eventos DISABLE TRIGGER eventos_kept",
        "DROP TRIGGER files_update ON files",
        "CREATE OR REPLACE FUNCTION kept_as_it_is() RETURNS trigger LANGUAGE plpgsql AS"
        " $$ BEGIN RETURN NULL; END $$",
        "CREATE RULE none AS ON INSERT TO sessions DO INSTEAD NOTHING",
    ],
)
@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
def test_what_is_weaker_on_postgresql_is_found(noted: Database, weaker: str) -> None:
    assert isinstance(verify(noted), Whole)
    with noted.transaction() as tx:
        tx.conn.exec_driver_sql(weaker)
    assert verify(noted) == Broken("audit.guards", "")


@pytest.mark.parametrize("table", ["eventos", "line", "audit", "audit_head"])
@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_no_row_of_the_record_is_put_in_place_of_another(noted: Database, table: str) -> None:
    t = tables.metadata.tables[table]
    if table.startswith("audit"):
        with without_guards(noted) as tx:
            tx.conn.execute(text("INSERT INTO audit_head VALUES (1, 0, :seal)"), {"seal": b"x"})
            old = {"id": 1, "at": tx.now, "event": "x", "detail": {}, "key_id": "k1", "seal": b""}
            tx.conn.execute(insert(tables.audit), old)
    with noted.reading() as tx:
        before = tx.conn.execute(select(t)).all()
    last = "seal" if "seal" in t.c else "chain"
    names = ", ".join(c.name for c in t.c if c.name != last)
    for others in (f"SELECT {names}, x'00' FROM {table}", f"SELECT {names}, {last} FROM {table}"):
        with pytest.raises(DBAPIError, match="keeps its rows"), noted.transaction() as tx:
            tx.conn.execute(text(f"REPLACE INTO {table} ({names}, {last}) {others}"))
    with noted.reading() as tx:
        assert tx.conn.execute(select(t)).all() == before


@pytest.mark.parametrize(
    ("column", "value"), [("evento_id", "'x'"), ("evento_id", "7"), ("place", "'x'")]
)
@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_no_place_has_a_name_that_is_no_number_or_no_bytes(
    noted: Database, column: str, value: str
) -> None:
    one = {"place": "100", "evento_id": "x'00'"} | {column: value}
    with pytest.raises(DBAPIError, match="keeps its rows"), noted.transaction() as tx:
        tx.conn.execute(
            text(f"INSERT INTO line VALUES ({one['place']}, {one['evento_id']}, 'k1', x'00')")
        )
