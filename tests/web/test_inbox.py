"""The inbox over HTTP: M83–M89, M94, J27, R16–R20, S54, S59, S51, S71, S72."""

import re
from collections.abc import Callable
from urllib.parse import quote

import pytest
from httpx2 import Response
from sqlalchemy import select

from proxy.installation import Installation
from proxy.store import casillas, notificaciones, tables
from tests.casilla import ACTO, Casilla, Offered
from tests.clock import Clock
from tests.people import Person
from tests.web.letters import CARGO, events, id_of, see
from tests.web.visitor import Visitor, forms

Inside = Callable[[Person], Visitor]


@pytest.fixture
def read_at(installation: Installation) -> Callable[[str], object]:
    def look(address: str) -> object:
        table = tables.notificaciones
        with installation.db.reading() as tx:
            found = tx.conn.execute(select(table).where(table.c.id == id_of(address))).one()
        return found.read_at

    return look


def text(response: Response) -> str:
    return " ".join(re.sub(r"<[^>]*>", " ", response.text).split())


def test_the_list_has_the_eight_columns_of_the_guide(her: Visitor, letter: str) -> None:
    """M84, R16"""
    page = her.get("/casilla/")
    headings = re.findall(r'<th scope="col">([^<]+)</th>', page.text)
    assert headings == [
        "AÑO",
        "ASUNTO",
        "DEPENDENCIA",
        "EMISOR",
        "TIPO DE DOCUMENTO",
        "NÚM. DOCUMENTO DE EMISIÓN",
        "FECHA DE EMISIÓN",
        "FECHA DE ENVÍO DE MENSAJE",
    ]
    assert re.findall(r'<td data-label="([^"]+)"', page.text) == headings
    cells = re.findall(r"<td data-label=.*?</td>", page.text)
    assert [re.sub(r"<[^>]*>", "", cell).strip() for cell in cells] == [
        "2026",
        "Carta de atención",
        "Secretaría General",
        "Ana Torres Inventada",
        "CARTA",
        "000009-2026-SG/JNE",
        "09/11/2026 09:47",
        "16/11/2026 10:00",
    ]


def test_the_tabs_count_and_the_list_can_be_refreshed(her: Visitor, letter: str) -> None:
    """M83, M94"""
    page = her.get("/casilla/")
    assert "<title>Pendientes por leer (1)" in page.text
    assert ">Pendientes por leer</a>" in page.text
    assert ">Leídos</a>" in page.text
    assert re.search(r'<a class="quiet" href="/casilla/">.*?Actualizar</a>', page.text, re.DOTALL)
    see(her, letter)
    assert "<title>Leídos (1)" in her.get("/casilla/leidos/").text
    assert "No tiene notificaciones por leer." in her.get("/casilla/").text


def test_the_first_page_after_the_login_says_that_one_is_in(her: Visitor) -> None:
    """J27"""
    notice = "¡Listo! Ahora tiene acceso al Sistema de Casilla Electrónica."
    assert notice in her.get("/casilla/?listo=1").text
    assert notice not in her.get("/casilla/").text


def test_before_ver_it_says_what_waits_and_what_ver_does(her: Visitor, letter: str) -> None:
    """S54, X5"""
    page = her.get(letter)
    said = text(page)
    for words in ("Carta de atención", "Secretaría General", "16/11/2026 10:00"):
        assert words in said
    assert "quedan registradas la fecha y la hora de su lectura" in said
    assert "depositada válidamente en su casilla desde el 16/11/2026 a las 10:00" in said
    assert re.search(r"<button[^>]*>Ver</button>", page.text)
    for hidden in ("Descargar", ACTO.name, CARGO.name, "EXP.2026000027"):
        assert hidden not in page.text


def test_nothing_that_is_fetched_marks_it_as_read(
    her: Visitor, letter: str, read_at: Callable[[str], object]
) -> None:
    """S54: neither a click on a link, nor a prefetch, nor a preview."""
    assert her.get(f"{letter}ver/").status_code == 405
    for path in ("", "acto/", "anexos/1/", "anexos.zip"):
        her.get(letter + path)
        her.client.head(letter + path)
        assert her.get(letter + path, **{"Sec-Purpose": "prefetch;prerender"}).status_code == 204
    assert read_at(letter) is None


