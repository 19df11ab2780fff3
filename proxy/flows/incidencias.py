"""Incidencia: a stored file is not what was deposited. Nobody gets it, and the record says so.

found, once ──▶ the operator is told, and mends it ──▶ mended, once: it is served again
"""

from collections.abc import Sequence

from proxy.domain.events import Event
from proxy.domain.notificacion import File
from proxy.store import eventos, incidencias
from proxy.store.incidencias import Incidencia
from proxy.store.tx import Tx


def found(tx: Tx, file: File, finding: str) -> bool:
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
        )
    return new


def mended(tx: Tx, files: Sequence[File | Incidencia]) -> None:
    """Their bytes are the deposited ones; most of them always were. All are of one notificacion."""
    first, sha256 = files[0], {file.position: file.sha256 for file in files}
    for position in incidencias.close(tx, first.casilla_id, first.notificacion_id, [*sha256]):
        eventos.note(
            tx,
            Event.INCIDENCIA_MENDED,
            first.casilla_id,
            notificacion=first.notificacion_id,
            position=position,
            sha256=sha256[position],
        )


def every(tx: Tx) -> list[Incidencia]:
    return incidencias.every(tx)


def any_open(tx: Tx) -> bool:
    return incidencias.any_open(tx)
