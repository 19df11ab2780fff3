"""Mail servers of this machine."""

from collections.abc import Callable, Iterator

import pytest
from aiosmtpd.controller import Controller

from tests.engines import free_port
from tests.outside.servers import Mailbox


@pytest.fixture
def start() -> Iterator[Callable[..., int]]:
    """Starts a mail server of this machine and gives its port."""
    running: list[Controller] = []

    def one(handler: Mailbox, **options: object) -> int:
        port = free_port()
        controller = Controller(handler, hostname="127.0.0.1", port=port, **options)
        controller.start()
        running.append(controller)
        return port

    yield one
    for controller in running:
        controller.stop()
