"""Deposit: the entity serves an acto, and from that instant it is in the citizen's casilla.

    receive (copied, hashed, checked, synced) ──▶ deposit: names kept, row, files, audit, alerta

The files are received before the transaction, so a large one keeps nobody waiting, and have their
names before the row is written. Killed at any instant, the acto is there whole or not at all.
"""

from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import BinaryIO, NamedTuple
from zoneinfo import ZoneInfo

from proxy.domain.acto import Acto
from proxy.domain.casilla import Casilla
from proxy.domain.events import Event
from proxy.domain.files import Limits, clean_name, media_type
from proxy.domain.identidad import Identidad
from proxy.domain.ids import new_id
from proxy.domain.notificacion import File, Notificacion
from proxy.errors import Refusal
from proxy.store import audit, casillas, notificaciones, outbox
from proxy.store.documents import Documents, Received
from proxy.store.tx import Tx


class Offered(NamedTuple):
    """A file as the sender gives it."""

    name: str
    content: BinaryIO


@dataclass(frozen=True)
class Served:
    """A file that may be served, its bytes on disk but not yet under their name."""

    name: str
    media_type: str
    received: Received


@dataclass(frozen=True)
class Receipt:
    id: bytes
    at: datetime


@contextmanager
def receive(
    documents: Documents, limits: Limits, acto: Offered, anexos: Sequence[Offered] = ()
) -> Iterator[list[Served]]:
    """Copy and check the files; what no `deposit` kept is gone afterwards.

    Refuses a file that is empty, too large, of a kind that is not served, or not of its kind.
    """
    if len(anexos) > limits.anexos:
        raise Refusal("anexos.many", most=limits.anexos)
    with ExitStack() as copies:
        yield [
            _receive(copies, documents, acto, limits.acto, acto=True),
            *(_receive(copies, documents, anexo, limits.anexo) for anexo in anexos),
        ]


def deposit(
    tx: Tx,
    documents: Documents,
    zone: ZoneInfo,
    identidad: Identidad,
    acto: Acto,
    served: Sequence[Served],
) -> Receipt:
    """Put the acto into the casilla of `identidad` and announce it. `served[0]` is the acto."""
    casilla = casillas.by_identidad(tx, identidad)
    if casilla is None:
        raise Refusal("casilla.unknown")
    receipt = record(tx, documents, zone, casilla, acto, served)
    # The alerta says only that something is there: it travels by plain e-mail (R21).
    outbox.add(tx, "notificacion_deposited", casilla)
    return receipt


def record(
    tx: Tx,
    documents: Documents,
    zone: ZoneInfo,
    casilla: Casilla,
    acto: Acto,
    served: Sequence[Served],
) -> Receipt:
    """The deposit without its alerta: for what was served at another time."""
    acto.refuse_future(tx.now, zone)
    documents.keep(file.received for file in served)
    notificacion = Notificacion(
        casilla_id=casilla.id,
        id=new_id(tx.now),
        deposited_at=tx.now,
        read_at=None,
        **vars(acto),
    )
    files = [_row(notificacion, position, file) for position, file in enumerate(served)]
    notificaciones.add(tx, notificacion, files)
    audit.note(
        tx,
        Event.NOTIFICACION_DEPOSITED,
        casilla.id,
        notificacion=notificacion.id.hex(),
        sha256=[file.sha256 for file in files],
    )
    return Receipt(notificacion.id, tx.now)


def _receive(
    copies: ExitStack, documents: Documents, offered: Offered, most: int, *, acto: bool = False
) -> Served:
    name = clean_name(offered.name)
    received = copies.enter_context(documents.received(offered.content, most))
    if received.size == 0:
        raise Refusal("file.empty", name=name)
    if received.size > most:
        raise Refusal("file.large", name=name, most=most // 1_000_000)
    kind = media_type(name, received.head, received.tail)
    if acto and kind != "application/pdf":
        raise Refusal("acto.not_pdf", name=name)
    return Served(name, kind, received)


def _row(notificacion: Notificacion, position: int, file: Served) -> File:
    return File(
        casilla_id=notificacion.casilla_id,
        notificacion_id=notificacion.id,
        position=position,
        name=file.name,
        media_type=file.media_type,
        sha256=file.received.sha256,
        size=file.received.size,
    )
