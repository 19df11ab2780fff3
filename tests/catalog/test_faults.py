"""Each thing that can be wrong in a sheet gets its line: file, line, what to do."""

import pytest
from pydantic import Field

from catalog.reading.faults import check
from catalog.reading.kinds import Sheet
from catalog.reading.reader import CatalogFaults, faults, read_catalog
from catalog.reading.sheet import Document, parse
from tests.catalog.conftest import SERVICE, Copy


def test_the_catalogue_that_ships_has_no_faults() -> None:
    assert faults() == []


# What stands in the sheet, what somebody writes instead, and what is said of it.
CHANGES = [
    ("id: 002-2019-CS-JNE\n", "id: 2-2019-JNE\n", "«id» debe seguir NNN-AAAA-CS-SIGLA"),
    ("id: 002-2019-CS-JNE\n", "id: 002-2019-CS-ONPE\n", "«id» debe terminar en JNE"),
    ("id: 002-2019-CS-JNE\n", "id: 005-2019-CS-JNE\n", "«id» empieza con 005 y el archivo con 002"),
    ("nombre: Consulta de multas", "nombre: 5 #", "«nombre» debe ser un texto: póngalo entre co"),
    ("nombre: Consulta de multas", "nombre: [uno] #", "«nombre» debe ser un texto"),
    ("nombre: Consulta de multas", "nombre: '' #", "«nombre» está vacío: escriba su texto"),
    ("nombre: Consulta de multas", "nombre: #", "«nombre» está vacío: escriba su valor"),
    ('version: "01"', "version: 1.5", "«version» debe ser un texto: póngalo entre comillas"),
    ('version: "01"', "version: 2026-01-31", "«version» debe ser un texto: póngalo entre comillas"),
    ('version: "01"', "versión: '01'", "sobra «versión»: ¿quiso decir «version»?"),
    ("canales: [multas]", "canal: [multas]", "sobra «canal»: ¿quiso decir «canales»?"),
    ("canales: [multas]", "slug: otro", "sobra «slug»: sale del nombre del archivo"),
    ("canales: [multas]", "canales: multas", "«canales» debe ser una lista"),
    ("canales: [multas]", "canales: {a: b}", "«canales» debe ser una lista"),
    ("canales: [multas]", "canales: []", "«canales» es una lista vacía"),
    ("canales: [multas]", "canales: [multa]", "«multa» no está en channels.yml: ¿quiso decir «mu"),
    ("canales: [multas]", "canales: [Multas]", "el elemento 1 de «canales» debe llevar solo minú"),
    ("canales: [multas]", "canales: [multas, 7]", "el elemento 2 de «canales» debe ser un texto"),
    ("canales: [multas]", "canales: [multas", "la sangría o los signos no cuadran"),
    ("canales: [multas]", "canales: !!seq [multas]", None),  # a tag that changes nothing
    ("canales: [multas]", "canales: !!set {multas}", "una palabra empieza con «!»"),
    ("canales: [multas]", "canales: &x [multas, *x]", "repite con «*» o anida demasiado"),
    ("canales: [multas]", "canales: *x", "el asterisco no se usa"),
    ("canales: [multas]", "nombre: Otro", "«nombre» está repetida (ya está en la línea 3)"),
    ("canales: [multas]", "? [a, b]\n: c", "una clave debe ser una palabra"),
    ("canales: [multas]", "\tcanales: [multas]", "tiene un tabulador: use espacios"),
    ("canales: [multas]", "canales: [multas]\x07", "tiene un carácter invisible"),
    ("canales: [multas]", "canales: @multas", "un valor no puede empezar así"),
    ("canales: [multas]", "canales: uno: dos", "sobran dos puntos"),
    ("canales: [multas]", "canales: 'multas", "faltan las comillas"),
    ("canales: [multas]", "---\ncanales: [multas]", "hay más de una ficha"),
    ("disponibilidad: 24x7", "disponibilidad: 24/7", "«disponibilidad» no puede ser «24/7»: use"),
    ("grupo: entidades-publicas", "grupo: entidad", "«entidad» no está en audiences.yml"),
    ("grupo: entidades-publicas", "grup: x", "sobra «grup»: ¿quiso decir «grupo»?"),
    ("via: portal-institucional", "via: portal", "«portal» no está en channels.yml"),
    ("url: https://multas", "url: ftp://multas", "«url» debe empezar con https:// o http://"),
    ("url: https://multas", "url: https://mul tas", "«url» tiene un nombre de sitio que no puede"),
    ("pe/\n", "pe/a b\n", "«url» no puede llevar espacios, tildes ni comillas"),
    ("pe/\n", "pe/Políticas\n", "«url» no puede llevar espacios, tildes ni comillas"),
    ("automatico: sí", "automatico: tal vez", "«automatico» debe ser «sí» o «no»"),
    ("  usable: sí\n", "  usable:\n", "«usable» está vacío"),
]


