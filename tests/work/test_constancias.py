"""The worker seals what waits: whole, once, and after it was killed too (X3, S78)."""

import logging
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from proxy.domain.constancia_acts import Kind
from proxy.flows import audit
from proxy.flows import constancias as flow
from proxy.flows.audit import Whole
from proxy.flows.constancias import LEASE
from proxy.installation import Installation
from proxy.keys.ring import create_keyring
from proxy.keys.seal_check import check
from proxy.keys.seal_file import (
    create_demonstration,
    path_of_authorities,
    path_of_certificates,
    read_certificates,
    read_seal,
)
from proxy.store import tables
from proxy.work.constancias import Sealer
from proxy.work.sealing import NotSealed, Sealing
from tests.constancias import LATER, of
from tests.flows.test_deposit import Sender
from tests.outside.authority import Authority
from tests.people import PASSWORDS, ROSA, open_casilla
from tests.recorded import advance_all
from tests.sealing import another, authority
from tests.work.worker_killed import install

ROOT = Path(__file__).parents[2]


@pytest.fixture
def place(sqlite_url: str, tmp_path: Path) -> Iterator[Installation]:
    installation = install(sqlite_url, tmp_path)
    create_keyring(installation.settings.keys_file)
    installation.settings.documents_url = str(tmp_path / "documentos")
    path = installation.settings.seal_path
    create_demonstration(path, "Entidad Ficticia", installation.clock())
    open_casilla(installation.db, ROSA, PASSWORDS)
    yield installation
    installation.db.close()


@pytest.fixture
def sealer(place: Installation) -> Iterator[Sealer]:
    made = Sealer(place)
    yield made
    made.close()


def deposit(place: Installation) -> None:
    Sender(place.db, place.documents.folder).deposit(anew=True)


def sealed(place: Installation) -> list[bytes]:
    files = [path for path in place.documents.folder.rglob("*") if path.is_file()]
    return [made for made in (path.read_bytes() for path in files) if b"/ETSI.CAdES" in made]


def test_what_waits_is_sealed_and_then_nothing_waits(place: Installation, sealer: Sealer) -> None:
    assert sealer.seal_next() == 0, "and no process starts for nothing"
    for _ in range(2):
        deposit(place)
    assert [sealer.seal_next() for _ in range(3)] == [1, 1, 0]
    known = [read_seal(place.settings.seal_path, "").certificate]
    names = {check(pdf, known).told["destinatario"]["nombre"] for pdf in sealed(place)}
    assert names == {ROSA.nombres} and len(sealed(place)) == 2


def test_with_an_expired_certificate_all_waits_and_it_is_said_once(
    place: Installation, sealer: Sealer, caplog: pytest.LogCaptureFixture
) -> None:
    deposit(place)
    now = place.clock
    place.clock = lambda: now() + timedelta(days=900)
    with caplog.at_level(logging.ERROR):
        assert [sealer.seal_next() for _ in range(3)] == [0, 0, 0]
    assert [record.__dict__["detail"] for record in caplog.records] == ["seal.expired"]
    place.clock = now
    assert sealer.seal_next() == 1


def test_what_is_late_is_said_again_every_ten_minutes_with_its_reason(
    place: Installation, sealer: Sealer, caplog: pytest.LogCaptureFixture
) -> None:
    deposit(place)
    now, passed = place.clock, timedelta(days=900)
    place.__dict__.pop("db").close()
    place.clock = lambda: now() + passed
    with caplog.at_level(logging.ERROR):
        sealer.seal_next()
        for minutes in (0, 1, 8, 2):
            passed += timedelta(minutes=minutes)
            sealer.tell_late()
    late = [one.__dict__["detail"] for one in caplog.records if one.msg == "constancias are late"]
    assert [(one["many"], one["why"]) for one in late] == [(1, "seal.expired")] * 2
    place.__dict__.pop("db").close()
    place.clock = now
    assert sealer.seal_next() == 1
    caplog.clear()
    place.__dict__.pop("db").close()
    place.clock = lambda: now() + passed
    assert sealer.tell_late() == 0 and caplog.records == []


def test_what_cannot_be_sealed_now_is_tried_again(
    place: Installation, sealer: Sealer, caplog: pytest.LogCaptureFixture
) -> None:
    """An authority of time that is away."""
    deposit(place)
    place.settings.tsa_url = "http://127.0.0.1:9/"
    away = Sealer(place)
    with caplog.at_level(logging.ERROR):
        assert away.seal_next() == 0
    away.close()
    assert [record.__dict__["detail"] for record in caplog.records] == ["NoReply"]
    assert sealed(place) == []


def test_a_seal_that_is_replaced_meanwhile_is_stated_as_it_seals(
    place: Installation, sealer: Sealer, caplog: pytest.LogCaptureFixture
) -> None:
    """X4: what it states and who sealed it are the same, and both certificates are known."""
    path = place.settings.seal_path
    deposit(place)
    with place.db.transaction() as tx:
        job = flow.next_job(tx, sealer._key().described, place.settings.origin)
    assert job
    path.unlink()
    create_demonstration(path, "Entidad Ficticia", place.clock())
    with caplog.at_level(logging.ERROR):
        assert sealer._seal(job) == 0
    assert [record.__dict__["detail"] for record in caplog.records] == ["OtherSeal"]
    assert sealed(place) == []
    now = place.clock
    place.clock = lambda: now() + timedelta(minutes=1)
    place.__dict__.pop("db").close()
    assert sealer.seal_next() == 1
    [pdf], known = sealed(place), read_certificates(path_of_certificates(path))
    assert check(pdf, known).by == read_seal(path, "").described
    assert len(known) == 2


