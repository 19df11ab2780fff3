"""Riddles: a pool of ready ones, and those that a browser was given, each for one form.

One statement takes a riddle from the pool, and one spends it, so two requests never both get it.
A spent riddle is deleted.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import and_, bindparam, delete, func, insert, or_, select, update

from proxy.store.tables import captchas
from proxy.store.tx import Tx

NOTHING = b""  # image and audio of a riddle that only computing work answers


@dataclass(frozen=True)
class NewRiddle:
    id: bytes
    answer: bytes  # keyed hash
    key_id: str
    image: bytes
    audio: bytes


class Given(NamedTuple):
    """A riddle that a browser was given. `drawn`: it has a picture."""

    id: bytes
    drawn: bool
    price: int


class Spent(NamedTuple):
    answer: bytes
    key_id: str
    expires_at: datetime
    price: int


_DRAWN = func.length(captchas.c.image) > 0
# An older key may be retired before the browser answers.
_READY = and_(captchas.c.visit.is_(None), captchas.c.key_id == bindparam("newest_key"))
_THEIRS = (captchas.c.visit == bindparam("visit_digest"), captchas.c.form == bindparam("of_form"))
_ADD = insert(captchas)
_COUNT = select(func.count()).where(_READY)
_TAKE = (
    update(captchas)
    .where(
        captchas.c.id
        == select(captchas.c.id)
        .where(_READY)
        .limit(1)
        .with_for_update(skip_locked=True)
        .scalar_subquery()
    )
    .values(
        visit=bindparam("visit_digest"),
        form=bindparam("of_form"),
        expires_at=bindparam("until"),
        price=bindparam("at_least"),
    )
    .returning(captchas.c.id)
)
_GIVEN = (
    select(captchas.c.id, _DRAWN, captchas.c.price)
    .where(
        *_THEIRS,
        captchas.c.expires_at > bindparam("after"),
        captchas.c.price >= bindparam("at_least"),
    )
    .order_by(_DRAWN.desc(), captchas.c.expires_at.desc())
    .limit(1)
)
_IMAGE, _AUDIO = (
    select(column).where(
        captchas.c.id == bindparam("riddle"),
        captchas.c.visit == bindparam("visit_digest"),
        captchas.c.expires_at > bindparam("now"),
        _DRAWN,
    )
    for column in (captchas.c.image, captchas.c.audio)
)
_SPEND = (
    delete(captchas)
    .where(captchas.c.id == bindparam("riddle"), *_THEIRS)
    .returning(captchas.c.answer, captchas.c.key_id, captchas.c.expires_at, captchas.c.price)
)
_TIDY = delete(captchas).where(
    or_(
        captchas.c.expires_at <= bindparam("now"),
        and_(captchas.c.visit.is_(None), captchas.c.key_id != bindparam("newest_key")),
    )
)


def add(tx: Tx, new: NewRiddle) -> None:
    tx.conn.execute(_ADD, vars(new) | {"created_at": tx.now, "price": 1})


def add_without_picture(
    tx: Tx, riddle_id: bytes, visit: bytes, form: str, until: datetime, price: int
) -> None:
    nothing = vars(NewRiddle(riddle_id, NOTHING, tx.vault.newest, NOTHING, NOTHING))
    given = {"visit": visit, "form": form, "expires_at": until, "price": price}
    tx.conn.execute(_ADD, nothing | given | {"created_at": tx.now})


def ready(tx: Tx) -> int:
    return tx.conn.execute(_COUNT, {"newest_key": tx.vault.newest}).scalar_one()


def take(tx: Tx, visit: bytes, form: str, until: datetime, price: int) -> bytes | None:
    """None when the pool is empty."""
    values = {"visit_digest": visit, "of_form": form, "until": until, "at_least": price}
    found = tx.conn.execute(_TAKE, values | {"newest_key": tx.vault.newest})
    riddle_id: bytes | None = found.scalar_one_or_none()
    return riddle_id


def given(tx: Tx, visit: bytes, form: str, after: datetime, price: int) -> Given | None:
    """The riddle of this browser for this form, of that price at least, that lasts so long."""
    values = {"visit_digest": visit, "of_form": form, "after": after, "at_least": price}
    row = tx.conn.execute(_GIVEN, values).first()
    return Given(row[0], bool(row[1]), row[2]) if row else None


def image(tx: Tx, riddle_id: bytes, visit: bytes) -> bytes | None:
    values = {"riddle": riddle_id, "visit_digest": visit, "now": tx.now}
    found: bytes | None = tx.conn.execute(_IMAGE, values).scalar_one_or_none()
    return found


def audio(tx: Tx, riddle_id: bytes, visit: bytes) -> bytes | None:
    values = {"riddle": riddle_id, "visit_digest": visit, "now": tx.now}
    found: bytes | None = tx.conn.execute(_AUDIO, values).scalar_one_or_none()
    return found


def spend(tx: Tx, riddle_id: bytes, visit: bytes, form: str) -> Spent | None:
    """Delete it. None: it is gone already, or it is of another browser or form."""
    values = {"riddle": riddle_id, "visit_digest": visit, "of_form": form}
    row = tx.conn.execute(_SPEND, values).first()
    return Spent(*row) if row else None


def tidy(tx: Tx) -> None:
    tx.conn.execute(_TIDY, {"now": tx.now, "newest_key": tx.vault.newest})
