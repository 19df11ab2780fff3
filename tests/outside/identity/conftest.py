"""Databases and a clock, as the flows have them, and identity services of the tests' own."""

from collections.abc import Callable, Iterator

import pytest

from tests.flows.conftest import clock, db
from tests.outside.identity.servers import Answering

__all__ = ["clock", "db"]


@pytest.fixture
def serve() -> Iterator[Callable[..., Answering]]:
    """Starts an identity service of this machine."""
    running: list[Answering] = []

    def start(*answers: object, **how: object) -> Answering:
        running.append(Answering(*answers, **how))  # type: ignore[arg-type]
        return running[-1]

    yield start
    for server in running:
        server.close()
