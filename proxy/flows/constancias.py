"""Constancias: each act is proved by a PDF that is sealed after it.

    facts, in the transaction of the act ──▶ claimed by a worker ──▶ stated, once for every attempt
        ──▶ rendered and sealed, in no transaction ──▶ in the casilla

The act is there at once, its constancia as soon as it is sealed. What is not sealed yet is tried
again, with the same text: a worker that is killed leaves nothing half done.
"""

import hashlib
import json
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from catalog.reading.model import Catalog
from proxy.domain import constancia as stating
from proxy.domain import limits
from proxy.domain.casilla import Casilla
from proxy.domain.client import Client
from proxy.domain.constancia import (
    Certificate,
    Constancia,
    Facts,
    Issuer,
    Person,
    Policy,
    Representative,
    Sealing,
    Sender,
)
from proxy.domain.constancia_acts import Act, Deposit
from proxy.domain.events import Event
from proxy.domain.notificacion import File, Notificacion
from proxy.domain.number import number, series_of_constancias
from proxy.domain.sender import Request
from proxy.domain.sender import Sender as System
from proxy.domain.vault import Unsealable
from proxy.errors import Denied, NotYours, Reason
from proxy.flows import limiting
from proxy.store import casillas, constancias, eventos, notificaciones, numbers
from proxy.store.constancias import Claimed
from proxy.store.tx import Tx
from proxy.texts import TEXTS

LEASE = timedelta(minutes=3)  # to render and seal one; a killed worker holds it no longer
AGAIN = timedelta(seconds=20)  # after a failure; twice as long each time, up to LONGEST
LONGEST = timedelta(hours=1)
LATE = timedelta(minutes=10)
AT_ONCE = 200  # that are told late in one transaction
SALT_BYTES = 16


@dataclass(frozen=True)
class Job:
    claimed: Claimed
    text: str  # of constancia.json


def of_deposit(
    tx: Tx,
    catalog: Catalog,
    casilla: Casilla,
    one: Notificacion,
    files: Sequence[File],
    request: Request | None,
) -> dict[str, Any]:
    by = request.sender if request else None
    act = Deposit()
    if request and by:
        act = Deposit(request.reference or None, by.key_id, request.idempotency)
    sender = Sender(catalog.entity.nombre, by.system if by else None, _official(tx))
    return of(tx, catalog, casilla, act, one, files, sender=sender)


def about(
    tx: Tx,
    catalog: Catalog,
    one: Notificacion,
    act: Act,
    by: System | None = None,
    reasons: Sequence[str] = (),
) -> dict[str, Any]:
    """`of`, for something that happens to what was deposited before. Empty when no key opens who
    its owner is: the act stands all the same.
    """
    try:
        casilla = casillas.by_id(tx, one.casilla_id)
    except Unsealable:
        return {}
    files = notificaciones.files_of(tx, one.casilla_id, one.id)
    sender = Sender(catalog.entity.nombre, by.system if by else None, _official(tx))
    return of(tx, catalog, casilla, act, one, files, sender=sender, reasons=reasons)


def of(
    tx: Tx,
    catalog: Catalog,
    casilla: Casilla,
    act: Act,
    one: Notificacion | None = None,
    files: Sequence[File] = (),
    *,
    sender: Sender | None = None,
    representative: Representative | None = None,
    reasons: Sequence[str] = (),
) -> dict[str, Any]:
    """Write the facts of `act`, which happens now. Without `one` it is about the casilla itself.

    Returns for the detail of its evento: a number, and what cannot be changed without it showing.
    """
    kind = series_of_constancias(test=one is not None and one.test)
    year = tx.now.astimezone(ZoneInfo(catalog.entity.zona_horaria)).year
    named = number(kind, year, numbers.take(tx, kind, year))
    facts = Facts(
        number=named,
        act=act,
        at=tx.now,
        sender=sender or Sender(catalog.entity.nombre, None, _official(tx)),
        recipient=Person(casilla.identidad, casilla.nombres),
        salt=secrets.token_hex(SALT_BYTES),
        concerned=stating.concerned(one, files) if one else None,
        representative=representative,
        authentication=_authentication(tx),
        reasons=tuple(reasons),
        test=one is not None and one.test,
    )
    issuer = Issuer(catalog.entity, _policy(catalog))
    text = stating.written(facts, issuer)
    about = one.id if one else None
    constancias.add(tx, named, casilla.id, about, act.kind, text, tx.now + LATE, test=facts.test)
    return {"constancia": named, "facts": _digest(text)}