@pytest.mark.parametrize(("old", "new", "said"), CHANGES, ids=[new for _, new, _ in CHANGES])
def test_a_wrong_sheet_gets_its_line(copy: Copy, old: str, new: str, said: str | None) -> None:
    line = copy.change(old, new)
    found = copy.faults()
    if said is None:
        assert found == []
        return
    places = {f"catalog/{SERVICE}:{number}: " for number in (line, line + 1)}
    assert [fault for fault in found if said in fault and fault[: fault.index(": ") + 2] in places]


def test_a_missing_key_is_named_at_its_sheet(copy: Copy) -> None:
    copy.change("canales: [multas]\n", "")
    assert copy.faults() == [f"catalog/{SERVICE}:2: falta «canales»"]


def test_a_missing_key_inside_a_list_is_named_at_its_item(copy: Copy) -> None:
    line = copy.change("    texto: Entidades privadas\n", "")
    assert copy.faults() == [f"catalog/{SERVICE}:{line - 1}: falta «texto»"]


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("    url: https", "    url_fuente: https", "«via» y «url» van juntas"),
        ("    via: portal-institucional\n", "", "«via» y «url» van juntas"),
        ("pe/\n", "pe/\n    url_fuente: https://multas.jne.gob.pe/\n", "«url_fuente» repite «url»"),
    ],
)
def test_an_offer_that_contradicts_itself_is_named_at_its_item(
    copy: Copy, old: str, new: str, said: str
) -> None:
    item = copy.text().splitlines().index("ofrece:") + 2
    copy.change(old, new)
    [fault] = copy.faults()
    assert fault.startswith(f"catalog/{SERVICE}:{item}: {said}")


def test_all_faults_of_all_sheets_are_said_at_once(copy: Copy) -> None:
    copy.change("canales: [multas]\n", "")
    copy.change("disponibilidad: 24x7", "disponibilidad: nunca")
    copy.change("zona_horaria: America/Lima", "zona_horaria: Lima", "entity.yml")
    copy.change("simultaneas: 5\n    recuperacion:\n      enlace_horas: 48", "", "access.yml")
    with pytest.raises(CatalogFaults) as caught:
        read_catalog(copy.folder)
    lines = str(caught.value).splitlines()
    assert len(lines) == len(caught.value.faults) >= 5
    assert len({line.partition(":")[0] for line in lines}) == 3


def test_no_fault_of_a_sheet_hides_another_of_it(copy: Copy) -> None:
    """Who edits corrects once, and not once for each kind of fault."""
    copy.change('version: "01"', "versión: '01'")
    copy.change("canales: [multas]", "canales: [multa]")
    copy.change("grupo: entidades-publicas", "grupo: entidad")
    copy.change("    via: portal-institucional\n", "    via: portal\n    dudoso: quizás\n")
    copy.change("id: 002-2019-CS-JNE", "id: 005-2019-CS-ONPE")
    copy.change("disponibilidad: 24x7", "disponibilidad: 24x7\ndisponibilidad: 24x7")
    copy.change("    nombre_anexo: INFOGOB\n", "    nombre_anejo: INFOGOB\n", "channels.yml")
    said = " ".join(copy.faults())
    for words in (
        "falta «version»",
        "sobra «versión»",
        "«multa» no está en channels.yml",
        "«entidad» no está en audiences.yml",
        "«portal» no está en channels.yml",
        "«dudoso» debe ser",
        "«id» empieza con 005",
        "«id» debe terminar en JNE",
        "«disponibilidad» está repetida",
        "sobra «nombre_anejo»",
    ):
        assert words in said, words
    assert len(copy.faults()) == 10


