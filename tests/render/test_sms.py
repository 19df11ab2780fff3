"""What an SMS says, and that one is enough."""

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from catalog.reading.reader import read_catalog
from proxy.render.sms import ALPHABET, TEMPLATES, segments, sms_text

ENTITY = read_catalog().entity
AT = datetime(2026, 11, 16, 10, tzinfo=ZoneInfo(ENTITY.zona_horaria))
CODE = {"code": "048291", "minutes": 10, "host": "casillaelectronica.entidad.gob.pe"}
NAMES = sorted(path.stem for path in TEMPLATES.iterdir())


@pytest.mark.parametrize("name", NAMES)
def test_a_message_fits_in_one_sms_and_says_who_sends_it(name: str) -> None:
    text = sms_text(name, ENTITY, AT, **CODE)
    assert segments(text) == 1
    assert set(text) <= ALPHABET
    assert text.startswith("JNE, casilla: ")
    assert "?" not in text


@pytest.mark.parametrize("name", [name for name in NAMES if name.endswith("_code")])
def test_a_code_comes_with_its_life_and_a_warning_and_for_one_site_only(name: str) -> None:
    text = sms_text(name, ENTITY, AT, **CODE)
    assert "048291. Sirve 10 minutos. No lo comparta con nadie." in text
    # By this line a phone offers the code on our pages and on no other.
    assert text.splitlines()[-1] == "@casillaelectronica.entidad.gob.pe #048291"
    assert "http" not in text


def test_who_did_not_change_the_password_is_told_what_to_do_without_a_link() -> None:
    text = sms_text("password_changed", ENTITY, AT)
    assert "el 16/11/2026 10:00 su contraseña fue cambiada" in text
    assert ENTITY.contacto.telefono in text
    assert "http" not in text and "casilla." not in text


def test_a_letter_that_no_sms_has_loses_its_accent_and_costs_no_more() -> None:
    entity = ENTITY.model_copy(update={"siglas": "ÓRGANO “Ñandú” 選"})
    text = sms_text("password_changed", entity, AT)
    assert text.startswith("ORGANO ?Ñandu? ?, casilla: ")
    assert set(text) <= ALPHABET


@pytest.mark.parametrize(
    ("text", "count"),
    [("a" * 160, 1), ("a" * 161, 2), ("€" * 80, 1), ("€" * 81, 2), ("a" * 307, 3)],
)
def test_a_long_text_takes_several(text: str, count: int) -> None:
    assert segments(text) == count
