"""Deposit: the entity serves an acto, and from that instant it is in the citizen's casilla.

    receive (copied, hashed, checked, named, synced) ──▶ deposit: row, number, files, audit, alerta
        and the facts of its constancia; and what the law wants said, and the day on which it takes
        effect, frozen for good

What a system sends twice under one key is one deposit. Its tests are kept like real ones, and reach
nobody: no list shows them and no alerta leaves.

Files are received before the transaction, so no writer waits for the disk, and each has its name
there before the row is written. If the process dies at any instant, the acto is there whole or not
at all. A deposit that is refused, or dies, may leave files that no row names (store/documents.py).
"""

from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import datetime
from typing import Any, BinaryIO, NamedTuple
from zoneinfo import ZoneInfo

from catalog.reading.model import Catalog
from proxy.domain.acto import Acto
from proxy.domain.casilla import Casilla
from proxy.domain.content import Content
from proxy.domain.datos import Datos, Malformed, Wrong
from proxy.domain.effect import Effect, Ruling, freeze
from proxy.domain.events import Event
from proxy.domain.files import PDF, Limits, clean_name, fitting, kind_of
from proxy.domain.identidad import Identidad
from proxy.domain.ids import new_id
from proxy.domain.notificacion import File, Notificacion, Sent, digest_of
from proxy.domain.number import number, series
from proxy.domain.sender import Request
from proxy.errors import Refusal
from proxy.flows import constancias
from proxy.store import casillas, deposits, eventos, notificaciones, numbers, outbox, reading
from proxy.store.documents import Documents, Received
from proxy.store.tx import Tx
from proxy.texts import TEXTS


class Offered(NamedTuple):
    """A file as the sender gives it, or a copy that came to the disk as it was sent."""

    name: str
    content: BinaryIO | Received
    sha256: str | None = None  # that its bytes must have


@dataclass(frozen=True)
class Served:
    """A checked file, whose bytes are on disk under their name."""

    name: str
    media_type: str
    received: Received


@dataclass(frozen=True)
class Receipt:
    notificacion: Notificacion
    files: list[File]
    answer: str | None = None  # to a system
    again: bool = False  # it had been deposited under the same key, and nothing was now

    @property
    def id(self) -> bytes:
        return self.notificacion.id

    @property
    def at(self) -> datetime:
        return self.notificacion.deposited_at

    @property
    def effect(self) -> Effect | None:
        return self.notificacion.takes_effect


# The answer to a system, which is kept with its deposit.
Answer = Callable[[Notificacion, list[File]], str]


def offered(
    datos: Datos, acto: BinaryIO | Received, anexos: Sequence[BinaryIO | Received]
) -> tuple[Offered, list[Offered]]:
    """The files under the names and with the hashes that `datos` gives. Raises Malformed when they
    are not as many."""
    if len(anexos) != len(datos.anexos):
        why = TEXTS["datos.parts"].format(said=len(datos.anexos), came=len(anexos))
        raise Malformed(Wrong("anexos", why))
    others = zip(datos.anexos, anexos, strict=True)
    return (
        Offered(datos.acto.nombre, acto, datos.acto.sha256),
        [Offered(said.nombre, content, said.sha256) for said, content in others],
    )


