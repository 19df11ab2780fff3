"""Databases and a clock, as the flows have them, and identity services of the tests' own."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack

import pytest

from tests.flows.conftest import clock, db
from tests.outside.services import YES, Service

__all__ = ["clock", "db"]


@pytest.fixture
def serve() -> Iterator[Callable[..., Service]]:
    """Starts an identity service of this machine."""
    with ExitStack() as running:
        yield lambda *replies, **how: running.enter_context(Service(*replies or (YES,), **how))
