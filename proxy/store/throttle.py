"""How often an act may be done: the generic cell rate algorithm (GCRA), in the database.

Each key takes one conditional statement, so the count is exact over any number of processes. When
the database cannot answer, nothing is allowed.
"""

import hmac
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Executable, bindparam, func, select, update
from sqlalchemy.dialects import postgresql, sqlite

from proxy.domain.limits import Limit
from proxy.store.tables import rates
from proxy.store.tx import Tx


def take(tx: Tx, limits: Sequence[Limit]) -> timedelta | None:
    """Take one from every limit, or from none. None: allowed. Otherwise: how long to wait.

    Keys are stored as HMAC, never as the identidad or the address that they name.
    """
    return _ask(tx, limits, taken=1)


def look(tx: Tx, limits: Sequence[Limit]) -> timedelta | None:
    """The answer of `take`, by the same statements. Nothing is taken (S31)."""
    return _ask(tx, limits, taken=0)


def give_back(tx: Tx, limits: Sequence[Limit]) -> None:
    """For an act that proved right. Call it soon: a limit also refills with time."""
    tx.conn.execute(_GIVE, _values(tx, limits, taken=1))


def refused_first(tx: Tx, limits: Sequence[Limit]) -> bool:
    """Whether one of those that refuse now did not yet, in its window. Later calls say no."""
    values = _values(tx, limits, taken=0)
    arrivals = _arrivals(tx, values)
    marks = [
        Limit(f"refused/{limit.key}", 1, limit.window)
        for limit, row in zip(sorted(limits), values, strict=True)
        if _free(arrivals, row) > row["now"]
    ]
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
    arrivals = _arrivals(tx, values)
    free = max(_free(arrivals, row) for row in values)
    return timedelta(microseconds=max(free - _micros(tx.now), 1_000_000))


def _arrivals(tx: Tx, values: Sequence[dict[str, Any]]) -> dict[bytes, int]:
    named = [row["named"] for row in values]
    return dict(tx.conn.execute(_ARRIVALS, {"named": named}).all())


def _free(arrivals: dict[bytes, int], row: dict[str, Any]) -> int:
    return int(arrivals.get(row["named"], 0) + row["room"] - row["window"])


def _values(tx: Tx, limits: Sequence[Limit], taken: int) -> list[dict[str, Any]]:
    now, rows = _micros(tx.now), []
    for limit in sorted(limits):  # in one order, so that two takers cannot deadlock
        window = limit.window // timedelta(microseconds=1)
        room = window // limit.times
        rows.append(
            {
                "named": hmac.digest(tx.vault.throttle, limit.key.encode(), "sha256"),
                "now": now,
                "room": room,
                "step": room * taken,
                "window": window,
                "most": now + window,
            }
        )
    return rows


def _micros(moment: datetime) -> int:
    return int(moment.timestamp() * 1_000_000)


def _statement(dialect: str) -> Executable:
    latest = func.max if dialect == "sqlite" else func.greatest
    insert = sqlite.insert(rates) if dialect == "sqlite" else postgresql.insert(rates)
    now, room, step, window = (
        bindparam(name, type_=rates.c.tat.type) for name in ("now", "room", "step", "window")
    )
    arrival = latest(rates.c.tat, now)
    return (
        insert.values(key=bindparam("named"), tat=now + step)
        .on_conflict_do_update(
            index_elements=[rates.c.key],
            set_={"tat": arrival + step},
            where=arrival + room - now <= window,
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
_ARRIVALS = select(rates.c.key, rates.c.tat).where(
    rates.c.key.in_(bindparam("named", expanding=True))
)
