"""What strangers write in a header is weighed as RFC 9110 says, or ignored."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from proxy.web.site.negotiation import choose_coding, not_modified

CODINGS = (b"br", b"gzip", b"identity")  # smallest first
ETAG = b'"abc-br"'


@pytest.mark.parametrize(
    ("accept", "chosen"),
    [
        (b"", b"identity"),
        (b"gzip, deflate, br, zstd", b"br"),
        (b"gzip", b"gzip"),
        (b"GZip", b"gzip"),
        (b"gzip;q=0", b"identity"),
        (b"br;q=0, gzip;q=0.001", b"gzip"),
        (b"br;q=0.5, gzip;q=0.9", b"gzip"),
        (b"br ; q=0.9,\tgzip ; Q=0.5", b"br"),
        (b"identity", b"identity"),
        (b"identity, br", b"br"),
        (b"identity, br;q=0.9", b"identity"),
        (b"*", b"identity"),
        (b"*;q=0", b"identity"),
        (b"gzip, *", b"gzip"),
        (b"gzip, *;q=0", b"gzip"),
        (b"gzip;q=0.2, *", b"identity"),
        (b"identity;q=0, *", b"br"),
        (b"identity;q=0, br;q=0, gzip;q=0", b"identity"),
        (b"brotli, xgzip, gzipx", b"identity"),
        (b"gzip;q=2, br;q=x, ;;, =", b"identity"),
        (b"br," * 1000, b"identity"),
    ],
)
def test_the_coding_is_the_one_that_the_other_side_weighs_most(
    accept: bytes, chosen: bytes
) -> None:
    assert choose_coding(accept, CODINGS) == chosen


def test_a_file_that_has_no_compressed_twin_is_sent_as_it_is() -> None:
    assert choose_coding(b"br, gzip, identity;q=0", (b"identity",)) == b"identity"


WEIGHTS = st.sampled_from([b"", b";q=0", b";q=0.0", b";q=0.5", b";q=1", b";q=1.000"])
NAMES = st.sampled_from([b"br", b"gzip", b"identity", b"*", b"deflate"])


@given(st.dictionaries(NAMES, WEIGHTS))
def test_a_coding_is_never_one_that_was_refused(wanted: dict[bytes, bytes]) -> None:
    chosen = choose_coding(b", ".join(name + q for name, q in wanted.items()), CODINGS)
    refused = {b";q=0", b";q=0.0"}
    if chosen != b"identity":
        assert wanted.get(chosen, wanted.get(b"*", b";q=0")) not in refused


@given(st.binary(max_size=300))
def test_any_bytes_get_a_coding(accept: bytes) -> None:
    assert choose_coding(accept, CODINGS) in CODINGS


@pytest.mark.parametrize(
    ("known", "same"),
    [
        (b'"abc-br"', True),
        (b'W/"abc-br"', True),
        (b"*", True),
        (b'"x", W/"abc-br" ,"y"', True),
        (b'"x","abc-br"', True),
        (b'"abc"', False),
        (b'"x, "', False),
        (b"abc-br", False),
        (b"", False),
        (b'"abc-br', False),
    ],
)
def test_an_etag_is_known_weak_in_a_list_or_as_anything(known: bytes, same: bool) -> None:
    # If-None-Match weak / list / *.
    assert not_modified({b"if-none-match": known}, ETAG, 0) is same


@pytest.mark.parametrize(
    ("since", "same"),
    [
        (b"Fri, 02 Jan 2026 03:04:05 GMT", True),
        (b"Friday, 02-Jan-26 03:04:05 GMT", True),
        (b"Fri Jan  2 03:04:05 2026", True),
        (b"Fri, 02 Jan 2026 03:04:06 GMT", True),
        (b"Fri, 02 Jan 2026 03:04:04 GMT", False),
        (b"yesterday", False),
        (b"", False),
        (b"Fri, 99 Foo 2026 99:99:99 GMT", False),
        (b"Fri, 02 Jan 99999 03:04:05 GMT", False),
        (b"Fri, 02 Jan 99999999999999999999 03:04:05 GMT", False),
    ],
)
def test_a_copy_of_that_second_or_later_is_the_same(since: bytes, same: bool) -> None:
    modified = 1767323045.9  # 2026-01-02T03:04:05.9Z
    assert not_modified({b"if-modified-since": since}, ETAG, modified) is same


def test_an_etag_decides_over_a_date() -> None:
    asked = {b"if-none-match": b'"old"', b"if-modified-since": b"Fri, 02 Jan 2099 03:04:05 GMT"}
    assert not not_modified(asked, ETAG, 0)


@given(st.binary(max_size=60), st.binary(max_size=60))
def test_any_bytes_are_a_condition_or_none(known: bytes, since: bytes) -> None:
    not_modified({b"if-none-match": known}, ETAG, 0)
    not_modified({b"if-modified-since": since}, ETAG, 0)
