"""How often an act may be done: the generic cell rate algorithm (GCRA), in the database.

Each key takes one conditional statement, so the count is exact over any number of processes. When
the database cannot answer, nothing is allowed.
"""

import hmac
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Boolean, Executable, bindparam, delete, func, or_, select, update
from sqlalchemy.dialects import postgresql, sqlite

from proxy.domain.identidad import Identidad
from proxy.domain.limits import HOLDS, Kind, Limit
from proxy.store.tables import rates
from proxy.store.tx import Tx


def take(tx: Tx, limits: Sequence[Limit]) -> timedelta | None:
    """Take one from every limit, or from none. None: allowed. Otherwise: how long to wait.

    A TOLL and a BUDGET refuse nothing. Keys are stored as HMAC, never as the identidad or the
    address that they name.
    """
    return _ask(tx, limits, taken=1)


def look(tx: Tx, limits: Sequence[Limit]) -> timedelta | None:
    """The answer of `take`, by the same statements. Nothing is taken (S31)."""
    return _ask(tx, limits, taken=0)


def give_back(tx: Tx, limits: Sequence[Limit]) -> None:
    """For an act that proved right. Call it soon: a limit also refills with time."""
    if limits:
        tx.conn.execute(_GIVE, _values(tx, limits, taken=1))


def give_all_back(tx: Tx, identidad: Identidad) -> None:
    """Whatever anybody took of what this identidad has."""
    tx.conn.execute(_GIVE_ALL, {"of_whom": _hidden(tx, str(identidad))})


def clear(tx: Tx, limits: Sequence[Limit]) -> None:
    tx.conn.execute(_CLEAR, {"named": [_hidden(tx, limit.key) for limit in limits]})


def levels(tx: Tx, limits: Sequence[Limit]) -> list[float]:
    """What is taken of each limit now, in multiples of its `times`."""
    arrivals = _arrivals(tx, [_hidden(tx, limit.key) for limit in limits])
    now = _micros(tx.now)
    taken = (max(arrivals.get(_hidden(tx, limit.key), now) - now, 0) for limit in limits)
    return [micros / _window(limit) for micros, limit in zip(taken, limits, strict=True)]


def refusing(tx: Tx, limits: Sequence[Limit]) -> list[Limit]:
    values = _values(tx, limits, taken=0)
    arrivals = _arrivals(tx, [row["named"] for row in values])
    return [
        limit
        for limit, row in zip(_in_order(limits), values, strict=True)
        if not row["open"] and _free(arrivals, row) > row["now"]
    ]


def refused_first(tx: Tx, limits: Sequence[Limit]) -> bool:
    """Whether one of those that refuse now did not yet, in its window. Later calls say no."""
    marks = [Limit(f"refused/{one.key}", 1, one.window) for one in refusing(tx, limits)]
    first = [mark for mark in marks if take(tx, [mark]) is None]
    return bool(first)


def _ask(tx: Tx, limits: Sequence[Limit], taken: int) -> timedelta | None:
    if not limits:
        return None
    values = _values(tx, limits, taken)
    savepoint = tx.conn.begin_nested()
    # Many rows at the price of one statement: a login takes from six limits.
    if tx.conn.execute(_TAKE[tx.conn.dialect.name], values).rowcount == len(limits):
        savepoint.commit()
        return None
    savepoint.rollback()
    # A clock that was set back must not make a person wait longer than the window (S77).
    tx.conn.execute(_CAP, values)
    arrivals = _arrivals(tx, [row["named"] for row in values])
    free = max(_free(arrivals, row) for row in values if not row["open"])
    return timedelta(microseconds=max(free - _micros(tx.now), 1_000_000))


def _arrivals(tx: Tx, named: Sequence[bytes]) -> dict[bytes, int]:
    return dict(tx.conn.execute(_ARRIVALS, {"named": named}).all())


def _free(arrivals: dict[bytes, int], row: dict[str, Any]) -> int:
    return int(arrivals.get(row["named"], 0) + row["room"] - row["holds"])


def _values(tx: Tx, limits: Sequence[Limit], taken: int) -> list[dict[str, Any]]:
    now, rows = _micros(tx.now), []
    for limit in _in_order(limits):
        room, holds = _window(limit) // limit.times, _window(limit) * HOLDS[limit.kind]
        rows.append(
            {
                "named": _hidden(tx, limit.key),
                "of_whom": _hidden(tx, limit.whose) if limit.whose else None,
                "now": now,
                "room": room,
                "step": room * taken,
                "holds": holds,
                "most": now + holds,
                "open": limit.kind in (Kind.TOLL, Kind.BUDGET),
            }
        )
    return rows


def _in_order(limits: Sequence[Limit]) -> list[Limit]:
    """One order for all, so that two takers cannot deadlock."""
    return sorted(limits, key=lambda limit: limit.key)


def _window(limit: Limit) -> int:
    return limit.window // timedelta(microseconds=1)


def _hidden(tx: Tx, text: str) -> bytes:
    return hmac.digest(tx.vault.throttle, text.encode(), "sha256")


def _micros(moment: datetime) -> int:
    return int(moment.timestamp() * 1_000_000)


def _statement(dialect: str) -> Executable:
    latest, earliest = (func.max, func.min) if dialect == "sqlite" else (func.greatest, func.least)
    insert = sqlite.insert(rates) if dialect == "sqlite" else postgresql.insert(rates)
    now, room, step, holds, most = (
        bindparam(name, type_=rates.c.tat.type) for name in ("now", "room", "step", "holds", "most")
    )
    arrival = latest(rates.c.tat, now)
    return (
        insert.values(key=bindparam("named"), tat=now + step, whose=bindparam("of_whom"))
        .on_conflict_do_update(
            index_elements=[rates.c.key],
            set_={"tat": earliest(arrival + step, most)},
            where=or_(bindparam("open", type_=Boolean), arrival + room - now <= holds),
        )
        .execution_options(preserve_rowcount=True)
    )


_TAKE = {dialect: _statement(dialect) for dialect in ("sqlite", "postgresql")}
_CAP = (
    update(rates)
    .where(rates.c.key == bindparam("named"), rates.c.tat > bindparam("most"))
    .values(tat=bindparam("most"))
)
_GIVE = (
    update(rates)
    .where(rates.c.key == bindparam("named"))
    .values(tat=rates.c.tat - bindparam("step", type_=rates.c.tat.type))
)
_GIVE_ALL = delete(rates).where(rates.c.whose == bindparam("of_whom"))
_CLEAR = delete(rates).where(rates.c.key.in_(bindparam("named", expanding=True)))
_ARRIVALS = select(rates.c.key, rates.c.tat).where(
    rates.c.key.in_(bindparam("named", expanding=True))
)
