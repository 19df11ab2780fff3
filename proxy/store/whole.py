"""Whether anybody can open a file and see all of it: each kind is read as its readers do.

Run as a program, it is the helper of `store/reading.py`. It forks once for each file: what reads a
hostile file can be killed, takes no more than its share, and leaves nothing behind. It imports
nothing of ours, so that it starts anywhere.
"""

import io
import json
import os
import re
import resource
import signal
import stat
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path, PurePosixPath
from xml.etree import ElementTree

import pikepdf
from PIL import Image

# The exit status of who read a file is its place here; the first one is no fault.
FAULTS = (
    None,
    "file.broken",
    "file.locked",
    "file.no_pages",
    "file.heavy",
    "file.not_of_kind",
)
MEMORY = 1024 * 1024 * 1024  # bytes of address space for one file
SECONDS = 10  # of the processor; half a minute by the clock
ENTRIES = 10_000  # of a zip
UNZIPPED = 1_000_000_000  # bytes
BLANK = b"\0\t\n\x0c\r \x1a"  # what some programs put after the end, or before the beginning
NEAR = 512  # bytes: so many more at the ends and qpdf still finds both
MARK = b"\xef\xbb\xbf"  # of UTF-8
LAST = re.compile(rb"startxref\s+[0-9]+\s+%%EOF\Z")
# What qpdf says where something is not there. The rest of what it says hides nothing from a reader.
DAMAGE = re.compile(
    r"^ERROR|expected \w+ \w+ obj|decoding stream|may still be valid|endstream|lacks /Length"
    r"|not a stream|non-stream|supposed to be|EOF|non-dictionary|unknown token|unexpected"
    r"|invalid character|prematurely|QPDFFake|loop|inside itself|limits"
)
ENCRYPTED = 1  # of an entry of a zip
TYPES, MANIFEST = "[Content_Types].xml", "META-INF/manifest.xml"

OFFICE = "application/vnd.openxmlformats-officedocument."
OPEN = "application/vnd.oasis.opendocument."


def fault(path: Path, kind: str) -> str | None:
    """A code of FAULTS. `kind` is a media type."""
    try:
        if kind.startswith(OFFICE):
            return _office(path, f"{kind}.main+xml")
        if kind.startswith(OPEN):
            return _open_document(path, kind)
        return _READERS[kind](path)
    except (MemoryError, Image.DecompressionBombError):
        return "file.heavy"
    except pikepdf.PasswordError:
        return "file.locked"
    except Exception:  # whatever a library says of bytes that it cannot read
        return "file.broken"


def _pdf(path: Path) -> str | None:
    """Never repaired: what qpdf would mend may be an earlier revision, or only a part."""
    served = path.read_bytes()
    content = served.removeprefix(MARK).strip(BLANK)
    # A later revision that was cut leaves the earlier one, and something behind its end.
    if not LAST.search(content[-100:]):
        return "file.broken"
    # By its name where it can be: qpdf reads a stream of Python ten times as slowly.
    source = path if len(served) - len(content) < NEAR else io.BytesIO(content)
    with pikepdf.open(source, attempt_recovery=False, suppress_warnings=True) as pdf:
        if not pdf.allow.print_lowres:
            return "file.locked"
        if not pdf.pages:
            return "file.no_pages"
        said = pdf.check_pdf_syntax()
    if any("bad_alloc" in one for one in said):
        return "file.heavy"
    return "file.broken" if any(DAMAGE.search(one) for one in said) else None


def _picture(path: Path) -> str | None:
    with Image.open(path, formats=["PNG", "JPEG"]) as picture:
        picture.load()
    return None


def _zip(path: Path) -> str | None:
    with zipfile.ZipFile(path) as archive:
        return _unzipped(archive)


def _unzipped(archive: zipfile.ZipFile) -> str | None:
    """Each entry is read to its end, where its checksum is compared."""
    entries = archive.infolist()
    names = {one.filename for one in entries}
    if not entries or len(names) < len(entries) or not all(map(_inside, entries)):
        return "file.broken"  # a program would show one of two, or write outside its folder
    if len(entries) > ENTRIES or sum(one.file_size for one in entries) > UNZIPPED:
        return "file.heavy"
    if any(one.flag_bits & ENCRYPTED for one in entries):
        return "file.locked"
    return "file.broken" if archive.testzip() else None


def _inside(entry: zipfile.ZipInfo) -> bool:
    link = stat.S_ISLNK(entry.external_attr >> 16)
    parts = PurePosixPath(entry.filename.replace("\\", "/"))
    return not (link or parts.is_absolute() or ".." in parts.parts)


def _office(path: Path, main: str) -> str | None:
    """One part is of the type `main`: the text, the sheets or the slides."""
    with zipfile.ZipFile(path) as archive:
        if found := _unzipped(archive):
            return found
        if TYPES not in archive.namelist():
            return "file.not_of_kind"
        types = ElementTree.fromstring(archive.read(TYPES))
        names = [one.get("PartName", "") for one in types if one.get("ContentType") == main]
        if not names:
            return "file.not_of_kind"
        ElementTree.fromstring(archive.read(names[0].removeprefix("/")))
    return None


def _open_document(path: Path, kind: str) -> str | None:
    with zipfile.ZipFile(path) as archive:
        if found := _unzipped(archive):
            return found
        if not {"mimetype", "content.xml", MANIFEST} <= {*archive.namelist()}:
            return "file.not_of_kind"
        if archive.read("mimetype").strip() != kind.encode():
            return "file.not_of_kind"
        if b"encryption-data" in archive.read(MANIFEST):
            return "file.locked"
        ElementTree.fromstring(archive.read("content.xml"))
    return None


def _text(path: Path) -> str | None:
    with path.open("rb") as file:
        while chunk := file.read(1024 * 1024):
            if b"\0" in chunk:
                return "file.not_of_kind"
    return None


_READERS: dict[str, Callable[[Path], str | None]] = {
    "application/pdf": _pdf,
    "image/png": _picture,
    "image/jpeg": _picture,
    "application/zip": _zip,
    "text/plain": _text,
    "text/csv": _text,
}


def _bounded() -> None:
    """The kernel ends who takes more, whatever a library is doing. A core would hold the file."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    signal.alarm(SECONDS * 3)


def main() -> None:
    """Each line asks about one file, and is answered with its fault, or an empty line."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl+C is for who asks
    for line in sys.stdin:
        path, kind = json.loads(line)
        child = os.fork()
        if child == 0:
            _bounded()
            os._exit(FAULTS.index(fault(Path(path), kind)))
        status = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
        found = FAULTS[status] if 0 <= status < len(FAULTS) else "file.heavy"
        print(found or "", flush=True)


if __name__ == "__main__":
    main()
