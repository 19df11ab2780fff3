"""Instants of Lima for the tests of terms, and their refusals."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import date, datetime
from zoneinfo import ZoneInfo

import pytest

from catalog.reading.effect import EffectSheet
from catalog.reading.holidays import HolidaysSheet
from catalog.reading.model import Catalog
from catalog.reading.reader import read_catalog
from proxy.domain.effect import Ruling
from proxy.domain.plazo_asked import BY_DEFAULT, moment
from proxy.errors import Refusal

LIMA = ZoneInfo("America/Lima")
CATALOG = read_catalog()
RULING = Ruling(CATALOG, BY_DEFAULT)


def governed_by(rule_id: str, catalog: Catalog = CATALOG) -> Catalog:
    """The sheets of an entity whose administrative procedure that rule governs."""
    rules = [
        rule.model_copy(update={"procedimientos": (BY_DEFAULT,) if rule.id == rule_id else ()})
        for rule in catalog.effect.reglas
    ]
    effect = catalog.effect
    sheet = EffectSheet(
        calendario=effect.calendario, procedimientos=effect.procedimientos, reglas=tuple(rules)
    )
    return replace(catalog, effect=sheet)


def also_closed(day: date, catalog: Catalog = CATALOG) -> Catalog:
    """The sheets after one more day was decreed."""
    found = catalog.holidays
    one = found.dias[0].model_copy(update={"fecha": day, "nombre": "Día decretado"})
    values = {name: getattr(found, name) for name in type(found).model_fields}
    return replace(catalog, holidays=HolidaysSheet(**values | {"dias": (*found.dias, one)}))


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