def of_casilla(tx: Tx, casilla_id: int) -> list[Constancia]:
    """Those about the casilla itself, the newest first."""
    return constancias.of_casilla(tx, casilla_id)


def list_of(tx: Tx, casilla_id: int, notificacion_id: bytes) -> list[Constancia]:
    return constancias.among(tx, casilla_id, [notificacion_id]).get(notificacion_id, [])


def unsealed(tx: Tx, casilla_id: int, ids: list[bytes]) -> frozenset[bytes]:
    return constancias.unsealed(tx, casilla_id, ids) if ids else frozenset()


def take(tx: Tx, casilla_id: int, named: str, client: Client) -> Constancia | Denied:
    """One to download. NotYours `constancia.missing`: also one that is not sealed yet."""
    found = constancias.one(tx, casilla_id, named)
    if found is None or found.sha256 is None:
        raise NotYours("constancia.missing")
    wait = limiting.take(tx, limits.downloads(casilla_id, client), casilla_id)
    return Denied(Reason.LIMITED, wait) if wait is not None else found


def record_download(tx: Tx, one: Constancia) -> None:
    eventos.note(
        tx,
        Event.FILE_SERVED,
        one.casilla_id,
        notificacion=one.notificacion_id,
        constancia=one.number,
    )


def next_job(tx: Tx, certificate: Certificate, origin: str) -> Job | None:
    """What an earlier attempt stated stays, while the same certificate seals.

    None also for one that no key opens: its lease stays, so it is in the way of no other.
    """
    try:
        claimed = constancias.claim(tx, LEASE)
        if claimed is None:
            return None
        text = claimed.stated
        if text is None or _sealed_by(text) != certificate.sha256:
            of = claimed.casilla_id, claimed.notificacion_id
            before = constancias.last_stated(tx, *of)
            previous = stating.previous(before) if before else None
            text = stating.stated(claimed.facts, Sealing(tx.now, certificate, origin, previous))
            constancias.state(tx, claimed, text)
    except Unsealable:
        return None
    return Job(claimed, text)


def done(tx: Tx, job: Job, sha256: str, size: int) -> None:
    found = constancias.sealed(tx, job.claimed.number, sha256, size)
    if found:
        casilla_id, notificacion_id = found
        eventos.note(
            tx,
            Event.CONSTANCIA_SEALED,
            casilla_id,
            notificacion=notificacion_id,
            constancia=job.claimed.number,
            sha256=sha256,
            stated=_digest(job.text),
        )


def failed(tx: Tx, job: Job) -> None:
    wait = min(AGAIN * 2 ** min(job.claimed.attempts - 1, 16), LONGEST)  # after days, no overflow
    constancias.postpone(tx, job.claimed, tx.now + wait)


def any_waiting(tx: Tx) -> bool:
    return constancias.any_waiting(tx)


def tell_late(tx: Tx) -> int:
    """Each that is not sealed ten minutes after its act is an incidencia, told once. Returns how
    many were told; its seal tells the end."""
    told = constancias.tell_late(tx, AT_ONCE)
    for one in told:
        eventos.note(
            tx,
            Event.CONSTANCIA_LATE,
            one.casilla_id,
            notificacion=one.notificacion_id,
            constancia=one.number,
            since=one.at.isoformat(timespec="microseconds"),
        )
    return len(told)


@dataclass(frozen=True)
class Late:
    many: int
    oldest: datetime  # when the act happened that waits longest

    def told(self) -> dict[str, Any]:
        """For the log."""
        return {"many": self.many, "since": self.oldest.isoformat()}


def late(tx: Tx) -> Late | None:
    many, oldest = constancias.late(tx)
    return Late(many, oldest) if oldest else None


def count_from_now(tx: Tx, casilla_ids: Sequence[int]) -> None:
    """For acts of the past, which a demonstration writes now."""
    constancias.count_from(tx, casilla_ids, tx.now + LATE)


def _policy(catalog: Catalog) -> Policy:
    terms = catalog.terms
    return Policy(f"terminos-{terms.version}", terms.sha256, f"/terminos/{terms.version}/")


def _official(tx: Tx) -> str | None:
    return tx.by.name if tx.by.kind == "operator" else None


def _authentication(tx: Tx) -> stating.Authentication | None:
    if tx.by.session is None:
        return None
    # What is certain: which second step it was, its owner may have changed since.
    factors = (TEXTS["constancia.factor.password"], TEXTS["constancia.factor.code"])
    return stating.Authentication(factors, hashlib.sha256(tx.by.session).hexdigest())


def _sealed_by(text: str) -> str:
    return str(json.loads(text)["emisor"]["certificado"]["sha256"])


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
