"""Constancias beside the eventos that tell of them, row by row: memory does not grow with them."""

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from heapq import merge
from itertools import groupby
from operator import itemgetter
from typing import Any

from sqlalchemy import func, literal, or_, select, type_coerce
from sqlalchemy.types import NullType

from proxy.domain.events import Event
from proxy.domain.vault import Unsealable
from proxy.store.constancias import PLACE
from proxy.store.eventos import AT_ONCE, any_text
from proxy.store.instant import instant
from proxy.store.tables import constancias, eventos
from proxy.store.tx import Tx

Key = tuple[int, bytes]  # casilla and notificacion, which is empty for one of the casilla itself


@dataclass(frozen=True)
class Kept:
    """A constancia as its table holds it. What cannot be read is None."""

    number: str
    kind: object
    test: object
    at: datetime | None
    facts: str | None
    stated: str | None
    sealed: tuple[object, object]  # digest and size of its PDF


@dataclass(frozen=True)
class Noted:
    """What an evento tells of one: its act tells the digest of the facts, its seal the others."""

    number: object
    at: datetime | None
    facts: object
    stated: object
    sha256: object


@dataclass
class Told:
    """The constancias of one notificacion, and the eventos that tell of them."""

    kept: list[Kept] = field(default_factory=list)
    noted: list[Noted] = field(default_factory=list)


c, e = constancias.c, eventos.c
_OF = func.coalesce(c.notificacion_id, literal(b""))
# Raw values: a SQLite column may hold any value, and a bad row must not stop the reading.
_KEPT = (
    select(
        *(
            type_coerce(column, NullType())
            for column in (
                c.casilla_id, _OF, c.number, c.kind, c.test, c.at, c.uid, c.facts, c.stated,
                c.sha256, c.size,
            )
        )
    )
    .order_by(c.casilla_id, _OF)
    .execution_options(yield_per=AT_ONCE)
)  # fmt: skip
_ABOUT = func.coalesce(e.notificacion, literal(b""))
_NOTED = (
    select(e.casilla_id, _ABOUT, type_coerce(e.at, NullType()), e.detail)
    .where(
        e.casilla_id.is_not(None),
        # As `eventos.note` writes a detail: its names are in their order.
        or_(e.kind == Event.CONSTANCIA_SEALED, e.detail.like('%"constancia": "%"facts": "%')),
    )
    .order_by(e.casilla_id, _ABOUT)
    .execution_options(yield_per=AT_ONCE)
)
_key = itemgetter(0)


def of_constancias(tx: Tx) -> Iterator[Told]:
    """Call it when the seals of the eventos are known to be right."""
    with any_text(tx), tx.conn.execute(_KEPT) as rows, tx.conn.execute(_NOTED) as told:
        for _, group in groupby(merge(_kept(tx, rows), _noted(told), key=_key), _key):
            found = Told()
            for _, one in group:
                if isinstance(one, Kept):
                    found.kept.append(one)
                else:
                    found.noted.append(one)
            yield found


def _kept(tx: Tx, rows: Any) -> Iterator[tuple[Key, Kept | Noted]]:
    for casilla_id, of, number, kind, test, at, uid, facts, stated, sha256, size in rows:
        good = isinstance(casilla_id, int) and isinstance(of, bytes)
        key = (casilla_id, of) if good else (0, b"")
        told, said = (
            _opened(tx, name, uid, sealed)
            for name, sealed in (("facts", facts), ("stated", stated))
        )
        yield key, Kept(str(number), kind, test, _instant(at), told, said, (sha256, size))


def _opened(tx: Tx, name: str, uid: Any, sealed: Any) -> str | None:
    try:
        return tx.vault.open(PLACE.format(name), uid, sealed)
    except (Unsealable, TypeError, ValueError, AttributeError):
        return None


def _noted(rows: Any) -> Iterator[tuple[Key, Kept | Noted]]:
    for casilla_id, of, at, detail in rows:
        said = json.loads(detail)
        names = ("facts", "stated", "sha256")
        digests = (said.get(name) for name in names)
        yield (casilla_id, of), Noted(said.get("constancia"), _instant(at), *digests)


def _instant(value: object) -> datetime | None:
    try:
        return instant(value)
    except (TypeError, ValueError, AttributeError, OverflowError):
        return None
