"""The record as an operator verifies it: each evento gets its place first."""

from proxy.domain.evento import Mark
from proxy.flows import audit, record
from proxy.flows.audit import Broken, Whole
from proxy.store.db import Database


def verify(db: Database, kept: Mark | None = None) -> Whole | Broken:
    record.advance_all(db, kept)
    with db.reading() as tx:
        return audit.verify(tx, kept)
