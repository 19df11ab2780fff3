"""What hashes a password, and what it leaves to others: S20."""

import threading
from collections.abc import Callable

import pytest

from proxy.web.edge import hashing
from tests.people import Person
from tests.web.recovering import Recovering
from tests.web.visitor import Visitor


def fill(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hashing, "QUEUE", -hashing.WORKERS)


def test_a_login_past_the_queue_gets_a_calm_page_instead_of_a_thread(
    visitor: Visitor, rosa: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    fill(monkeypatch)
    reply = visitor.password("40000001", rosa.password)
    assert (reply.status_code, reply.headers["retry-after"]) == (503, "2")


def test_a_new_password_waits_in_the_same_queue_and_the_way_to_it_stays_open(
    visitor: Visitor,
    rosa: Person,
    recovery_code: Callable[[], str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    forgetful = Recovering(visitor)
    forgetful.started(rosa)
    forgetful.sent()
    forgetful.verified(recovery_code())
    with monkeypatch.context() as full:
        fill(full)
        reply = forgetful.chosen("Otra-clave-4471")
        assert (reply.status_code, reply.headers["retry-after"]) == (503, "2")
        assert "Espere unos segundos y pruebe otra vez." in reply.text
    assert forgetful.chosen("Otra-clave-4471").status_code == 200
    assert visitor.password("40000001", "Otra-clave-4471").status_code == 303


def test_as_many_threads_hash_as_there_are_processors(
    make_visitor: Callable[[], Visitor], rosa: Person
) -> None:
    before = {thread.ident for thread in threading.enumerate()}
    for _ in range(hashing.WORKERS + 2):
        make_visitor().password("40000001", rosa.password)
    ours = [thread for thread in threading.enumerate() if thread.ident not in before]
    hashes = [thread for thread in ours if thread.name.startswith("hash")]
    assert 1 <= len(hashes) <= hashing.WORKERS
