"""Workers as processes of their own: several at once, killed at any instant: S78."""

import asyncio
import logging
import os
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from email import message_from_bytes, policy
from pathlib import Path
from threading import Event
from typing import Any

import pytest
from sqlalchemy import Row, insert, select

from proxy.flows.delivery import LEASE
from proxy.installation import Installation
from proxy.keys.ring import create_keyring
from proxy.store import casillas, tables
from proxy.store.db import Database
from proxy.web.routes import path_of
from proxy.work import worker
from proxy.work.mailer import Mailer
from tests.people import ROSA, open_casilla
from tests.work.worker_killed import install, leave

ROOT = Path(__file__).parents[2]


@pytest.fixture
def place(database_url: str, tmp_path: Path) -> Iterator[Installation]:
    """An installation with Rosa's casilla, on both engines, whose clock is the real one."""
    installation = install(database_url, tmp_path)
    create_keyring(installation.settings.keys_file)
    open_casilla(installation.db, ROSA)
    yield installation
    installation.db.close()


class Worker:
    """`casilla trabajar`, ready to work."""

    def __init__(self, installation: Installation, log: Path) -> None:
        settings = installation.settings
        values = {
            "DATABASE_URL": settings.database_url,
            "KEYS_FILE": str(settings.keys_file),
            "MAIL_URL": settings.mail_url,
            "SMS_URL": settings.sms_url,
        }
        environment = os.environ | {f"CASILLA_{name}": value for name, value in values.items()}
        command = [str(Path(sys.executable).with_name("casilla")), "trabajar"]
        self.log = log
        with log.open("wb") as errors:
            self.process = subprocess.Popen(
                command, env=environment, stdout=subprocess.PIPE, stderr=errors
            )
        assert self.process.stdout is not None
        assert b"Enviando" in self.process.stdout.readline()

    @property
    def sent(self) -> int:
        return self.log.read_text().count('"sent"')

    def end(self, number: signal.Signals) -> int:
        self.process.send_signal(number)
        self.process.communicate()
        return self.process.returncode


def messages(db: Database) -> list[Row[Any]]:
    with db.reading() as tx:
        return list(tx.conn.execute(select(tables.outbox)))


def wait_until_all_left(db: Database) -> None:
    for _ in range(400):
        if all(message.sent_at for message in messages(db)):
            return
        time.sleep(0.05)
    raise TimeoutError


def delivered(folder: Path) -> Counter[str]:
    """How often each Message-ID is in one of the two folders."""
    letters = (
        message_from_bytes(path.read_bytes(), policy=policy.default)
        for channel in ("correo", "sms")
        for path in (folder / channel / "new").glob("*")
    )
    return Counter(str(letter["Message-ID"]) for letter in letters)


def name_of(message: Row[Any]) -> str:
    return f"<{message.message_id}@{'sms.invalid' if message.channel == 'sms' else 'localhost'}>"


def leave_many(db: Database, count: int) -> None:
    with db.transaction() as tx:
        casilla = casillas.by_identidad(tx, ROSA.identidad)
        assert casilla is not None
        for number in range(count):
            leave(tx, casilla, number)


def test_two_workers_send_each_message_once(place: Installation, tmp_path: Path) -> None:
    workers = [Worker(place, tmp_path / f"log{n}") for n in range(2)]
    count = 0
    while count == 0 or not all(worker.sent for worker in workers):
        leave_many(place.db, 200)
        count += 200
        wait_until_all_left(place.db)
    assert [worker.end(signal.SIGTERM) for worker in workers] == [0, 0]
    found = delivered(tmp_path)
    assert (len(found), set(found.values())) == (count, {1})
    assert sum(worker.sent for worker in workers) == count


