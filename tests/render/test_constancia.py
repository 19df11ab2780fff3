"""A constancia on paper: PDF/A-3a and PDF/UA-1, held by its bytes and its structure (X3).

No validator of PDF/A can be had here: what one found of an earlier file is held one by one.
"""

import io
import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pikepdf
import pytest

from proxy.domain.acto import Described
from proxy.domain.constancia import grouped
from proxy.domain.constancia_acts import Kind
from proxy.domain.email import masked_email
from proxy.domain.phone import masked_phone
from proxy.domain.plazo_steps import UNITS, day_text
from proxy.render.constancia import UNPRINTABLE, render_constancia
from proxy.render.constancia_rows import shown
from tests.conftest import missing
from tests.constancias import ACTO, CONCERNED, EVERY, facts, of, of_a_test, told
from tests.people import ROSA
from tests.sealing import plain, text_of

ROOT = Path(__file__).parents[2]
AGAIN = """
import sys
from proxy.render.constancia import render_constancia
sys.stdout.buffer.write(render_constancia(sys.stdin.buffer.read().decode()))
"""
MARKUP = (
    '#panic("x") *negrita* $x^2$ = Título @ref <label> [x] \\ `raw` // nada /* no */ "comillas"'
)


@pytest.fixture(autouse=True)
def poppler() -> None:
    if not shutil.which("pdftotext"):
        missing("poppler-utils")


def with_acto(**values: Any) -> str:
    acto = replace(Described(**vars(ACTO)), **values)
    return told(replace(facts(Kind.DEPOSITO), concerned=replace(CONCERNED, acto=acto)))


def paper(text: str) -> str:
    return text_of(render_constancia(text))


def test_the_same_facts_give_the_same_bytes_on_any_machine(tmp_path: Path) -> None:
    text = of(Kind.DEPOSITO)
    elsewhere = {"PATH": os.environ["PATH"], "TZ": "Asia/Tokyo", "HOME": str(tmp_path)}
    done = subprocess.run(
        [sys.executable, "-c", AGAIN],
        input=text.encode(),
        capture_output=True,
        check=True,
        cwd=tmp_path,
        env=elsewhere | {"PYTHONPATH": str(ROOT), "PYTHONHASHSEED": "7", "LC_ALL": "C"},
    )
    assert done.stdout == render_constancia(text)


def test_it_says_that_it_is_pdf_a_3a_and_pdf_ua_1_and_carries_its_json() -> None:
    text = of(Kind.DEPOSITO)
    with pikepdf.open(io.BytesIO(render_constancia(text))) as pdf:
        said = pdf.Root.Metadata.read_bytes().decode()
        assert "<pdfaid:part>3<" in said and "<pdfaid:conformance>A<" in said
        assert "<pdfuaid:part>1<" in said
        assert (pdf.pdf_version, str(pdf.Root.Lang)) == ("1.7", "es-PE")
        [attached] = pdf.Root.AF
        assert attached.AFRelationship == "/Source" and attached.UF == "constancia.json"
        assert attached.EF.F.Subtype == "/application/json"
        assert attached.EF.F.read_bytes().decode() == text


def test_its_letters_are_those_that_come_with_the_program() -> None:
    with pikepdf.open(io.BytesIO(plain())) as pdf:
        names = {
            str(one.FontName)[8:]
            for one in pdf.objects
            if isinstance(one, pikepdf.Dictionary) and one.get("/Type") == "/FontDescriptor"
        }
    assert names == {"NotoSans-Regular", "NotoSans-Bold", "NotoSansMono-Regular"}


def test_every_letter_that_is_said_to_be_printed_is() -> None:
    letters = [chr(code) for code in range(0x20, 0x2200) if not UNPRINTABLE.match(chr(code))]
    rows = [" ".join(letters[at : at + 20]) for at in range(0, len(letters), 20)]
    assert len(letters) > 1500
    for bold in (False, True):
        one = replace(facts(Kind.VENCIMIENTO), reasons=tuple(rows))
        render_constancia(told(replace(one, number=f"CC-2026-00000{bold:d}-X")))
    with_bold = json.loads(told(facts(Kind.DEPOSITO)))
    with_bold["emisor"]["oficina"] = " ".join(rows)
    render_constancia(json.dumps(with_bold))


def test_a_letter_of_another_alphabet_stands_as_its_number_and_whole_in_the_json() -> None:
    text = with_acto(firmado_por="王小明 🙂 Ñahui")
    assert "Firmado por [U+738B][U+5C0F][U+660E] [U+1F642] Ñahui" in paper(text)
    assert "王小明 🙂 Ñahui" in text


def test_what_somebody_wrote_is_only_text() -> None:
    """S: data comes to typst as data, and no markup in it is read."""
    assert f"Asunto {MARKUP}" in paper(with_acto(asunto=MARKUP))


def test_the_longest_word_stays_on_the_page() -> None:
    word = "x" * 500
    assert word in paper(with_acto(asunto=word)).replace(" ", "")


