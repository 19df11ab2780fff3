"""«Exportar en un documento Excel» and «Exportar en PDF»: M95, S54, S72."""

from datetime import datetime
from io import BytesIO
from zipfile import ZipFile

import pytest
from httpx2 import Response
from openpyxl import load_workbook

from proxy.domain.effect import freeze
from proxy.flows import inbox
from proxy.installation import Installation
from proxy.render import sheet
from tests.casilla import Casilla
from tests.people import Person
from tests.plazos import RULING
from tests.web.letters import see
from tests.web.visitor import Visitor

XLSX, PDF = "Exportar en un documento Excel", "Exportar en PDF"


@pytest.fixture
def served(installation: Installation, rosa: Person, bruno: Person) -> None:
    with installation.db.transaction() as tx:
        Casilla(bruno).serve(tx, "Carta de Bruno")
        Casilla(rosa).serve(tx, "Multa por no votar", numero="0012")
        Casilla(rosa).serve(tx, '=HYPERLINK("https://malo.example","x")', dependencia="+1+1")


def rows_of(response: Response) -> list[tuple[object, ...]]:
    assert response.status_code == 200
    [page] = load_workbook(BytesIO(response.content))
    return [tuple(cell for cell in row if cell is not None) for row in page.values if any(row)]


def test_the_spreadsheet_has_every_row_typed(her: Visitor, served: None) -> None:
    rows = rows_of(her.get("/casilla/exportar/pendientes.xlsx"))
    assert rows[:4] == [
        ("Pendientes por leer",),
        ("Casilla Electrónica de Rosa Quispe Ficticia, DNI •••••001.",),
        ("Todas las notificaciones de esta lista.",),
        ("Como estaba la lista el 16/11/2026 10:00 (hora de Lima).",),
    ]
    assert rows[4][:3] == ("AÑO", "ASUNTO", "DEPENDENCIA")
    formula, fine = sorted(rows[5:], key=str)  # of one millisecond: in no order
    assert formula[1:3] == ('=HYPERLINK("https://malo.example","x")', "+1+1")
    assert fine[0] == 2026
    assert fine[5] == "0012"
    assert fine[7] == datetime(2026, 11, 16, 10, 0)


def test_the_day_on_which_it_takes_effect_is_a_date(
    her: Visitor, rosa: Person, served: None, installation: Installation
) -> None:
    """X1: an empty cell where none was computed."""
    with installation.db.transaction() as tx:
        Casilla(rosa).serve(tx, "Con efecto", effect=freeze(RULING, tx.now))
    rows = rows_of(her.get("/casilla/exportar/pendientes.xlsx"))
    assert rows[4][8] == "SURTE EFECTO"
    found = {row[1]: row[8:9] for row in rows[5:]}
    assert found["Con efecto"] == (datetime(2026, 11, 16),)
    assert found["Multa por no votar"] == ("",) or found["Multa por no votar"] == ()
    assert her.get("/casilla/exportar/pendientes.pdf").content.startswith(b"%PDF-")


def test_no_text_is_a_formula(her: Visitor, served: None) -> None:
    book = load_workbook(BytesIO(her.get("/casilla/exportar/pendientes.xlsx").content))
    kinds = {cell.data_type for row in book.active.iter_rows() for cell in row}
    assert "f" not in kinds


def test_only_what_the_filter_shows_is_taken(her: Visitor, served: None) -> None:
    where = "?campo=asunto&op=contiene&valor=multa&hasta=&unir=todos"
    rows = rows_of(her.get(f"/casilla/exportar/pendientes.xlsx{where}"))
    assert rows[2] == ("Solo las notificaciones con: ASUNTO contiene «multa».",)
    assert [row[1] for row in rows[5:]] == ["Multa por no votar"]


def test_each_list_has_its_own(her: Visitor, letter: str) -> None:
    see(her, letter)
    assert len(rows_of(her.get("/casilla/exportar/pendientes.xlsx"))) == 5
    assert len(rows_of(her.get("/casilla/exportar/leidos.xlsx"))) == 6
    assert her.get("/casilla/exportar/otra.xlsx").status_code == 404


def test_a_file_is_named_after_its_list_and_its_hour(her: Visitor, letter: str) -> None:
    answer = her.get("/casilla/exportar/pendientes.pdf")
    name = "Pendientes por leer 2026-11-16 10.00.pdf"
    assert f'filename="{name}"' in answer.headers["content-disposition"]
    assert answer.headers["content-security-policy"] == "sandbox; default-src 'none'"
    assert answer.content.startswith(b"%PDF-")
    assert b"/StructTreeRoot" in answer.content


@pytest.mark.parametrize("letter_of", ["华", "\U0001f600", "\ue000"])
def test_a_letter_that_no_font_has_takes_away_no_list(
    her: Visitor, served: None, rosa: Person, installation: Installation, letter_of: str
) -> None:
    with installation.db.transaction() as tx:
        Casilla(rosa).serve(tx, f"Carta a {letter_of}")
    answer = her.get("/casilla/exportar/pendientes.pdf")
    assert answer.status_code == 200
    assert b"/StructTreeRoot" in answer.content


def test_many_rows_are_several_pdfs_in_one_zip(
    her: Visitor, served: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(inbox, "PART", 1)
    answer = her.get("/casilla/exportar/pendientes.pdf")
    zipped = ZipFile(BytesIO(answer.content))
    assert zipped.testzip() is None
    assert zipped.namelist() == [
        f"Pendientes por leer 2026-11-16 10.00, parte {n}.pdf" for n in (1, 2)
    ]
    assert "recibirá 2, juntos en un .zip" in her.get("/casilla/").text


def test_a_sheet_that_is_full_goes_on_in_another(
    her: Visitor, served: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sheet, "ROWS", 1)
    book = load_workbook(BytesIO(her.get("/casilla/exportar/pendientes.xlsx").content))
    assert book.sheetnames == ["Pendientes por leer", "Pendientes por leer 2"]


def test_a_filter_that_cannot_be_read_takes_nothing(her: Visitor, served: None) -> None:
    answer = her.get("/casilla/exportar/leidos.xlsx?campo=envio&op=igual&valor=ayer")
    assert answer.status_code == 303
    page = her.get(answer.headers["location"])
    assert page.status_code == 422
    assert "Escriba la fecha como 31/12/2025" in page.text


def test_nobody_takes_the_list_of_another(visitor: Visitor, letter: str, inside: object) -> None:
    assert visitor.get("/casilla/exportar/pendientes.xlsx").status_code == 303


def test_who_takes_too_many_waits(her: Visitor, letter: str) -> None:
    """S51: few are made at a time, and another owner waits for them."""
    for _ in range(6):
        her.get("/casilla/exportar/leidos.xlsx")
    answer = her.get("/casilla/exportar/leidos.xlsx")
    assert answer.status_code == 429
    assert int(answer.headers["retry-after"]) > 0
