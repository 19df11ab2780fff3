"""Whether anybody can open a file and see all of it, and nothing in it runs: each kind is read as
its readers do, and what is within it too.

`main` is the helper of `store/reading.py`. It forks once for each file: what reads a hostile file
can be killed, takes no more than its share, and leaves nothing behind.
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
from pathlib import Path, PurePosixPath
from typing import BinaryIO
from xml.etree import ElementTree

import pikepdf
from PIL import Image

from proxy.store import programs

FAULTS = (
    "file.broken",
    "file.locked",
    "file.no_pages",
    "file.heavy",
    "file.program",
    "file.script",
    "file.launch",
    "file.macros",
    "file.packed",
    "file.deep",
)
# What proxy/domain/files.py knows by these names.
FOUND = ("PDF", "PNG", "JPG", "DOCX", "XLSX", "PPTX", "ODT", "ODS", "ZIP", "TXT")
NOTHING = ""  # of no kind that is served
# The exit status of who read a file is its place here.
ANSWERS = (NOTHING, *FOUND, *FAULTS)

MEMORY = 1024 * 1024 * 1024  # bytes of address space for one file
SECONDS = 10  # of the processor; half a minute by the clock
ENTRIES = 10_000  # of a zip, and of those within it
UNZIPPED = 1_000_000_000  # bytes, in all
DEEP = 4  # so many files in one another
NAME = 200  # characters of the name of a file within
CHUNK = 1024 * 1024
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
DOCUMENTS = {
    f"{OFFICE}wordprocessingml.document.main+xml": "DOCX",
    f"{OFFICE}spreadsheetml.sheet.main+xml": "XLSX",
    f"{OFFICE}presentationml.presentation.main+xml": "PPTX",
}
OPEN = "application/vnd.oasis.opendocument."
OPENED = {f"{OPEN}text": "ODT", f"{OPEN}spreadsheet": "ODS"}


class Fault(Exception):
    """`inside`: the name of the file within, whose fault it is."""

    def __init__(self, code: str, inside: str | None = None) -> None:
        super().__init__(code)
        self.code = code
        self.inside = inside


class Share:
    """What a file and all within it may take together."""

    def __init__(self) -> None:
        self.entries, self.size, self.depth = ENTRIES, UNZIPPED, 0

    def take(self, size: int, entries: int = 1) -> None:
        self.size -= size
        self.entries -= entries
        if self.size < 0 or self.entries < 0:
            raise Fault("file.heavy")


def read(source: Path | bytes, share: Share | None = None) -> str:
    """What its bytes are: one of FOUND, or NOTHING. Raises Fault."""
    share = share or Share()
    try:
        share.depth += 1
        if share.depth > DEEP:
            raise Fault("file.deep")
        kind = _read(source, share)
        share.depth -= 1
    except Fault:
        raise
    except (MemoryError, Image.DecompressionBombError):
        raise Fault("file.heavy") from None
    except pikepdf.PasswordError:
        raise Fault("file.locked") from None
    except Exception:  # whatever a library says of bytes that it cannot read
        raise Fault("file.broken") from None
    return kind


def _read(source: Path | bytes, share: Share) -> str:
    with _opened(source) as file:
        kind = programs.beginning(file.read(programs.HEAD))
    if kind == "PDF":
        _pdf(source, share)
    elif kind in ("PNG", "JPG"):
        _picture(source)
    elif kind == "ZIP":
        return _zip(source, share)
    elif kind == "PROGRAM":
        raise Fault("file.program")
    elif kind == "OLE":
        with _opened(source) as file:
            _refuse(programs.of_ole(file.read()))
    return kind if kind in FOUND else _text(source)


def _opened(source: Path | bytes) -> BinaryIO:
    return io.BytesIO(source) if isinstance(source, bytes) else source.open("rb")


def _refuse(code: str | None) -> None:
    if code:
        raise Fault(code)


def _within(name: str, content: bytes, share: Share) -> None:
    """A file in another one may be of any kind, but it does not run and hides nothing."""
    _named(name)
    try:
        kind = programs.beginning(content[: programs.HEAD])
        if kind == "PACKED" and PurePosixPath(name).suffix[1:].lower() not in programs.PICTURES:
            raise Fault("file.packed")
        if kind in ("PROGRAM", "PDF", "ZIP", "OLE"):
            read(content, share)
    except Fault as fault:
        raise Fault(fault.code, fault.inside or name) from None


def _named(name: str) -> None:
    if code := programs.of_name(name):
        raise Fault(code, name)


def _pdf(source: Path | bytes, share: Share) -> None:
    """Never repaired: what qpdf would mend may be an earlier revision, or only a part."""
    served = source if isinstance(source, bytes) else source.read_bytes()
    content = served.removeprefix(MARK).strip(BLANK)
    # A later revision that was cut leaves the earlier one, and something behind its end.
    if not LAST.search(content[-100:]):
        raise Fault("file.broken")
    # By its name where it can be: qpdf reads a stream of Python ten times as slowly.
    opened: Path | BinaryIO = io.BytesIO(content)
    if isinstance(source, Path) and len(served) - len(content) < NEAR:
        opened = source
    with pikepdf.open(opened, attempt_recovery=False, suppress_warnings=True) as pdf:
        if not pdf.allow.print_lowres:
            raise Fault("file.locked")
        if not pdf.pages:
            raise Fault("file.no_pages")
        said = pdf.check_pdf_syntax()
        if any("bad_alloc" in one for one in said):
            raise Fault("file.heavy")
        if any(DAMAGE.search(one) for one in said):
            raise Fault("file.broken")
        attached: list[programs.Attached] = []
        _refuse(programs.of_pdf(pdf, attached))
        for one in attached:
            for name in one.names:  # an old reader may take the other one
                _named(name)
            for content in one.contents():
                share.take(len(content))
                _within(one.names[0] if one.names else "", content, share)


def _picture(source: Path | bytes) -> None:
    with _opened(source) as file, Image.open(file, formats=["PNG", "JPEG"]) as picture:
        picture.load()


def _zip(source: Path | bytes, share: Share) -> str:
    """Each entry is read to its end, where its checksum is compared."""
    with _opened(source) as file, zipfile.ZipFile(file) as archive:
        entries = archive.infolist()
        names = {one.filename for one in entries}
        if not entries or len(names) < len(entries) or not all(map(_inside, entries)):
            raise Fault("file.broken")  # a program would show one of two, or write elsewhere
        share.take(sum(one.file_size for one in entries), len(entries))
        if any(one.flag_bits & ENCRYPTED for one in entries):
            raise Fault("file.locked")
        kind = _document(archive, names)
        for entry in entries:
            _entry(archive, entry, share)
    return kind


def _inside(entry: zipfile.ZipInfo) -> bool:
    link = stat.S_ISLNK(entry.external_attr >> 16)
    parts = PurePosixPath(entry.filename.replace("\\", "/"))
    return not (link or parts.is_absolute() or ".." in parts.parts)


def _entry(archive: zipfile.ZipFile, entry: zipfile.ZipInfo, share: Share) -> None:
    with archive.open(entry) as file:
        head = file.read(programs.HEAD)
        whole = programs.beginning(head) in ("PDF", "ZIP", "OLE")
        rest = file.read() if whole else b""
        while file.read(CHUNK):
            pass
    if not entry.is_dir():
        _within(entry.filename, head + rest, share)


def _document(archive: zipfile.ZipFile, names: set[str]) -> str:
    if TYPES in names:
        return _office(archive, names)
    if {"mimetype", "content.xml", MANIFEST} <= names:
        return _open_document(archive, names)
    return "ZIP"


def _office(archive: zipfile.ZipFile, names: set[str]) -> str:
    """One part is the text, the sheets or the slides."""
    types = ElementTree.fromstring(archive.read(TYPES))
    _refuse(programs.of_parts(names, types))
    for name in names:
        if name.endswith(".rels"):
            _refuse(programs.of_relations(ElementTree.fromstring(archive.read(name))))
    for one in types:
        if kind := DOCUMENTS.get(one.get("ContentType", "")):
            ElementTree.fromstring(archive.read(one.get("PartName", "").removeprefix("/")))
            return kind
    return "ZIP"


def _open_document(archive: zipfile.ZipFile, names: set[str]) -> str:
    if b"encryption-data" in archive.read(MANIFEST):
        raise Fault("file.locked")
    _refuse(programs.of_parts(names, None))
    ElementTree.fromstring(archive.read("content.xml"))
    return OPENED.get(archive.read("mimetype").strip().decode(), NOTHING)


def _text(source: Path | bytes) -> str:
    with _opened(source) as file:
        while chunk := file.read(CHUNK):
            if b"\0" in chunk:
                return NOTHING
    return "TXT"


def _bounded() -> None:
    """The kernel ends who takes more, whatever a library is doing. A core would hold the file."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    signal.alarm(SECONDS * 3)


def _answer(path: Path, told: int) -> int:
    try:
        return ANSWERS.index(read(path))
    except Fault as fault:
        os.write(told, (fault.inside or "")[-NAME:].encode(errors="replace"))
        return ANSWERS.index(fault.code)


def main() -> None:
    """Each line asks about one file. The answer is one of ANSWERS, and a name of a file within."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl+C is for who asks
    for line in sys.stdin:
        hears, told = os.pipe()
        child = os.fork()
        if child == 0:
            _bounded()
            os._exit(_answer(Path(json.loads(line)), told))
        os.close(told)
        status = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
        with os.fdopen(hears, "rb") as heard:
            inside = heard.read(NAME * 4).decode(errors="replace")
        answer = ANSWERS[status] if 0 <= status < len(ANSWERS) else "file.heavy"
        print(json.dumps([answer, inside]), flush=True)
