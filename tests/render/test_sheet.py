"""A list as a spreadsheet leaves nothing behind, whatever happens while it is written."""

import tempfile
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

import pytest
from openpyxl import load_workbook

from proxy.errors import Unavailable
from proxy.render.sheet import Column, write_sheet


def test_a_list_that_fails_leaves_no_row_on_the_disk(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The database may stop in the middle of a long list."""
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))

    def rows() -> Iterator[tuple[str]]:
        for _ in range(1000):
            yield ("Multa por no votar",)
        raise Unavailable("database.down")

    with pytest.raises(Unavailable):
        write_sheet(BytesIO(), "Leídos", (), (Column("ASUNTO", 50),), rows())
    assert [*tmp_path.iterdir()] == []


def test_a_heading_of_two_lines_lies_over_no_row() -> None:
    """M95: LibreOffice gives a row of no stated height one line."""
    file = BytesIO()
    write_sheet(file, "Leídos", ("Leídos",), (Column("FECHA DE ENVÍO DE MENSAJE", 17),), [("x",)])
    sheet = load_workbook(file).active
    assert sheet is not None and sheet["A3"].value == "FECHA DE ENVÍO DE MENSAJE"
    assert sheet["A3"].alignment.wrap_text and sheet.row_dimensions[3].height >= 2 * 15
