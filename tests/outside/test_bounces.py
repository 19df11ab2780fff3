"""What mail servers send back is read from a maildir in which anybody can put anything: X2."""

import os
import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from proxy.domain.recipient import Bounce
from proxy.outside import bounces
from proxy.outside.bounces import LARGEST, MOST, put_aside, returned
from tests.outside.returned import EXIM, POSTFIX, maildir, put, written

ID = "5c" * 16
ROSA = "rosa@example.com"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return maildir(tmp_path / "rebotes")


def read(content: bytes) -> tuple[Bounce, ...]:
    return bounces._bounces(content)


@pytest.mark.parametrize("back", ["message/rfc822", "text/rfc822-headers"])
def test_a_report_of_postfix_says_which_message_and_why(folder: Path, back: str) -> None:
    path = put(folder, written(POSTFIX, ID, back=back))
    [one] = returned(folder)
    said = f"550 5.1.1 <{ROSA}>: Recipient address rejected: User unknown"
    assert (one.path, one.bounces) == (path, (Bounce(ID, ROSA, True, said),))


@pytest.mark.parametrize("back", ["message/rfc822", "text/rfc822-headers"])
def test_a_report_of_exim_says_which_message_and_why(folder: Path, back: str) -> None:
    put(folder, written(EXIM, ID, back=back))
    [one] = returned(folder)
    assert one.bounces == (Bounce(ID, ROSA, True, "5.0.0 552 5.2.2 mailbox full"),)


def test_a_message_that_is_late_has_not_failed() -> None:
    assert [one.failed for one in read(written(POSTFIX, ID, action="delayed"))] == [False]
    for action in ("delivered", "relayed", "expanded", "", "x"):
        assert read(written(POSTFIX, ID, action=action)) == ()


def test_where_it_was_forwarded_both_addresses_are_told() -> None:
    other = written(POSTFIX, ID).replace(
        b"Final-Recipient: rfc822; rosa", b"Final-Recipient: rfc822; otra"
    )
    assert {one.recipient for one in read(other)} == {ROSA, "otra@example.com"}


@pytest.mark.parametrize(
    ("part", "instead"),
    [
        ("report-type=delivery-status", "report-type=disposition-notification"),
        ("multipart/report", "multipart/mixed"),
        ("Return-Path: <>", "Return-Path: <alguien@example.net>"),
        (f"Message-ID: <{ID}@casilla.test>", f"Message-ID: <{ID[1:]}@casilla.test>"),
        (f"Message-ID: <{ID}@casilla.test>", f"Message-ID: <{ID}@casilla.test> <otro@x>"),
        (f"Message-ID: <{ID}@casilla.test>", f"Message-ID: <{ID.upper()[:-1]}G@casilla.test>"),
        (f"Message-ID: <{ID}@casilla.test>", "X-Otra: cosa"),
        ("rfc822; rosa@example.com\nOriginal-Recipient: rfc822;", "x; r\nOriginal-Recipient: x;"),
        ("Content-Type: message/delivery-status", "Content-Type: text/plain"),
    ],
)  # fmt: skip
def test_what_is_no_report_of_a_message_of_ours_says_nothing(part: str, instead: str) -> None:
    whole = written(POSTFIX, ID).decode()
    assert part in whole and read(whole.encode())
    assert read(whole.replace(part, instead).encode()) == ()


def test_an_ordinary_answer_of_a_person_says_nothing(folder: Path) -> None:
    put(folder, b"From: rosa@example.com\nSubject: Re: hola\n\n" + written(POSTFIX, ID))
    [one] = returned(folder)
    assert one.bounces == ()
    put_aside(one, ours=False)
    assert [path.name for path in (folder / "cur").iterdir()] == ["1794841391.V1I2M3.correo:2,"]


