"""The sequence of the numbers of each series and year. It may leave gaps, and nobody waits for it.

SQLite, where who writes is alone anyway, counts in a row. On PostgreSQL such a row would stay
locked until the deposit is committed: there a sequence counts, and the row keeps what it had given
before the year began.
"""

from typing import get_args

from sqlalchemy import bindparam, select, text
from sqlalchemy.dialects import postgresql, sqlite

from proxy.domain.number import Series
from proxy.store.tables import numbers
from proxy.store.tx import Tx

_COUNT = (
    sqlite.insert(numbers)
    .values(series=bindparam("kind"), year=bindparam("in_year"), last=1)
    .on_conflict_do_update(
        index_elements=[numbers.c.series, numbers.c.year], set_={"last": numbers.c.last + 1}
    )
    .returning(numbers.c.last)
)
_BEFORE = (
    select(numbers.c.last)
    .where(numbers.c.series == bindparam("kind"), numbers.c.year == bindparam("in_year"))
    .scalar_subquery()
)
_DRAW = {
    series: select(text(f"pg_catalog.nextval('numbers_{series.lower()}')"), _BEFORE)
    for series in get_args(Series)
}
_BEGIN = postgresql.insert(numbers).on_conflict_do_nothing().returning(numbers.c.last)


def take(tx: Tx, series: Series, year: int) -> int:
    values = {"kind": series, "in_year": year}
    if tx.conn.dialect.name == "sqlite":
        return int(tx.conn.execute(_COUNT, values).scalar_one())
    while True:
        drawn, before = tx.conn.execute(_DRAW[series], values).one()
        if before is None:  # the first of the year; of two at once, the second waits for it
            row = {"series": series, "year": year, "last": drawn - 1}
            if tx.conn.execute(_BEGIN, row).first():
                return 1
        elif drawn > before:  # another drew its number before the first of the year did
            return int(drawn - before)
