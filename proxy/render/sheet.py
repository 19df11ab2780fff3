"""Writes a list as a spreadsheet (.xlsx), row by row, so memory stays flat."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from itertools import chain, count, islice
from tempfile import TemporaryDirectory
from typing import BinaryIO, NamedTuple

import xlsxwriter  # type: ignore[import-untyped]

Cell = str | int | date | None  # a datetime is a date too
ROWS = 1_000_000  # of one sheet: Excel takes 1,048,576, and xlsxwriter drops the rest in silence
TWO_LINES = 30  # points


class Column(NamedTuple):
    heading: str
    width: int  # characters


def write_sheet(
    file: BinaryIO,
    name: str,
    lines: Sequence[str],
    columns: Sequence[Column],
    rows: Iterable[Sequence[Cell]],
) -> None:
    """`lines` stand above the table. An instant has no zone: Excel knows none.

    A text is written as text, and never as the formula that it may look like.
    """
    with (
        TemporaryDirectory() as beside,  # what is written there would stay if `rows` fails
        xlsxwriter.Workbook(file, {"constant_memory": True, "tmpdir": beside}) as book,
    ):
        bold = book.add_format({"bold": True, "text_wrap": True, "valign": "top"})
        moment = book.add_format({"num_format": "dd/mm/yyyy hh:mm", "align": "left"})
        day = book.add_format({"num_format": "dd/mm/yyyy", "align": "left"})
        whole = book.add_format({"align": "left"})  # as the text beside it
        top, left = len(lines) + 1, iter(rows)  # of the headings; an empty row is above them
        for number in count(1):
            first = list(islice(left, 1))
            if not first and number > 1:
                break
            sheet = book.add_worksheet(name if number == 1 else f"{name} {number}")
            sheet.set_landscape()
            sheet.set_paper(9)  # A4
            sheet.fit_to_pages(1, 0)
            sheet.repeat_rows(top)
            sheet.freeze_panes(top + 1, 0)
            for place, column in enumerate(columns):
                sheet.set_column(place, place, column.width)
            for place, line in enumerate(lines):
                sheet.write_string(place, 0, line)
            sheet.set_row(top, TWO_LINES)  # not every program makes room for a heading that wraps
            for place, column in enumerate(columns):
                sheet.write_string(top, place, column.heading, bold)
            for at, row in enumerate(islice(chain(first, left), ROWS), top + 1):
                for place, cell in enumerate(row):
                    if isinstance(cell, datetime):
                        sheet.write_datetime(at, place, cell, moment)
                    elif isinstance(cell, date):
                        sheet.write_datetime(at, place, cell, day)
                    elif isinstance(cell, int):
                        sheet.write_number(at, place, cell, whole)
                    else:
                        sheet.write_string(at, place, cell or "")
