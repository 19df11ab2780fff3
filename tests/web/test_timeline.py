"""What happened to a notificacion, on its page and in the sender's API, in plain words: X2, X5."""

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest

from proxy.domain.effect import freeze
from proxy.domain.events import Event
from proxy.domain.plazo import Later, Term
from proxy.flows import annulment, incidencias, postponement
from proxy.installation import Installation
from proxy.store import eventos, notificaciones, tables
from tests.clock import Clock
from tests.flows.test_deposit import Sender
from tests.people import Person
from tests.plazos import CATALOG, RULING
from tests.store.intruder import without_guards
from tests.web.letters import see
from tests.web.test_constancias import links, seal
from tests.web.test_export import rows_of
from tests.web.test_inbox import text
from tests.web.visitor import Visitor

HEADING = "Qué ha pasado con esta notificación"


@pytest.fixture
def deposited(installation: Installation, rosa: Person) -> bytes:
    """With a term of 15 business days: until Monday 7 December 2026."""
    sender = Sender(installation.db, installation.documents.folder)
    ruling = replace(RULING, term=Term(15, "habiles"))
    return sender.deposit(to=rosa.identidad, ruling=ruling).id


def lines(page: str) -> list[str]:
    [found] = re.findall(r'<ol class="timeline".*?</ol>', page, re.DOTALL)
    return [text_of(one) for one in re.findall(r"<li>.*?</li>", found, re.DOTALL)]


def text_of(html: str) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", html).split())


def test_before_and_after_ver_it_tells_each_act_oldest_first(
    her: Visitor, deposited: bytes, installation: Installation, clock: Clock
) -> None:
    """X2: with the constancia of an act at its line."""
    address = f"/casilla/notificaciones/{deposited.hex()}/"
    before = her.get(address).text
    assert HEADING in before
    assert lines(before) == [
        "16/11/2026 10:00 La depositó en la casilla: Secretaría General. Constancia de "
        "notificación electrónica: constancia en preparación",
        "16/11/2026 10:00 Se escribió la alerta por correo a r••••••@example.com.",
    ]
    clock.advance(minutes=2)
    see(her, address)
    for _ in range(3):
        clock.advance(minutes=1)
        her.get(f"{address}acto/")
    seal(installation)
    after = her.get(address).text
    assert len(links(after)) == 2
    opened, taken = lines(after)[2:]
    said = r"16/11/2026 10:02 La abrió su titular. Constancia de lectura CC-2026-\d{6}-. \(PDF, .*"
    assert re.fullmatch(said, opened), "the number that a download of it is told by"
    assert taken == "16/11/2026 10:03 Se descargó: el documento original. (3 veces ese día)"


def test_what_has_no_words_is_left_out_and_what_has_them_is_said_in_lima_time(
    her: Visitor, rosa: Person, deposited: bytes, installation: Installation, clock: Clock
) -> None:
    address = f"/casilla/notificaciones/{deposited.hex()}/"
    clock.advance(minutes=1)
    with installation.db.transaction() as tx:
        [acto] = notificaciones.files_of(tx, rosa.id, deposited)
        incidencias.found(tx, CATALOG, acto, "missing")
        eventos.note(tx, Event.CLOCK_BACK, rosa.id, notificacion=deposited)
        eventos.note(tx, Event.MESSAGE_LOST, rosa.id, notificacion=deposited, message="otro")
    clock.advance(minutes=1)
    with installation.db.transaction() as tx:
        incidencias.mended(tx, CATALOG, [acto])
        annulment.annul(tx, CATALOG, deposited.hex(), "Con errores")
    page = her.get(address).text
    assert "clock_set_back" not in page
    assert lines(page)[2:] == [
        "16/11/2026 10:01 Se encontró que un archivo no estaba completo y se dejó de entregar: el "
        "documento original. Constancia de incidencia: constancia en preparación",
        "16/11/2026 10:01 La alerta por correo no salió y ya no se intentará más.",
        "16/11/2026 10:02 Se reparó y se entrega otra vez: el documento original. "
        "Constancia de incidencia: constancia en preparación",
        "16/11/2026 10:02 Se anuló: desde entonces no surte efecto. Constancia de anulación: "
        "constancia en preparación",
    ]


