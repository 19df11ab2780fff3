"""What is served is read whole before it is kept, and reading it takes nothing down: S66, S73."""

import io
import os
import signal
import subprocess
import sys
from pathlib import Path

import pikepdf
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from proxy.domain.files import KINDS
from proxy.store import reading, whole
from proxy.store.reading import Read
from tests.casilla import pdf
from tests.store.carrying import (
    CHARTED,
    ELF,
    EXE,
    OF_2003,
    OFFICE,
    OLE,
    Kept,
    kind_in,
    linked,
    office,
    open_document,
    zipped,
)

ROOT = Path(__file__).parents[2]
OPEN = "application/vnd.oasis.opendocument."


def saved(source: bytes = pdf("dos páginas", pages=2), **how: object) -> bytes:
    file = io.BytesIO()
    with pikepdf.open(io.BytesIO(source)) as document:
        for number, page in enumerate(document.pages):
            page.Contents = document.make_stream(b"0 0 m %d 9 l S " % number * 40)
        document.save(file, **how)  # type: ignore[arg-type]
    return file.getvalue()


def revised(source: bytes) -> bytes:
    """A second revision behind the first, as a signature is added."""
    at = len(source)
    one = b"1 0 obj\n<< /Type /Catalog /Pages 2 0 R /Lang (es) >>\nendobj\n"
    table = b"xref\n1 1\n%010d 00000 n \n" % at
    before = source.rsplit(b"startxref\n", 1)[1].split(b"\n")[0]
    size = source.rsplit(b"/Size ", 1)[1].split(b" ")[0]
    end = b"trailer\n<< /Size %s /Root 1 0 R /Prev %s >>\n" % (size, before)
    return source + one + table + end + b"startxref\n%d\n%%%%EOF\n" % (at + len(one))


def twice(name: str) -> bytes:
    return zipped({name: b"one", name.upper(): b"two"}).replace(
        name.upper().encode(), name.encode()
    )


def picture(kind: str) -> bytes:
    file = io.BytesIO()
    Image.effect_noise((40, 40), 90).save(file, kind)
    return file.getvalue()


PLAIN = saved()
LOCKED = pikepdf.Encryption(owner="dueño", user="clave")
FREE = pikepdf.Encryption(owner="dueño", user="")
NO_PRINT = pikepdf.Permissions(print_lowres=False, print_highres=False)
PDFS = {
    "the least": pdf(),
    "plain": PLAIN,
    "a table in a stream": saved(object_stream_mode=pikepdf.ObjectStreamMode.generate),
    "linearized": saved(linearize=True),
    "2.0": saved(force_version="2.0"),
    "a password for its owner": saved(encryption=FREE),
    "two revisions": revised(pdf()),
    "a blank line before": b"\r\n" + PLAIN,
    "the mark of UTF-8 before": b"\xef\xbb\xbf" + PLAIN,
    "zeros after": PLAIN + bytes(5000),
    "blanks around two revisions": b"\n" * 600 + revised(pdf()) + b"\x1a",
}
WHOLE = {
    **{f"pdf: {name}": ("PDF", content) for name, content in PDFS.items()},
    "docx": ("DOCX", office()),
    "xlsx": ("XLSX", office(CHARTED, "xl/workbook.xml")),
    "pptx": ("PPTX", office(f"{OFFICE}presentationml.presentation", "ppt/presentation2.xml")),
    "odt": ("ODT", open_document(f"{OPEN}text")),
    "ods": ("ODS", open_document(f"{OPEN}spreadsheet")),
    "zip": ("ZIP", zipped({"a.txt": b"uno", "b/c.dat": bytes(99)})),
    "png": ("PNG", picture("PNG")),
    "jpg": ("JPG", picture("JPEG")),
    "txt": ("TXT", "Año, ñandú\n".encode("latin-1")),
}
OTHER = {  # what it is then, and whether its name is believed, is for domain/files.py
    "a zip as docx": ("ZIP", zipped({"word/document.xml": b"<a/>"})),
    "a docx that names no part": (
        "ZIP",
        zipped({"[Content_Types].xml": b"<Types/>", "word/document.xml": b"<a/>"}),
    ),
    "an odp": (None, open_document(f"{OPEN}presentation")),
    "zeros at the end of a text": (None, b"a" * 9000 + b"\0"),
    "a picture of another kind": (None, b"GIF89a" + bytes(9)),
    "a document of 2003": (None, OF_2003),
    "rar": (None, b"Rar!\x1a\x07\x01\0" + bytes(99)),
}
WRONG = {
    "a password": (saved(encryption=LOCKED), "file.locked"),
    "no printing": (
        saved(encryption=pikepdf.Encryption(owner="d", user="", allow=NO_PRINT)),
        "file.locked",
    ),
    "garbage": (b"%PDF-1.7\n" + bytes(range(256)) * 9 + b"\n%%EOF\n", "file.broken"),
    "a table that is elsewhere": (PLAIN.replace(b"startxref\n", b"startxref\n1"), "file.broken"),
    "no pages": (pdf(pages=0), "file.no_pages"),
    "a revision that was cut": (revised(pdf())[:-20], "file.broken"),
    "the first words of a revision": (pdf() + b"1 0 ob", "file.broken"),
    "a page that is not there": (PLAIN.replace(b"\n3 0 obj", b"\n9 9 obj"), "file.broken"),
    "two files of one name": (twice("a.txt"), "file.broken"),
    "a file outside its folder": (zipped({"../a.txt": b"a"}), "file.broken"),
    "a file of the whole machine": (zipped({"/etc/a": b"a"}), "file.broken"),
    "a way out for Windows": (zipped({"..\\a.txt": b"a"}), "file.broken"),
    "a link": (linked("/etc/passwd"), "file.broken"),
    "an empty zip": (zipped({}), "file.broken"),
    "a docx without the part": (
        office(part="word/a.xml").replace(b"word/a.xml", b"word/b.xml"),
        "file.broken",
    ),
    "a docx with a password": (
        OLE + "EncryptedPackage".encode("utf-16-le") + bytes(99),
        "file.locked",
    ),
    "an odt with a password": (
        open_document(f"{OPEN}text", b"<manifest:encryption-data/>"),
        "file.locked",
    ),
    "too many entries": (
        zipped(dict.fromkeys(map(str, range(whole.ENTRIES + 1)), b"")),
        "file.heavy",
    ),
    "a program": (EXE, "file.program"),
    "a program of Linux": (ELF, "file.program"),
    "a script with its first line": (b"#!/bin/sh\n", "file.program"),
}


