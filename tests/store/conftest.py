"""The store is tested on the same databases and people as the flows."""

from alembic import command
from alembic.config import Config

from proxy.store.db import Database
from proxy.store.schema import MIGRATIONS
from tests.flows.conftest import bruno, clock, comercial_sur, db, rosa

__all__ = ["bruno", "clock", "comercial_sur", "db", "rosa"]


def upgrade(db: Database, version: str) -> None:
    """As far as an older program did."""
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    with db.transaction() as tx:
        config.attributes["connection"] = tx.conn
        command.upgrade(config, version)
