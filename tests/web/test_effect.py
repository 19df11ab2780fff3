"""When it takes effect, on the pages of the inbox and for a calendar: X1, X5, L4, L18."""

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta

import pytest

from proxy.domain.effect import Ruling, freeze
from proxy.domain.plazo import Term
from proxy.flows import recalculation
from proxy.installation import Installation
from tests.clock import Clock
from tests.people import Person
from tests.plazos import CATALOG, RULING, also_closed, governed_by
from tests.web.letters import events, id_of, see
from tests.web.test_export import rows_of
from tests.web.test_inbox import text
from tests.web.visitor import Visitor

Serve = Callable[..., str]
B1 = governed_by("acuse-5-dias-b1")
NONE = "se depositó antes de que el sistema calculara en qué fecha surte efecto"


def served(serve: Serve, rosa: Person, clock: Clock, ruling: Ruling = RULING) -> str:
    return serve(rosa, effect=freeze(replace(ruling, term=Term(15, "habiles")), clock.now))


@pytest.fixture
def waiting(installation: Installation, serve: Serve, rosa: Person, clock: Clock) -> str:
    """Deposited on Friday, by an entity whose rule asks for an acuse. Today is Monday."""
    installation.catalog = B1
    friday = clock.now - timedelta(days=3)
    return serve(rosa, at=friday, effect=freeze(replace(RULING, catalog=B1), friday))


def test_the_list_and_the_page_before_ver_say_when(
    her: Visitor, serve: Serve, rosa: Person, clock: Clock
) -> None:
    address = served(serve, rosa, clock)
    assert "Surte efecto: 16/11/2026" in text(her.get("/casilla/"))
    said = text(her.get(address))
    assert (
        "Abrirla no cambia los plazos: surte efecto el 16/11/2026, la abra o no; el plazo corre "
        "desde el 17/11/2026 y vence el 07/12/2026."
    ) in said
    assert "Por confirmar" in said


def test_opened_it_shows_each_step_with_rule_and_norm(
    her: Visitor, serve: Serve, rosa: Person, clock: Clock
) -> None:
    address = served(serve, rosa, clock)
    page = see(her, address)
    assert re.search(r'<details class="help" open>\s*<summary>Cómo se calculó', page.text)
    said = text(page)
    for words in (
        "El plazo vence 07/12/2026",
        "Se depositó el lunes 16/11/2026 a las 10:00 (hora de Lima).",
        "el primero es el martes 17/11/2026 y el último, el lunes 07/12/2026.",
        "Norma: Ley N.° 27444",
        "Calendario: ",
        "Se calculó al depositarla, y aquí se muestra siempre así.",
    ):
        assert words in said, words
    assert "Surte efecto: 16/11/2026" in text(her.get("/casilla/leidos/"))


def test_of_what_was_deposited_before_it_says_that_none_was_computed(
    her: Visitor, letter: str
) -> None:
    assert "Surte efecto" not in text(her.get("/casilla/"))
    for page in (her.get(letter), see(her, letter)):
        assert NONE in text(page)
        assert "plazo.ics" not in page.text
    assert her.get(f"{letter}plazo.ics").status_code == 404


def test_where_the_rule_waits_ver_says_what_opening_does(her: Visitor, waiting: str) -> None:
    """X5"""
    assert "Si no la abre, surte efecto: 20/11/2026" in text(her.get("/casilla/"))
    said = text(her.get(waiting))
    assert (
        "Si la abre ahora, surte efecto el 16/11/2026; un plazo en días corre desde el 17/11/2026."
    ) in said
    assert (
        "Si no la abre, surte efecto el 20/11/2026 de todos modos; un plazo en días corre desde el "
        "23/11/2026."
    ) in said
    assert "Abrirla no cambia" not in said


def test_who_takes_longer_than_the_day_to_decide_is_told_again(
    inside: Callable[[Person], Visitor],
    rosa: Person,
    waiting: str,
    clock: Clock,
    installation: Installation,
) -> None:
    """X5: the dates of the page are those of the act, or nothing is opened."""
    clock.advance(hours=6, minutes=28)
    her = inside(rosa)
    page = her.get(waiting)
    clock.advance(minutes=5)  # the office has closed meanwhile
    answer = her.send(page, f"{waiting}ver/")
    assert answer.headers["location"] == f"{waiting}?cambio=1"
    assert events(installation, "notificacion_read") == 0
    said = text(her.get(answer.headers["location"]))
    assert "No se abrió: mientras usted leía esta página cambió" in said
    assert "Si la abre ahora, surte efecto el 17/11/2026;" in said
    assert "Surte efecto 17/11/2026" in text(see(her, waiting))


def test_once_the_wait_is_over_opening_changes_nothing(
    inside: Callable[[Person], Visitor], rosa: Person, waiting: str, clock: Clock
) -> None:
    clock.advance(days=10)
    said = text(inside(rosa).get(waiting))
    assert "Abrirla no cambia los plazos: surte efecto el 20/11/2026" in said
    assert "Si la abre ahora" not in said


def test_where_the_rule_waits_opening_makes_it_take_effect(her: Visitor, waiting: str) -> None:
    said = text(see(her, waiting))
    assert "Surte efecto 16/11/2026" in said
    assert "Se abrió el lunes 16/11/2026 a las 10:00, dentro de esos días" in said
    assert "Se calculó al abrirla, y aquí se muestra siempre así." in said
    assert "Surte efecto: 16/11/2026" in text(her.get("/casilla/leidos/"))


