"""What a file that is served may be called, and what the entity may say of its acto."""

from pathlib import PurePosixPath
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from proxy.domain.acto import parse_moment
from proxy.domain.files import BY_SUFFIX, KINDS, NAME_LENGTH, clean_name, fitting, kind_of
from proxy.errors import Refusal
from tests.flows.test_deposit import describe

NAMES = {
    "CARTA 9.pdf": "CARTA 9.pdf",
    "../../etc/carta.pdf": "carta.pdf",
    "C:\\Actas\\carta.pdf": "carta.pdf",
    "Notificacio\u0301n.pdf": "Notificación.pdf",  # macOS writes accents apart
    "carta\u202efdp.exe\r\n.pdf": "cartafdp.exe.pdf",  # a mark that would show it backwards
    ".pdf": "pdf",
    "": "archivo",
    "..": "archivo",
    f"{'x' * 300}.pdf": f"{'x' * 146}.pdf",
    "\udcff.pdf": "pdf",
}


@pytest.mark.parametrize("given_name", NAMES)
def test_a_name_is_kept_without_folders_or_what_cannot_be_seen(given_name: str) -> None:
    assert clean_name(given_name) == NAMES[given_name]


@given(st.text(st.characters(codec=None), max_size=400))
def test_a_clean_name_is_short_storable_and_stays_as_it_is(text: str) -> None:
    name = clean_name(text)
    assert 0 < len(name) <= NAME_LENGTH
    assert not {"/", "\\", "\0"} & set(name)
    assert name.encode()
    assert clean_name(name) == name


@pytest.mark.parametrize(
    ("name", "found", "code"),
    [
        ("a.docx", "ZIP", "file.not_of_kind"),  # a document that lost a part
        ("a.pdf", "TXT", "file.not_of_kind"),
        ("a.pdf", None, "file.not_of_kind"),
        ("a.jar", "ZIP", "file.kind"),
        ("a.html", "TXT", "file.kind"),
        ("a", "TXT", "file.kind"),
        ("a.gif", None, "file.kind"),
    ],
)
def test_bytes_that_alone_do_not_tell_need_a_name_that_does(
    name: str, found: str | None, code: str
) -> None:
    with pytest.raises(Refusal) as refusal:
        kind_of(name, found)
    assert refusal.value.code == code


@given(st.text(max_size=200), st.sampled_from(["", *BY_SUFFIX, ".EXE"]), st.sampled_from([*KINDS]))
def test_a_name_ends_as_what_the_bytes_are(text: str, suffix: str, found: str) -> None:
    name = clean_name(text + suffix)
    try:
        kind = kind_of(name, found)
    except Refusal:
        assert KINDS[found].weak
        return
    served = fitting(name, kind)
    assert served.lower().endswith(kind.suffixes)
    assert served == clean_name(served)
    assert served == name or BY_SUFFIX.get(PurePosixPath(name).suffix.lower()) != found


def test_a_text_is_one_line_without_marks_that_hide_or_reorder() -> None:
    acto = describe(asunto="  Respuesta\n a\u00a0su \u202epedi\u00addo\u200b ")
    assert acto.asunto == "Respuesta a su pedido"


def test_a_date_alone_is_its_midnight_in_the_zone_of_the_entity() -> None:
    moment = parse_moment("2026-03-09", ZoneInfo("America/Lima"), "fecha de emisión")
    assert moment.isoformat() == "2026-03-09T00:00:00-05:00"