def test_ver_marks_it_as_read_once(
    her: Visitor,
    letter: str,
    clock: Clock,
    installation: Installation,
    read_at: Callable[[str], object],
) -> None:
    """M85, R19"""
    waiting = her.get(letter)
    clock.advance(minutes=5)
    assert "Lectura registrada el 16/11/2026 a las 10:05 (hora de Lima)." in text(see(her, letter))
    first = read_at(letter)
    clock.advance(minutes=5)
    assert her.send(waiting, f"{letter}ver/").status_code == 303
    assert read_at(letter) == first
    assert events(installation, "notificacion_read") == 1


def test_ver_of_the_row_leads_to_what_is_said_before_and_opens_nothing(
    her: Visitor, letter: str, read_at: Callable[[str], object]
) -> None:
    """X5, M85: the row has a link; the only form that opens is on the page behind it."""
    page = her.get("/casilla/")
    assert re.search(rf'<a class="button" href="{letter}"[^>]*>Ver</a>', page.text)
    assert "ver/" not in page.text
    assert "Antes de abrirla" in text(her.get(letter)) and read_at(letter) is None


def test_a_form_that_does_not_say_what_was_told_opens_nothing(
    her: Visitor, letter: str, read_at: Callable[[str], object]
) -> None:
    """X5: nobody opens it without the page that says what that does."""
    for said in ("", "otra cosa"):
        answer = her.send(her.get(letter), f"{letter}ver/", dicho=said)
        assert answer.headers["location"] == f"{letter}?cambio=1"
    assert "cambió lo que pasa con el plazo" in text(her.get(f"{letter}?cambio=1"))
    assert read_at(letter) is None


def test_ver_needs_our_own_form(
    her: Visitor, letter: str, read_at: Callable[[str], object]
) -> None:
    """S52, S53"""
    assert her.client.post(f"{letter}ver/", data={"sello": "otro"}).status_code == 403
    page = her.get(letter)
    her.client.headers["Sec-Fetch-Site"] = "same-site"
    assert her.send(page, f"{letter}ver/").status_code == 403
    assert read_at(letter) is None


def test_the_detail_has_the_blocks_and_labels_of_the_guide(her: Visitor, letter: str) -> None:
    """M86, M87, M88, M89, R17, R18 and R20"""
    page = see(her, letter)
    said = text(page)
    for words in (
        "Expediente Número de Expediente EXP.2026000027 Fecha de Expediente 02/03/2026",
        "Remite Dependencia Secretaría General Firmado por Ana Torres Inventada"
        " Elaborado por Luis Paredes Inventado",
        "Documento Tipo de documento CARTA Número 000009-2026-SG/JNE"
        " Asunto Carta de atención Fecha 09/11/2026 09:47",
        "Emisión 09/11/2026 09:47 Depósito (envío de mensaje) 16/11/2026 10:00"
        " Lectura 16/11/2026 10:00",
        "hora de Lima",
    ):
        assert words in said
    for label in ("Descargar documento original", "Descargar anexos"):
        assert f">{label}</a>" in page.text


def test_without_anexos_there_is_nothing_to_press(
    her: Visitor, rosa: Person, serve: Callable[..., str]
) -> None:
    address = serve(rosa, anexos=())
    page = see(her, address)
    assert "Esta notificación no tiene anexos." in page.text
    assert "Descargar anexos" not in page.text
    assert her.get(f"{address}anexos.zip").status_code == 404


def test_what_strangers_wrote_is_only_text(
    her: Visitor, rosa: Person, serve: Callable[..., str]
) -> None:
    nasty = '<script>alert(1)</script>"><b>'
    address = serve(rosa, asunto=nasty, anexos=(Offered(nasty + ".pdf"),))
    for page in (her.get("/casilla/"), her.get(address), see(her, address)):
        assert "&lt;script&gt;alert" in page.text
        assert "<script>alert" not in page.text


