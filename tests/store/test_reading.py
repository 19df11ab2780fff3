"""What is served is read whole before it is kept, and reading it takes nothing down: S66, S73."""

import io
import os
import signal
import stat
import subprocess
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path

import pikepdf
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from proxy.domain.files import KINDS
from proxy.store import reading, whole
from tests.casilla import pdf

ROOT = Path(__file__).parents[2]
PDF = KINDS[".pdf"][0]
Kept = Callable[[bytes], Path]


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


def zipped(parts: dict[str, bytes]) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return file.getvalue()


def twice(name: str) -> bytes:
    return zipped({name: b"one", name.upper(): b"two"}).replace(
        name.upper().encode(), name.encode()
    )


def linked(target: str) -> bytes:
    file, link = io.BytesIO(), zipfile.ZipInfo("a.txt")
    link.external_attr = (stat.S_IFLNK | 0o777) << 16
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr(link, target)
    return file.getvalue()


def office(kind: str, part: str) -> bytes:
    declared = f'<Types><Override PartName="/{part}" ContentType="{kind}.main+xml"/></Types>'
    return zipped({"[Content_Types].xml": declared.encode(), part: b"<main/>"})


def open_document(kind: str, manifest: bytes = b"<manifest/>") -> bytes:
    parts = {"mimetype": kind.encode(), "content.xml": b"<a/>", "META-INF/manifest.xml": manifest}
    return zipped(parts)


def picture(kind: str) -> bytes:
    file = io.BytesIO()
    Image.effect_noise((40, 40), 90).save(file, kind)
    return file.getvalue()


def type_of(suffix: str) -> str:
    return KINDS[suffix][0]


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
    **{f"pdf: {name}": (PDF, content) for name, content in PDFS.items()},
    "docx": (type_of(".docx"), office(type_of(".docx"), "word/document.xml")),
    "xlsx": (type_of(".xlsx"), office(type_of(".xlsx"), "xl/workbook.xml")),
    "pptx": (type_of(".pptx"), office(type_of(".pptx"), "ppt/presentation2.xml")),
    "odt": (type_of(".odt"), open_document(type_of(".odt"))),
    "ods": (type_of(".ods"), open_document(type_of(".ods"))),
    "zip": (type_of(".zip"), zipped({"a.txt": b"uno", "b/c.exe": b"MZ" * 99})),
    "png": (type_of(".png"), picture("PNG")),
    "jpg": (type_of(".jpg"), picture("JPEG")),
    "txt": (type_of(".txt"), "Año, ñandú\n".encode("latin-1")),
}
WRONG = {
    "a password": (PDF, saved(encryption=LOCKED), "file.locked"),
    "no printing": (
        PDF,
        saved(encryption=pikepdf.Encryption(owner="d", user="", allow=NO_PRINT)),
        "file.locked",
    ),
    "garbage": (PDF, b"%PDF-1.7\n" + bytes(range(256)) * 9 + b"\n%%EOF\n", "file.broken"),
    "a table that is elsewhere": (
        PDF,
        PLAIN.replace(b"startxref\n", b"startxref\n1"),
        "file.broken",
    ),
    "no pages": (PDF, pdf(pages=0), "file.no_pages"),
    "a revision that was cut": (PDF, revised(pdf())[:-20], "file.broken"),
    "the first words of a revision": (PDF, pdf() + b"1 0 ob", "file.broken"),
    "a page that is not there": (PDF, PLAIN.replace(b"\n3 0 obj", b"\n9 9 obj"), "file.broken"),
    "two files of one name": (type_of(".zip"), twice("a.txt"), "file.broken"),
    "a file outside its folder": (type_of(".zip"), zipped({"../a.txt": b"a"}), "file.broken"),
    "a file of the whole machine": (type_of(".zip"), zipped({"/etc/a": b"a"}), "file.broken"),
    "a way out for Windows": (type_of(".zip"), zipped({"..\\a.txt": b"a"}), "file.broken"),
    "a link": (type_of(".zip"), linked("/etc/passwd"), "file.broken"),
    "an empty zip": (type_of(".zip"), zipped({}), "file.broken"),
    "a zip as docx": (type_of(".docx"), zipped({"word/document.xml": b"<a/>"}), "file.not_of_kind"),
    "xlsx as docx": (
        type_of(".docx"),
        office(type_of(".xlsx"), "xl/workbook.xml"),
        "file.not_of_kind",
    ),
    "a docx that names no part": (
        type_of(".docx"),
        zipped({"[Content_Types].xml": b"<Types/>", "word/document.xml": b"<a/>"}),
        "file.not_of_kind",
    ),
    "a docx without the part": (
        type_of(".docx"),
        office(type_of(".docx"), "word/a.xml").replace(b"word/a.xml", b"word/b.xml"),
        "file.broken",
    ),
    "ods as odt": (type_of(".odt"), open_document(type_of(".ods")), "file.not_of_kind"),
    "an odt with a password": (
        type_of(".odt"),
        open_document(type_of(".odt"), b"<manifest:encryption-data/>"),
        "file.locked",
    ),
    "too many entries": (
        type_of(".zip"),
        zipped(dict.fromkeys(map(str, range(whole.ENTRIES + 1)), b"")),
        "file.heavy",
    ),
    "zeros at the end of a text": (type_of(".txt"), b"a" * 9000 + b"\0", "file.not_of_kind"),
}  # fmt: skip


