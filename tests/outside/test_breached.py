"""Breached passwords are found in a local file that is not read whole: S17."""

import hashlib
import logging
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from proxy.errors import Refusal
from proxy.outside.breached import Breached
from proxy.settings import Settings


def digest(password: str) -> str:
    return hashlib.sha1(password.encode()).hexdigest().upper()


def written(folder: Path, passwords: list[str], end: str = "\n", count: str = ":3") -> Breached:
    lines = sorted(digest(one) + count for one in passwords)
    (folder / "breached.txt").write_bytes("".join(line + end for line in lines).encode())
    return Breached(str(folder / "breached.txt"))


@given(st.sets(st.integers(0, 200)), st.sampled_from(["\n", "\r\n"]), st.sampled_from(["", ":27"]))
def test_every_password_of_the_file_is_found_and_no_other(
    tmp_path_factory: pytest.TempPathFactory, some: set[int], end: str, count: str
) -> None:
    breached = written(tmp_path_factory.mktemp("b"), [str(one) for one in some], end, count)
    assert {one for one in range(201) if breached.knows(str(one))} == some


def test_small_letters_and_a_last_line_without_an_end_are_read_too(tmp_path: Path) -> None:
    (tmp_path / "b").write_text("\n".join(sorted(digest(one).lower() for one in "abc")))
    assert all(Breached(str(tmp_path / "b")).knows(one) for one in "abc")


def test_a_password_is_the_same_however_the_keyboard_composes_it(tmp_path: Path) -> None:
    """S14"""
    assert written(tmp_path, ["ma\u00f1ana"]).knows("man\u0303ana")


def read_so_far() -> int:
    """The bytes that this process has read."""
    said = dict(line.split(": ") for line in Path("/proc/self/io").read_text().splitlines())
    return int(said["rchar"])


def test_a_large_file_is_not_read_whole(tmp_path: Path) -> None:
    breached = written(tmp_path, [str(number) for number in range(200_000)])
    before = read_so_far()
    assert breached.knows("77777") and not breached.knows("200000")
    assert read_so_far() - before < (tmp_path / "breached.txt").stat().st_size / 10


def test_a_file_that_went_away_keeps_nobody_out_and_is_told(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.ERROR):
        assert not Breached(str(tmp_path / "gone")).knows("x")
    assert "the breached passwords cannot be read" in caplog.text


def test_without_a_file_nothing_is_refused_and_with_it_the_reason_is_told(tmp_path: Path) -> None:
    Breached("").refuse("12345678")
    with pytest.raises(Refusal) as refused:
        written(tmp_path, ["12345678"]).refuse("12345678")
    assert refused.value.code == "password.breached"


@pytest.mark.parametrize("content", [None, b"", b"hunter2\n", b"0" * 39 + b"\n"])
def test_a_setting_that_is_no_such_file_is_refused(tmp_path: Path, content: bytes | None) -> None:
    if content is not None:
        (tmp_path / "b").write_bytes(content)
    with pytest.raises(ValidationError):
        Settings(breached_file=str(tmp_path / "b"))
