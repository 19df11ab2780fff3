"""Packs files into a zip while it is sent: the zip is never whole in memory or on disk."""

import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import PurePosixPath

from zipstream import ZIP_STORED, ZipStream  # type: ignore[import-untyped]

# Characters that Windows forbids in a name, or that would put the file into another folder.
FORBIDDEN = str.maketrans(dict.fromkeys('<>:"/\\|?*', "_"))


@dataclass(frozen=True)
class Entry:
    name: str
    size: int  # bytes
    content: Iterable[bytes]


@dataclass(frozen=True)
class Archive:
    size: int  # bytes, of the zip
    content: Iterator[bytes]


def archive(entries: Iterable[Entry]) -> Archive:
    # PDFs do not get smaller, and a zip without compression has a size known beforehand.
    stream, used = ZipStream(compress_type=ZIP_STORED, sized=True), set[str]()
    for entry in entries:
        name = _distinct(file_name(entry.name), used)
        stream.add(entry.content, name, size=entry.size)
    return Archive(len(stream), iter(stream))


def growing(files: Iterable[tuple[str, bytes]]) -> Iterator[bytes]:
    """A zip of files that are made one after another, each when those before it have left."""
    stream = ZipStream(compress_type=ZIP_STORED)
    for name, content in files:
        stream.add(content, file_name(name))
        yield from stream.file()
    yield from stream.footer()


def file_name(name: str) -> str:
    """A name that any computer accepts: no folders, no control characters, not hidden."""
    text = unicodedata.normalize("NFC", name).translate(FORBIDDEN)
    visible = "".join(c for c in text if unicodedata.category(c)[0] != "C")
    return visible.strip(" .") or "archivo"


def _distinct(name: str, used: set[str]) -> str:
    path, chosen, times = PurePosixPath(name), name, 1
    while chosen.casefold() in used:  # Windows and macOS see «A.pdf» and «a.pdf» as one
        times += 1
        chosen = f"{path.stem} ({times}){path.suffix}"
    used.add(chosen.casefold())
    return chosen
