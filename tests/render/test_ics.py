"""Dates for a calendar program, as RFC 5545 wants them: X1."""

import re
from datetime import date, datetime

from proxy.render.ics import Marked, write_ics
from tests.plazos import LIMA

STAMP = datetime(2026, 11, 16, 10, 0, tzinfo=LIMA)


def lines(content: bytes) -> list[str]:
    """Unfolded."""
    assert content.endswith(b"\r\n")
    pieces = content[:-2].split(b"\r\n")
    assert all(len(piece) <= 75 and b"\n" not in piece for piece in pieces)
    for piece in pieces:
        piece.decode()  # no letter is cut in two
    return content.decode().replace("\r\n ", "").split("\r\n")[:-1]


def marked(at: date, said: str = "Vence") -> Marked:
    return Marked("1-vence@casilla.example", at, said, said, "https://casilla.example/1/", 1)


def test_a_day_lasts_all_day_and_an_instant_is_in_utc() -> None:
    day, instant = date(2026, 12, 3), datetime(2026, 12, 3, 20, 0, tzinfo=LIMA)
    found = lines(write_ics([marked(day), marked(instant)], STAMP))
    assert [line for line in found if "DTSTART" in line] == [
        "DTSTART;VALUE=DATE:20261203",
        "DTSTART:20261204T010000Z",
    ]
    assert found[:2] == ["BEGIN:VCALENDAR", "VERSION:2.0"] and found[-1] == "END:VCALENDAR"
    assert found.count("DTSTAMP:20261116T150000Z") == found.count("SEQUENCE:1") == 2


def test_what_strangers_wrote_is_only_text() -> None:
    nasty = "a;b,c\\d\r\nATTACH:https://malo.example\n" + "ñ" * 200
    found = lines(write_ics([marked(date(2026, 12, 3), nasty)], STAMP))
    assert not any(line.startswith("ATTACH") for line in found)
    (summary,) = [line for line in found if line.startswith("SUMMARY:")]
    told = re.sub(r"\\(.)", lambda m: "\n" if m[1] == "n" else m[1], summary[len("SUMMARY:") :])
    assert told == nasty.replace("\r\n", "\n")
