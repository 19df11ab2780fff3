"""The number of a notificacion, «CE-2026-000123-H», and of a constancia, «CC-…»: people dictate it,
and a slip of one shows."""

import re
from typing import Literal

from stdnum.iso7064 import mod_37_36

Series = Literal["CE", "CP", "CC", "CT"]  # CP and CT: of a test, which has no legal value
DIGITS = 6  # at least
SHAPE = re.compile(r"(C[EPCT])-([0-9]{4})-([0-9]{6,18})-([0-9A-Z])", re.ASCII)


def series(*, test: bool) -> Series:
    return "CP" if test else "CE"


def series_of_constancias(*, test: bool) -> Series:
    return "CT" if test else "CC"


def number(kind: Series, year: int, sequence: int) -> str:
    said = f"{sequence:0{DIGITS}}"
    return f"{kind}-{year}-{said}-{mod_37_36.calc_check_digit(f'{year}{said}')}"


def parse_number(typed: str) -> str | None:
    """The number in capitals. None: it is none, or its check character is another one."""
    found = SHAPE.fullmatch(typed.strip().upper())
    if found is None or not mod_37_36.is_valid("".join(found.groups()[1:])):
        return None
    return found[0]