def receive(
    documents: Documents, limits: Limits, acto: Offered, anexos: Sequence[Offered] = ()
) -> list[Served]:
    """Copy, check and name the files, outside of any transaction and of the event loop. A refusal
    leaves none.

    Refuses `anexos.many`, `file.empty`, `file.large`, `file.other_bytes`, `acto.not_pdf`, and as
    `kind_of` and `reading.read` do.
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
    content: Content | None = None,
    *,
    request: Request | None = None,
    answer: Answer | None = None,
    anew: bool = False,
) -> Receipt:
    """`served[0]` is the acto. Refuses `casilla.unknown`, `casilla.cerrada`, `casilla.suspendida`,
    `acto.future`, what `effect.freeze` refuses, `deposit.other_body` and, unless it is meant to be
    there `anew`, `deposit.again`."""
    casilla = casillas.lock_identidad(tx, identidad)  # of two at once, the second sees the first
    if request and (done := again(tx, request)):
        return done
    test = request is not None and request.sender.test
    casilla = _fit(tx, zone, casilla, acto, served[0].received.sha256, anew=anew or test)
    effect = freeze(ruling, tx.now)
    receipt = record(tx, ruling.catalog, casilla, acto, served, effect, content, request, answer)
    if not test:
        # The alerta only says that an acto is there: plain e-mail is not private (R21).
        for mailbox in casilla.alerted:
            outbox.add(
                tx,
                "notificacion_deposited",
                casilla,
                recipient=mailbox,
                notificacion_id=receipt.id,
            )
    return receipt


def check(
    tx: Tx,
    zone: ZoneInfo,
    identidad: Identidad,
    acto: Acto,
    sha256: str,
    ruling: Ruling,
    request: Request,
) -> Receipt | None:
    """Before the files are received: what was deposited under the same key, or None. Refuses what
    `deposit` would refuse now. It writes nothing and locks nothing."""
    if done := again(tx, request):
        return done
    casilla = casillas.by_identidad(tx, identidad)
    _fit(tx, zone, casilla, acto, sha256, anew=request.sender.test)
    acto.refuse_future(tx.now, zone)
    freeze(ruling, tx.now)
    return None


def again(tx: Tx, request: Request) -> Receipt | None:
    """What the system sent before under this key. Refuses `deposit.other_body`."""
    found = deposits.again(tx, request)
    if found is None:
        return None
    if found.sent.request.body != request.body:
        raise Refusal("deposit.other_body", key=request.idempotency)
    one = found.notificacion
    files = notificaciones.files_of(tx, one.casilla_id, one.id)
    return Receipt(one, files, found.sent.answer, again=True)


def record(
    tx: Tx,
    catalog: Catalog,
    casilla: Casilla,
    acto: Acto,
    served: Sequence[Served],
    effect: str | None,
    content: Content | None = None,
    request: Request | None = None,
    answer: Answer | None = None,
) -> Receipt:
    """A deposit without its alerta, for an acto of the past. Refuses `acto.future`, and
    `deposit.other_body` for a key that came with another casilla at the same moment."""
    zone = ZoneInfo(catalog.entity.zona_horaria)
    acto.refuse_future(tx.now, zone)
    test = request is not None and request.sender.test
    kind, year = series(test=test), tx.now.astimezone(zone).year
    notificacion = Notificacion(
        casilla_id=casilla.id,
        id=new_id(tx.now),
        deposited_at=tx.now,
        read_at=None,
        effect=effect,
        number=number(kind, year, numbers.take(tx, kind, year)),
        content=content.freeze() if content else None,
        test=test,
        **vars(acto),
    )
    files = [_row(notificacion, position, file) for position, file in enumerate(served)]
    notificaciones.add(tx, notificacion, files)
    sent = None
    if request:
        sent = Sent(request, answer(notificacion, files) if answer else "")
        if not deposits.add(tx, notificacion, sent):
            raise Refusal("deposit.other_body", key=request.idempotency)
    proof = constancias.of_deposit(tx, catalog, casilla, notificacion, files, request)
    eventos.note(
        tx,
        Event.NOTIFICACION_DEPOSITED,
        casilla.id,
        notificacion=notificacion.id,
        acto=digest_of(notificacion, files, sent),
        sha256=[file.sha256 for file in files],
        number=notificacion.number,
        **proof,
        **_by_key(request),
    )
    return Receipt(notificacion, files, sent.answer if sent else None)


def _fit(
    tx: Tx, zone: ZoneInfo, casilla: Casilla | None, acto: Acto, sha256: str, *, anew: bool
) -> Casilla:
    if casilla is None:
        raise Refusal("casilla.unknown")
    if casilla.closed_at:
        raise Refusal("casilla.cerrada")
    if casilla.suspended_at:
        raise Refusal("casilla.suspendida")
    if not anew and (last := notificaciones.last_alike(tx, casilla.id, acto.numero, sha256)):
        at = f"{last.deposited_at.astimezone(zone):%d/%m/%Y %H:%M:%S}"
        raise Refusal("deposit.again", id=last.id.hex(), at=at)
    return casilla


def _by_key(request: Request | None) -> dict[str, Any]:
    if request is None:
        return {}
    return {"key": request.sender.key_id, "idempotency": request.idempotency}


def _receive(
    copies: ExitStack, documents: Documents, offered: Offered, most: int, *, acto: bool = False
) -> Served:
    name = clean_name(offered.name)
    received = offered.content
    if not isinstance(received, Received):
        received = copies.enter_context(documents.received(received, most))
    if received.size == 0:
        raise Refusal("file.empty", name=name)
    if received.size > most:
        raise Refusal("file.large", name=name, most=most // 1_000_000)
    if offered.sha256 not in (None, received.sha256):
        raise Refusal("file.other_bytes", name=name, sha256=received.sha256)
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
