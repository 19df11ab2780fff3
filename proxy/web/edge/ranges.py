"""Answers a request with the range of bytes that it asks for (RFC 9110, 14)."""

import re
from collections.abc import Callable, Iterable, Mapping
from http import HTTPStatus
from typing import NamedTuple

from starlette.requests import Request
from starlette.responses import Response, StreamingResponse

_RANGE = re.compile(rb"bytes=[ \t]*(?!-$)([0-9]{0,18})-([0-9]{0,18})", re.IGNORECASE)


class Part(NamedTuple):
    status: HTTPStatus  # 200: the whole body; 206: a part; 416: nothing, the body is shorter
    places: range
    headers: dict[str, str]  # of such an answer


def part_of(size: int, etag: bytes, asked: Mapping[bytes, bytes]) -> Part:
    """A request for several ranges gets the whole body; so does an `If-Range` other than `etag`.

    A date in `If-Range` never matches: two builds of one second (SOURCE_DATE_EPOCH) could mix.
    """
    places = _range(size, asked.get(b"range", b""))
    if places is None or asked.get(b"if-range", etag).strip() != etag:
        return Part(HTTPStatus.OK, range(size), {"content-length": str(size)})
    if not places:
        beyond = {"content-range": f"bytes */{size}"}
        return Part(HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE, places, beyond)
    which = f"bytes {places[0]}-{places[-1]}/{size}"
    headers = {"content-length": str(len(places)), "content-range": which}
    return Part(HTTPStatus.PARTIAL_CONTENT, places, headers)


def in_part(
    request: Request,
    size: int,
    etag: str,
    read: Callable[[range], Iterable[bytes]],
    headers: dict[str, str],
) -> Response:
    part = part_of(size, etag.encode(), dict(request.headers.raw))
    if part.status == HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE:
        return Response(status_code=part.status, headers=part.headers)
    own = {"Accept-Ranges": "bytes", "ETag": etag}
    return StreamingResponse(read(part.places), part.status, own | headers | part.headers)


def _range(size: int, asked: bytes) -> range | None:
    """None: not one valid range. That is no error: a stranger wrote the header."""
    match = _RANGE.fullmatch(asked.strip())
    if match is None:
        return None
    if not match[1]:
        return range(max(size - int(match[2]), 0), size)
    if not match[2]:
        return range(int(match[1]), size)
    if int(match[1]) > int(match[2]):
        return None
    return range(int(match[1]), min(int(match[2]) + 1, size))
