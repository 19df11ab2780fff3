"""The computing work that the script of a page does instead of a person."""

from hashlib import sha256
from itertools import count

from proxy.domain import captcha


def work(riddle: str, price: int = 1) -> str:
    """The numbers that answer `riddle`, an id as the page writes it."""
    pieces = range(captcha.PIECES * price)
    return ",".join(str(_number(f"{riddle}:{piece}:".encode())) for piece in pieces)


def _number(text: bytes) -> int:
    start, bound = sha256(text), 1 << (256 - captcha.ZERO_BITS)
    for number in count():
        tried = start.copy()
        tried.update(str(number).encode())
        if int.from_bytes(tried.digest(), "big") < bound:
            return number
    raise AssertionError
