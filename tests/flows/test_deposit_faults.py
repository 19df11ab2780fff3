"""Deposits while the disk is full or somebody else holds the database: S73.

Nothing of them is there, nothing of others is lost, and the same one passes afterwards.
"""

import os
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

import pytest
from sqlalchemy import text

from proxy.errors import Unavailable
from proxy.flows.audit import Whole
from proxy.store.db import Database
from proxy.store.engine import REQUESTS
from tests.casilla import pdf
from tests.clock import Clock
from tests.conftest import missing
from tests.flows.test_deposit import Sender, count
from tests.holding import filled, locked, no_large_file, small_disk
from tests.people import ROSA, open_casilla, vault
from tests.recorded import verify


@contextmanager
def none_left(folder: Path) -> Iterator[None]:
    with filled(folder, 0):
        yield


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Path]:
    if os.getuid() != 0:
        missing("root to mount a small disk")
    folder = tmp_path / "disco"
    folder.mkdir()
    with small_disk(folder, 8):
        yield folder


def refused(sender: Sender, code: str, before: tuple[int, ...]) -> None:
    with pytest.raises(Unavailable) as error:
        sender.deposit(("acto.pdf", pdf("x" * 1500)), numero="2")
    assert error.value.code == code
    assert counts(sender.db) == before


def counts(db: Database) -> tuple[int, ...]:
    return tuple(count(db, name) for name in ("notificaciones", "files", "outbox", "eventos"))


def passes(sender: Sender) -> None:
    receipt = sender.deposit(("acto.pdf", pdf("x" * 1500)), numero="2")
    assert count(sender.db, "notificaciones") == 2
    assert isinstance(verify(sender.db), Whole)
    assert receipt.id


@pytest.mark.parametrize(
    ("place", "full"), [("tmp_path", lambda _folder: no_large_file()), ("disk", none_left)]
)
def test_a_full_disk_of_the_documents(
    request: pytest.FixtureRequest,
    sqlite_url: str,
    place: str,
    full: Callable[[Path], AbstractContextManager[None]],
) -> None:
    disk: Path = request.getfixturevalue(place)
    db = Database(sqlite_url, Clock(), vault)
    open_casilla(db, ROSA)
    sender = Sender(db, disk / "documentos")
    sender.deposit(numero="1")
    kept, before = sender.kept, counts(db)
    with full(disk):
        refused(sender, "disk.full", before)
        assert sender.kept == kept
    passes(sender)
    db.close()


def test_a_full_disk_of_the_database(sqlite_url: str, disk: Path, tmp_path: Path) -> None:
    path = disk / "casilla.db"
    path.write_bytes(Path(sqlite_url.removeprefix("sqlite:///")).read_bytes())
    db = Database(f"sqlite:///{path}", Clock(), vault)
    open_casilla(db, ROSA)
    sender = Sender(db, tmp_path / "documentos")
    sender.deposit(numero="1")
    before = counts(db)
    with filled(disk, 0):
        with pytest.raises(Unavailable):
            for number in range(2000):  # the log of SQLite may have room for some
                sender.deposit(("acto.pdf", pdf(f"{number}")), numero=f"lleno {number}")
                before = counts(db)
        refused(sender, "disk.full", before)
        assert count(db, "notificaciones") == before[0]  # who only reads goes on
    sender.deposit(("acto.pdf", pdf("x" * 1500)), numero="2")
    assert isinstance(verify(db), Whole)
    db.close()


@contextmanager
def table_locked(url: str) -> Iterator[None]:
    other = Database(url)
    with other.transaction() as tx:
        tx.conn.execute(text("LOCK TABLE notificaciones IN ACCESS EXCLUSIVE MODE"))
        yield
    other.close()


def test_a_database_that_somebody_else_holds(database_url: str, tmp_path: Path) -> None:
    db = Database(database_url, Clock(), vault, patience=REQUESTS)
    open_casilla(db, ROSA)
    sender = Sender(db, tmp_path / "documentos")
    sender.deposit(numero="1")
    before = counts(db)
    held = locked(db.path) if db.path else table_locked(database_url)
    with held, pytest.raises(Unavailable) as error:
        sender.deposit(("acto.pdf", pdf("x" * 1500)), numero="2")
    assert error.value.code == "database.busy"
    assert counts(db) == before
    passes(sender)
    db.close()
