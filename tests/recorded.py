"""The record as an operator verifies it: each evento gets its place first."""

from proxy.domain.evento import Mark
from proxy.flows import audit, record
from proxy.flows.audit import Broken, Whole
from proxy.store.db import Database


def advance_all(db: Database, kept: Mark | None = None) -> None:
    while record.advance(db, kept).many:
        pass


def verify(db: Database, kept: Mark | None = None) -> Whole | Broken:
    advance_all(db, kept)
    with db.reading() as tx:
        return audit.verify(tx, kept)
