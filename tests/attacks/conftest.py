"""Attackers, before the whole application and before its flows on both engines."""

import pytest

from proxy.store.db import Database
from tests.flows.conftest import db
from tests.people import ROSA, Person, open_casilla
from tests.web.conftest import (
    bruno,
    clock,
    her,
    hurry,
    inside,
    installation,
    letter,
    loop,
    mailed_code,
    make_visitor,
    profile,
    recovery_code,
    rosa,
    serve,
    served_url,
    site_dir,
    visitor,
)

__all__ = [
    "bruno",
    "clock",
    "db",
    "her",
    "hurry",
    "inside",
    "installation",
    "letter",
    "loop",
    "mailed_code",
    "make_visitor",
    "profile",
    "recovery_code",
    "rosa",
    "serve",
    "served_url",
    "site_dir",
    "visitor",
]


@pytest.fixture
def owner(db: Database) -> Person:
    """Rosa, at the flows."""
    return open_casilla(db, ROSA)
