"""A riddle that slows programs down: some letters to copy, or some work for the computer.

It is friction and no lock (S75): it never stands in for the limits of a flow.
"""

import secrets
from hashlib import sha256

# None can be taken for another one by its shape (there is no 0 O, 1 I, 2 Z, 5 S, 6 G, 8 B, U V, and
# no C D Q W), and the voices say each letter with a word.
ALPHABET = "AEFHJKLMNPRTXY3479"
LENGTH = 5

# The work: for each piece, a number with which its SHA-256 begins with so many zero bits. Many
# small pieces take nearly the same time every time, and each one done can be announced.
PIECES = 16
ZERO_BITS = 13


def new_answer() -> str:
    return "".join(secrets.choice(ALPHABET) for _ in range(LENGTH))


def plain(typed: str) -> str:
    """What counts of what was typed: neither capitals nor spaces matter."""
    return "".join(typed.split()).upper()


def is_work(riddle: str, typed: str) -> bool:
    """Whether `typed`, numbers between commas, is the work that `riddle` asks for."""
    numbers = typed.split(",")
    return len(numbers) == PIECES and all(
        number.isascii() and number.isdigit() and len(number) <= 12 and _begins(riddle, at, number)
        for at, number in enumerate(numbers)
    )


def _begins(riddle: str, piece: int, number: str) -> bool:
    found = sha256(f"{riddle}:{piece}:{number}".encode()).digest()
    return int.from_bytes(found[:4], "big") >> (32 - ZERO_BITS) == 0
