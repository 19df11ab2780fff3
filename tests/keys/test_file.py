"""The file of keys is changed whole or not at all, and by one process at a time: S67."""

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest

from proxy.errors import Refusal
from proxy.keys import file
from proxy.keys.ring import LiveRing, create_keyring, read_keyring
from tests.racing import PROCESSES, race

NOW = datetime(2026, 11, 16, 15, 0, tzinfo=UTC)


@pytest.fixture
def ring(tmp_path: Path) -> Path:
    create_keyring(tmp_path / "claves.json")
    return tmp_path / "claves.json"


def test_a_new_key_comes_last_with_its_date_and_the_others_stay(ring: Path) -> None:
    before = read_keyring(ring)
    assert file.rotate(ring, NOW) == "k2"
    after = read_keyring(ring)
    assert list(after.keys) == ["k1", "k2"]
    assert after.keys["k1"] == before.keys["k1"]
    assert after.since["k2"] == NOW
    assert ring.stat().st_mode & 0o777 == 0o600
    assert len(after.keys["k2"]) == 32


def test_a_ring_without_dates_is_still_read(ring: Path) -> None:
    """As an installation of before has it."""
    told = json.loads(ring.read_text())
    del told["claves"][0]["desde"]
    ring.write_text(json.dumps(told))
    assert read_keyring(ring).since == {}
    assert file.rotate(ring, NOW) == "k2"


def test_a_retired_id_is_never_given_again(ring: Path) -> None:
    file.rotate(ring, NOW)
    file.rotate(ring, NOW)
    for key_id in ("k1", "k2"):
        file.retire(ring, key_id, NOW)
    assert file.rotate(ring, NOW) == "k4"
    assert list(read_keyring(ring).subkeys("audit")) == ["k1", "k2", "k3", "k4"]
    assert list(read_keyring(ring).subkeys("seal")) == ["k3", "k4"]


def test_of_a_retired_key_nothing_is_left_but_what_it_attested(ring: Path) -> None:
    file.rotate(ring, NOW)
    old = json.loads(ring.read_text())["claves"][0]["clave"]
    attested = read_keyring(ring).subkeys("audit")["k1"]
    file.retire(ring, "k1", NOW)
    assert old not in ring.read_text()
    assert read_keyring(ring).subkeys("audit")["k1"] == attested
    assert [path.name for path in ring.parent.iterdir() if path.is_file()] != []
    assert not [path for path in ring.parent.iterdir() if path != ring and path.stat().st_size]


def rotate_many(path: str) -> list[str]:
    return [file.rotate(Path(path), NOW) for _ in range(10)]


def test_of_several_that_rotate_together_none_loses_a_key(ring: Path) -> None:
    added = race(rotate_many, str(ring))
    assert len(set(added)) == len(added) == PROCESSES * 10
    assert set(read_keyring(ring).keys) == {"k1", *added}


@pytest.mark.parametrize("broken", ["", "{}", '{"claves": []}'])
def test_a_broken_ring_is_not_added_to(ring: Path, broken: str) -> None:
    ring.write_text(broken)
    with pytest.raises(Refusal):
        file.rotate(ring, NOW)
    assert ring.read_text() == broken


def test_a_ring_that_cannot_be_written_stays_as_it_is(ring: Path) -> None:
    before = ring.read_bytes()
    with unwritable(ring.parent), pytest.raises(Refusal) as refused:
        file.rotate(ring, NOW)
    assert refused.value.code == "keys.unwritable"
    assert ring.read_bytes() == before


@contextmanager
def unwritable(folder: Path) -> Iterator[None]:
    """For root too, whom no mode of a file stops: a folder is in the way of the lock."""
    (folder / "claves.json.lock").mkdir()
    yield
    (folder / "claves.json.lock").rmdir()


def test_what_somebody_who_was_killed_left_is_in_nobodys_way(ring: Path) -> None:
    (ring.parent / "claves.json.nuevo").write_text("half of a ri")
    assert file.rotate(ring, NOW) == "k2"
    assert list(read_keyring(ring).keys) == ["k1", "k2"]


def test_a_link_to_the_ring_stays_a_link(ring: Path) -> None:
    link = ring.parent / "enlace.json"
    link.symlink_to(ring)
    file.rotate(link, NOW)
    assert link.is_symlink()
    assert list(read_keyring(ring).keys) == ["k1", "k2"]


def test_who_runs_the_command_does_not_become_the_owner(ring: Path) -> None:
    if os.getuid() == 0:
        os.chown(ring, 12345, 12345)
    before = ring.stat()
    file.rotate(ring, NOW)
    assert (ring.stat().st_uid, ring.stat().st_gid) == (before.st_uid, before.st_gid)


def test_a_ring_broken_in_service_is_told_and_the_one_before_stands(
    ring: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr("proxy.keys.ring.LOOK_EVERY", 0.0)
    live = LiveRing(ring)
    before = live()
    ring.write_text("{")
    assert live() is before
    assert "the key ring cannot be read" in caplog.text
    ring.unlink()
    assert live() is before


@pytest.mark.parametrize(
    "change",
    [
        {"id": "k1"},
        {"auditoria": "AAAA"},
        {"id": "a$b"},
        {"id": 5},
    ],
)
def test_a_retired_key_that_is_damaged_weak_or_repeated_is_refused(
    ring: Path, change: dict[str, object]
) -> None:
    file.rotate(ring, NOW)
    file.rotate(ring, NOW)
    file.retire(ring, "k2", NOW)
    told = json.loads(ring.read_text())
    told["retiradas"][0] |= change
    ring.write_text(json.dumps(told))
    with pytest.raises(Refusal) as refused:
        read_keyring(ring)
    assert refused.value.code in ("keys.damaged", "keys.weak")
