"""What the headers of a request ask of a file: which encoding, and whether it changed.

Pure functions over bytes that strangers wrote: whatever cannot be read is ignored, as RFC 9110
allows for each of these headers, and never an error.
"""

import re
from calendar import timegm
from collections.abc import Sequence
from email.utils import parsedate
from functools import lru_cache

IDENTITY = b"identity"

# What browsers send is a fifth of this; more than this is not worth remembering.
LONGEST_ACCEPT = 256

_CODING = re.compile(
    rb"[ \t]*([!#$%&'*+.^_`|~0-9A-Za-z-]+)"
    rb"(?:[ \t]*;[ \t]*[qQ]=(0(?:\.[0-9]{0,3})?|1(?:\.0{0,3})?))?[ \t]*"
)
# Weak or strong does not matter here, so «W/» is left out.
_ETAG = re.compile(rb'"[\x21\x23-\x7e\x80-\xff]*"')


def choose_coding(accept: bytes, codings: Sequence[bytes]) -> bytes:
    """The coding that `accept` weighs most; `codings` come smallest first, `identity` included."""
    if len(accept) > LONGEST_ACCEPT:
        return IDENTITY
    return _choose(accept, tuple(codings))


@lru_cache(maxsize=512)
def _choose(accept: bytes, codings: tuple[bytes, ...]) -> bytes:
    weights = _weights(accept)
    rest = weights.get(b"*", 0.0)

    def rank(coding: bytes) -> tuple[float, bool]:
        if coding == IDENTITY:
            # Not named, it is still welcome, but after whatever was named.
            return weights.get(coding, weights.get(b"*", 0.0001)), True
        # Who says only «*» may not know brotli: between equals, what was named comes first.
        return weights.get(coding, rest), coding in weights

    best = max(codings, key=rank)
    return best if rank(best)[0] else IDENTITY


def _weights(accept: bytes) -> dict[bytes, float]:
    found = (_CODING.fullmatch(part) for part in accept.split(b","))
    return {match[1].lower(): float(match[2] or 1) for match in found if match}


def not_modified(asked: dict[bytes, bytes], etag: bytes, modified: float) -> bool:
    """Whether the copy that the other side holds is this one. ETags decide over dates."""
    known = asked.get(b"if-none-match")
    if known is not None:
        return known.strip() == b"*" or etag in _ETAG.findall(known)
    since = parsedate(asked.get(b"if-modified-since", b"").decode("latin-1"))
    if since is None:
        return False
    try:
        return int(modified) <= timegm(since)  # a date of HTTP is always GMT
    except (ValueError, OverflowError):
        return False
