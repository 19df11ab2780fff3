"""Instants of Lima for the tests of terms, and their refusals."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime
from zoneinfo import ZoneInfo

import pytest

from catalog.reading.reader import read_catalog
from proxy.domain.effect import Ruling
from proxy.domain.plazo_asked import BY_DEFAULT, moment
from proxy.errors import Refusal

LIMA = ZoneInfo("America/Lima")
CATALOG = read_catalog()
RULING = Ruling(CATALOG, BY_DEFAULT)


def at(typed: str) -> datetime:
    return moment(typed, LIMA)


def dated(found: date | None) -> str:
    """A day, or an instant to the minute as Lima's clocks show it."""
    if isinstance(found, datetime):
        return f"{found.astimezone(LIMA):%Y-%m-%dT%H:%M}"
    return str(found)


@contextmanager
def refusing(code: str) -> Iterator[list[str]]:
    """Holds that what happens inside is refused so; the sentence goes to the list."""
    said: list[str] = []
    with pytest.raises(Refusal) as refused:
        yield said
    assert refused.value.code == code
    said.append(str(refused.value))
