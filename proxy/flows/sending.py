"""What a system asks of what it sent, and is told: one notificacion, its list, its feed.

Its own, by any of its keys, real ones or tests and never both: whatever else there is, is missing.
"""

from collections.abc import Sequence
from datetime import timedelta

from proxy.domain.constancia import Constancia
from proxy.domain.datos import Datos
from proxy.domain.events import Event
from proxy.domain.identidad import Identidad
from proxy.domain.sender import Request, Sender
from proxy.domain.sending import Happened, Listed, Reach, Seen, State, state_of
from proxy.domain.vault import Vault
from proxy.errors import NotYours
from proxy.flows import recalculation
from proxy.store import (
    alertas,
    annulments,
    casillas,
    constancias,
    deposits,
    eventos,
    feed,
    notificaciones,
    outbox,
    sessions,
)
from proxy.store.deposits import Found
from proxy.store.tx import Tx

WEEK, MONTH = timedelta(days=7), timedelta(days=30)
NOBODY = Reach(member=False)


def request(vault: Vault, sender: Sender, idempotency: str, datos: Datos) -> Request:
    body = vault.digest(datos.canonical().decode())
    return Request(sender, idempotency, body, datos.referencia)


def one(tx: Tx, sender: Sender, notificacion_id: bytes) -> Seen:
    """NotYours `deposit.missing`."""
    found = deposits.one(tx, sender, notificacion_id)
    if found is None:
        raise NotYours("deposit.missing")
    it = found.notificacion
    return Seen(
        it,
        found.sent,
        state_of(it, found.annulled),
        notificaciones.files_of(tx, it.casilla_id, it.id),
        annulments.of(tx, it.id),
        alertas.of_notificacion(tx, it.casilla_id, it.id),
        recalculation.given(tx, it),
        feed.history(tx, it),
        constancias.of_notificacion(tx, it.casilla_id, it.id),
    )


def constancia(
    tx: Tx, sender: Sender, notificacion_id: bytes, kind: str, number: str | None
) -> Constancia:
    """The newest of that kind, or the one with that number. NotYours `deposit.missing`,
    `constancia.missing` and, while it has no seal, `constancia.waits`."""
    found = deposits.one(tx, sender, notificacion_id)
    if found is None:
        raise NotYours("deposit.missing")
    every = constancias.of_notificacion(tx, found.notificacion.casilla_id, notificacion_id)
    fitting = [one for one in every if one.kind == kind and number in (None, one.number)]
    sealed = [one for one in fitting if one.sha256]
    if not sealed:
        raise NotYours("constancia.waits" if fitting else "constancia.missing")
    return sealed[-1]


def page(
    tx: Tx,
    sender: Sender,
    after: bytes,
    most: int,
    reference: str | None = None,
    state: State | None = None,
) -> tuple[list[Listed], bytes]:
    """And the id behind which to go on, as `deposits.page` gives it."""
    found, behind = deposits.page(tx, sender, after, most, reference=reference, state=state)
    return [_listed(one) for one in found], behind


def news(tx: Tx, sender: Sender, place: int, most: int) -> list[Happened]:
    """What happened to its own behind that place of the line: none is lost, none comes twice."""
    return feed.after(tx, sender, place, most)


def reach(tx: Tx, identidad: Identidad) -> Reach:
    """A casilla in which nothing can be deposited is as good as none."""
    casilla = casillas.by_identidad(tx, identidad)
    if casilla is None or not casilla.in_use:
        return NOBODY
    left, last = outbox.last_left(tx, casilla.id), sessions.last_of_year(tx, casilla.id)
    fails = left is False or casillas.unreached(tx, casilla.id)
    since = tx.now - last if last else None
    return Reach(
        member=True,
        alertas="fallan" if fails else "sin-probar" if left is None else "sanas",
        last_login=(
            "no-consta"
            if since is None
            else "semana"
            if since <= WEEK
            else "mes"
            if since <= MONTH
            else "anio"
        ),
    )


def record_refusal(
    tx: Tx, sender: Sender, code: str, idempotency: str, hashes: Sequence[str]
) -> None:
    """What was refused, by its digests: it is kept nowhere else."""
    eventos.note(
        tx,
        Event.DEPOSIT_REFUSED,
        code=code,
        key=sender.key_id,
        test=sender.test,
        idempotency=idempotency,
        sha256=list(hashes),
    )


def _listed(found: Found) -> Listed:
    return Listed(found.notificacion, found.sent, state_of(found.notificacion, found.annulled))
