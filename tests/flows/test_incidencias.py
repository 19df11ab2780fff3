"""A stored file that is damaged, and mended: S72, one evento for each, however many ask."""

import json

from sqlalchemy import select

from proxy.domain.notificacion import File
from proxy.flows import inbox, incidencias
from proxy.store import notificaciones, tables
from proxy.store.db import Database
from tests.casilla import ACTO, Casilla
from tests.people import Person
from tests.plazos import CATALOG


def serve(db: Database, person: Person) -> list[File]:
    """An acto and two anexos; all have the same bytes."""
    with db.transaction() as tx:
        one = Casilla(person).serve(tx, anexos=[ACTO, ACTO])
        return notificaciones.files_of(tx, person.id, one)


def find(db: Database, file: File, finding: str) -> bool:
    with db.transaction() as tx:
        return incidencias.found(tx, CATALOG, file, finding)


def told(db: Database) -> list[tuple[str, int, object]]:
    row = tables.eventos.c
    with db.reading() as tx:
        rows = tx.conn.execute(
            select(row.kind, row.detail).where(row.kind.startswith("incidencia")).order_by(row.id)
        ).all()
    details = [json.loads(row.detail) for row in rows]
    return [(r.kind, d["position"], d.get("finding")) for r, d in zip(rows, details, strict=True)]


def test_each_finding_is_recorded_once_until_it_is_mended(
    db: Database, rosa: Person, bruno: Person
) -> None:
    files, others = serve(db, rosa), serve(db, bruno)
    for finding in ("missing", "missing", "changed", "changed"):
        find(db, files[1], finding)
    assert find(db, others[0], "missing")  # the same bytes, served to somebody else
    with db.transaction() as tx:
        assert incidencias.any_open(tx)
        inbox.record_download(tx, CATALOG, files[1:])
        inbox.record_download(tx, CATALOG, files[1:])
    assert find(db, files[1], "missing")
    assert told(db) == [
        ("incidencia_found", 1, "missing"),
        ("incidencia_found", 1, "changed"),
        ("incidencia_found", 0, "missing"),
        ("incidencia_mended", 1, None),
        ("incidencia_found", 1, "missing"),
    ]
    with db.transaction() as tx:
        for one in incidencias.every(tx):
            incidencias.mended(tx, CATALOG, [one])
        assert not incidencias.any_open(tx)