def test_a_term_that_was_put_off_shows_the_dates_that_count_and_the_first_ones(
    her: Visitor, deposited: bytes, installation: Installation, clock: Clock
) -> None:
    """L26, L30: row, page before «Ver», page, calendar and what is taken away."""
    address = f"/casilla/notificaciones/{deposited.hex()}/"
    old = her.get(f"{address}plazo.ics").text
    clock.advance(minutes=1)
    with installation.db.transaction() as tx:
        named = deposited.hex()
        postponement.extend(tx, CATALOG, named, Term(5, "habiles"), "LPAG 136", "Lo pidió.")
        later = Later(tx.now.date() + timedelta(days=7), "Artículo 3")
        postponement.begin_later(tx, CATALOG, named, later)
    assert "El plazo vence ahora el 22/12/2026" in text(her.get("/casilla/"))
    said = text(her.get(address))
    assert "el plazo corre desde el 23/11/2026 y vence el 22/12/2026." in said
    assert "Estas fechas se cambiaron después del depósito , el 16/11/2026 a las 10:01" in said
    assert lines(her.get(address).text)[2:] == [
        "16/11/2026 10:01 Se prorrogó el plazo 5 días hábiles (LPAG 136): vencía el 07/12/2026 y "
        "ahora vence el 16/12/2026. Motivo: Lo pidió.",
        "16/11/2026 10:01 Se dispuso que el plazo corra desde más tarde (Artículo 3): corría desde "
        "el 17/11/2026 y ahora corre desde el 23/11/2026 y vence el 22/12/2026.",
    ]
    new = her.get(f"{address}plazo.ics").text
    assert "SEQUENCE:0" in old and "SEQUENCE:2" in new
    told = [one.replace("\r\n ", "") for one in (old, new)]
    assert ["vale lo que dice el documento" in one for one in told] == [True, False]
    assert "se cambiaron después de notificarla y son las que valen" in told[1]
    assert "DTSTART;VALUE=DATE:20261222" in new and "DTSTAMP:20261116T150100Z" in new
    [row] = rows_of(her.get("/casilla/exportar/pendientes.xlsx"))[5:]
    assert [str(cell)[:10] for cell in row[8:10]] == ["2026-11-16", "2026-12-22"]
    see(her, address)
    assert "El plazo vence 22/12/2026" in text(her.get(address))


@pytest.mark.parametrize("detail", ["nada", "[]", "[" * 20_000, "7", '{"gives": 1, "frozen": 2}'])
def test_what_somebody_changed_in_the_record_keeps_its_owner_from_nothing(
    her: Visitor, deposited: bytes, installation: Installation, rosa: Person, detail: str
) -> None:
    with installation.db.transaction() as tx:
        eventos.note(tx, Event.EFFECT_DIFFERS, rosa.id, notificacion=deposited)
    with without_guards(installation.db) as tx:
        tx.conn.execute(tables.eventos.update().values(detail=detail))
    address = f"/casilla/notificaciones/{deposited.hex()}/"
    assert her.get(address).status_code == 200
    assert "Qué ha pasado" in see(her, address).text


def test_a_term_that_ended_says_so(
    inside: Callable[[Person], Visitor],
    rosa: Person,
    deposited: bytes,
    serve: Callable[..., str],
    clock: Clock,
) -> None:
    clock.advance(days=22)
    her = inside(rosa)
    address = f"/casilla/notificaciones/{deposited.hex()}/"
    assert lines(her.get(address).text)[-1] == "08/12/2026 00:00 Venció el plazo."


def test_what_was_served_before_the_record_tells_what_its_row_says(
    her: Visitor, serve: Callable[..., str], rosa: Person, clock: Clock
) -> None:
    address = serve(rosa, effect=freeze(RULING, clock.now))
    assert lines(her.get(address).text)[0].startswith("16/11/2026 10:00 La depositó en la casilla:")
