"""The seal of a constancia: PAdES, and what PDF/A and PDF/UA ask of it (X3).

Each of these was found by trying: without it other programs are content, and the file is no
longer PDF/A or PDF/UA.
"""

import io
import re
import subprocess
import sys
from datetime import timedelta

import pikepdf
import pytest

from proxy.domain.constancia_acts import Kind
from proxy.errors import Refusal
from proxy.keys.seal import RESERVED, Seal
from proxy.outside.request import NoReply
from proxy.outside.tsa import TimeAuthority
from tests.constancias import AT, LATER, of
from tests.outside.services import Reply, Service
from tests.sealing import SINCE, held, plain, sealed

HEAVY = "import sys, proxy.app; sys.exit(any(name in sys.modules for name in {names}))"


@pytest.fixture
def seal() -> Seal:
    return Seal(held())


def opened(pdf: bytes) -> pikepdf.Pdf:
    return pikepdf.open(io.BytesIO(pdf))


def test_what_it_adds_comes_after_what_typst_wrote_and_each_object_begins_a_line() -> None:
    """ISO 19005-3, 6.1.9: typst ends its file without an end of line."""
    assert sealed().startswith(plain())
    added = sealed()[len(plain()) - 10 :]
    objects = [found.start(1) for found in re.finditer(rb"(?<!\d)(\d+ 0 obj\b)", added)]
    assert len(objects) >= 4
    assert all(added[at - 1 : at] == b"\n" for at in objects)


def test_its_field_is_neither_seen_nor_drawn_nor_on_the_page() -> None:
    """PDF/UA-1, 7.18.1: else it needs a tag; ISO 19005-3, 6.3.3: else an appearance."""
    with opened(sealed()) as pdf:
        [field] = pdf.Root.AcroForm.Fields
        left, low, right, high = map(float, field.Rect)
        assert (left, low) == (right, high) and left < 0 and low < 0
        assert "/AP" not in field
        assert int(field.F) & 4 and not int(field.F) & 2, "printed, and not hidden"
        assert str(field.TU) == "Sello electrónico de la entidad"
        assert pdf.pages[0].Tabs == "/S"


def test_it_allows_no_change_and_is_a_pades_seal_of_the_reserved_size() -> None:
    with opened(sealed()) as pdf:
        [field] = pdf.Root.AcroForm.Fields
        said = field.V
        assert said.SubFilter == "/ETSI.CAdES.detached"
        assert len(bytes(said.Contents)) == RESERVED // 2
        [reference] = said.Reference
        assert reference.TransformMethod == "/DocMDP" and reference.TransformParams.P == 1
        assert pdf.Root.Perms.DocMDP.objgen == said.objgen


def test_it_leaves_version_metadata_and_attachment_as_they_were() -> None:
    """pyHanko would write its own name and the hour of the machine into them."""
    with opened(plain()) as before, opened(sealed()) as after:
        assert after.pdf_version == "1.7" and "/Version" not in after.Root
        assert "/ISO_" not in str(after.Root.Extensions.keys())
        assert after.Root.Metadata.read_bytes() == before.Root.Metadata.read_bytes()
        assert dict(after.docinfo) == dict(before.docinfo)
        assert after.Root.AF[0].EF.F.read_bytes().decode() == of(Kind.DEPOSITO, held().described)
        assert (
            bytes(after.trailer.ID[0]) == bytes(before.trailer.ID[0]) != bytes(after.trailer.ID[1])
        )


def test_it_can_be_repeated_with_the_same_bytes(seal: Seal) -> None:
    assert seal.seal(plain(), LATER, "Constancia") == sealed()
    assert seal.seal(plain(), LATER + timedelta(seconds=1), "Constancia") != sealed()


@pytest.mark.parametrize(
    ("at", "code"),
    [
        (SINCE - timedelta(days=2), "seal.early"),
        (SINCE + timedelta(days=731), "seal.expired"),
    ],
)
def test_out_of_date_it_seals_nothing(seal: Seal, at: object, code: str) -> None:
    with pytest.raises(Refusal) as refused:
        seal.seal(plain(), at, "Constancia")  # type: ignore[arg-type]
    assert refused.value.code == code


@pytest.mark.parametrize("reply", [Reply(status=503), Reply(b"<html>", kind="text/html")])
def test_without_the_authority_nothing_is_sealed(reply: Reply) -> None:
    with Service(reply) as service, pytest.raises(NoReply):
        Seal(held(), TimeAuthority(service.url())).seal(plain(), AT, "Constancia")


def test_no_request_loads_what_renders_and_seals() -> None:
    names = ("typst", "pyhanko", "proxy.render.constancia", "proxy.keys.seal")
    assert subprocess.run([sys.executable, "-c", HEAVY.format(names=names)]).returncode == 0