def test_a_repeated_id_names_both_sheets(copy: Copy) -> None:
    copy.write("services/017-otra.yml", copy.text())
    copy.change("id: 002-", "id: 017-", "services/017-otra.yml")
    assert copy.faults() == []
    copy.change("id: 017-", "id: 002-", "services/017-otra.yml")
    assert copy.faults() == [
        "catalog/services/017-otra.yml:2: el id 002-2019-CS-JNE está repetido: ya está en "
        f"catalog/{SERVICE}",
        "catalog/services/017-otra.yml:2: «id» empieza con 002 y el archivo con 017",
    ]


def test_two_sheets_cannot_have_one_address(copy: Copy) -> None:
    twin = "services/017-consulta-de-multas-electorales.yml"
    copy.write(twin, copy.text().replace("id: 002-", "id: 017-"))
    [fault] = copy.faults()
    assert fault.startswith(f"catalog/{twin}:1: el nombre «consulta-de-multas-electorales» está")


@pytest.mark.parametrize(
    "name", ["Multas.yml", "17-multas.yml", "017-multas.yaml", "017_m.yml.txt"]
)
def test_a_sheet_with_another_name_is_not_ignored(copy: Copy, name: str) -> None:
    copy.write(f"services/{name}", copy.text())
    assert copy.faults() == [
        f"catalog/services/{name}:1: debe llamarse con número y palabras, como 017-tramites.yml"
    ]


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "está vacío"),
        (b"# solo un comentario\n", "está vacío"),
        (b"\xef\xbb\xbfid: x\n", "empieza con una marca BOM"),
        (b"\xff\xfei\x00d\x00", "empieza con una marca BOM"),
        ("id: x\n".encode("utf-16-be"), "carácter invisible"),
        (b"id: x\nnombre: b\xfasqueda\n", "tiene letras que no son UTF-8"),
        (b"- id\n- nombre\n", "debe tener claves"),
        (b"texto suelto", "debe tener claves"),
        (b"[" * 5000, "la sangría o los signos no cuadran"),
        (b"id: " + b"[" * 50 + b"]" * 50, "anida demasiado"),
        (b"id: " + b"x" * 300_000, "pasa de 256 KB"),
        (b"%YAML 9.9\n---\nid: x\n", "no es YAML válido"),
    ],
)
def test_a_file_that_is_no_sheet_says_why(copy: Copy, content: bytes, said: str) -> None:
    copy.write(SERVICE, content)
    found = copy.faults()
    assert {fault.partition(":")[0] for fault in found} == {f"catalog/{SERVICE}"}
    assert [fault for fault in found if said in fault]


def test_the_line_of_a_letter_that_is_not_utf8_is_the_line_where_it_stands(copy: Copy) -> None:
    copy.write(SERVICE, b"id: x\nnombre: y\nresumen: b\xfasqueda\n")
    assert copy.faults()[0].startswith(f"catalog/{SERVICE}:3: ")


def test_windows_line_ends_are_no_fault(copy: Copy) -> None:
    copy.write(SERVICE, copy.text().replace("\n", "\r\n"))
    assert copy.faults() == []


def test_a_file_that_is_not_there_is_a_fault(copy: Copy) -> None:
    (copy.folder / "legal.yml").unlink()
    assert copy.faults() == ["catalog/legal.yml:1: falta este archivo"]


def test_a_folder_in_the_place_of_a_sheet_is_a_fault(copy: Copy) -> None:
    (copy.folder / SERVICE).unlink()
    (copy.folder / SERVICE).mkdir()
    [fault] = copy.faults()
    assert fault.startswith(f"catalog/{SERVICE}:1: no se puede leer")


