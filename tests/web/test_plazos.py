"""The calculator that anybody may ask, without a login and without JavaScript (X1, L11)."""

import re
from html import unescape

import pytest
from httpx2 import Response
from sqlalchemy import func, select

from proxy.installation import Installation
from proxy.store import tables
from tests.web.visitor import Visitor

ASKED = "dia=2025-04-16&hora=17:00&procedimiento=administrativo&cantidad=15&unidad=habiles"


def ask(visitor: Visitor, query: str = "") -> Response:
    return visitor.get(f"/casilla/plazos/?{query}" if query else "/casilla/plazos/")


def told(page: Response) -> dict[str, str]:
    return dict(re.findall(r"<dt>(.+?)</dt><dd>(.+?)</dd>", page.text))


def complaints(page: Response) -> dict[str, str]:
    found = re.findall(r'<li><a href="#(\w+)">(.+?)</a></li>', page.text)
    return {name: unescape(sentence) for name, sentence in found}


def test_the_answer_has_its_dates_and_its_steps_x1(visitor: Visitor) -> None:
    page = ask(visitor, f"{ASKED}&calendario=lima")
    assert page.status_code == 200
    assert told(page) == {
        "Cuenta como recibida el": "lunes 21/04/2025",
        "Surte efecto el": "lunes 21/04/2025",
        "El plazo corre desde el": "martes 22/04/2025",
        "El plazo vence el": "miércoles 14/05/2025",
    }
    assert "viernes 02/05/2025 (Día no laborable del sector público, Decreto Supremo" in page.text


def test_a_form_left_half_empty_answers_by_the_entity_s_own(visitor: Visitor) -> None:
    """The calendar of the entity, and no term."""
    page = ask(visitor, "dia=2024-11-13&hora=10:00&cantidad=&distancia=&dia_acuse=")
    assert told(page)["El plazo corre desde el"] == "lunes 18/11/2024"
    assert "El plazo vence el" not in told(page)


@pytest.mark.parametrize(
    ("query", "vence"),
    [
        (f"{ASKED}&calendario=feriados-nacionales", "martes 13/05/2025"),
        (f"{ASKED}&distancia=2", "viernes 16/05/2025"),
        (
            "dia=2026-04-10&hora=19:00&procedimiento=electoral&cantidad=48&unidad=horas",
            "domingo 12/04/2026 a las 19:00",
        ),
        (
            "dia=2024-11-05&hora=16:00&procedimiento=acuse-5-dias-b1&cantidad=1&unidad=habiles"
            "&dia_acuse=2024-11-07&hora_acuse=09:00",
            "viernes 08/11/2024",
        ),
    ],
)
def test_each_field_counts(visitor: Visitor, query: str, vence: str) -> None:
    assert told(ask(visitor, query))["El plazo vence el"] == vence


@pytest.mark.parametrize(
    ("query", "at", "sentence"),
    [
        ("hora=17:00", "dia", "Escriba el día"),
        ("dia=2025-04-16", "hora", "Escriba la hora"),
        ("dia=31/02/2025&hora=17:00", "dia", "Escríbala como 16/04/2025"),
        ("dia=2025-04-16&hora=5pm", "hora", "«5pm» no es una hora"),
        ("dia=2023-04-16&hora=17:00", "dia", "No se calculó ninguna fecha"),
        ("dia=2028-12-29&hora=17:00", "dia", "No se calculó ninguna fecha"),
        (f"{ASKED}&cantidad=x", "cantidad", "Escriba un número entero, 1 o más"),
        (f"{ASKED}&cantidad=0", "cantidad", "Escriba un número entero, 1 o más"),
        (f"{ASKED}&cantidad={'9' * 50}", "cantidad", "Escriba un número entero, 1 o más"),
        (f"{ASKED}&cantidad=٣", "cantidad", "Escriba un número entero, 1 o más"),
        (f"{ASKED}&distancia=-1", "distancia", "Escriba un número entero, 0 o más"),
        (f"{ASKED}&unidad=horas", "unidad", "no cuenta plazos en horas"),
        (f"{ASKED}&unidad=semanas", "unidad", "No hay una unidad «semanas»"),
        (f"{ASKED}&procedimiento=x", "procedimiento", "No hay un procedimiento «x»"),
        (f"{ASKED}&calendario=x", "calendario", "No hay un calendario «x»"),
        (f"{ASKED}&hora_acuse=09:00", "dia_acuse", "Escriba el día"),
        (f"{ASKED}&dia_acuse=2025-04-16", "hora_acuse", "Escriba la hora"),
        (f"{ASKED}&dia_acuse=2025-04-16&hora_acuse=16:59", "dia_acuse", "no puede ser anterior"),
    ],
)
def test_what_is_wrong_is_said_at_its_field_and_what_was_typed_stays(
    visitor: Visitor, query: str, at: str, sentence: str
) -> None:
    page = ask(visitor, query)
    assert page.status_code == 400
    found = complaints(page)
    assert set(found) == {at} and sentence in found[at]
    assert "<title>Error: " in page.text and f'id="{at}-error"' in page.text
    assert told(page) == {}
    if "hora=17:00" in query:
        assert 'value="17:00"' in page.text


def test_what_was_typed_is_shown_as_text(visitor: Visitor) -> None:
    page = ask(visitor, f"{ASKED}&calendario=%22%3E%3Cscript%3E{'x' * 5000}")
    assert "<script>x" not in page.text and "&lt;script&gt;x" in page.text
    assert "x" * 100 not in page.text


def test_asking_sets_no_cookie_and_records_nothing(
    visitor: Visitor, installation: Installation
) -> None:
    for query in ("", ASKED):
        page = ask(visitor, query)
        assert "set-cookie" not in page.headers
        assert page.headers["cache-control"] == "no-store"
    with installation.db.reading() as tx:
        assert tx.conn.scalar(select(func.count()).select_from(tables.eventos)) == 0


def test_it_only_answers_questions(visitor: Visitor) -> None:
    assert visitor.client.post("/casilla/plazos/", data={"dia": "2025-04-16"}).status_code == 405
    assert visitor.client.head(f"/casilla/plazos/?{ASKED}").status_code == 200
