"""The store is tested on the same databases and people as the flows."""

from pathlib import Path

import pytest
from alembic import command
from alembic.config import Config

from proxy.store.db import Database
from proxy.store.schema import MIGRATIONS
from tests.flows.conftest import bruno, clock, comercial_sur, db, rosa
from tests.store.carrying import Kept

__all__ = ["bruno", "clock", "comercial_sur", "db", "rosa"]


def upgrade(db: Database, version: str) -> None:
    """As far as an older program did."""
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    with db.transaction() as tx:
        config.attributes["connection"] = tx.conn
        command.upgrade(config, version)


@pytest.fixture
def kept(tmp_path: Path) -> Kept:
    def keep(content: bytes) -> Path:
        path = tmp_path / "served"
        path.write_bytes(content)
        return path

    return keep
