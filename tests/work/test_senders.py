"""Several senders at a time, on both engines: S77, S78."""

import asyncio
import time
from collections import Counter
from collections.abc import Callable
from threading import Event

import pytest
from aiosmtpd.smtp import SMTP, Envelope, Session

from proxy.installation import Installation
from proxy.settings import Settings
from proxy.web.routes import path_of
from proxy.work import mailer
from proxy.work.mailer import Mailer
from tests.outbox import attempts
from tests.outside.servers import FewConnections, Mailbox
from tests.work.conftest import in_a_loop
from tests.work.test_workers import leave_many, place

__all__ = ["place"]
Start = Callable[..., int]


class Together(Mailbox):
    """Answers the first messages only when so many of them wait for an answer."""

    def __init__(self, together: int) -> None:
        super().__init__()
        self.together = together
        self.now = self.most = 0
        self.enough = asyncio.Event()

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        self.now += 1
        self.most = max(self.most, self.now)
        if self.now == self.together:
            self.enough.set()
        await self.enough.wait()
        self.now -= 1
        return await super().handle_DATA(server, session, envelope)


class SlowOnce(Mailbox):
    """Holds the first message back until it is told to go on. The others pass."""

    def __init__(self) -> None:
        super().__init__()
        self.reached, self.go_on = Event(), Event()

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        if not self.reached.is_set():
            self.reached.set()
            while not self.go_on.is_set():
                await asyncio.sleep(0.01)
        return await super().handle_DATA(server, session, envelope)


def work_until(place: Installation, done: Callable[[], bool], *, after: Callable[[], None]) -> None:
    """Runs a mailer; `after` runs beside it, and then it ends as soon as all is `done`."""

    async def story() -> None:
        wake, stop = asyncio.Event(), Event()
        working = asyncio.create_task(Mailer(place, path_of).work(wake, stop))
        try:
            await asyncio.to_thread(after)
            wake.set()
            until = time.monotonic() + 8
            while not done() and time.monotonic() < until:
                await asyncio.sleep(0.01)
        finally:
            stop.set()
            wake.set()
            await working

    in_a_loop(story)


@pytest.mark.parametrize("senders", [3, 10])
def test_so_many_messages_leave_at_a_time_as_there_are_senders_and_each_once(
    place: Installation, start: Start, senders: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(mailer, "POLL", 60)  # whoever finds a message wakes the next
    taken = Together(senders)
    place.settings.mail_url = f"smtp://127.0.0.1:{start(taken)}"
    place.settings.mail_senders = senders

    def all_left() -> bool:
        return len(attempts(place.db)) == 60

    work_until(place, all_left, after=lambda: leave_many(place.db, 60))
    assert taken.most == senders
    assert {sent for sent, _ in attempts(place.db)} == {True}
    names = Counter(letter["Message-ID"] for letter in taken.letters)
    assert (len(names), set(names.values())) == (30, {1})  # the others are SMS
    assert len(taken.sessions) == senders  # each kept its connection


def test_a_message_that_a_server_holds_back_keeps_no_later_one_waiting(
    place: Installation, start: Start, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Not even until the next look."""
    monkeypatch.setattr(mailer, "POLL", 60)
    taken = SlowOnce()
    place.settings.mail_url = f"smtp://127.0.0.1:{start(taken)}"
    place.settings.mail_senders = 2
    leave_many(place.db, 1)

    def then_another() -> None:
        assert taken.reached.wait(5)
        leave_many(place.db, 1)

    arrived: list[bool] = []

    def second_arrived() -> bool:
        if taken.letters:
            arrived.append(not taken.go_on.is_set())
            taken.go_on.set()
        return bool(arrived)

    try:
        work_until(place, second_arrived, after=then_another)
    finally:
        taken.go_on.set()
    assert arrived == [True]


def test_a_server_that_accepts_fewer_connections_than_there_are_senders_delays_no_message(
    place: Installation, start: Start
) -> None:
    taken = FewConnections(2)
    place.settings.mail_url = f"smtp://127.0.0.1:{start(taken)}"

    def all_left() -> bool:
        return len(attempts(place.db)) == 40

    work_until(place, all_left, after=lambda: leave_many(place.db, 40))
    assert {sent for sent, _ in attempts(place.db)} == {True}
    assert len(taken.letters) == 20


@pytest.mark.parametrize("senders", ["0", "11", "muchos"])
def test_from_one_to_ten_senders(senders: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CASILLA_MAIL_SENDERS", senders)
    with pytest.raises(ValueError, match="mail_senders"):
        Settings(_env_file=None)