@pytest.mark.lento
def test_a_killed_worker_loses_no_message_and_sends_none_under_another_id(
    place: Installation, database_url: str, tmp_path: Path
) -> None:
    place.db.close()
    done = subprocess.run(
        [sys.executable, "-m", "tests.work.worker_killed", database_url, str(tmp_path)],
        cwd=ROOT, check=True, capture_output=True, text=True,
    )  # fmt: skip
    assert int(done.stdout) > 20, "it hardly ran"
    later = install(database_url, tmp_path, lambda: datetime.now(UTC) + LEASE)
    while not all(message.sent_at for message in messages(later.db)):
        Mailer(later, path_of).deliver_due()
    rows = messages(later.db)
    later.db.close()
    assert all(row.next_at is None and row.context == b"" for row in rows)
    found = delivered(tmp_path)
    attempts = {name_of(row): row.attempts for row in rows}
    assert set(found) == set(attempts)
    assert all(found[message_id] <= attempts[message_id] for message_id in found)
    assert max(attempts.values()) > 1, "none was killed with a message in hand"


def test_the_worker_finds_what_another_process_left(place: Installation, tmp_path: Path) -> None:
    worker = Worker(place, tmp_path / "log")
    leave_many(place.db, 2)
    wait_until_all_left(place.db)
    assert worker.end(signal.SIGINT) == 0
    assert sum(delivered(tmp_path).values()) == 2


def test_a_chore_that_keeps_failing_is_tried_less_and_less_often(
    place: Installation, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(worker, "PAUSE", 1.0)
    mine, tries = worker.Worker(place, path_of), 0
    waits: list[float] = []

    class Stop(Event):
        def wait(self, timeout: float | None = None) -> bool:
            waits.append(timeout or 0)
            return False

    stop = Stop()

    def fail() -> int:
        nonlocal tries
        tries += 1
        if tries == 14:
            stop.set()
        if tries in (9, 14):
            return 0
        raise ValueError

    async def story() -> None:
        await mine._repeat(fail, stop, longest=60)

    with ThreadPoolExecutor(1) as thread:
        thread.submit(asyncio.run, asyncio.wait_for(story(), 20)).result()
    assert waits == [1, 2, 4, 8, 16, 32, 60, 60, 1, 1, 2, 4, 8, 1]


def test_no_chore_waits_for_the_pause_of_another(
    place: Installation, monkeypatch: pytest.MonkeyPatch
) -> None:
    """asyncio has four threads more than the machine has processors, and there are more chores."""
    monkeypatch.setattr(os, "cpu_count", lambda: 1)
    for name in ("PAUSE", "MEND_PAUSE", "LATE_PAUSE", "DATES_PAUSE"):
        monkeypatch.setattr(worker, name, 15.0)
    mine = worker.Worker(place, path_of)

    def waits() -> int:
        with place.db.reading() as tx:
            return len(tx.conn.execute(select(tables.line_waiting)).all())

    async def story() -> None:
        wake, stop = asyncio.Event(), Event()
        working = asyncio.create_task(mine.work(wake, stop))
        for _ in range(3):
            await asyncio.sleep(0.3)
            leave_many(place.db, 1)
            began = time.monotonic()
            while waits():
                await asyncio.sleep(0.05)
            assert time.monotonic() - began < 8
        stop.set()
        wake.set()
        await working

    with ThreadPoolExecutor(1) as thread:  # Playwright keeps a loop running in this one
        thread.submit(asyncio.run, asyncio.wait_for(story(), 60)).result()


def test_a_purge_that_failed_does_not_wait_for_the_next_day(
    place: Installation, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(worker, "PAUSE", 0.01)
    mine = worker.Worker(place, path_of)
    with place.db.transaction() as tx:
        tx.conn.execute(insert(tables.rates).values(key=b"long ago", tat=0))
        tx.conn.exec_driver_sql("ALTER TABLE challenges RENAME TO away")

    async def story() -> None:
        wake, stop = asyncio.Event(), Event()
        working = asyncio.create_task(mine.work(wake, stop))
        while "a chore cannot be done" not in caplog.text:
            await asyncio.sleep(0.01)
        with place.db.transaction() as tx:
            tx.conn.exec_driver_sql("ALTER TABLE away RENAME TO challenges")
        while "out of date" not in caplog.text:
            await asyncio.sleep(0.01)
        stop.set()
        wake.set()
        await working

    caplog.set_level(logging.INFO)
    with ThreadPoolExecutor(1) as thread:  # Playwright keeps a loop running in this one
        thread.submit(asyncio.run, asyncio.wait_for(story(), 20)).result()
    assert caplog.text.count("out of date") == 1
