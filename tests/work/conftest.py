"""The installation of the tests over HTTP, and mail servers."""

from collections.abc import Callable

import pytest

from proxy.installation import Installation
from proxy.store import casillas, outbox
from proxy.web.routes import path_of
from proxy.work.mailer import Mailer
from tests.outside.conftest import start
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
    "start",
    "visitor",
]


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
        return Mailer(installation, path_of).deliver_due()

    return now
