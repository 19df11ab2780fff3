"""What bytes are, by their beginning, and what in them would run: programs, macros and scripts.

Only what a computer runs when somebody opens it. No name is believed that says «no program»; a name
that says «program» is, since some programs are plain text and only their names make them run.
"""

import re
from collections.abc import Iterable, Iterator
from pathlib import PurePosixPath
from xml.etree import ElementTree

import pikepdf

from proxy.domain.files import HIDE, RUN

# `PACKED` holds other files and cannot be looked into, `OLE` is what Office wrote before 2007.
BEGINNINGS = {
    "PROGRAM": re.compile(
        rb"MZ[^\0]{0,62}\0|\x7fELF|\xfe\xed\xfa[\xce\xcf]|[\xce\xcf]\xfa\xed\xfe"  # Windows, Unix
        rb"|\xca\xfe\xba\xbe|\xbe\xba\xfe\xca|dex\n|\0asm|L\0\0\0\x01\x14\x02\0"  # Java, Android
        rb"|[CFZ]WS[\x01-\x40]|ITSF|!<arch>\ndebian|\xed\xab\xee\xdb|#!",
        re.DOTALL,
    ),
    "PACKED": re.compile(
        rb"Rar!\x1a|7z\xbc\xaf|\x1f\x8b|BZh\d|\xfd7zXZ|\x28\xb5\x2f\xfd|MSCF|!<arch>|MSWIM"
        rb"|conectix|vhdxfile|.{257}ustar|..-l[hz]\d-",
        re.DOTALL,
    ),
    "PDF": re.compile(rb"(\xef\xbb\xbf)?[\0\t\n\x0c\r ]*%PDF-"),
    "PNG": re.compile(rb"\x89PNG\r\n\x1a\n"),
    "JPG": re.compile(rb"\xff\xd8\xff"),
    "ZIP": re.compile(rb"PK(\x03\x04|\x05\x06)"),
    "OLE": re.compile(rb"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"),
}
HEAD = 4096  # bytes, that are enough for them
PICTURES = {"emz", "wmz", "svgz"}  # packed, in documents of Office
DOS = b"This program cannot be run in DOS mode"
INSTALLER = re.compile(rb"[\x82\x84\x86]\x10\x0c\0{5}\xc0\0{6}\x46")  # who opens an OLE file
PACKAGED = re.compile(rb"[^\0]\.(%s)\0" % "|".join(sorted(RUN)).encode(), re.IGNORECASE)
OF_MACROS = re.compile(r"vbaproject|macroenabled|macrosheet", re.IGNORECASE)
OF_BASIC = re.compile(r"(Basic/.+/(?!script-l[bc]\.xml$)|Scripts/)[^/]+$")
FAR = re.compile(r"https?:|ftp:", re.IGNORECASE)
RELATED = ("attachedTemplate", "oleObject")
ACTS = re.compile(rb"/(JS|JavaScript|OnInstantiate|Launch|XFA|EF)\b")


def beginning(head: bytes) -> str | None:
    return next((kind for kind, starts in BEGINNINGS.items() if starts.match(head)), None)


def of_name(name: str) -> str | None:
    suffix = PurePosixPath(name.replace("\\", "/").rstrip(" .")).suffix[1:].lower()
    if suffix in RUN:
        return "file.program"
    return "file.packed" if suffix in HIDE else None


def of_ole(content: bytes) -> str | None:
    """By what the names of its streams say; they are written in UTF-16."""
    if "EncryptedPackage".encode("utf-16-le") in content:
        return "file.locked"
    if "_VBA_PROJECT".encode("utf-16-le") in content:
        return "file.macros"
    native = "Ole10Native".encode("utf-16-le") in content
    if DOS in content or INSTALLER.search(content) or (native and PACKAGED.search(content)):
        return "file.program"
    return None


def of_parts(names: Iterable[str], types: ElementTree.Element | None) -> str | None:
    """Macros of a document that is a zip. `types`: what an Office document says of its parts."""
    said = [] if types is None else [one.get("ContentType", "") for one in types]
    if any(OF_MACROS.search(one) for one in (*names, *said)):
        return "file.macros"
    return "file.macros" if any(OF_BASIC.match(name) for name in names) else None


def of_relations(relations: ElementTree.Element) -> str | None:
    """What Word fetches from a web site and may run, without being asked."""
    for one in relations:
        fetched = one.get("TargetMode") == "External" and FAR.match(one.get("Target", ""))
        if fetched and one.get("Type", "").endswith(RELATED):
            return "file.macros"
    return None


class Attached:
    """A file within a PDF."""

    def __init__(self, described: pikepdf.Object) -> None:
        self._described = described
        names = (described.get(key) for key in ("/UF", "/F"))
        self.names = [str(name) for name in names if isinstance(name, pikepdf.String)]

    def contents(self) -> Iterator[bytes]:
        for content in dict(self._described.EF.items()).values():
            if isinstance(content, pikepdf.Stream):
                yield content.read_bytes()


def of_pdf(pdf: pikepdf.Pdf, attached: list[Attached]) -> str | None:
    """Every object is looked at, wherever it hangs: nothing is followed, so nothing runs in
    circles, and what no page leads to counts too. `attached` gets the files within."""
    for one in (pdf.trailer, *pdf.objects):
        own = one.stream_dict if isinstance(one, pikepdf.Stream) else one
        if not isinstance(own, pikepdf.Object):
            continue
        written = own.unparse(resolved=True)
        if not ACTS.search(written):
            continue
        if written in (b"/JavaScript", b"/Launch"):  # that an action refers to
            return "file.script" if written == b"/JavaScript" else "file.launch"
        for each in _dictionaries(own):
            if found := _of_dictionary(each, attached):
                return found
    return None


def _dictionaries(own: pikepdf.Object) -> Iterator[pikepdf.Dictionary]:
    """It and those that are written within it."""
    left: list[object] = [own]
    while left:
        one = left.pop()
        if isinstance(one, pikepdf.Dictionary):
            yield one
            values: list[object] = [value for _, value in one.items()]
        elif isinstance(one, pikepdf.Array):
            values = list(one)
        else:
            continue
        left += [v for v in values if isinstance(v, pikepdf.Object) and not v.is_indirect]


def _of_dictionary(one: pikepdf.Dictionary, attached: list[Attached]) -> str | None:
    act = one.get("/S")
    if act == pikepdf.Name.Launch:
        return "file.launch"
    if act == pikepdf.Name.JavaScript or "/JS" in one or "/OnInstantiate" in one:
        return "file.script"
    if "/XFA" in one and _has_script(one.XFA):
        return "file.script"
    if isinstance(one.get("/EF"), pikepdf.Dictionary):
        attached.append(Attached(one))
    return None


def _has_script(form: pikepdf.Object) -> bool:
    """Its parts are one XML only together."""
    parts = list(form) if isinstance(form, pikepdf.Array) else [form]
    written = b"".join(part.read_bytes() for part in parts if isinstance(part, pikepdf.Stream))
    if not written:
        return False
    names = (one.tag.rpartition("}")[2] for one in ElementTree.fromstring(written).iter())
    return "script" in names
