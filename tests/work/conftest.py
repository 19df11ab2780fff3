"""The installation of the tests over HTTP, and mail servers."""

import asyncio
from collections.abc import Callable, Coroutine
from concurrent.futures import ThreadPoolExecutor

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
    loop,
    mailed_code,
    make_visitor,
    profile,
    rosa,
    served_url,
    site_dir,
    visitor,
)

__all__ = [
    "clock",
    "hurry",
    "installation",
    "loop",
    "mailed_code",
    "make_visitor",
    "profile",
    "rosa",
    "served_url",
    "site_dir",
    "start",
    "visitor",
]


def in_a_loop(story: Callable[[], Coroutine[None, None, None]]) -> None:
    """In a thread: Playwright keeps a loop running in this one, when its tests ran before."""
    with ThreadPoolExecutor(1) as thread:
        thread.submit(asyncio.run, asyncio.wait_for(story(), 20)).result()


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
