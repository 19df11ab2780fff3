"""A range that strangers ask for is answered as RFC 9110 says, or ignored."""

from http import HTTPStatus

import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.responses import FileResponse, MalformedRangeHeader, RangeNotSatisfiable

from proxy.web.edge.ranges import part_of

ETAG = b'"abc-br"'
WHOLE, NONE = HTTPStatus.OK, HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE


def answer_to(asked: dict[bytes, bytes], size: int = 10) -> range | HTTPStatus:
    part = part_of(size, ETAG, asked)
    return part.places if part.status == HTTPStatus.PARTIAL_CONTENT else part.status


@pytest.mark.parametrize(
    ("asked", "answer"),
    [
        (b"bytes=0-0", range(0, 1)),
        (b"bytes=5-5", range(5, 6)),
        (b"bytes=0-", range(0, 10)),
        (b"bytes=9-99", range(9, 10)),
        (b"bytes=-3", range(7, 10)),
        (b"bytes=-99", range(0, 10)),
        (b"Bytes= 2-4 ", range(2, 5)),
        (b"bytes=10-", NONE),
        (b"bytes=-0", NONE),
        (b"bytes=3-1", WHOLE),
        (b"bytes=0-1,3-4", WHOLE),
        (b"bytes=-", WHOLE),
        (b"bytes=--1", WHOLE),
        (b"bytes=+1-2", WHOLE),
        (b"bytes=1_0-", WHOLE),
        ("bytes=٣-٤".encode(), WHOLE),
        (b"bytes=0x1-", WHOLE),
        (b"bytes=" + b"9" * 5000 + b"-", WHOLE),
        (b"lines=0-1", WHOLE),
        (b"", WHOLE),
    ],
)
def test_one_range_is_a_part_and_anything_else_the_whole(
    asked: bytes, answer: range | HTTPStatus
) -> None:
    assert answer_to({b"range": asked}) == answer


@pytest.mark.parametrize(
    "if_range", [b'"old"', b'W/"abc-br"', b"Fri, 02 Jan 2026 03:04:05 GMT", b"*", b""]
)
def test_a_part_of_another_version_is_never_sent(if_range: bytes) -> None:
    asked = {b"range": b"bytes=0-1", b"if-range": if_range}
    assert answer_to(asked) == WHOLE
    assert answer_to(asked | {b"if-range": ETAG}) == range(0, 2)


PLACES = st.one_of(st.just(""), st.integers(0, 30).map(str))


@given(PLACES, PLACES, st.integers(1, 20))
def test_ranges_are_those_of_starlette(first: str, last: str, size: int) -> None:
    asked = f"bytes={first}-{last}"
    ours = answer_to({b"range": asked.encode()}, size)
    try:
        theirs = FileResponse._parse_range_header(asked, size)
    except MalformedRangeHeader:
        assert ours == WHOLE  # they answer 400
    except RangeNotSatisfiable:
        backwards = first and last and int(first) > int(last)
        assert ours == (WHOLE if backwards else NONE)
    else:
        assert ours == range(*theirs[0])


@given(
    st.one_of(st.binary(max_size=40), st.from_regex(rb"bytes=[0-9, -]{0,20}")), st.integers(0, 9)
)
def test_any_bytes_are_a_range_within_the_body_or_none(asked: bytes, size: int) -> None:
    answer = answer_to({b"range": asked}, size)
    if isinstance(answer, range):
        assert 0 <= answer[0] <= answer[-1] < size
    else:
        assert answer in (WHOLE, NONE)