def test_a_catalogue_without_sheets_is_a_fault(copy: Copy) -> None:
    for sheet in (copy.folder / "services").iterdir():
        sheet.unlink()
    assert copy.faults() == ["catalog/services:1: no tiene ninguna ficha"]


@pytest.mark.parametrize(
    ("name", "old", "new", "said"),
    [
        ("legal.yml", "id: ley-27806", "id: ley-27369", "el id ley-27369 está repetido"),
        ("legal.yml", "fecha: 2018-09-13", "fecha: 2018-09-31", "«fecha» debe ser una fecha"),
        ("legal.yml", "fecha: 2018-09-13", "fecha: setiembre", "«fecha» debe ser una fecha"),
        ("legal.yml", 'numero: "27369"', "numero: 27369", "«numero» debe ser un texto: pónga"),
        ("channels.yml", "id: siga", "id: srop", "el id srop está repetido"),
        ("glossary.yml", "id: usable", "id: escalable", "el id escalable está repetido"),
        ("glossary.yml", "letra: a", "letra: AB", "«letra» debe ser una sola letra minúscula"),
        ("technology.yml", "- nombre: Intranet", "- numero: 26 #", "sobra «numero»"),
        ("history.yml", "norma: res-103", "norma: res-104", "¿quiso decir «res-103-2019-p-jne»?"),
        ("entity.yml", "America/Lima", "Lima", "«zona_horaria» no existe"),
        ("entity.yml", 'desde: "08:00"', "desde: 8 am", "«desde» debe ser una hora de 24 horas"),
        ("entity.yml", "no-responder@jne.gob.pe", "jne", "«direccion» debe ser un correo"),
        ("entity.yml", "siglas: JNE", "siglas: jne", "«siglas» debe llevar solo mayúsculas"),
        ("entity.yml", '"+5113111700"', '"3111700"', "«telefono_internacional» debe empezar"),
        ("access.yml", "minimo_caracteres: 8", "minimo_caracteres: 6", "debe ser 8 o más"),
        ("access.yml", "minimo_caracteres: 8", "minimo_caracteres: 80", "debe ser 64 o menos"),
        ("access.yml", "minimo_caracteres: 8", 'minimo_caracteres: "8"', "sin comillas"),
        ("access.yml", "  estricto:", "  extricto:", "¿quiso decir «estricto»?"),
    ],
)
def test_every_other_sheet_is_held_too(
    copy: Copy, name: str, old: str, new: str, said: str
) -> None:
    line = copy.change(old, new, name)
    found = copy.faults()
    assert any(f"catalog/{name}:{line}: " in fault and said in fault for fault in found), found


def test_a_pattern_without_a_sentence_of_its_own_is_a_fault_too() -> None:
    class Postcode(Sheet):
        codigo: str = Field(pattern=r"^[0-9]{5}$")

    document = Document("sheet.yml")
    parse(document, b"codigo: lima\n")
    assert check(document, Postcode) is None
    assert [fault.text for fault in document.faults] == ["«codigo» no es válido"]


def test_a_summary_that_no_page_can_hold_is_refused(copy: Copy) -> None:
    line = copy.change("resumen: Averigüe", "resumen: " + "palabra " * 30 + "Averigüe")
    assert copy.faults() == [
        f"catalog/{SERVICE}:{line}: «resumen» pasa de 200 caracteres: acórtelo"
    ]


def test_a_vocabulary_with_faults_does_not_accuse_the_sheets_that_use_it(copy: Copy) -> None:
    copy.write("channels.yml", "canales: []\n")
    assert copy.faults() == [
        "catalog/channels.yml:1: «canales» es una lista vacía: agregue un elemento o quite la línea"
    ]


def test_hours_keep_their_shape_without_quotes(copy: Copy) -> None:
    # YAML 1.1 reads 16:30 as the number 990, and «no» as false.
    copy.change('hasta: "16:30"', "hasta: 16:30", "entity.yml")
    assert read_catalog(copy.folder).entity.horario.hasta == "16:30"
