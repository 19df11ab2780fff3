"""The installation of the tests over HTTP, and mail servers."""

from collections.abc import Callable, Iterator

import pytest
from aiosmtpd.controller import Controller

from proxy.installation import Installation
from proxy.mailer import Mailer
from proxy.store import casillas, outbox
from tests.engines import free_port
from tests.mail.servers import Mailbox
from tests.people import Person
from tests.web.conftest import (
    clock,
    hurry,
    installation,
    mailed_code,
    make_visitor,
    profile,
    rosa,
    site_dir,
    visitor,
)

__all__ = [
    "clock",
    "hurry",
    "installation",
    "mailed_code",
    "make_visitor",
    "profile",
    "rosa",
    "site_dir",
    "visitor",
]


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


@pytest.fixture
def leave(installation: Installation, rosa: Person) -> Callable[[], None]:
    """Leaves an alerta for Rosa."""

    def one(name: str = "notificacion_deposited", **context: object) -> None:
        with installation.db.transaction() as tx:
            outbox.add(tx, name, casillas.by_id(tx, rosa.id), **context)  # type: ignore[arg-type]

    return one


@pytest.fixture
def deliver(installation: Installation) -> Callable[..., int]:
    """Sends by this CASILLA_MAIL_URL what is due. How many left."""

    def now(mail_url: str) -> int:
        installation.settings.mail_url = mail_url
        return Mailer(installation).deliver_due()

    return now
