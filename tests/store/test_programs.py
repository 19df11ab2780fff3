"""Nothing that is served runs when somebody opens it, and what hides is refused: S72, S73."""

import os
import time
from collections.abc import Callable
from functools import partial
from typing import Any

import pikepdf
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from proxy.store import reading, whole
from proxy.store.reading import Read
from tests.store.carrying import (
    HARMLESS,
    LAUNCHES,
    PROGRAMS,
    SCRIPTS,
    WITHIN,
    Kept,
    action,
    form,
    holding,
    kind_in,
    launch,
    made,
    zipped,
)
from tests.store.signing import sealed, signed

RUNS = {
    **{f"a script: {name}": (content, "file.script") for name, content in SCRIPTS.items()},
    **{f"a launch: {name}": (content, "file.launch") for name, content in LAUNCHES.items()},
    **{f"a PDF with {name}": (content, "file.program") for name, content in PROGRAMS.items()},
    **WITHIN,
}


def written(*objects: bytes) -> bytes:
    """A PDF of exactly these objects, the first of which is its catalog."""
    content, places = b"%PDF-1.7\n", []
    for number, one in enumerate(objects, 1):
        places.append(b"%010d 00000 n \n" % len(content))
        content += b"%d 0 obj\n%s\nendobj\n" % (number, one)
    table = b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1) + b"".join(places)
    end = b"trailer\n<< /Size %d /Root 1 0 R >>\n" % (len(objects) + 1)
    return content + table + end + b"startxref\n%d\n%%%%EOF\n" % len(content)


@pytest.mark.parametrize("name", RUNS)
def test_what_runs_or_hides_is_refused_with_its_reason(kept: Kept, name: str) -> None:
    content, code = RUNS[name]
    assert reading.read(kept(content)).fault == code


@pytest.mark.parametrize("make", [signed, partial(sealed, 1), partial(sealed, 3)])
def test_an_acto_that_is_signed_is_taken(kept: Kept, make: Callable[[], bytes]) -> None:
    assert reading.read(kept(make())) == Read("PDF")


@pytest.mark.parametrize("name", HARMLESS)
def test_what_only_carries_something_is_taken(kept: Kept, name: str) -> None:
    kind, content = HARMLESS[name]
    assert reading.read(kept(content)) == Read(kind)


def test_the_file_within_whose_fault_it_is_is_named(kept: Kept) -> None:
    content = holding("planos.zip", zipped({"a.txt": b"a", f"{'b' * 900}/c.exe": b"a"}))
    found = reading.read(kept(content))
    assert found.fault == "file.program"
    assert found.inside and found.inside.endswith("bb/c.exe")
    assert len(found.inside) == whole.NAME


CATALOG, PAGES, PAGE = (
    b"<< /Type /Catalog /Pages 2 0 R >>",
    b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
    b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] >>",
)
SCRIPT = b"<< /S /JavaScript /JS (x) >>"
LAUGHS = (
    b'<!DOCTYPE a [<!ENTITY a "%s">' % (b"a" * 1000)
    + b"".join(b'<!ENTITY %c "%s">' % (n + 1, b"&%c;" % n * 20) for n in range(97, 105))
    + b"]><a>&i;</a>"
)
HOSTILE = {
    "an array in another, very often": (
        written(CATALOG, PAGES, PAGE, b"[" * 200_000 + b"]" * 200_000),
        "file.broken",
    ),
    "a script as deep as a reader goes": (
        written(CATALOG, PAGES, PAGE, b"<< /A " * 400 + SCRIPT + b">>" * 400),
        "file.script",
    ),
    "pages in circles": (
        written(CATALOG, b"<< /Type /Pages /Kids [2 0 R] /Count 1 >>"),
        "file.broken",
    ),
    "a script behind many others": (
        written(
            CATALOG,
            PAGES,
            PAGE,
            *(b"<< /S /GoTo /Next %d 0 R >>" % number for number in range(5, 3005)),
            SCRIPT,
        ),
        "file.script",
    ),
    "a file that is itself": (written(CATALOG, PAGES, PAGE, b"<< /EF << /F 4 0 R >> >>"), None),
    "an XML that grows": (form(LAUGHS), "file.broken"),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_file_made_to_hold_up_its_reader_does_not(kept: Kept, name: str) -> None:
    content, code = HOSTILE[name]
    began = time.monotonic()
    assert reading.read(kept(content)).fault == code
    assert time.monotonic() - began < whole.SECONDS


@given(
    ways=st.lists(st.sampled_from(["dictionary", "array", "object"]), max_size=12),
    what=st.sampled_from([(action, "file.script"), (launch, "file.launch"), (None, None)]),
    at_page=st.booleans(),
    packed=st.booleans(),
)
@settings(max_examples=150)
def test_what_runs_is_found_wherever_it_hangs(
    tmp_path_factory: pytest.TempPathFactory,
    ways: list[str],
    what: tuple[Callable[[pikepdf.Pdf], pikepdf.Dictionary] | None, str | None],
    at_page: bool,
    packed: bool,
) -> None:
    make, code = what

    def change(document: pikepdf.Pdf) -> None:
        one: Any = make(document) if make else pikepdf.String("/S /JavaScript /JS /Launch /EF")
        for way in ways:
            if way == "object":
                one = document.make_indirect(pikepdf.Array([one]))
            else:
                one = pikepdf.Array([0, one]) if way == "array" else pikepdf.Dictionary(K=one)
        (document.pages[0].obj if at_page else document.Root).Any = one

    streams = pikepdf.ObjectStreamMode.generate if packed else pikepdf.ObjectStreamMode.disable
    path = tmp_path_factory.getbasetemp() / f"hanging-{os.getpid()}"
    path.write_bytes(made(change, object_stream_mode=streams))
    assert (kind_in(path) is None) == (code is not None)


@pytest.mark.lento
def test_zips_that_unpack_to_gigabytes_together_take_no_more_than_their_share(kept: Kept) -> None:
    part = zipped({"a.txt": bytes(300_000_000)})
    whole_of_it = zipped({f"{number}.zip": part for number in range(4)})
    assert reading.read(kept(whole_of_it)) == Read(None, "file.heavy", "3.zip")
