"""What is said of the registration outside of it: M2–M5, M7, M11, M14, L16, S45."""

import hashlib
import html
import re
from pathlib import Path

from catalog.reading.consent import Consent
from catalog.reading.reader import read_catalog
from proxy.domain.constancia import grouped
from proxy.flows.registration import IDLE

ROOT = Path(__file__).parents[2]
CATALOG = read_catalog()


def text_of(page: Path) -> str:
    return html.unescape(re.sub(r"<[^>]+>", "", page.read_text(encoding="utf-8")))


def paragraphs(consent: Consent) -> list[str]:
    return [text for part in consent.secciones for text in (part.titulo, *part.parrafos)]


def test_what_is_accepted_is_published_word_for_word_with_its_hash(site: Path) -> None:
    """S45: who kept the record of it finds the text again."""
    for folder, consent in (("terminos", CATALOG.terms), ("privacidad", CATALOG.privacy)):
        page = text_of(site / folder / "index.html")
        for sentence in [consent.titulo, *paragraphs(consent), grouped(consent.sha256)]:
            assert sentence in page, sentence
        kept = text_of(site / folder / consent.version / "index.html")
        for sentence in [*paragraphs(consent), consent.aceptacion, grouped(consent.sha256)]:
            assert sentence in kept, sentence


def test_anybody_makes_the_hash_again_from_the_file_beside_it(site: Path) -> None:
    for folder, consent in (("terminos", CATALOG.terms), ("privacidad", CATALOG.privacy)):
        content = (site / folder / f"{consent.version}.txt").read_bytes()
        assert hashlib.sha256(content).hexdigest() == consent.sha256
        link = f'href="../{consent.version}.txt"'
        assert link in (site / folder / consent.version / "index.html").read_text()


def test_the_guide_names_things_as_the_screens_do(site: Path) -> None:
    """M10, M12–M30, M39–M51, M61, M65–M70: in the templates of the registration too."""
    guide = text_of(site / "guias/crear-su-casilla/index.html")
    folders = [ROOT / "proxy/templates" / name for name in ("registration", "login", "password")]
    screens = "".join(file.read_text() for folder in folders for file in folder.glob("*.html"))
    screens += (ROOT / "proxy/web/registration/steps.py").read_text()
    for label in (
        "Regístrate", "Aceptar", "Tipo de Persona", "Persona Natural", "Persona Jurídica",
        "Continuar", "Tipo de documento", "Número de documento", "Apellido paterno",
        "Apellido materno", "Nombres", "Fecha de nacimiento", "Sexo", "Fecha de emisión", "CUI",
        "Teléfono / celular", "Correo electrónico", "Repetir correo electrónico", "RUC",
        "Razón social", "Distrito", "Sus datos son correctos", "VERIFICACIÓN DE CORREO",
        "Clave de validación", "Validar", "Enviar otra clave", "Escribir mis datos",
        "Se envió un mensaje con las credenciales de acceso a su correo electrónico",
        "Clave Antigua", "Clave Nueva", "Repetir Clave Nueva",
    ):  # fmt: skip
        assert label in guide, label
        assert label in screens, label
    for consent in (CATALOG.terms, CATALOG.privacy):
        assert consent.aceptacion in guide  # M12, M15
    assert f"{IDLE.seconds // 60} minutos" in guide


def test_the_guide_says_for_whom_it_is_and_what_for(site: Path) -> None:
    """M1, M3, M4, M5: under the name of the entity, for who asks for one by their own will."""
    guide = text_of(site / "guias/crear-su-casilla/index.html")
    assert CATALOG.entity.nombre in guide
    assert "Pedir una casilla es voluntario" in guide
    for heading in ("Crear su casilla", "Persona natural:", "Persona jurídica:", "Activar su"):
        assert heading in guide


def test_the_first_page_leads_to_every_way_in(site: Path) -> None:
    """M10, J30"""
    page = (site / "index.html").read_text(encoding="utf-8")
    doors = re.findall(r'class="button[^"]*" href="(/casilla/[^"]*)">([^<]*)</a>', page)
    assert doors == [
        ("/casilla/ingresar/", "Ingresar a su casilla"),
        ("/casilla/registro/", "Regístrate"),
        ("/casilla/recuperar/", "RECUPERAR CLAVE"),
    ]


def test_what_is_accepted_can_be_read_again_from_every_page(site: Path) -> None:
    """L16, S45: those of the casilla too."""
    casilla = (ROOT / "proxy/templates/base.html").read_text(encoding="utf-8")
    assert all(f'href="/{text}/"' in casilla for text in ("terminos", "privacidad"))
    footer = (site / "guias/index.html").read_text(encoding="utf-8").partition("<footer")[2]
    assert all(f'{text}/"' in footer for text in ("terminos", "privacidad"))


def test_who_has_no_casilla_finds_the_way_from_the_questions(site: Path) -> None:
    """M7, M8, M10"""
    page = (site / "preguntas/index.html").read_text(encoding="utf-8")
    assert 'href="/casilla/registro/"' in page
