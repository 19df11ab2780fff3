"""Reads from the headers of a request the encoding that it wants and the copy that it has.

Strangers wrote these headers. An unreadable header is ignored and raises no error, as RFC 9110
allows for each of them.
"""

import re
from calendar import timegm
from collections.abc import Sequence
from email.utils import parsedate
from functools import lru_cache

IDENTITY = b"identity"

# Browsers send a fifth of this; a longer header is not worth a place in the cache.
LONGEST_ACCEPT = 256

_CODING = re.compile(
    rb"[ \t]*([!#$%&'*+.^_`|~0-9A-Za-z-]+)"
    rb"(?:[ \t]*;[ \t]*[qQ]=(0(?:\.[0-9]{0,3})?|1(?:\.0{0,3})?))?[ \t]*"
)
# Weak or strong makes no difference here, so «W/» is left out.
_ETAG = re.compile(rb'"[\x21\x23-\x7e\x80-\xff]*"')


def choose_coding(accept: bytes, codings: Sequence[bytes]) -> bytes:
    """`codings` come smallest first and include `identity`."""
    if len(accept) > LONGEST_ACCEPT:
        return IDENTITY
    return _choose(accept, tuple(codings))


@lru_cache(maxsize=512)
def _choose(accept: bytes, codings: tuple[bytes, ...]) -> bytes:
    weights = _weights(accept)
    rest = weights.get(b"*", 0.0)

    def rank(coding: bytes) -> tuple[float, bool]:
        if coding == IDENTITY:
            # A header that does not name `identity` still allows it, after every named coding.
            return weights.get(coding, weights.get(b"*", 0.0001)), True
        # A client that sends only «*» may not know brotli: between equals, a named coding wins.
        return weights.get(coding, rest), coding in weights

    best = max(codings, key=rank)
    return best if rank(best)[0] else IDENTITY


def _weights(accept: bytes) -> dict[bytes, float]:
    found = (_CODING.fullmatch(part) for part in accept.split(b","))
    return {match[1].lower(): float(match[2] or 1) for match in found if match}


def not_modified(asked: dict[bytes, bytes], etag: bytes, modified: float) -> bool:
    """Whether the client holds this very copy. An ETag wins over a date."""
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