def test_the_authority_of_time_is_known_from_its_first_token_on(
    place: Installation, caplog: pytest.LogCaptureFixture
) -> None:
    """S67: what says so stands beside the seal, and is written before the seal is kept."""
    path = place.settings.seal_path
    soon = place.clock().replace(microsecond=0) + timedelta(seconds=2)
    for _ in range(2):
        deposit(place)
    with Authority(authority(), soon) as there, caplog.at_level(logging.ERROR):
        place.settings.tsa_url = there.url
        timed = Sealer(place)
        beside = path_of_authorities(path)
        beside.mkdir()  # it cannot be written
        assert timed.seal_next() == 0
        assert [record.__dict__["detail"] for record in caplog.records] == ["Unremembered"]
        assert sealed(place) == []
        beside.rmdir()
        assert timed.seal_next() == 1
        timed.close()
    times = read_certificates(beside)
    assert times == [authority().certificate]
    found = check(sealed(place)[0], [read_seal(path, "").certificate], times)
    assert found.attested and found.attested.at == soon


def test_a_bad_answer_of_the_authority_is_tried_again(
    place: Installation, caplog: pytest.LogCaptureFixture
) -> None:
    deposit(place)
    with Authority(another(), place.clock()) as there:  # who is no authority of time
        place.settings.tsa_url = there.url
        timed = Sealer(place)
        with caplog.at_level(logging.ERROR):
            assert timed.seal_next() == 0
        timed.close()
    assert [record.__dict__["detail"] for record in caplog.records] == ["BadTime"]
    assert sealed(place) == [] and not path_of_authorities(place.settings.seal_path).exists()
    with place.db.reading() as tx:
        assert flow.any_waiting(tx)


@pytest.mark.parametrize("seconds", [0.05, 0.8, 1.2, 1.6])
def test_killed_at_any_instant_each_is_sealed_once_and_whole(
    place: Installation, tmp_path: Path, sqlite_url: str, seconds: float
) -> None:
    for _ in range(3):
        deposit(place)
    program = (
        "import sys; from pathlib import Path; from proxy.work.constancias import Sealer;"
        "from tests.work.worker_killed import install;"
        "parts = install(sys.argv[1], Path(sys.argv[2]));"
        "parts.settings.documents_url = sys.argv[2] + '/documentos';"
        "sealer = Sealer(parts); print('begun', flush=True);"
        "[sealer.seal_next() for _ in range(9)]"
    )
    worker = subprocess.Popen(
        [sys.executable, "-c", program, sqlite_url, str(tmp_path)], cwd=ROOT, stdout=subprocess.PIPE
    )
    assert worker.stdout
    worker.stdout.readline()
    time.sleep(seconds)
    worker.kill()
    worker.communicate()
    now = place.clock
    place.clock = lambda: now() + LEASE + timedelta(seconds=1)
    place.__dict__.pop("db").close()
    after = Sealer(place)
    while after.seal_next():
        pass
    after.close()
    known = [read_seal(place.settings.seal_path, "").certificate]
    numbers = [check(pdf, known).told["id"] for pdf in sealed(place)]
    assert len(numbers) == len({*numbers}) == 3
    advance_all(place.db)
    with place.db.reading() as tx:  # each has one evento of its seal, and the PDF of that digest
        assert isinstance(audit.verify(tx, None, documents=place.documents), Whole)
        kinds = select(tables.eventos.c.kind).where(tables.eventos.c.kind == "constancia_sealed")
        assert len(tx.conn.execute(kinds).all()) == 3


def test_its_process_ends_with_its_parent_and_is_started_again(place: Installation) -> None:
    sealing = Sealing(place.settings)
    text = of(Kind.DEPOSITO, read_seal(place.settings.seal_path, "").described)
    first = sealing.make(text, LATER, "Constancia")
    assert sealing._process
    os.kill(sealing._process.pid, signal.SIGKILL)
    sealing._process.wait()
    assert sealing.make(text, LATER, "Constancia") == first
    with pytest.raises(NotSealed, match="KeyError"):
        sealing.make("{}", LATER, "Constancia")
    assert sealing.make(text, LATER, "Constancia") == first
    sealing.close()

    program = (
        "import os, sys, time; from proxy.settings import Settings;"
        "from proxy.work.sealing import Sealing; one = Sealing(Settings());"
        "process = one._running(); print(process.pid, flush=True); time.sleep(60)"
    )
    parent = subprocess.Popen(
        [sys.executable, "-c", program], cwd=ROOT, stdout=subprocess.PIPE, text=True
    )
    assert parent.stdout
    child = int(parent.stdout.readline())
    parent.kill()
    parent.communicate()
    deadline = time.monotonic() + 30
    while Path(f"/proc/{child}").exists() and time.monotonic() < deadline:
        time.sleep(0.1)
    assert not Path(f"/proc/{child}").exists()
