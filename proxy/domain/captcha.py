"""A riddle that slows programs down: letters to copy, or work for the computer.

A riddle is friction, not a lock (S75): it never replaces the limits of a flow.
"""

import secrets
from hashlib import sha256

from proxy.domain.pasted import clean_number

# No character looks like another one: 0 O, 1 I, 2 Z, 5 S, 6 G, 8 B, U V and C D Q W are out. The
# voices say each letter with a word.
ALPHABET = "AEFHJKLMNPRTXY3479"
LENGTH = 5

# The work: for each piece, a number that makes its SHA-256 begin with ZERO_BITS zero bits. Many
# small pieces take nearly the same time on each run, and the page announces each finished piece.
PIECES = 16
ZERO_BITS = 13


def new_answer() -> str:
    return "".join(secrets.choice(ALPHABET) for _ in range(LENGTH))


def plain(typed: str) -> str:
    return clean_number(typed).upper()


def is_work(riddle: str, typed: str, price: int) -> bool:
    """`typed` holds the numbers of all pieces, in their order, between commas."""
    numbers = typed.split(",")
    return len(numbers) == PIECES * price and all(
        number.isascii() and number.isdigit() and len(number) <= 12 and _begins(riddle, at, number)
        for at, number in enumerate(numbers)
    )


def _begins(riddle: str, piece: int, number: str) -> bool:
    found = sha256(f"{riddle}:{piece}:{number}".encode()).digest()
    return int.from_bytes(found[:4], "big") >> (32 - ZERO_BITS) == 0
