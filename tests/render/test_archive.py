"""Several files as one zip, made while it is sent (M89)."""

import io
import tracemalloc
from collections.abc import Iterator
from zipfile import ZIP_STORED, ZipFile

import pytest

from proxy.render.archive import Entry, archive, file_name

MEGABYTE = 1_000_000


def unzipped(entries: list[Entry]) -> ZipFile:
    made = archive(entries)
    content = b"".join(made.content)
    assert len(content) == made.size
    return ZipFile(io.BytesIO(content))


def test_the_zip_has_each_file_whole_and_the_size_it_announced() -> None:
    zipped = unzipped([Entry("a.pdf", 3, [b"ab", b"c"]), Entry("ñandú.txt", 2, [b"xy"])])
    assert zipped.testzip() is None
    assert [info.filename for info in zipped.infolist()] == ["a.pdf", "ñandú.txt"]
    assert zipped.read("a.pdf") == b"abc"
    assert zipped.infolist()[0].compress_type == ZIP_STORED


def test_equal_names_are_made_distinct() -> None:
    names = ["Informe.pdf", "informe.pdf", "Informe.pdf", "Informe (2).pdf"]
    zipped = unzipped([Entry(name, 1, [b"x"]) for name in names])
    assert zipped.namelist() == [
        "Informe.pdf",
        "informe (2).pdf",
        "Informe (3).pdf",
        "Informe (2) (2).pdf",
    ]


@pytest.mark.parametrize(
    ("given", "safe"),
    [
        ("../../etc/passwd", "_.._etc_passwd"),
        ("C:\\informe.pdf", "C__informe.pdf"),
        ("a\r\nb\u202efdp.exe", "abfdp.exe"),
        (' "comillas".pdf ', "_comillas_.pdf"),
        ("...", "archivo"),
        ("Cargo de recepción N.° 1.pdf", "Cargo de recepción N.° 1.pdf"),
    ],
)
def test_names_harm_no_computer(given: str, safe: str) -> None:
    """S72"""
    assert file_name(given) == safe


def test_a_large_file_is_never_whole_in_memory() -> None:
    def content() -> Iterator[bytes]:
        for _ in range(60):
            yield bytes(MEGABYTE)

    made = archive([Entry("grande.zip", 60 * MEGABYTE, content())])
    tracemalloc.start()
    sent = sum(len(piece) for piece in made.content)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert sent == made.size > 60 * MEGABYTE
    assert peak < 4 * MEGABYTE


def test_a_file_that_is_not_of_its_size_cuts_the_zip_short() -> None:
    """Better no zip than one that lies about what was served."""
    made = archive([Entry("a.pdf", 5, [b"abc"])])
    with pytest.raises(RuntimeError):
        list(made.content)
