"""The files that the entity may serve: their kinds, their names and their greatest sizes."""

import re
import unicodedata
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import NamedTuple

from proxy.errors import Refusal

NAME_LENGTH = 150
OFFICE = "application/vnd.openxmlformats-officedocument."
OPEN = "application/vnd.oasis.opendocument."


class Kind(NamedTuple):
    """`weak`: its bytes alone do not tell it from others, so its name must say it too."""

    media_type: str
    suffixes: tuple[str, ...]
    weak: bool = False


# By what store/whole.py finds in the bytes. The manual prints it. No kind here runs a program
# when it is opened, and one that carries something which does is refused (store/programs.py).
KINDS = {
    "PDF": Kind("application/pdf", (".pdf",)),
    "PNG": Kind("image/png", (".png",)),
    "JPG": Kind("image/jpeg", (".jpg", ".jpeg")),
    "DOCX": Kind(f"{OFFICE}wordprocessingml.document", (".docx",)),
    "XLSX": Kind(f"{OFFICE}spreadsheetml.sheet", (".xlsx",)),
    "PPTX": Kind(f"{OFFICE}presentationml.presentation", (".pptx",)),
    "ODT": Kind(f"{OPEN}text", (".odt",)),
    "ODS": Kind(f"{OPEN}spreadsheet", (".ods",)),
    "ZIP": Kind("application/zip", (".zip",), weak=True),
    "TXT": Kind("text/plain", (".txt",), weak=True),
    "CSV": Kind("text/csv", (".csv",), weak=True),
}
# What Windows, macOS or Android runs when somebody opens a file of that name.
_RUN = """
    exe com scr pif cpl bat cmd ps1 psm1 vbs vbe js jse mjs ws wsf wsh wsc sct hta reg msi msp
    mst msix appx appinstaller application gadget jar jnlp class lnk url scf inf chm hlp dll sys
    ocx xll apk app command workflow terminal pkg mpkg deb rpm run sh bash desktop swf
    settingcontent-ms library-ms searchconnector-ms
"""
# What they open like a folder. Some of these begin with anything.
_HIDE = "iso img vhd vhdx dmg wim ace arj cab lzh rar 7z"
RUN, HIDE = {*_RUN.split()}, {*_HIDE.split()}
PDF = KINDS["PDF"]
BY_SUFFIX = {suffix: name for name, kind in KINDS.items() for suffix in kind.suffixes}


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


def kind_of(name: str, found: str | None) -> Kind:
    """`found`: what the bytes are, or None when they are of no kind here. A name that says
    something else changes nothing, unless the bytes alone would not do.

    Refuses `file.kind`: not served; and `file.not_of_kind`: the bytes are not what the name says.
    """
    said = BY_SUFFIX.get(PurePosixPath(name).suffix.lower())
    if said == "CSV" and found == "TXT":
        found = said
    kind = KINDS[found] if found else None
    if kind and (found == said or not kind.weak):
        return kind
    if said:
        raise Refusal("file.not_of_kind", name=name, kind=said)
    kinds = ", ".join(suffix.removeprefix(".") for suffix in BY_SUFFIX)
    raise Refusal("file.kind", name=name, kinds=kinds)


def fitting(name: str, kind: Kind) -> str:
    """The name, with the ending by which a computer opens what the bytes are."""
    path = PurePosixPath(name)
    if path.suffix.lower() in kind.suffixes:
        return name
    return name[: NAME_LENGTH - len(kind.suffixes[0])].rstrip(" .") + kind.suffixes[0]
