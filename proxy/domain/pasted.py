"""Cleans what somebody typed or pasted: every number, code and name, but no password.

Pages, PDFs and chats add marks that nobody sees, write a hyphen in ten ways, and some keyboards
write wide letters and digits. None of it is a reason to refuse a number or a name.
"""

import unicodedata

# Nobody sees these either, although Unicode counts them as letters or accents.
FILLERS = "\u034f\u115f\u1160\u17b4\u17b5\u2800\u3164\uffa0"
APOSTROPHES = "'´`‘’ʼ′"  # people type one in many ways
HYPHENS = "\u2010\u2011\u2012\u2013\u2014\u2015\u2212\ufe58\ufe63\uff0d"
WIDE = {0xFF01 + place: 0x21 + place for place in range(94)}
ALIKE = WIDE | dict.fromkeys(map(ord, HYPHENS), ord("-"))


def clean(text: str) -> str:
    """One line in NFC: no invisible marks, single spaces, plain hyphens, no wide letters."""
    seen = "".join(c for c in text if not _invisible(c))
    return " ".join(unicodedata.normalize("NFC", seen.translate(ALIKE)).split())


def clean_number(text: str) -> str:
    return clean(text).replace(" ", "")


def bare(text: str) -> str:
    """Of a code: people write it in groups."""
    return clean_number(text).replace("-", "")


def trimmed(text: str) -> str:
    """Without spaces and invisible marks around it. What is inside stays."""
    kept = [place for place, c in enumerate(text) if not (c.isspace() or _invisible(c))]
    return text[kept[0] : kept[-1] + 1] if kept else ""


def _invisible(c: str) -> bool:
    return unicodedata.category(c) == "Cf" or c in FILLERS or "\ufe00" <= c <= "\ufe0f"
