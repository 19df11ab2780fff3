"""The document store: S66, S72."""

import os
import time
from hashlib import sha256
from io import BytesIO
from pathlib import Path

import pytest

from proxy.store.documents import CHUNK, COPY, STALE, Documents


@pytest.fixture
def documents(tmp_path: Path) -> Documents:
    return Documents(tmp_path / "documentos")


@pytest.fixture
def synced(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """The inode of each thing that was synced, in order."""
    inodes: list[int] = []
    sync = os.fsync

    def noting(descriptor: int) -> None:
        inodes.append(os.fstat(descriptor).st_ino)
        sync(descriptor)

    monkeypatch.setattr(os, "fsync", noting)
    return inodes


def files(documents: Documents) -> list[Path]:
    return [path for path in documents.folder.rglob("*") if path.is_file()]


def test_bytes_are_kept_under_their_sha256_and_only_their_owner_reads_them(
    documents: Documents,
) -> None:
    content = os.urandom(CHUNK + 7)
    kept = documents.put(BytesIO(content))
    name = sha256(content).hexdigest()
    assert (kept.sha256, kept.size) == (name, len(content))
    assert files(documents) == [documents.path(name)]
    assert b"".join(documents.chunks(name)) == content
    assert documents.path(name).stat().st_mode & 0o777 == 0o400
    assert documents.folder.stat().st_mode & 0o777 == 0o700


def test_what_is_not_kept_is_gone(documents: Documents) -> None:
    with documents.received(BytesIO(b"bytes")) as received:
        assert received.copy.read_bytes() == b"bytes"
    assert files(documents) == []


def test_no_more_than_one_byte_beyond_the_limit_is_copied(documents: Documents) -> None:
    with documents.received(BytesIO(b"x" * (3 * CHUNK)), most=CHUNK) as received:
        assert received.size == CHUNK + 1


def test_a_source_that_breaks_leaves_nothing(documents: Documents) -> None:
    class Broken(BytesIO):
        def read(self, _size: int | None = -1) -> bytes:
            raise OSError("the disk went away")

    with pytest.raises(OSError, match="went away"):
        documents.put(Broken())
    assert files(documents) == []


def test_damage_is_noticed_and_mended_when_the_same_bytes_come_again(documents: Documents) -> None:
    kept = documents.put(BytesIO(b"bytes"))
    path = documents.path(kept.sha256)
    path.chmod(0o600)
    path.write_bytes(b"bites")
    assert not documents.intact(kept.sha256)
    documents.put(BytesIO(b"bytes"))
    assert documents.intact(kept.sha256)
    assert files(documents) == [path]


def test_what_is_not_there_is_not_intact(documents: Documents) -> None:
    assert not documents.intact("0" * 64)


def test_bytes_and_names_are_synced_before_the_deposit_goes_on(
    documents: Documents, synced: list[int]
) -> None:
    """S66: what the system calls did is looked at, for no test can cut the power."""
    kept = documents.put(BytesIO(b"bytes"))
    path = documents.path(kept.sha256)
    for place in (path, path.parent, documents.folder, documents.folder.parent):
        assert place.stat().st_ino in synced, place


def test_only_what_got_a_new_name_is_synced(documents: Documents, synced: list[int]) -> None:
    path = documents.path(documents.put(BytesIO(b"bytes")).sha256)
    synced.clear()
    documents.put(BytesIO(b"bytes"))
    assert synced == [path.stat().st_ino, path.parent.stat().st_ino]


def test_a_subfolder_that_another_process_made_is_synced_once_more(
    documents: Documents, synced: list[int]
) -> None:
    """It may not have synced its name yet."""
    documents.put(BytesIO(b"first"))
    Documents(documents.folder).put(BytesIO(b"bytes"))
    assert len({path.parent for path in files(documents)}) == 2
    synced.clear()
    for _ in range(2):
        documents.put(BytesIO(b"bytes"))
    assert synced.count(documents.folder.stat().st_ino) == 1


def test_tidying_clears_what_a_killed_process_left_a_day_ago_and_nothing_else(
    documents: Documents,
) -> None:
    kept = documents.put(BytesIO(b"bytes"))
    old, new = (documents.folder / f"{COPY}{age}" for age in ("old", "new"))
    for copy in (old, new):
        copy.write_bytes(b"half")
    long_ago = time.time() - STALE - 1
    for path in (old, documents.path(kept.sha256)):
        os.utime(path, (long_ago, long_ago))
    documents.tidy()
    assert sorted(files(documents)) == sorted([new, documents.path(kept.sha256)])
