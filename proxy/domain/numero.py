"""A number that somebody can read over the telephone: `CC-2026-000123-K`.

Year, sequence and the check character of ISO 7064 Mod 37,36 over both: one wrong character, or two
that changed places, make another number.
"""

import re

from stdnum.iso7064 import mod_37_36

WRITTEN = re.compile(r"([A-Z]{2})-([0-9]{4})-([0-9]{6,15})-([0-9A-Z])", re.ASCII)


def numero(prefix: str, year: int, sequence: int) -> str:
    counted = f"{sequence:06}"
    return f"{prefix}-{year}-{counted}-{mod_37_36.calc_check_digit(f'{year}{counted}')}"


def is_numero(text: str) -> bool:
    found = WRITTEN.fullmatch(text)
    return bool(found and mod_37_36.calc_check_digit(found[2] + found[3]) == found[4])
