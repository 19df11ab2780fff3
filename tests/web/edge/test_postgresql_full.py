"""Whether the service sees that the disk of its PostgreSQL takes no more: S10."""

import os
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.conftest import migrated, missing
from tests.engines import Postgres, find_postgres
from tests.holding import filled, small_disk
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
