"""A database of the first 0.1.0, as its own program left it, comes into this one."""

import json
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.operations import Operations
from sqlalchemy import func, select, text

from proxy.domain.identidad import Identidad
from proxy.domain.notificacion import Counts
from proxy.flows import cuentas
from proxy.flows.audit import Whole
from proxy.installation import Installation
from proxy.settings import Settings
from proxy.store import casillas, notificaciones, schema, tables
from proxy.web.routes import path_of
from proxy.work.mailer import Mailer
from tests.clock import Clock
from tests.outbox import messages
from tests.recorded import verify
from tests.store.early.tables import make

ROWS = Path(__file__).parent / "early" / "rows.sql"
# Of the invented installation that wrote those rows.
KEYS = {"claves": [{"id": "k1", "clave": "WglxdxAWQePuY3WdlMkpWsoZzudGwF2ZGvNYyYHk2zM="}]}
ROSA, SUR = Identidad("DNI", "40000001"), Identidad("RUC", "20000000028")
AT = datetime(2026, 11, 28, 22, 45, tzinfo=UTC)  # a few minutes after the last of those rows


@pytest.fixture
def early(empty_url: str, tmp_path: Path) -> Iterator[Installation]:
    keys = tmp_path / "claves.json"
    keys.touch(0o600)
    keys.write_text(json.dumps(KEYS))
    settings = Settings(
        _env_file=None,
        database_url=empty_url,
        keys_file=keys,
        mail_url=f"maildir:{tmp_path}/correo",
        sms_url=f"maildir:{tmp_path}/sms",
    )
    clock = Clock()
    clock.now = AT
    installation = Installation(settings, clock)
    with installation.db.transaction() as tx:
        make(Operations(MigrationContext.configure(tx.conn)))
        rows = ROWS.read_text(encoding="utf-8")
        if not installation.db.sqlite:
            tx.conn.execute(text("SET LOCAL TimeZone = 'UTC'"))
            rows = re.sub(r"x'([0-9A-F]+)'", r"'\\x\1'", rows)
        for row in rows.splitlines():
            tx.conn.exec_driver_sql(row)
    yield installation
    installation.db.close()


@pytest.mark.parametrize("before_that_index", [False, True])
def test_it_gets_the_tables_of_today(early: Installation, before_that_index: bool) -> None:
    if before_that_index:  # in the very first days
        with early.db.transaction() as tx:
            tx.conn.execute(text("DROP INDEX ix_outbox_waiting"))
    assert schema.migrate(early.db) == ("0001", schema.newest())
    with early.db.reading() as tx:
        assert compare_metadata(MigrationContext.configure(tx.conn), tables.metadata) == []
    assert schema.migrate(early.db) == (schema.newest(), schema.newest())


def test_each_owner_keeps_casilla_and_password_to_choose_another(early: Installation) -> None:
    schema.migrate(early.db)
    with early.db.reading() as tx:
        rosa, sur = casillas.by_identidad(tx, ROSA), casillas.by_identidad(tx, SUR)
        stored = tx.conn.execute(select(tables.casillas)).all()
    assert rosa and sur
    assert (rosa.id, rosa.nombres, rosa.email, rosa.phone, rosa.failures) == (
        1, "Rosa Ficticia", "rosa@ejemplo.pe", None, 0,
    )  # fmt: skip
    assert (sur.id, sur.email, sur.failures) == (2, "sur@ejemplo.pe", 1)
    assert early.passwords.prove(rosa.password, "Quinua-2041").matches
    assert rosa.must_change and sur.must_change
    assert b"Ficticia" not in repr(stored).encode()


def test_what_was_served_is_there_read_or_not(early: Installation) -> None:
    schema.migrate(early.db)
    with early.db.reading() as tx:
        assert notificaciones.counts(tx, 1) == Counts(pending=1, read=1)
        [read] = notificaciones.page(tx, 1, read=True, most=9)
        files = notificaciones.files_of(tx, 1, read.id)
    assert read.numero == "000009-2026-SG"
    assert read.expediente_on is not None and read.expediente_on.isoformat() == "2026-03-02"
    assert read.read_at == datetime(2026, 11, 28, 22, 38, 47, 197707, UTC)
    assert [file.name for file in files] == ["carta.pdf", "anexo.txt"]


def test_its_audit_is_sealed_from_the_first_row(early: Installation) -> None:
    schema.migrate(early.db)
    found = verify(early.db)
    with early.db.reading() as tx:
        events = tx.conn.execute(select(tables.audit.c.event).order_by(tables.audit.c.id)).scalars()
        assert [*events][2:6] == [
            "notificacion_deposited", "notificacion_deposited", "authn_token_created",
            "session_created",
        ]  # fmt: skip
    assert isinstance(found, Whole)
    assert found.rows == 12  # and the first evento
    assert found.since == datetime(2026, 11, 28, 22, 38, 45, 431604, UTC)


def test_what_waited_leaves_and_codes_do_not(early: Installation) -> None:
    schema.migrate(early.db)
    assert Mailer(early, path_of).deliver_due() == 2
    with early.db.reading() as tx:
        sent = select(tables.outbox.c.name).where(tables.outbox.c.sent_at.is_not(None))
        assert sorted(tx.conn.execute(sent).scalars()) == [
            "new_device", "notificacion_deposited", "notificacion_deposited",
        ]  # fmt: skip
        assert (
            tx.conn.execute(select(func.count()).select_from(tables.outbox_attempts)).scalar() == 3
        )


def test_nobody_is_inside_any_more(early: Installation) -> None:
    schema.migrate(early.db)
    with early.db.reading() as tx:
        for table in (tables.sessions, tables.challenges, tables.rates):
            assert tx.conn.execute(select(table)).first() is None


def test_what_comes_later_gets_numbers_of_its_own(early: Installation) -> None:
    schema.migrate(early.db)
    with early.db.transaction() as tx:
        new = cuentas.open_casilla(tx, Identidad("DNI", "40000002"), "Bruno", "b@ejemplo.pe", None)
    assert new.id == 3
    assert isinstance(verify(early.db), Whole)
    assert messages(early.db, "notificacion_deposited")


def test_a_step_that_fails_leaves_it_as_it_was(early: Installation) -> None:
    with early.db.transaction() as tx:  # as somebody may have mended it by hand
        tx.conn.execute(text("ALTER TABLE outbox ADD COLUMN extra TEXT"))
        tx.conn.execute(text("ALTER TABLE files ADD COLUMN extra TEXT"))
    with pytest.raises(schema.MigrationFailed, match="0001"):
        schema.migrate(early.db)
    with early.db.reading() as tx:
        assert (
            tx.conn.execute(text("SELECT number FROM casillas WHERE id = 1")).scalar() == "40000001"
        )
    assert schema.current(early.db) == "0001"


def test_a_row_that_cannot_be_read_is_told_with_its_migration(early: Installation) -> None:
    with early.db.transaction() as tx:
        if not early.db.sqlite:
            tx.conn.execute(text("ALTER TABLE audit ALTER COLUMN detail TYPE TEXT"))
        tx.conn.execute(text("UPDATE audit SET detail = '{'"))
    with pytest.raises(schema.MigrationFailed, match="0001"):
        schema.migrate(early.db)
    assert schema.current(early.db) == "0001"
