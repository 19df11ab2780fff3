"""The inbox: an owner sees the notificaciones of the casilla, opens them and downloads their files.

    page ──▶ open («Ver»: read, once and for ever) ──▶ detail ──▶ files ──▶ served

A notificacion of another owner and a missing one are the same `NotYours`. Only `open` marks a
notificacion as read, and no file leaves before that.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from catalog.reading.model import Catalog
from proxy.domain import limits
from proxy.domain.annulment import Void
from proxy.domain.before_opening import before_opening, said_digest
from proxy.domain.client import Client
from proxy.domain.constancia import Constancia
from proxy.domain.constancia_acts import Reading
from proxy.domain.effect import Given, upon_reading
from proxy.domain.events import Event
from proxy.domain.finding import EVERYTHING, Filter
from proxy.domain.notificacion import Counts, File, Notificacion, effect_digest
from proxy.domain.sending import Happened
from proxy.errors import Denied, NotYours, Reason
from proxy.flows import constancias, incidencias, limiting, recalculation
from proxy.store import annulments, casillas, eventos, feed, notificaciones
from proxy.store.tx import Tx

ROWS = 20
PART = 2000  # rows of a list that is taken away


@dataclass(frozen=True)
class Page:
    """Rows, newest first. `newer` and `older` are the keys that the pages beside it start from.
    `found`: how many rows the filter lets through, when there is one. `unsealed`: those of them
    whose constancia is not ready. `unreached`: no alerta of the last that failed arrived."""

    rows: list[Notificacion]
    counts: Counts
    annulled: dict[bytes, Void]
    unsealed: frozenset[bytes] = frozenset()
    newer: bytes | None = None
    older: bytes | None = None
    found: int | None = None
    unreached: bool = False
    closed: bool = False  # the casilla: nothing more is deposited in it


@dataclass(frozen=True)
class Detail:
    notificacion: Notificacion
    counts: Counts
    acto: File
    anexos: list[File]
    constancias: list[Constancia]
    history: list[Happened]
    given: Given | None = None  # what a later calendar gives, where it is another date
    annulled: Void | None = None


def page(
    tx: Tx,
    casilla_id: int,
    wanted: Filter = EVERYTHING,
    *,
    read: bool,
    key: bytes | None = None,
    older: bool = True,
) -> Page:
    """The rows older (or newer) than the row `key`; without `key` the newest ones."""
    # One row more than is shown tells whether there is a page beyond.
    rows = notificaciones.page(
        tx, casilla_id, wanted, read=read, most=ROWS + 1, key=key, older=older
    )
    beyond = len(rows) > ROWS
    if key is not None and (not rows or not (older or beyond)):
        return page(tx, casilla_id, wanted, read=read)  # the newest page, whole
    counts = notificaciones.counts(tx, casilla_id)
    found = notificaciones.how_many(tx, casilla_id, wanted, read=read) if wanted else None
    rows = rows[:ROWS] if older else rows[-ROWS:]
    annulled = _annulled(tx, casilla_id, rows)
    unsealed = constancias.unsealed(tx, casilla_id, [row.id for row in rows])
    newer, older_than = rows[0].id if key else None, rows[-1].id if beyond or not older else None
    unreached = casillas.unreached(tx, casilla_id)
    closed = casillas.closed(tx, casilla_id)
    return Page(rows, counts, annulled, unsealed, newer, older_than, found, unreached, closed)


def part(
    tx: Tx, casilla_id: int, wanted: Filter, *, read: bool, at: datetime, key: bytes | None
) -> list[tuple[Notificacion, Void | None]]:
    """At most PART rows, newest first, as the list stood at `at`. `key`: the last row before."""
    rows = notificaciones.as_of(tx, casilla_id, wanted, read=read, at=at, most=PART, key=key)
    annulled = {id: one for id, one in _annulled(tx, casilla_id, rows).items() if one.at <= at}
    return [(row, annulled.get(row.id)) for row in rows]


def taking(tx: Tx, casilla_id: int) -> Denied | None:
    """Count a list that is taken away: few at a time are made, for everybody."""
    wait = limiting.take(tx, limits.lists_taken(casilla_id), casilla_id)
    return Denied(Reason.LIMITED, wait) if wait is not None else None


def open(
    tx: Tx, casilla_id: int, notificacion_id: bytes, catalog: Catalog, said: str | None = None
) -> bool:
    """Only the first «Ver» leaves a trace (R19).

    `said`: the digest of what the page said before the click. False: that has changed since, and
    nothing was opened.
    """
    casillas.lock(tx, casilla_id)  # or what puts it off meanwhile would be lost
    one = _mine(tx, casilla_id, notificacion_id)
    if one.read_at:
        return True
    annulled = one.id in _annulled(tx, casilla_id, [one])
    told = before_opening(one, catalog, tx.now, annulled=annulled)
    if said is not None and said != said_digest(told):
        return False
    effect = one.counts and upon_reading(one.counts, one.deposited_at, tx.now, catalog)
    if notificaciones.mark_read(tx, casilla_id, notificacion_id, effect):
        detail: dict[str, Any] = {"effect": effect_digest(effect)} if effect else {}
        read = replace(one, read_at=tx.now, effect_read=effect or None)
        detail |= constancias.about(tx, catalog, read, Reading(" ".join(told)))
        eventos.note(
            tx, Event.NOTIFICACION_READ, casilla_id, notificacion=notificacion_id, **detail
        )
    return True


def detail(tx: Tx, casilla_id: int, notificacion_id: bytes) -> Detail:
    notificacion = _mine(tx, casilla_id, notificacion_id)
    acto, *anexos = notificaciones.files_of(tx, casilla_id, notificacion_id)
    annulled = _annulled(tx, casilla_id, [notificacion]).get(notificacion_id)
    given = None if annulled else recalculation.given(tx, notificacion)
    counts = notificaciones.counts(tx, casilla_id)
    proofs = constancias.list_of(tx, casilla_id, notificacion_id)
    history = feed.history(tx, notificacion)
    return Detail(notificacion, counts, acto, anexos, proofs, history, given, annulled)


def files(tx: Tx, casilla_id: int, notificacion_id: bytes, client: Client) -> list[File] | Denied:
    if _mine(tx, casilla_id, notificacion_id).read_at is None:
        return Denied(Reason.UNREAD)
    wait = limiting.take(tx, limits.downloads(casilla_id, client), casilla_id)
    if wait is not None:
        return Denied(Reason.LIMITED, wait)
    return notificaciones.files_of(tx, casilla_id, notificacion_id)


def record_download(tx: Tx, catalog: Catalog, served: Sequence[File]) -> None:
    """Their bytes are whole, so an incidencia of one of them is over."""
    first = served[0]
    incidencias.mended(tx, catalog, served)
    positions = [file.position for file in served]
    eventos.note(
        tx,
        Event.FILE_SERVED,
        first.casilla_id,
        notificacion=first.notificacion_id,
        positions=positions,
    )


def _annulled(tx: Tx, casilla_id: int, rows: Sequence[Notificacion]) -> dict[bytes, Void]:
    return annulments.among(tx, casilla_id, [row.id for row in rows])


def _mine(tx: Tx, casilla_id: int, notificacion_id: bytes) -> Notificacion:
    notificacion = notificaciones.one(tx, casilla_id, notificacion_id)
    if notificacion is None:
        raise NotYours("notificacion.missing")
    return notificacion
