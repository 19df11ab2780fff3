"""Reads a CSV file line by line, with one line in memory at a time.

The file is as spreadsheets write it: UTF-8 with or without a mark; commas, semicolons or tabs. A
cell never spans two lines, so a forgotten quote spoils only its own line.
"""

import csv
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO

from proxy.domain.columns import Columns, Fault
from proxy.errors import Refusal

LONGEST = 10_000  # bytes of a line
MARK = b"\xef\xbb\xbf"
SEPARATORS = ",;\t"


@dataclass(frozen=True)
class Line:
    number: int
    values: dict[str, str]


def read(stream: BinaryIO, columns: Columns) -> Iterator[Line | Fault]:
    """Each line that is not blank, or its fault. Refuses a wrong header."""
    header = stream.readline(LONGEST + 1).removeprefix(MARK)
    text = _text(header)
    separator = max(SEPARATORS, key=text.count)
    names = [_name(cell) for cell in _cells(text, separator)]
    _check(names, columns)
    for number, content in _lines(stream):
        try:
            cells = _cells(_text(content), separator)
            if not any(map(str.strip, cells)):
                continue
            if len(cells) != len(names):
                raise Refusal("csv.cells", found=len(cells), wanted=len(names))
            yield Line(number, dict(zip(names, cells, strict=True)))
        except Refusal as refusal:
            yield Fault(number, refusal)


def _lines(stream: BinaryIO) -> Iterator[tuple[int, bytes]]:
    number = 1
    while content := stream.readline(LONGEST + 1):
        number += 1
        yield number, content
        while len(content) > LONGEST and not content.endswith(b"\n"):  # the rest of that line
            content = stream.readline(LONGEST + 1)


def _text(content: bytes) -> str:
    if len(content) > LONGEST:
        raise Refusal("csv.long", most=LONGEST)
    try:
        return content.decode().rstrip("\r\n")
    except UnicodeDecodeError:
        raise Refusal("csv.encoding") from None


def _cells(text: str, separator: str) -> list[str]:
    try:
        return next(csv.reader([text], delimiter=separator, strict=True), [])
    except csv.Error:
        raise Refusal("csv.quotes") from None


def _name(cell: str) -> str:
    bare = unicodedata.normalize("NFD", cell.strip().casefold())
    return "_".join("".join(c for c in bare if not unicodedata.combining(c)).split())


def _check(names: list[str], columns: Columns) -> None:
    missing = [name for name in columns.needed if name not in names]
    if missing:
        raise Refusal("csv.missing", names=", ".join(missing))
    known = {*columns.needed, *columns.optional}
    if len(set(names)) < len(names) or set(names) - known:
        raise Refusal("csv.columns", names=", ".join((*columns.needed, *columns.optional)))
