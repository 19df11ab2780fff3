"""Reads what mail servers send back: a maildir, in which anybody can put anything.

    new/ ──▶ read, no further than LARGEST ──▶ a report of delivery (RFC 3464), or not ──▶ cur/

Of a message nothing is believed but that a report says so: the flow compares it with what was sent.
"""

import heapq
import os
import re
import stat
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from email import message_from_bytes
from email.message import Message
from itertools import islice
from pathlib import Path
from random import random

from proxy.domain.recipient import Bounce, one_line

LARGEST = 256 * 1024  # bytes: a report has two, and with it what came back of a message of ours
MOST = 200  # at a look
RECIPIENTS = 10  # of one report; each of our messages has one
SAID = 400  # characters
OURS = re.compile(r"<([0-9a-f]{32})@[^<>@\s]+>")
STATUS = "message/delivery-status"
HEADERS = {"message/rfc822", "text/rfc822-headers"}
SEEN, UNSEEN = ":2,S", ":2,"


@dataclass(frozen=True)
class Returned:
    """A file of new/. `bounces` is empty for what is no report of a message of ours."""

    path: Path
    bounces: tuple[Bounce, ...]


def returned(folder: Path) -> Iterator[Returned]:
    """Raises OSError when there is no such maildir."""
    (folder / "cur").mkdir(exist_ok=True)
    with os.scandir(folder / "new") as files:
        # Any of them: what stays here, as «not yet», must not be all that is ever looked at.
        chosen = heapq.nsmallest(MOST, ((random(), file.path) for file in files))
        paths = [Path(path) for _, path in chosen]
    for path in paths:
        with suppress(FileNotFoundError):  # another worker took it
            yield Returned(path, _bounces(_read(path)))


def put_aside(one: Returned, *, ours: bool) -> None:
    """For a reader of mail, what was ours is read, and the rest is not."""
    name = one.path.name.partition(":")[0] + (SEEN if ours else UNSEEN)
    with suppress(FileNotFoundError):
        one.path.rename(one.path.parent.with_name("cur") / name)


def _read(path: Path) -> bytes:
    """Nothing of what is too large or no plain file. One that we may not read is a fault of the
    installation: OSError."""
    if not stat.S_ISREG(path.lstat().st_mode):
        return b""
    with open(os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK), "rb") as file:
        content = file.read(LARGEST + 1)
    return content if len(content) <= LARGEST else b""


def _bounces(content: bytes) -> tuple[Bounce, ...]:
    try:
        return tuple(islice(_reported(message_from_bytes(content)), RECIPIENTS))
    except Exception:  # the library fails in many ways at what is made to break it
        return ()


def _reported(report: Message) -> Iterator[Bounce]:
    kind = str(report.get_param("report-type", "")).lower()
    if (report.get_content_type(), kind) != ("multipart/report", "delivery-status"):
        return
    if _text(report, "Return-Path") not in ("", "<>"):  # a report of a server comes from nobody
        return
    parts = _of(report.get_payload())
    status = [part for part in parts if part.get_content_type() == STATUS]
    back = [part for part in parts if part.get_content_type() in HEADERS]
    if len(status) != 1 or len(back) != 1:
        return
    found = OURS.fullmatch(_text(_headers(back[0]), "Message-ID"))
    if found is None:
        return
    for group in _of(status[0].get_payload())[1:]:  # the first one is about the report itself
        action = _text(group, "Action").lower()
        for address in {_address(group, "Final-Recipient"), _address(group, "Original-Recipient")}:
            if action in ("failed", "delayed") and address:
                yield Bounce(found[1], address, action == "failed", _said(group))


def _of(payload: object) -> list[Message]:
    parts = payload if isinstance(payload, list) else []
    return [part for part in parts if isinstance(part, Message)]


def _headers(part: Message) -> Message:
    """Of the message that came back: whole, or only they."""
    if inside := _of(part.get_payload()):
        return inside[0]
    text = part.get_payload(decode=True)
    return message_from_bytes(text if isinstance(text, bytes) else b"")


def _text(part: Message, name: str) -> str:
    found = str(part.get(name) or "")  # with surrogates for what is no text
    return one_line(found.encode(errors="replace").decode())


def _address(group: Message, name: str) -> str:
    """`rfc822; rosa@example.com`"""
    kind, _, address = _text(group, name).partition(";")
    plain = kind.strip().lower() == "rfc822" and address.isascii()
    return address.strip().strip("<>") if plain else ""


def _said(group: Message) -> str:
    diagnostic = _text(group, "Diagnostic-Code").partition(";")[2].strip()
    status = _text(group, "Status")
    said = diagnostic if status in diagnostic else f"{status} {diagnostic}"
    return said.strip()[:SAID] or "?"
