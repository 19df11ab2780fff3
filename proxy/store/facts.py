"""Facts of the tables beside their eventos: what was served and read, and what must be noted.

Both are read in one order, row by row, so memory does not grow with them.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from heapq import merge
from itertools import groupby
from operator import itemgetter
from typing import Any

from sqlalchemy import ColumnElement, Row, Table, and_, bindparam, select, type_coerce
from sqlalchemy.types import NullType

from proxy.domain.acto import Described
from proxy.domain.annulment import Annulment, annulment_digest
from proxy.domain.events import Event
from proxy.domain.notificacion import COLUMNS, LATER, File, Sent, digest, effect_digest
from proxy.domain.postponement import Postponement, postponement_digest
from proxy.domain.sender import Request, Sender
from proxy.store.eventos import AT_ONCE, any_text
from proxy.store.instant import instant
from proxy.store.tables import (
    annulments,
    challenges,
    deposits,
    eventos,
    files,
    notificaciones,
    outbox,
    postponements,
    sessions,
)
from proxy.store.tx import Tx

Key = tuple[int, bytes]  # casilla and notificacion
STRANGE: Key = (0, b"")  # of a row that no casilla has


@dataclass(frozen=True)
class Served:
    """A notificacion as the tables hold it. `digest` is empty when it cannot be read."""

    id: object
    deposited_at: datetime | None
    read_at: datetime | None
    read: bool
    effect: str | None  # digest of what the reading made of it
    digest: str
    annulled: bool
    annulled_at: datetime | None
    annulment: str  # digest, empty when it cannot be read


@dataclass(frozen=True)
class Noted:
    kind: str
    at: datetime | None
    acto: object  # the digest of what was served
    effect: object  # and of what the reading made of its effect
    annulment: object  # and of why it was annulled
    postponement: object  # and of what put it off


@dataclass(frozen=True)
class PutOff:
    """A postponement as its table holds it. `digest` is empty when it cannot be read."""

    at: datetime | None
    digest: str


@dataclass
class Fact:
    """A notificacion and its eventos; either may lack the other."""

    key: Key
    served: Served | None = None
    noted: list[Noted] = field(default_factory=list)
    put_off: list[PutOff] = field(default_factory=list)


Part = Served | Noted | PutOff
_NAMES = [*COLUMNS]
_NOTIFICACION = [notificaciones.c[name] for name in _NAMES]
_SENT_NAMES = ("system", "test", "key_id", "idempotency", "body", "reference", "answer")
_SENT = [deposits.c[name] for name in _SENT_NAMES]
_ANNULMENT = [annulments.c[name] for name in Annulment.__dataclass_fields__]
_FILE = [files.c[name] for name in File.__dataclass_fields__]


def _of_one(table: Table) -> ColumnElement[bool]:
    return and_(
        table.c.casilla_id == notificaciones.c.casilla_id,
        table.c.notificacion_id == notificaciones.c.id,
    )


# Raw values: a SQLite column may hold any value, and a bad row must not stop the reading.
_SERVED = (
    select(
        *(
            type_coerce(column, NullType())
            for column in (*_NOTIFICACION, *_SENT, *_ANNULMENT, *_FILE)
        )
    )
    .select_from(
        notificaciones.outerjoin(deposits, _of_one(deposits))
        .outerjoin(annulments, _of_one(annulments))
        .outerjoin(files, _of_one(files))
    )
    .order_by(notificaciones.c.casilla_id, notificaciones.c.id, files.c.position)
    .execution_options(yield_per=AT_ONCE)
)
_KINDS = [
    Event.NOTIFICACION_DEPOSITED,
    Event.NOTIFICACION_READ,
    Event.NOTIFICACION_ANNULLED,
    Event.TERM_EXTENDED,
    Event.START_POSTPONED,
]
_NOTED = (
    select(
        eventos.c.casilla_id,
        eventos.c.notificacion,
        eventos.c.kind,
        type_coerce(eventos.c.at, NullType()),
        eventos.c.detail,
    )
    .where(eventos.c.kind.in_(_KINDS))
    .where(eventos.c.casilla_id.is_not(None), eventos.c.notificacion >= b"")
    .order_by(eventos.c.casilla_id, eventos.c.notificacion, eventos.c.id)
    .execution_options(yield_per=AT_ONCE)
)
_POSTPONEMENT = [postponements.c[name] for name in Postponement.__dataclass_fields__]
_PUT_OFF = (
    select(*(type_coerce(column, NullType()) for column in _POSTPONEMENT))
    .order_by(*(postponements.c[name] for name in ("casilla_id", "notificacion_id", "edition")))
    .execution_options(yield_per=AT_ONCE)
)
_SENT_AT = len(_NAMES)
_ANNULLED_AT = _SENT_AT + len(_SENT)
_FILES_AT = _ANNULLED_AT + len(_ANNULMENT)
_whose = itemgetter(_NAMES.index("casilla_id"), _NAMES.index("id"))
_key = itemgetter(0)


def of_notificaciones(tx: Tx) -> Iterator[Fact]:
    """In the order of their keys. Call it when the seals of the eventos are known to be right."""
    with (
        any_text(tx),
        tx.conn.execute(_SERVED) as rows,
        tx.conn.execute(_NOTED) as told,
        tx.conn.execute(_PUT_OFF) as later,
    ):
        every = merge(_served(rows), _noted(told), _put_off(later), key=_key)
        for key, group in groupby(every, _key):
            fact = Fact(key)
            for _, one in group:
                if isinstance(one, Noted):
                    fact.noted.append(one)
                elif isinstance(one, PutOff):
                    fact.put_off.append(one)
                elif fact.served is None:
                    fact.served = one
                else:  # two rows that no casilla has
                    yield Fact(key, one)
            yield fact


def _served(rows: Any) -> Iterator[tuple[Key, Part]]:
    for (casilla_id, one), group in groupby(rows, _whose):
        good = isinstance(casilla_id, int) and isinstance(one, bytes)
        yield (casilla_id, one) if good else STRANGE, _read(list(group))


def _read(rows: list[Row[Any]]) -> Served:
    """The rows of one notificacion: one for each file."""
    row = tuple(rows[0])
    values = dict(zip(_NAMES, row, strict=False))
    said = ""
    try:
        values["issued_at"] = instant(values["issued_at"])
        described = Described(**{name: values[name] for name in Described.__dataclass_fields__})
        files = [File(*row[_FILES_AT:]) for row in rows if row[_FILES_AT] is not None]
        later = {name: values[name] for name in LATER} | {"test": bool(values["test"])}
        said = digest(described, files, values["effect"], _sent(row), **later)
    except (TypeError, ValueError, AttributeError, OverflowError):
        pass
    read_at = values["read_at"]
    annulled_at, annulment = _annulled(row[_ANNULLED_AT:_FILES_AT])
    return Served(
        values["id"],
        _instant(values["deposited_at"]),
        _instant(read_at),
        read_at is not None,
        effect_digest(values["effect_read"]),
        said,
        annulment is not None,
        annulled_at,
        annulment or "",
    )


def _sent(row: tuple[Any, ...]) -> Sent | None:
    system, test, key_id, idempotency, body, reference, answer = row[_SENT_AT:_ANNULLED_AT]
    if system is None:
        return None
    sender = Sender(system, key_id, bool(test))
    return Sent(Request(sender, idempotency, body, reference), answer)


def _annulled(row: tuple[Any, ...]) -> tuple[datetime | None, str | None]:
    """The digest is None when there is no annulment, and empty when it cannot be read."""
    casilla_id, notificacion_id, at, reason, replacement = row
    if notificacion_id is None:
        return None, None
    try:
        one = Annulment(casilla_id, notificacion_id, instant(at), reason, replacement)
        return one.at, annulment_digest(one)
    except (TypeError, ValueError, AttributeError, OverflowError):
        return None, ""


def _instant(value: object) -> datetime | None:
    try:
        return instant(value)
    except (TypeError, ValueError, AttributeError, OverflowError):
        return None


def _put_off(rows: Any) -> Iterator[tuple[Key, Part]]:
    for row in rows:
        casilla_id, notificacion_id, edition, at, *told = row
        good = isinstance(casilla_id, int) and isinstance(notificacion_id, bytes)
        try:
            one = Postponement(casilla_id, notificacion_id, edition, instant(at), *told)
            found = PutOff(one.at, postponement_digest(one))
        except (TypeError, ValueError, AttributeError, OverflowError):
            found = PutOff(None, "")
        yield (casilla_id, notificacion_id) if good else STRANGE, found


def _noted(rows: Any) -> Iterator[tuple[Key, Part]]:
    for casilla_id, notificacion, kind, at, detail in rows:
        said = _detail(detail)
        digests = (said.get(name) for name in ("acto", "effect", "annulment", "postponement"))
        yield (casilla_id, notificacion), Noted(kind, _instant(at), *digests)


def _detail(text: str) -> dict[str, object]:
    try:
        said = json.loads(text)
    except (TypeError, ValueError, RecursionError):
        return {}
    return said if isinstance(said, dict) else {}


@dataclass(frozen=True)
class Unrecorded:
    """A fact of the tables whose evento is missing."""

    kind: Event
    id: str  # hexadecimal


_FACTS = {
    Event.SESSION_STARTED: (sessions.c.id, sessions.c.created_at, "session"),
    Event.CHALLENGE_MADE: (challenges.c.id, challenges.c.created_at, "challenge"),
    Event.MESSAGE_WRITTEN: (outbox.c.message_id, outbox.c.created_at, "message"),
}


def _lacking(event: Event, *, dated: bool) -> Any:
    fact, at, column = _FACTS[event]
    noted = eventos.c[column]
    every = select(fact).where(at >= bindparam("since")) if dated else select(fact)
    told = select(noted).where(eventos.c.kind == event, noted.is_not(None))
    return every.except_(told).limit(1)


_LACKING = {
    (event, dated): _lacking(event, dated=dated) for event in _FACTS for dated in (False, True)
}


def unrecorded(tx: Tx, since: datetime | None) -> Unrecorded | None:
    """A session, challenge or message since then, or at all, whose evento is missing."""
    for event in _FACTS:
        values = {"since": since} if since else {}
        found = tx.conn.execute(_LACKING[event, since is not None], values).scalar()
        if found is not None:
            return Unrecorded(event, found.hex() if isinstance(found, bytes) else str(found))
    return None
