"""What a file that is served may be called, and what the entity may say of its acto."""

from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from proxy.domain.acto import parse_moment
from proxy.domain.files import NAME_LENGTH, clean_name
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


def test_a_text_is_one_line_without_marks_that_hide_or_reorder() -> None:
    acto = describe(asunto="  Respuesta\n a\u00a0su \u202epedi\u00addo\u200b ")
    assert acto.asunto == "Respuesta a su pedido"


def test_a_date_alone_is_its_midnight_in_the_zone_of_the_entity() -> None:
    moment = parse_moment("2026-03-09", ZoneInfo("America/Lima"), "fecha de emisión")
    assert moment.isoformat() == "2026-03-09T00:00:00-05:00"