@pytest.mark.parametrize("name", [*WHOLE, *OTHER])
def test_what_anybody_can_open_is_taken_for_what_its_bytes_are(kept: Kept, name: str) -> None:
    kind, content = {**WHOLE, **OTHER}[name]
    assert reading.read(kept(content)) == Read(kind)


@pytest.mark.parametrize("name", WRONG)
def test_what_nobody_can_open_is_refused(kept: Kept, name: str) -> None:
    content, code = WRONG[name]
    assert reading.read(kept(content)).fault == code


def test_an_entry_that_needs_a_password_is_refused(kept: Kept) -> None:
    content = bytearray(zipped({"a.txt": b"uno"}))
    for sign, place in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        content[content.index(sign) + place] |= 1
    assert reading.read(kept(bytes(content))).fault == "file.locked"


def test_what_is_found_is_what_may_be_served() -> None:
    assert {*whole.FOUND} == {kind for kind, _ in WHOLE.values()}
    assert {*whole.FOUND, "CSV"} == {*KINDS}


@pytest.mark.parametrize("name", [name for name in WHOLE if name != "txt"])
@given(data=st.data())
@settings(max_examples=30)
def test_a_part_of_a_file_is_refused_unless_only_blanks_are_missing(
    tmp_path_factory: pytest.TempPathFactory, name: str, data: st.DataObject
) -> None:
    kind, content = WHOLE[name]
    cut = data.draw(st.integers(0, len(content) - 1))
    path = tmp_path_factory.getbasetemp() / f"cut-{os.getpid()}"
    path.write_bytes(content[:cut])
    if kind_in(path) == kind:
        rest = content[cut:].strip(whole.BLANK)
        # All of the picture is there; or an earlier revision ends exactly there.
        assert not rest or kind in ("PNG", "JPG") or content[:cut].rstrip().endswith(b"%%EOF")


@given(data=st.data())
@settings(max_examples=150)
def test_a_file_that_lost_a_page_or_its_text_is_refused(
    tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    """But for what still reads as if it were meant so: a wrong checksum, an entry that is blank."""
    content = data.draw(st.sampled_from([PDFS["plain"], PDFS["a table in a stream"]]))
    length = data.draw(st.sampled_from([16, 64, 256]))
    start = data.draw(st.integers(16, len(content) - length))
    path = tmp_path_factory.getbasetemp() / f"overwritten-{os.getpid()}"
    path.write_bytes(content[:start] + bytes(length) + content[start + length :])
    if kind_in(path) == "PDF":
        with pikepdf.open(path) as there, pikepdf.open(io.BytesIO(content)) as first:
            assert len(there.pages) == len(first.pages)
            texts = [page.get("/Contents") for page in there.pages]
            assert all(text.read_bytes() for text in texts if text is not None)


LIMITS = """
import sys; sys.path.insert(0, {root!r})
from proxy.store import whole
whole.SECONDS = 1
def hang():
    while True: pass
def crash(): __import__("ctypes").string_at(0)
def take(): return bytes(2 * whole.MEMORY)
def act(source, share, read=whole._read):
    globals().get(source.read_text(), lambda: None)()
    return read(source, share)
whole._read = act
whole.main()
"""


def test_who_takes_more_than_a_share_is_ended_and_the_next_file_is_read(
    kept: Kept, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reading, "PROGRAM", LIMITS.format(root=str(ROOT)))
    monkeypatch.setattr(reading, "_idle", [])
    for what in (b"hang", b"crash", b"take"):
        assert reading.read(kept(what)).fault == "file.heavy"
    assert reading.read(kept(b"uno")) == Read("TXT")
    [helper] = reading._idle
    assert helper.stdin and helper.stdout
    helper.communicate()


def test_a_helper_that_somebody_ended_is_replaced(kept: Kept) -> None:
    path = kept(pdf())
    assert reading.read(path) == Read("PDF")
    for helper in reading._idle:
        os.kill(helper.pid, signal.SIGKILL)
        helper.wait()
    assert reading.read(path) == Read("PDF")


@pytest.mark.lento
def test_a_stream_that_unpacks_to_gigabytes_takes_no_more_than_its_share(kept: Kept) -> None:
    source = io.BytesIO()
    with pikepdf.open(io.BytesIO(pdf())) as document:
        document.pages[0].Contents = document.make_stream(bytes(1_500_000_000))
        document.save(source)
    assert reading.read(kept(source.getvalue())).fault == "file.heavy"


def test_the_service_itself_loads_no_reader_of_pdfs() -> None:
    code = "import sys; from proxy.store import reading; sys.exit('pikepdf' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=False)
    assert done.returncode == 0