def test_what_was_read_is_marked_and_left(folder: Path) -> None:
    put(folder, written(EXIM, ID), "1.a:2,")
    [one] = returned(folder)
    put_aside(one, ours=True)
    put_aside(one, ours=True)  # another worker was first
    assert [path.name for path in (folder / "cur").iterdir()] == ["1.a:2,S"]
    assert list(returned(folder)) == []


@pytest.mark.parametrize(
    "evil",
    [
        b"",
        b"\0" * 1000,
        b"\xff\xfe" * 1000,
        b"Content-Type: multipart/report; report-type=delivery-status; boundary=",
        b"Content-Type: multipart/report; report-type*=utf-8''%FF; boundary=x\n\n--x\n",
        b"Content-Type: multipart/report; report-type=delivery-status; boundary=x\n\n"
        + b"--x\n" * 50_000,
        b"Content-Type: multipart/mixed; boundary=x\n\n--x\nContent-Type: text/x\n\n" * 900,
        b"Content-Type: message/rfc822\n\n" * 8_000,
        b"Content-Type: multipart/mixed; boundary=a\n\n--a\n" * 5_000,
        b"A: " + b"x" * 200_000,
        b"Content-Type: multipart/report" + b"; a=b" * 40_000,
        b"Subject: " + b"=?utf-8?q?=ff?=" * 10_000,
        written(POSTFIX, ID).replace(b"Status: 5.1.1", b"Status: \xff\xfe\0" + b"9" * 100_000),
        written(POSTFIX, ID).replace(b"rosa@", b"r\xf3sa@"),
        written(POSTFIX, ID).replace(b"\n\nFinal", b"\n\n" + b"Action: failed\n\n" * 5_000 + b"F"),
    ],
    ids=range(15),
)  # fmt: skip
def test_what_is_made_to_break_a_reader_breaks_nothing(folder: Path, evil: bytes) -> None:
    put(folder, evil)
    started = time.process_time()
    [one] = returned(folder)
    assert time.process_time() - started < 5
    for bounce in one.bounces:
        assert bounce.message_id == ID and len(bounce.said) <= bounces.SAID
        assert bounce.said.isprintable() and bounce.said.encode()


@given(st.binary(max_size=400), st.integers(0, 3000))
def test_no_bytes_in_a_report_break_it(noise: bytes, at: int) -> None:
    whole = written(POSTFIX, ID)
    for bounce in read(whole[:at] + noise + whole[at:]):
        assert bounce.said.isprintable() and bounce.recipient.encode()


def test_what_is_too_large_or_no_file_is_not_read(folder: Path, tmp_path: Path) -> None:
    put(folder, written(POSTFIX, ID) + b"x" * LARGEST, "large")
    secret = tmp_path / "secret"
    secret.write_bytes(written(POSTFIX, ID))
    (folder / "new" / "link").symlink_to(secret)
    (folder / "new" / "folder").mkdir()
    os.mkfifo(folder / "new" / "fifo")
    found = list(returned(folder))
    assert len(found) == 4 and all(one.bounces == () for one in found)
    for one in found:
        put_aside(one, ours=False)
    assert list((folder / "new").iterdir()) == [] and secret.exists()


def test_thousands_are_read_a_few_at_a_time(folder: Path) -> None:
    for number in range(MOST + 5):
        put(folder, b"hola", f"{number}")
    for many in (MOST, 5, 0):
        found = list(returned(folder))
        assert len(found) == many
        for one in found:
            put_aside(one, ours=False)


def test_a_folder_that_is_not_there_is_said(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        list(returned(tmp_path / "otra"))


def test_what_may_not_be_read_is_said_and_stays(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The mail server wrote it as another user: it must not be taken for nothing."""
    path = put(folder, written(POSTFIX, ID))

    def refuse(*_: object) -> int:
        raise PermissionError

    with monkeypatch.context() as patch, pytest.raises(PermissionError):
        patch.setattr(os, "open", refuse)  # the tests may run as root, who reads all
        list(returned(folder))
    assert path.exists()
