"""Deposit: the entity serves an acto, and from that instant it is in the citizen's casilla.

    receive (copied, hashed, checked, named, synced) ──▶ deposit: row, files, audit, alerta; and
        the day on which it takes effect, frozen for good

Files are received before the transaction, so no writer waits for the disk, and each has its name
there before the row is written. If the process dies at any instant, the acto is there whole or not
at all. A deposit that is refused, or dies, may leave files that no row names (store/documents.py).
"""

from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import datetime
from typing import BinaryIO, NamedTuple
from zoneinfo import ZoneInfo

from proxy.domain.acto import Acto
from proxy.domain.casilla import Casilla
from proxy.domain.effect import Effect, Ruling, freeze
from proxy.domain.events import Event
from proxy.domain.files import PDF, Limits, clean_name, fitting, kind_of
from proxy.domain.identidad import Identidad
from proxy.domain.ids import new_id
from proxy.domain.notificacion import File, Notificacion, digest
from proxy.errors import Refusal
from proxy.store import casillas, eventos, notificaciones, outbox, reading
from proxy.store.documents import Documents, Received
from proxy.store.tx import Tx
from proxy.texts import TEXTS


class Offered(NamedTuple):
    """A file as the sender gives it."""

    name: str
    content: BinaryIO


@dataclass(frozen=True)
class Served:
    """A checked file, whose bytes are on disk under their name."""

    name: str
    media_type: str
    received: Received


@dataclass(frozen=True)
class Receipt:
    id: bytes
    at: datetime
    effect: Effect | None


def receive(
    documents: Documents, limits: Limits, acto: Offered, anexos: Sequence[Offered] = ()
) -> list[Served]:
    """Copy, check and name the files, outside of any transaction and of the event loop. A refusal
    leaves none.

    Refuses `anexos.many`, `file.empty`, `file.large`, `acto.not_pdf`, and as `kind_of` and
    `reading.read` do.
    """
    if len(anexos) > limits.anexos:
        raise Refusal("anexos.many", most=limits.anexos)
    with ExitStack() as copies:
        served = [
            _receive(copies, documents, acto, limits.acto, acto=True),
            *(_receive(copies, documents, anexo, limits.anexo) for anexo in anexos),
        ]
        documents.keep(file.received for file in served)
    return served


def deposit(
    tx: Tx,
    zone: ZoneInfo,
    identidad: Identidad,
    acto: Acto,
    served: Sequence[Served],
    ruling: Ruling,
    *,
    anew: bool = False,
) -> Receipt:
    """`served[0]` is the acto. Refuses `casilla.unknown`, `casilla.cerrada`, `casilla.suspendida`,
    `acto.future`, what `effect.freeze` refuses and, unless it is meant to be there `anew`,
    `deposit.again`."""
    casilla = casillas.lock_identidad(tx, identidad)  # of two at once, the second sees the first
    if casilla is None:
        raise Refusal("casilla.unknown")
    if casilla.closed_at:
        raise Refusal("casilla.cerrada")
    if casilla.suspended_at:
        raise Refusal("casilla.suspendida")
    if not anew and (
        last := notificaciones.last_alike(tx, casilla.id, acto.numero, served[0].received.sha256)
    ):
        at = f"{last.deposited_at.astimezone(zone):%d/%m/%Y %H:%M:%S}"
        raise Refusal("deposit.again", id=last.id.hex(), at=at)
    receipt = record(tx, zone, casilla, acto, served, freeze(ruling, tx.now))
    # The alerta only says that an acto is there: plain e-mail is not private (R21).
    outbox.add(tx, "notificacion_deposited", casilla, notificacion_id=receipt.id)
    return receipt


def record(
    tx: Tx,
    zone: ZoneInfo,
    casilla: Casilla,
    acto: Acto,
    served: Sequence[Served],
    effect: str | None,
) -> Receipt:
    """A deposit without its alerta, for an acto of the past. Refuses `acto.future`."""
    acto.refuse_future(tx.now, zone)
    notificacion = Notificacion(
        casilla_id=casilla.id,
        id=new_id(tx.now),
        deposited_at=tx.now,
        read_at=None,
        effect=effect,
        **vars(acto),
    )
    files = [_row(notificacion, position, file) for position, file in enumerate(served)]
    notificaciones.add(tx, notificacion, files)
    eventos.note(
        tx,
        Event.NOTIFICACION_DEPOSITED,
        casilla.id,
        notificacion=notificacion.id,
        acto=digest(notificacion, files, effect),
        sha256=[file.sha256 for file in files],
    )
    return Receipt(notificacion.id, tx.now, notificacion.takes_effect)


def _receive(
    copies: ExitStack, documents: Documents, offered: Offered, most: int, *, acto: bool = False
) -> Served:
    name = clean_name(offered.name)
    received = copies.enter_context(documents.received(offered.content, most))
    if received.size == 0:
        raise Refusal("file.empty", name=name)
    if received.size > most:
        raise Refusal("file.large", name=name, most=most // 1_000_000)
    found = reading.read(received.copy)
    if found.fault:
        raise Refusal(found.fault, name=_shown(name, found.inside))
    kind = kind_of(name, found.kind)
    if acto and kind != PDF:
        raise Refusal("acto.not_pdf", name=name)
    return Served(fitting(name, kind), kind.media_type, received)


def _shown(name: str, inside: str | None) -> str:
    return TEXTS["file.inside"].format(name=name, inside=clean_name(inside)) if inside else name


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
