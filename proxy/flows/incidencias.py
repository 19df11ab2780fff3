"""Incidencia: a stored file is not what was deposited. Nobody gets it, and the record says so.

found, once ──▶ the operator is told, and mends it ──▶ mended, once: it is served again
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from catalog.reading.model import Catalog
from proxy.domain.constancia_acts import Incident
from proxy.domain.events import Event
from proxy.domain.notificacion import File
from proxy.flows import constancias
from proxy.store import eventos, incidencias, notificaciones
from proxy.store.incidencias import Incidencia
from proxy.store.tx import Tx
from proxy.texts import TEXTS

FINDINGS = {
    "missing": "constancia.incidencia.missing",
    "unreadable": "constancia.incidencia.unreadable",
    "changed": "constancia.incidencia.changed",
}
FOUND_OR_MENDED = (Event.INCIDENCIA_FOUND, Event.INCIDENCIA_MENDED)


def found(tx: Tx, catalog: Catalog, file: File, finding: str) -> bool:
    """One evento for each file and finding, however often somebody asks. False: it was known."""
    new = incidencias.add(tx, file, finding)
    if new:
        eventos.note(
            tx,
            Event.INCIDENCIA_FOUND,
            file.casilla_id,
            notificacion=file.notificacion_id,
            position=file.position,
            sha256=file.sha256,
            finding=finding,
            **_proof(tx, catalog, file, finding, None),
        )
    return new


def mended(tx: Tx, catalog: Catalog, files: Sequence[File | Incidencia]) -> None:
    """Their bytes are the deposited ones; most of them always were. All are of one notificacion."""
    first, by_position = files[0], {file.position: file for file in files}
    of = first.casilla_id, first.notificacion_id
    for position, finding in incidencias.close(tx, *of, [*by_position]):
        file = by_position[position]
        eventos.note(
            tx,
            Event.INCIDENCIA_MENDED,
            first.casilla_id,
            notificacion=first.notificacion_id,
            position=position,
            sha256=file.sha256,
            **_proof(tx, catalog, file, finding, _since(tx, file)),
        )


def _proof(
    tx: Tx, catalog: Catalog, file: File | Incidencia, finding: str, since: datetime | None
) -> dict[str, Any]:
    """Of what was found now or, with `since`, of what is mended now."""
    of = file.casilla_id, file.notificacion_id
    one = notificaciones.one(tx, *of)
    if one is None:  # a test: its owner never sees it
        return {}
    name = next(
        each.name for each in notificaciones.files_of(tx, *of) if each.position == file.position
    )
    said = TEXTS[FINDINGS[finding]].format(name=name)
    act = Incident(said, since or tx.now, tx.now if since else None)
    return constancias.about(tx, catalog, one, act, reasons=[said])


def _since(tx: Tx, file: File | Incidencia) -> datetime:
    """When it was first found, after it was last mended."""
    since = None
    for at, kind, detail in eventos.of_one(tx, file.notificacion_id, FOUND_OR_MENDED):
        if detail["position"] == file.position:
            since = (since or at) if kind == Event.INCIDENCIA_FOUND else None
    return since or tx.now


def every(tx: Tx) -> list[Incidencia]:
    return incidencias.every(tx)


def any_open(tx: Tx) -> bool:
    return incidencias.any_open(tx)