@pytest.fixture
def kept(tmp_path: Path) -> Kept:
    def keep(content: bytes) -> Path:
        path = tmp_path / "served"
        path.write_bytes(content)
        return path

    return keep


@pytest.mark.parametrize("name", WHOLE)
def test_what_anybody_can_open_is_taken(kept: Kept, name: str) -> None:
    kind, content = WHOLE[name]
    assert reading.fault(kept(content), kind) is None


@pytest.mark.parametrize("name", WRONG)
def test_what_nobody_can_open_is_refused(kept: Kept, name: str) -> None:
    kind, content, code = WRONG[name]
    assert reading.fault(kept(content), kind) == code


def test_an_entry_that_needs_a_password_is_refused(kept: Kept) -> None:
    content = bytearray(zipped({"a.txt": b"uno"}))
    for sign, place in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        content[content.index(sign) + place] |= 1
    assert reading.fault(kept(bytes(content)), type_of(".zip")) == "file.locked"


def test_each_kind_that_may_be_served_has_its_reader() -> None:
    tried = {kind for kind, _ in WHOLE.values()}
    assert {kind for kind, _ in KINDS.values()} - tried == {type_of(".csv")}
    assert whole._READERS[type_of(".csv")] is whole._READERS[type_of(".txt")]


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
    if whole.fault(path, kind) is None:
        rest = content[cut:].strip(whole.BLANK)
        # All of the picture is there; or an earlier revision ends exactly there.
        assert not rest or kind.startswith("image/") or content[:cut].rstrip().endswith(b"%%EOF")


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
    if whole.fault(path, PDF) is None:
        with pikepdf.open(path) as there, pikepdf.open(io.BytesIO(content)) as first:
            assert len(there.pages) == len(first.pages)
            texts = [page.get("/Contents") for page in there.pages]
            assert all(text.read_bytes() for text in texts if text is not None)


LIMITS = """
from proxy.store import whole
whole.SECONDS = 1
def hang(path):
    while True: pass
def crash(path): __import__("ctypes").string_at(0)
def take(path): return bytes(2 * whole.MEMORY) and None
whole._READERS |= {"hang": hang, "crash": crash, "take": take}
whole.main()
"""


def test_who_takes_more_than_a_share_is_ended_and_the_next_file_is_read(
    kept: Kept, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = kept(b"uno")
    program = path.with_suffix(".py")
    program.write_text(f"import sys\nsys.path.insert(0, {str(ROOT)!r})\n{LIMITS}")
    monkeypatch.setattr(reading, "PROGRAM", program)
    monkeypatch.setattr(reading, "_idle", [])
    assert reading.fault(path, "hang") == "file.heavy"
    assert reading.fault(path, "crash") == "file.heavy"
    assert reading.fault(path, "take") == "file.heavy"
    assert reading.fault(path, type_of(".txt")) is None
    [helper] = reading._idle
    assert helper.stdin and helper.stdout
    helper.communicate()


def test_a_helper_that_somebody_ended_is_replaced(kept: Kept) -> None:
    path = kept(pdf())
    assert reading.fault(path, PDF) is None
    for helper in reading._idle:
        os.kill(helper.pid, signal.SIGKILL)
        helper.wait()
    assert reading.fault(path, PDF) is None


@pytest.mark.lento
def test_a_stream_that_unpacks_to_gigabytes_takes_no_more_than_its_share(kept: Kept) -> None:
    source = io.BytesIO()
    with pikepdf.open(io.BytesIO(pdf())) as document:
        document.pages[0].Contents = document.make_stream(bytes(1_500_000_000))
        document.save(source)
    assert reading.fault(kept(source.getvalue()), PDF) == "file.heavy"


def test_the_service_itself_loads_no_reader_of_pdfs() -> None:
    code = "import sys; from proxy.store import reading; sys.exit('pikepdf' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=False)
    assert done.returncode == 0
