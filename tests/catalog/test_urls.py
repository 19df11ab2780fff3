"""Every address is one that works in a browser, and keeps what the scan printed (C3, R37)."""

import re

import pytest

from catalog.reading.model import Catalog
from catalog.reading.service import Offer

# C3: what tells a damaged address.
DAMAGE = re.compile(r"ine\.gob\.pe|\s|pag[-_/ ]e/|[^\x00-\x7f]")


def offers(catalog: Catalog) -> list[Offer]:
    return [offer for service in catalog.services for offer in service.ofrece if offer.url]


def test_no_published_address_is_damaged_c3(catalog: Catalog) -> None:
    published = [offer.url or "" for offer in offers(catalog)]
    published += [channel.url or "" for channel in catalog.channels]
    assert [url for url in published if DAMAGE.search(url)] == []


def test_every_repaired_address_keeps_its_literal_c3(catalog: Catalog) -> None:
    kept = [offer for offer in offers(catalog) if offer.url_fuente]
    assert all(DAMAGE.search(offer.url_fuente or "") for offer in kept)
    assert len({offer.url_fuente for offer in kept}) == 26


@pytest.mark.parametrize(
    ("printed", "published"),
    [
        ("https://info gob.jne.gob.pe/Eleccion", "https://infogob.jne.gob.pe/Eleccion"),
        (
            "https://portal.jne.gob.pe/portal/Pagina/Ver/818/pag-e/Actividades-electorales-2019",
            "https://portal.jne.gob.pe/portal/Pagina/Ver/818/page/Actividades-electorales-2019",
        ),
        (
            "https://portal.jne.gob.pe/portal/Pagina/Ver/353/pag_e/Estadistica-Electoral",
            "https://portal.jne.gob.pe/portal/Pagina/Ver/353/page/Estadistica-Electoral",
        ),
        (
            "https://portal.ine.gob.pe/portal/Pagina/Ver/178/pag e/Preguntas-Frecuentes",
            "https://portal.jne.gob.pe/portal/Pagina/Ver/178/page/Preguntas-Frecuentes",
        ),
        (
            "https://portal.jne.gob.pe/portal/Pagina/Ver/797/pag/e/Ventanilla-Unica",
            "https://portal.jne.gob.pe/portal/Pagina/Ver/797/page/Ventanilla-Unica",
        ),
        (
            "https://plataformaelectoral.ine.gob.pe/Organizacion es/Políticas/"
            "AutoridadesProclamadas",
            "https://plataformaelectoral.jne.gob.pe/OrganizacionesPoliticas/AutoridadesProclamadas",
        ),
    ],
)
def test_a_damaged_address_is_repaired_c3(catalog: Catalog, printed: str, published: str) -> None:
    assert [offer.url for offer in offers(catalog) if offer.url_fuente == printed] == [published]


def test_what_cannot_be_repaired_with_certainty_is_marked_c3(catalog: Catalog) -> None:
    doubtful = [offer.annex_name for offer in offers(catalog) if offer.dudoso]
    assert doubtful == [
        "Consulta del Registro de Visitas en el Marco de la Ley de Transparencia",
        "Consulta de Autoridades Vigentes",
        "Consulta de Ubicación de Jurados Electorales Especiales",
    ]


def test_an_address_belongs_to_the_state_or_to_the_school_of_the_entity(catalog: Catalog) -> None:
    hosts = {(offer.url or "").split("/")[2] for offer in offers(catalog)}
    foreign = {host for host in hosts if not host.endswith(".gob.pe")}
    assert foreign == {"www.eseg.edu.pe"}
