"""A list as a spreadsheet leaves nothing behind, whatever happens while it is written."""

import tempfile
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

import pytest

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
