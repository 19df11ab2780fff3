"""Whether the service sees that the disk of its PostgreSQL takes no more: S10."""

import os
import tempfile
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

import pytest
from sqlalchemy import select

from proxy.errors import Unavailable
from proxy.flows import deposit
from proxy.flows.audit import Whole
from proxy.flows.deposit import Offered
from proxy.store import tables
from proxy.store.db import Database
from proxy.store.documents import Documents
from tests.casilla import PDF
from tests.clock import Clock
from tests.conftest import migrated, missing
from tests.engines import Postgres, find_postgres
from tests.flows.test_deposit import LIMA, LIMITS, describe
from tests.holding import filled, small_disk
from tests.people import ROSA, open_casilla, vault
from tests.plazos import RULING
from tests.recorded import verify
from tests.web.visitor import Visitor


@pytest.fixture(scope="module")
def own_server() -> Iterator[Postgres]:
    if find_postgres() is None or os.getuid() != 0:
        missing("PostgreSQL, with root to mount a small disk,")
    small = ("max_wal_size=32MB", "min_wal_size=32MB")
    with (
        tempfile.TemporaryDirectory() as folder,
        small_disk(Path(folder), 160),
        Postgres(*small, disk=Path(folder)) as server,
    ):
        yield server


@pytest.fixture
def served_url(own_server: Postgres) -> str:
    return migrated(own_server.new_database())


def test_no_deposit_that_was_acknowledged_is_lost(
    own_server: Postgres, served_url: str, tmp_path: Path
) -> None:
    """S73: while the disk fills up."""
    db = Database(served_url, Clock(), vault)
    open_casilla(db, ROSA)
    acto, acknowledged = Offered("a.pdf", BytesIO(PDF)), []
    served = deposit.receive(Documents(tmp_path), LIMITS, acto)

    def serve(number: int) -> None:
        with db.transaction() as tx:
            one = describe(numero=str(number), asunto="a" * 400)
            receipt = deposit.deposit(tx, LIMA, ROSA.identidad, one, served, RULING)
        acknowledged.append(receipt.id)

    with filled(own_server.folder.parent, 400_000), pytest.raises(Unavailable):
        for number in range(50_000):
            serve(number)
    many = len(acknowledged)
    serve(50_000)
    assert len(acknowledged) == many + 1 > 1
    with db.reading() as tx:
        there = tx.conn.execute(select(tables.notificaciones.c.id)).scalars()
        assert sorted(there) == sorted(acknowledged)
    assert isinstance(verify(db), Whole)
    db.close()


def test_a_full_disk_is_not_ready(own_server: Postgres, visitor: Visitor) -> None:
    """What is written again and again fits into the room that the server has already."""
    assert visitor.get("/listo").status_code == 200
    for left in (1_000_000, 0):
        with filled(own_server.folder.parent, left):
            for _ in range(3):
                ready = visitor.get("/listo")
                assert (ready.status_code, ready.text) == (
                    503,
                    "no listo: el disco no recibe más\n",
                )
        assert visitor.get("/listo").text == "listo\n"
