"""The files that the entity may serve: their names, their kinds and their greatest sizes."""

import re
import unicodedata
from dataclasses import dataclass
from pathlib import PurePosixPath

from proxy.errors import Refusal

NAME_LENGTH = 150
MARK = b"\xef\xbb\xbf"  # of UTF-8
BLANK = b"\0\t\n\x0c\r "
ZIP = b"PK\x03\x04"
OFFICE = "application/vnd.openxmlformats-officedocument."
OPEN = "application/vnd.oasis.opendocument."

# Media type and first bytes of each kind. No kind here runs a program when it is opened.
KINDS: dict[str, tuple[str, bytes]] = {
    ".pdf": ("application/pdf", b"%PDF-"),
    ".png": ("image/png", b"\x89PNG\r\n\x1a\n"),
    ".jpg": ("image/jpeg", b"\xff\xd8\xff"),
    ".jpeg": ("image/jpeg", b"\xff\xd8\xff"),
    ".docx": (f"{OFFICE}wordprocessingml.document", ZIP),
    ".xlsx": (f"{OFFICE}spreadsheetml.sheet", ZIP),
    ".pptx": (f"{OFFICE}presentationml.presentation", ZIP),
    ".odt": (f"{OPEN}text", ZIP),
    ".ods": (f"{OPEN}spreadsheet", ZIP),
    ".zip": ("application/zip", ZIP),
    ".txt": ("text/plain", b""),
    ".csv": ("text/csv", b""),
}


@dataclass(frozen=True)
class Limits:
    acto: int  # bytes
    anexo: int  # bytes
    anexos: int  # how many


def clean_name(text: str) -> str:
    base = re.split(r"[/\\]", unicodedata.normalize("NFC", text))[-1]
    visible = "".join(c for c in base if unicodedata.category(c)[0] != "C").strip(" .")
    path = PurePosixPath(visible or "archivo")
    stem = path.stem[: NAME_LENGTH - len(path.suffix)].rstrip(" .")
    return f"{stem or 'archivo'}{path.suffix}"[:NAME_LENGTH]


def media_type(name: str, head: bytes) -> str:
    """By the name, once the first bytes agree. The whole file is read afterwards: store/reading.py.

    Refuses `file.kind`: not served; and `file.not_of_kind`: the bytes are of another kind.
    """
    suffix = PurePosixPath(name).suffix.lower()
    if suffix not in KINDS:
        kinds = ", ".join(kind.removeprefix(".") for kind in KINDS)
        raise Refusal("file.kind", name=name, kinds=kinds)
    kind, magic = KINDS[suffix]
    if suffix == ".pdf":
        head = head.removeprefix(MARK).lstrip(BLANK)  # some programs begin with an empty line
    if not head.startswith(magic):
        raise Refusal("file.not_of_kind", name=name, kind=suffix.removeprefix(".").upper())
    return kind
