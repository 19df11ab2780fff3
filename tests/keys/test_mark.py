"""The mark beside the keys, whole and never older than it was: S69."""

import subprocess
import sys
from pathlib import Path

import pytest

from proxy.domain.evento import Mark
from proxy.errors import Refusal
from proxy.keys.mark import path_of_mark, read_mark, write_mark
from proxy.keys.ring import create_keyring
from tests.people import VAULT

ROOT = Path(__file__).parents[2]
WRITE = """
import sys
from pathlib import Path
from proxy.domain.evento import Mark
from proxy.keys.mark import write_mark
from tests.people import VAULT
for place in range(1, 200):
    write_mark(Path(sys.argv[1]), VAULT, Mark(place, bytes(32)))
"""


@pytest.fixture
def keys(tmp_path: Path) -> Path:
    create_keyring(tmp_path / "claves.json")
    return tmp_path / "claves.json"


def test_a_mark_that_several_write_at_once_is_whole_and_never_goes_back(keys: Path) -> None:
    """As `servir` and `auditoria verificar` do."""
    writers = [subprocess.Popen([sys.executable, "-c", WRITE, keys], cwd=ROOT) for _ in range(3)]
    found: list[int] = []
    while any(writer.poll() is None for writer in writers):
        mark = read_mark(keys, VAULT)
        found.append(mark.place if mark else 0)
    assert [writer.wait() for writer in writers] == [0, 0, 0]
    assert found == sorted(found)


def test_an_older_mark_takes_no_newer_ones_place(keys: Path) -> None:
    for place in (5, 4, 5):
        write_mark(keys, VAULT, Mark(place, bytes(32)))
    assert read_mark(keys, VAULT) == Mark(5, bytes(32))


def test_what_somebody_who_was_killed_left_is_in_nobodys_way(keys: Path) -> None:
    path_of_mark(keys).with_name("claves.json.marca.nuevo").write_text("half of a ma")
    write_mark(keys, VAULT, Mark(1, bytes(32)))
    assert read_mark(keys, VAULT) == Mark(1, bytes(32))


def test_a_mark_that_cannot_be_read_is_not_called_damaged(keys: Path) -> None:
    path_of_mark(keys).mkdir()
    with pytest.raises(Refusal) as refused:
        read_mark(keys, VAULT)
    assert refused.value.code == "mark.unreadable"
