"""Whether a constancia is the one that was sealed, and by whom (X4)."""

import io
import json
import shutil
import subprocess
from datetime import timedelta
from pathlib import Path

import pikepdf
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pyhanko.pdf_utils.generic import NumberObject, pdf_name
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter

from proxy.domain.constancia import canonical
from proxy.domain.constancia_acts import Kind
from proxy.errors import Refusal
from proxy.keys.seal import Seal
from proxy.keys.seal_check import check
from proxy.render.constancia import render_constancia
from tests.conftest import missing
from tests.constancias import LATER, of
from tests.sealing import another, held, plain, sealed

KNOWN = [held().certificate]


def refused(pdf: bytes) -> str:
    with pytest.raises(Refusal) as found:
        check(pdf, KNOWN)
    return found.value.code


@pytest.mark.parametrize("kind", Kind)
def test_a_whole_one_says_who_sealed_it_when_and_what_it_states(kind: Kind) -> None:
    found = check(sealed(kind), [another().certificate, *KNOWN])
    assert found.told == json.loads(of(kind, held().described))
    assert found.by == held().described
    assert found.at == LATER.replace(microsecond=0) and found.attested is None


def appended(pdf: bytes) -> bytes:
    """A revision after the seal, as any editor adds it."""
    writer = IncrementalPdfFileWriter(io.BytesIO(pdf))
    writer.root[pdf_name("/Nuevo")] = NumberObject(1)
    writer.update_root()
    made = io.BytesIO()
    writer.write(made)
    return made.getvalue()


def exchanged(pdf: bytes) -> bytes:
    """Another attachment, and everything else as it was."""
    with pikepdf.open(io.BytesIO(pdf)) as opened:
        file = opened.Root.AF[0].EF.F
        file.write(file.read_bytes().replace(b"Rosa Quispe", b"Rosa Huanca"))
        made = io.BytesIO()
        opened.save(made)
        return made.getvalue()


def test_what_was_changed_after_the_seal_is_not_whole() -> None:
    assert refused(plain()) == "constancia.unsealed"
    assert refused(sealed() + b"\n") == "constancia.added"
    assert refused(appended(sealed())) == "constancia.added"
    assert refused(sealed().replace(b"/Title", b"/TItle", 1)) == "constancia.changed"
    assert refused(exchanged(sealed())).startswith("constancia.")
    assert refused(sealed()[:-1000]) == "constancia.unreadable"


def test_nothing_is_hidden_in_the_place_of_the_seal() -> None:
    """The seal covers all but its own place."""
    start = sealed().index(b"/Contents <30") + len(b"/Contents <")
    end = sealed().index(b">", start)
    written = sealed()[start:end]
    assert written.endswith(b"0" * 500)
    for other in (written[:-2] + b"41", written.lower()):
        assert refused(sealed()[:start] + other + sealed()[end:]) == "constancia.added"


def test_another_signer_is_named_whatever_the_file_says() -> None:
    """Also of a constancia that names our certificate, or whose attachment was exchanged."""
    theirs = Seal(another())
    assert refused(theirs.seal(plain(), LATER, "Constancia")) == "constancia.other"
    false = of(Kind.DEPOSITO, held().described).replace("Rosa Quispe", "Rosa Huanca")
    with pytest.raises(Refusal) as found:
        check(theirs.seal(render_constancia(false), LATER, "Constancia"), KNOWN)
    assert "Entidad Ficticia" in str(found.value)


def test_what_the_same_key_signed_otherwise_is_no_constancia() -> None:
    text, seal = of(Kind.DEPOSITO, held().described), Seal(held())
    for other in (
        canonical(json.loads(text) | {"version": 2}),
        json.dumps(json.loads(text)),  # not as RFC 8785 writes it
        of(Kind.DEPOSITO, another().described),
    ):
        pdf = seal.seal(render_constancia(other), LATER, "Constancia")
        assert refused(pdf) == "constancia.strange"


def test_a_seal_outlives_its_certificate_but_is_not_older_or_younger(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("proxy.keys.seal.out_of_date", lambda *_: None)
    late = Seal(held()).seal(plain(), LATER + timedelta(days=3000), "Constancia")
    assert refused(late) == "constancia.out_of_date"


@settings(max_examples=60)
@given(at=st.integers(0, len(sealed()) - 1), bit=st.integers(0, 7))
def test_no_bit_of_it_can_be_turned(at: int, bit: int) -> None:
    turned = bytearray(sealed())
    turned[at] ^= 1 << bit
    assert refused(bytes(turned)).startswith("constancia.")


@settings(max_examples=30)
@given(st.binary(max_size=200) | st.binary(max_size=200).map(lambda junk: sealed()[:5000] + junk))
def test_whatever_is_no_constancia_is_refused(junk: bytes) -> None:
    assert refused(junk).startswith("constancia.")


def test_pdfsig_agrees(tmp_path: Path) -> None:
    if not shutil.which("pdfsig"):
        missing("poppler-utils")

    def says(pdf: bytes) -> str:
        file = tmp_path / "constancia.pdf"
        file.write_bytes(pdf)
        return subprocess.run(["pdfsig", file], capture_output=True, text=True).stdout

    whole = says(sealed())
    assert "Signature is Valid" in whole and "Total document signed" in whole
    assert "Total document signed" not in says(appended(sealed()))
    assert "Signature is Valid" not in says(sealed().replace(b"/Title", b"/TItle", 1))
