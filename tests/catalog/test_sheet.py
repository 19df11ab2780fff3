"""Whatever bytes stand in a sheet, reading ends in values or in faults with a line."""

import os
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from catalog.reading.reader import FOLDER, CatalogFaults, faults, read_catalog
from catalog.reading.sheet import Document, parse

SHIPPED = [path.read_bytes() for path in sorted((FOLDER / "services").glob("*.yml"))[:4]]
ALPHABET = "abñ:-#'\"[]{}&*!|>%@`,? \n\t0129._/~<=\\\x00\x07\x85\u2028\ufeff"


def read(raw: bytes) -> Document:
    document = Document("ficha.yml")
    parse(document, raw)
    return document


def check(raw: bytes) -> None:
    document = read(raw)
    for fault in document.faults:
        assert 1 <= fault.line <= raw.count(b"\n") + 2
        assert fault.text and "\n" not in str(fault)
    if not document.faults:
        assert isinstance(document.data, dict)


@given(st.binary(max_size=400))
def test_no_bytes_surprise_the_reader(raw: bytes) -> None:
    check(raw)


@given(st.text(ALPHABET, max_size=200))
def test_no_text_that_looks_like_yaml_surprises_the_reader(text: str) -> None:
    check(text.encode())


@given(st.sampled_from(SHIPPED), st.integers(0, 3000), st.binary(max_size=6), st.integers(0, 40))
@settings(max_examples=150)
def test_no_damage_to_a_sheet_raises_anything_but_its_faults(
    tmp_path_factory: pytest.TempPathFactory, sheet: bytes, at: int, put: bytes, cut: int
) -> None:
    folder = tmp_path_factory.mktemp("catalog")
    for shared in FOLDER.glob("*.yml"):
        os.link(shared, folder / shared.name)
    (folder / "services").mkdir()
    (folder / "services" / "001-una.yml").write_bytes(sheet[:at] + put + sheet[at + cut :])
    try:
        read_catalog(folder)
    except CatalogFaults as error:
        assert error.faults
        assert str(error) == "\n".join(map(str, faults(folder)))


def test_a_small_file_cannot_grow_when_it_is_read() -> None:
    bomb = "a: &a [x, x]\n" + "".join(
        f"{name}: &{name} [{', '.join(f'*{before}' for _ in range(9))}]\n"
        for before, name in zip("abc", "bcd", strict=True)
    )
    document = read(bomb.encode())
    assert document.faults and document.faults[0].line == 2


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("16:30", "16:30"),
        ("no", "no"),
        ("0123", "0123"),
        ("1e3", "1e3"),
        ("24x7", "24x7"),
        ("12", 12),
        ("true", True),
        ("", None),
        ("'12'", "12"),
        ("2019-02-31", "2019-02-31"),
    ],
)
def test_a_value_keeps_the_shape_that_an_editor_shows(text: str, value: object) -> None:
    assert read(f"clave: {text}\n".encode()).data == {"clave": value}


def test_a_path_is_shown_as_somebody_would_type_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "catalog"
    folder.mkdir()
    monkeypatch.chdir(tmp_path)
    assert str(faults(folder)[0]).startswith("catalog/access.yml:1: ")
    monkeypatch.chdir(folder)
    assert str(faults(folder)[0]).startswith("access.yml:1: ")
    monkeypatch.chdir("/")
    assert str(faults(folder)[0]).startswith(str(folder).lstrip("/"))
