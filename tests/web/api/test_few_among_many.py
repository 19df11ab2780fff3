"""What a system asks of much that it sent, and who waits for it: S15."""

from typing import Any

import pytest

from proxy.errors import NotYours
from proxy.flows import sending
from proxy.installation import Installation
from proxy.store import deposits
from tests.clock import Clock
from tests.people import Person
from tests.web.api.conftest import System
from tests.web.api.test_asking import opened


def test_few_among_many_are_looked_for_a_part_at_a_time(
    sgd: System,
    rosa: Person,
    installation: Installation,
    clock: Clock,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """S71: nobody makes the database walk over all that a system ever sent."""
    monkeypatch.setattr(deposits, "LOOKED", 3)
    sent = []
    for turn in range(8):
        clock.advance(seconds=1)
        sent.append(sgd.deposit(referencia=f"SGD-{turn % 2}").json()["id"])
    for key in (sent[0], sent[7]):
        opened(installation, rosa, key)

    def walked(**asked: Any) -> list[list[str]]:
        pages, cursor = [], "0"
        while True:
            answer = sgd.get("/notificaciones", params=asked | {"desde": cursor}).json()
            if answer["siguiente"] == cursor:
                assert answer["notificaciones"] == []
                return pages
            pages.append([one["id"] for one in answer["notificaciones"]])
            cursor = answer["siguiente"]

    assert walked(estado="leida") == [[sent[0]], [], [sent[7]]]
    assert walked(estado="anulada") == [[], []]
    assert walked(estado="leida", referencia="SGD-1") == [[], [sent[7]]]
    assert walked(estado="depositada", limite=1) == [[one] for one in sent[1:7]]
    assert walked() == [sent[:3], sent[3:6], sent[6:]]


def test_who_only_asks_keeps_no_writer_waiting(
    sgd: System, rosa: Person, installation: Installation, monkeypatch: pytest.MonkeyPatch
) -> None:
    one = sgd.deposit().json()["id"]
    writing: list[str] = []

    def told(tx: Any, *_: Any) -> Any:
        if tx.conn.get_execution_options().get("writes"):
            writing.append("a reader")
        raise NotYours("deposit.missing")

    for name in ("one", "page", "news", "reach"):
        monkeypatch.setattr(sending, name, told)
    for path in (f"/notificaciones/{one}", "/notificaciones", "/eventos", "/casillas/DNI-40000001"):
        assert sgd.get(path).status_code == 404
    assert writing == []