def test_a_list_that_is_taken_away_says_what_its_days_mean(her: Visitor, waiting: str) -> None:
    rows = rows_of(her.get("/casilla/exportar/pendientes.xlsx"))
    assert str(rows[4][0]).startswith("SURTE EFECTO: si la regla pide abrir la notificación")


def test_a_calendar_gets_both_days_and_nothing_of_whom_or_what(
    her: Visitor, serve: Serve, rosa: Person, clock: Clock
) -> None:
    address = served(serve, rosa, clock)
    unread = her.get(f"{address}plazo.ics")
    assert unread.headers["content-type"] == "text/calendar; charset=utf-8"
    told = unread.text.replace("\r\n ", "")
    assert re.findall(r"DTSTART.*", told) == [
        "DTSTART;VALUE=DATE:20261116\r",
        "DTSTART;VALUE=DATE:20261207\r",
    ]
    assert f"UID:{id_of(address).hex()}-vence@" in told
    assert "SUMMARY:Vence el plazo de la notificación 000009-2026-SG/JNE (JNE)" in told
    for secret in ("Carta de atención", "Rosa", "Quispe", "EXP.2026", "Secretaría", "40000001"):
        assert secret not in told
    clock.advance(minutes=5)
    see(her, address)
    assert her.get(f"{address}plazo.ics").content == unread.content, "the deposit counts, not «Ver»"


def test_a_term_that_closes_at_an_hour_ends_at_that_instant(
    her: Visitor, serve: Serve, rosa: Person, clock: Clock
) -> None:
    """L34"""
    ruling = Ruling(CATALOG, "electoral", Term(3, "calendario"))
    address = serve(rosa, effect=freeze(ruling, clock.now))
    assert "DTSTART:20261120T010000Z" in her.get(f"{address}plazo.ics").text
    assert "a las 20:00" in text(her.get(address))
    hours = serve(rosa, effect=freeze(replace(ruling, term=Term(48, "horas")), clock.now))
    assert "DTSTART:20261118T150000Z" in her.get(f"{hours}plazo.ics").text
    assert "Surte efecto: 16/11/2026 10:00" in text(her.get("/casilla/"))
    assert her.get("/casilla/exportar/pendientes.xlsx").status_code == 200


def test_what_opening_made_of_it_replaces_what_a_calendar_has(her: Visitor, waiting: str) -> None:
    before = her.get(f"{waiting}plazo.ics").text
    assert "SEQUENCE:0" in before and "si no la abre antes" in before.replace("\r\n ", "")
    see(her, waiting)
    after = her.get(f"{waiting}plazo.ics").text
    assert "SEQUENCE:1" in after and "SEQUENCE:0" not in after
    uids = [re.findall(r"UID:.*", one) for one in (before, after)]
    assert uids[0] == uids[1]


def test_bruno_gets_no_date_of_rosa(
    inside: Callable[[Person], Visitor], bruno: Person, serve: Serve, rosa: Person, clock: Clock
) -> None:
    """S71"""
    address = served(serve, rosa, clock)
    assert inside(bruno).get(f"{address}plazo.ics").status_code == 404


def test_when_the_calendar_changes_the_page_shows_both_dates(
    her: Visitor, serve: Serve, rosa: Person, clock: Clock, installation: Installation
) -> None:
    address = served(serve, rosa, clock)
    with installation.db.transaction() as tx:
        recalculation.advance(tx, also_closed(date(2026, 12, 4)))
    said = text(her.get(address))
    assert "El plazo vence 07/12/2026" in said
    assert "surtiría efecto el 16/11/2026 y el plazo correría desde el 17/11/2026" in said
    assert "y vencería el 10/12/2026 . Esta notificación conserva las fechas de arriba." in said


GOOD = freeze(RULING, Clock().now)


@pytest.mark.parametrize(
    "damaged",
    [
        "nada",
        "{}",
        "[" * 20_000,
        '{"base": "acuse"}',
        GOOD.replace('"pasos":[', '"pasos":[1,'),
        GOOD.replace('"plazo":null', '"plazo":{"cantidad":1e999,"unidad":"habiles"}'),
        GOOD.replace('"base":"deposito"', '"base":"acuse"').replace("2026-11-17", "mañana"),
        GOOD.replace('"vence":null', '"vence":"9999-12-31"'),
        GOOD.replace('"vence":null', '"vence":"2026-11-20T10:00:00"'),
        GOOD.replace('"vence":null', '"vence":"0001-01-01T00:00:00+00:00"'),
        GOOD.replace('"cierre":null,', '"cierre":"tarde",').replace(
            '"vence":null', '"vence":"2026-11-20"'
        ),
        GOOD[:-1] + ',"edicion":"dos"}',
    ],
)
def test_what_is_no_effect_keeps_its_owner_from_nothing(
    her: Visitor, serve: Serve, rosa: Person, damaged: str
) -> None:
    """S8: somebody wrote it past every check. The digest in the record shows it."""
    assert damaged != GOOD
    address = serve(rosa, effect=damaged, content=damaged)
    for path in ("/casilla/", address, "/casilla/exportar/pendientes.xlsx"):
        assert her.get(path).status_code == 200
    assert "Documento" in see(her, address).text
    assert her.get(f"{address}acto/").status_code == 200
    for path in ("/casilla/leidos/", "/casilla/exportar/leidos.xlsx"):
        assert her.get(path).status_code == 200
    assert her.get(f"{address}plazo.ics").status_code in (200, 404)