def test_bruno_finds_nothing_of_rosa(
    her: Visitor,
    letter: str,
    inside: Inside,
    bruno: Person,
    serve: Callable[..., str],
    read_at: Callable[[str], object],
) -> None:
    """S71: somebody else's, unknown and malformed are one answer."""
    his_own = serve(bruno)
    his = inside(bruno)
    form = his.get(his_own)
    for _ in range(2):
        for path in ("", "acto/", "anexos/1/", "anexos.zip"):
            replies = [
                his.get(f"/casilla/notificaciones/{name}/{path}")
                for name in (id_of(letter).hex(), "0" * 32, "no-es-un-id")
            ]
            assert [reply.status_code for reply in replies] == [404] * 3
            assert len({text(reply) for reply in replies}) == 1
        mine = next(one for one in forms(form) if one.action.endswith("/ver/"))
        refused = his.client.post(f"{letter}ver/", data=mine.fields)
        assert refused.status_code == 404
        if read_at(letter) is None:
            see(her, letter)
    assert "Rosa" not in his.get("/casilla/").text
    assert his.get(f"/casilla/?antes={id_of(letter).hex()}").text.count("ver/") <= 1
    assert his.get("/casilla/?antes=nada").status_code == 404


def test_without_a_session_one_logs_in_first_and_comes_back_to_the_page(
    visitor: Visitor, letter: str, her: Visitor, rosa: Person, mailed_code: Callable[[], str]
) -> None:
    """Never to the bare file: the browser would save it and stay on the page of the token."""
    login = f"/casilla/ingresar/?volver={quote(letter, safe='')}"
    for path in ("", "acto/", "anexos/1/", "anexos.zip"):
        answer = visitor.get(letter + path)
        assert (answer.status_code, answer.headers["location"]) == (303, login)
    # Its page was open: in another tab somebody left.
    assert visitor.client.post(f"{letter}ver/").headers["location"] == f"{login}&fin=1"

    fields = {"dni": rosa.identidad.number, "clave": rosa.password}
    answer = visitor.send(visitor.get(login), "/casilla/ingresar/", **fields)
    page = visitor.get(answer.headers["location"])
    answer = visitor.send(page, "/casilla/token/", token=mailed_code())
    assert answer.headers["location"] == letter


def test_twenty_rows_a_page_and_a_way_to_the_others(
    her: Visitor, rosa: Person, installation: Installation, clock: Clock
) -> None:
    casilla = Casilla(rosa)
    for number in range(21):
        clock.advance(seconds=1)
        with installation.db.transaction() as tx:
            casilla.serve(tx, f"Carta {number}")
    first = her.get("/casilla/")
    assert first.text.count("<tr>") == 21
    older = re.search(r'rel="next" href="([^"]+)">Más antiguas<', first.text)
    assert older
    second = her.get(older[1])
    assert "Carta 0<" in second.text
    newer = re.search(r'rel="prev" href="([^"]+)">Más recientes<', second.text)
    assert newer
    assert "Carta 20<" in her.get(newer[1]).text


def test_a_page_of_the_inbox_is_light(
    her: Visitor, rosa: Person, installation: Installation
) -> None:
    with installation.db.transaction() as tx:
        for number in range(20):
            Casilla(rosa).serve(tx, f"Requerimiento de información sobre su inscripción {number}")
        assert notificaciones.counts(tx, rosa.id).pending == 20
    assert len(her.get("/casilla/").content) < 36_000


def test_who_was_not_reached_is_told_on_entering(
    her: Visitor, rosa: Person, installation: Installation
) -> None:
    """X2: until an alerta leaves, or the address changes."""
    said = "No pudimos avisarle de una notificación"
    assert said not in her.get("/casilla/").text
    with installation.db.transaction() as tx:
        casillas.set_unreached(tx, rosa.id)
    for path in ("/casilla/", "/casilla/leidos/"):
        page = her.get(path)
        assert said in page.text and 'href="/casilla/perfil/">PERFIL</a>' in page.text
    with installation.db.transaction() as tx:
        casillas.clear_unreached(tx, rosa.id)
    assert said not in her.get("/casilla/").text