def test_a_title_a_list_of_terms_and_the_drawing_can_be_read_aloud() -> None:
    with pikepdf.open(io.BytesIO(plain())) as pdf:
        found = [*spoken(pdf.Root.StructTreeRoot)]
    kinds = [str(one.S) for one in found]
    assert {"/H1", "/L", "/Lbl", "/LBody", "/TH", "/TD", "/P", "/Link"} <= {*kinds}
    assert "/Figure" in kinds
    [figure] = [one for one in found if one.S == "/Figure"]
    url = json.loads(of(Kind.DEPOSITO))["verificar"]
    assert str(figure.Alt) == f"Código QR que lleva a {url}"


def spoken(node: Any) -> Iterator[Any]:
    if isinstance(node, pikepdf.Array):
        for one in node:
            yield from spoken(one)
    elif isinstance(node, pikepdf.Dictionary):
        if "/S" in node:
            yield node
        yield from spoken(node.get("/K"))


def test_the_paper_of_a_deposit_has_what_the_guide_shows() -> None:
    """M90 and M92: its date and hour on top, its five fields, both paragraphs, and who signs."""
    said = text_of(plain())
    top = said.index("07/12/2026 09:00:00 (hora de Lima, UTC-05:00)")
    assert top < said.index("Constancia de notificación electrónica")
    fields = ("Expediente", "Administrado", "Documento Identidad", "Documento", "Fecha y Hora")
    places = [said.index(f" {name} ", said.index(" Datos ")) for name in fields]
    assert places == sorted(places)
    assert f"Administrado {ROSA.nombres}" in said
    assert f"Documento Identidad DNI {ROSA.identidad.number}" in said
    assert "Estimada(o) usuaria(o): La entidad acredita que depositó" in said
    assert "los plazos se cuentan desde el jueves 10/12/2026" in said
    assert "Servicios al Ciudadano Jurado Nacional de Elecciones, Av. Nicolás de Piérola" in said
    assert "(01) 311-1700" in said


def test_what_is_worth_nothing_says_so_on_top() -> None:
    said = paper(of_a_test())
    assert "SIN VALOR LEGAL: constancia de prueba" in said[:400]
    assert "SIN VALOR LEGAL: sello de demostración" in said[:400]


@pytest.mark.parametrize("kind", [Kind.DEPOSITO, Kind.LECTURA])
def test_what_0_4_0_wrote_and_nobody_had_sealed_is_printed_too(kind: Kind) -> None:
    """It named no page of its policy."""
    old = json.loads(EVERY[kind])
    del old["politica"]["pagina"]
    rows = dict(shown(old).proof.rows)
    assert rows["Política"] == old["politica"]["id"] and "Publicada en" not in rows


@pytest.mark.parametrize("kind", EVERY)
def test_paper_and_json_say_the_same(kind: str) -> None:
    """Nothing is stated only to programs, but for the addresses, which paper masks."""
    found = json.loads(EVERY[kind])
    said = text_of(render_constancia(EVERY[kind])).replace(" ", "")
    lost = [
        (name, leaf)
        for name, leaf in leaves(found)
        if not any(form.replace(" ", "") in said for form in forms(leaf))
    ]
    # Said in other words, or in a sentence of the steps.
    known = ("efecto.", "regla.", "calendario.", "notificacion.id", "emisor.siglas")
    known += ("emisor.zona_horaria", "detalle.canal", "etsi.", "version")
    assert [leaf for leaf in lost if not leaf[0].startswith(known)] == []
    masked = [masked_email(ROSA.email), masked_phone("+51987654321")]
    whole = [ROSA.email, "987654321"]
    assert not any(address in said for address in whole)
    if kind == "afiliacion":
        assert all(address in said for address in masked)


def leaves(value: Any, name: str = "") -> Iterator[tuple[str, Any]]:
    if isinstance(value, dict):
        for key, one in value.items():
            yield from leaves(one, f"{name}.{key}".lstrip("."))
    elif isinstance(value, list):
        for number, one in enumerate(value):
            yield from leaves(one, f"{name}.{number}")
    elif value is not None and not isinstance(value, bool):
        yield name, value


def forms(leaf: Any) -> Iterator[str]:
    if isinstance(leaf, int):
        yield f"{leaf:,}".replace(",", " ")
        return
    yield leaf
    yield from UNITS.get(leaf, ())
    if re.fullmatch(r"[0-9a-f]{8,}", leaf):
        yield grouped(leaf)
    if "@" in leaf:
        yield masked_email(leaf)
    if leaf.startswith("+"):
        yield masked_phone(leaf)
    if re.fullmatch(r"\d{4}-\d\d-\d\dT.*", leaf):
        at = datetime.fromisoformat(leaf)
        yield f"{at:%d/%m/%Y %H:%M:%S}"
        if (at.hour, at.minute) == (0, 0):
            yield f"{at:%d/%m/%Y}"
    if re.fullmatch(r"\d{4}-\d\d-\d\d", leaf):
        day = date.fromisoformat(leaf)
        yield from (f"{day:%d/%m/%Y}", day_text(day))


def test_the_opening_before_the_end_is_offered_only_while_it_can_still_happen() -> None:
    """Where the rule waits for the reading (X5)."""
    waiting = json.loads(EVERY["vencimiento"])
    assert not any("Si no la abre" in one for one in shown(waiting).paragraphs)
    waiting["evento"], waiting["detalle"] = (
        "deposito",
        dict.fromkeys(("referencia", "clave", "idempotencia")),
    )
    assert any("Si no la abre antes, surte efecto" in one for one in shown(waiting).paragraphs)
