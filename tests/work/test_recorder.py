"""The chore that puts eventos in line: S69, S78."""

import json
import logging
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import text

from proxy.domain.events import Event
from proxy.flows.audit import Broken, Whole
from proxy.installation import Installation
from proxy.keys.mark import path_of_mark, read_mark
from proxy.keys.ring import create_keyring
from proxy.store import eventos
from proxy.store.schema import migrate
from proxy.work.recorder import Recorder
from tests.recorded import verify
from tests.store.intruder import without_guards
from tests.work.worker_killed import install

ROOT = Path(__file__).parents[2]


@pytest.fixture
def place(database_url: str, tmp_path: Path) -> Iterator[Installation]:
    installation = install(database_url, tmp_path)
    create_keyring(installation.settings.keys_file)
    yield installation
    installation.db.close()


def note(installation: Installation, many: int) -> None:
    with installation.db.transaction() as tx:
        for number in range(many):
            eventos.note(tx, Event.LOGIN_FAILED, None, number=number)


def test_killed_at_any_instant_it_leaves_no_hole_in_the_line(
    place: Installation, database_url: str, tmp_path: Path
) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "tests.work.recorder_killed", database_url, str(tmp_path)],
        cwd=ROOT, check=True, capture_output=True, text=True,
    )  # fmt: skip
    steps = int(done.stdout)
    assert steps > 8, "it hardly ran"
    kept = read_mark(place.settings.keys_file, place.vault)
    found = verify(place.db, kept)
    assert kept is not None
    assert isinstance(found, Whole)
    assert found.rows >= 3 * (steps - 2)


def test_eventos_that_others_wrote_meanwhile_go_in_line_and_its_mark_leaves(
    place: Installation, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, "casilla.record")
    recorder = Recorder(place)
    note(place, 3)
    assert [recorder.advance() for _ in range(3)] == [1, 3, 0]
    kept = read_mark(place.settings.keys_file, place.vault)
    assert kept is not None and kept.place == 4
    assert isinstance(verify(place.db, kept), Whole)
    [line] = caplog.records
    assert (line.message, line.detail["place"]) == ("mark", 1)  # type: ignore[attr-defined]


def test_behind_a_line_that_lost_its_mark_it_puts_nothing_and_says_so_once(
    place: Installation, caplog: pytest.LogCaptureFixture
) -> None:
    """A copy of the database that was put back is not covered by what comes after it."""
    recorder = Recorder(place)
    recorder.advance()
    path = path_of_mark(place.settings.keys_file)
    mark = path.read_text()
    other = install("sqlite:///" + str(path.with_name("other.db")), path.parent)
    assert json.loads(mark)["lugar"] == 1
    migrate(other.db)
    note(other, 2)
    recorder = Recorder(other)
    assert [recorder.advance() for _ in range(3)] == [0, 0, 0]
    assert path.read_text() == mark
    assert [record.message for record in caplog.records] == ["the record does not go on"]
    kept = read_mark(other.settings.keys_file, other.vault)
    assert isinstance(verify(other.db, kept), Broken)
    path.rename(path.with_suffix(".aparte"))
    recorder = Recorder(other)  # the manual: while the service is stopped
    assert [recorder.advance() for _ in range(2)] == [1, 2]
    other.db.close()


@pytest.mark.parametrize("gone", [True, False], ids=["deleted", "older"])
def test_a_mark_that_goes_back_under_a_running_worker_is_put_right_and_said_once(
    place: Installation, caplog: pytest.LogCaptureFixture, *, gone: bool
) -> None:
    recorder = Recorder(place)
    recorder.advance()
    path = path_of_mark(place.settings.keys_file)
    older = path.read_text()
    note(place, 3)
    recorder.advance()
    newest = path.read_text()
    for _ in range(3):
        if gone:
            path.unlink()
        else:
            path.write_text(older)
        recorder.advance()
        assert path.read_text() == newest
    [said] = [one for one in caplog.records if one.levelno >= logging.ERROR]
    assert said.detail == "mark.back"  # type: ignore[attr-defined]


def test_a_line_cut_while_its_mark_is_taken_away_gets_no_new_mark(place: Installation) -> None:
    recorder = Recorder(place)
    note(place, 3)
    assert [recorder.advance() for _ in range(2)] == [1, 3]
    path = path_of_mark(place.settings.keys_file)
    newest = path.read_text()
    path.unlink()
    with without_guards(place.db) as tx:
        tx.conn.execute(text("DELETE FROM line WHERE place > 2"))
    note(place, 3)
    assert recorder.advance() == 0
    assert path.read_text() == newest


def test_a_worker_that_starts_without_a_mark_says_so_unless_the_record_is_new(
    place: Installation, caplog: pytest.LogCaptureFixture
) -> None:
    Recorder(place).advance()
    assert caplog.records == []
    path_of_mark(place.settings.keys_file).unlink()
    Recorder(place).advance()
    [said] = caplog.records
    assert said.detail == "mark.none"  # type: ignore[attr-defined]


def test_a_mark_that_cannot_be_written_is_said_once_and_the_record_goes_on(
    place: Installation, caplog: pytest.LogCaptureFixture
) -> None:
    lock = place.settings.keys_file.with_name("claves.json.marca.lock")
    lock.mkdir()  # also in the way of root, whom no mode of a file stops
    recorder = Recorder(place)
    note(place, 3)
    assert [recorder.advance() for _ in range(3)] == [1, 3, 0]
    [said] = caplog.records
    assert said.message == "the mark cannot be written"
    lock.rmdir()
    recorder.advance()
    kept = read_mark(place.settings.keys_file, place.vault)
    assert kept is not None and kept.place == 4


@pytest.mark.skipif(os.getuid() != 0, reason="only root gives a file to another user")
def test_a_mark_that_root_writes_is_the_services_own(place: Installation) -> None:
    """Else the worker could not read it after a command of root, and the record would stand."""
    keys = place.settings.keys_file
    os.chown(keys, 12345, 12345)
    assert Recorder(place).catch_up().fits
    for path in (path_of_mark(keys), keys.with_name("claves.json.marca.lock")):
        assert path.stat().st_uid == 12345
