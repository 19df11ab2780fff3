"""Writes days and instants for a calendar program (iCalendar, RFC 5545)."""

from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime
from typing import NamedTuple

OCTETS = 75  # of a line, at most


class Marked(NamedTuple):
    """A day or an instant. With the same `uid`, a greater `edition` replaces a lesser one, or takes
    it away."""

    uid: str
    at: date
    summary: str
    description: str
    url: str
    edition: int = 0
    cancelled: bool = False


def write_ics(marked: Iterable[Marked], stamp: datetime) -> bytes:
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//casilla//plazos//ES"]
    for one in marked:
        lines += [
            "BEGIN:VEVENT",
            f"UID:{one.uid}",
            f"DTSTAMP:{_instant(stamp)}",
            _start(one.at),
            f"SEQUENCE:{one.edition}",
            f"SUMMARY:{_text(one.summary)}",
            f"DESCRIPTION:{_text(one.description)}",
            f"URL:{one.url}",
            "CLASS:PRIVATE",  # many calendars are seen by others
            "TRANSP:TRANSPARENT",  # nobody is busy because of it
            *(["STATUS:CANCELLED"] if one.cancelled else []),
            "END:VEVENT",
        ]
    lines.append("END:VCALENDAR")
    return b"".join(piece for line in lines for piece in _folded(line))


def _start(at: date) -> str:
    # Without an end, a day lasts that day, and an instant takes no time.
    if isinstance(at, datetime):
        return f"DTSTART:{_instant(at)}"
    return f"DTSTART;VALUE=DATE:{at:%Y%m%d}"


def _instant(at: datetime) -> str:
    return f"{at.astimezone(UTC):%Y%m%dT%H%M%SZ}"


def _text(text: str) -> str:
    for letter in ("\\", ";", ","):
        text = text.replace(letter, f"\\{letter}")
    return "\\n".join(text.splitlines())


def _folded(line: str) -> Iterator[bytes]:
    """A line that goes on begins with a space; no letter is cut in two."""
    piece = b""
    for letter in line:
        raw = letter.encode()
        if len(piece) + len(raw) > OCTETS:
            yield piece + b"\r\n"
            piece = b" "
        piece += raw
    yield piece + b"\r\n"
