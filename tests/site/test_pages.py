"""What every page of the built site holds."""

import json
import re
from urllib.parse import urljoin, urlsplit

import pytest

from catalog.reading.model import Catalog
from catalog.reading.reader import read_catalog
from proxy.domain import limits
from proxy.domain.plazo_steps import day_text
from proxy.web.plazos import FIELDS
from tests.judging import errors_of_html
from tests.site.reading import Reading
from tests.site.workshop import ORIGIN, ROOT

Pages = dict[str, Reading]

# Served by the proxy, not by the site.
ELSEWHERE = (
    "/casilla/ingresar/",
    "/casilla/recuperar/",
    "/casilla/recuperar/correo/",
    "/casilla/registro/",
    "/casilla/perfil/",
    "/casilla/sesiones/",
    "/casilla/segundo-factor/",
)


def test_links_to_the_casilla_are_those_that_it_serves(pages: Pages) -> None:
    """The build itself follows the others."""
    targets = {
        urlsplit(urljoin(ORIGIN + path, link))
        for path, page in pages.items()
        for link in page.links
    }
    ours = {target.path for target in targets if f"{target.scheme}://{target.netloc}" == ORIGIN}
    assert {path for path in ours if path.startswith("/casilla/")} <= set(ELSEWHERE)


def test_the_whole_catalogue_is_two_clicks_from_home(pages: Pages, catalog: Catalog) -> None:
    """Its pages, and the address of each sub-service."""

    def linked(path: str) -> set[str]:
        return {urljoin(ORIGIN + path, link).partition("#")[0] for link in pages[path].links}

    first = {urlsplit(link).path for link in linked("/") if link.startswith(ORIGIN)}
    near = linked("/").union(*(linked(path) for path in first & pages.keys()))
    wanted = {ORIGIN + path for path in pages if path.startswith(("/catalogo/", "/guias/"))}
    acts = (offer for service in catalog.services for offer in service.ofrece)
    wanted |= {offer.url.partition("#")[0] for offer in acts if offer.url}
    assert wanted - near == set()


def test_each_part_of_the_two_guides_has_its_page(pages: Pages) -> None:
    """J2, J7, M2: first access, every day, recovery, change of data, registration."""
    guides = {
        "primer-acceso",
        "ingresar-a-su-casilla",
        "recuperar-su-contrasena",
        "actualizar-sus-datos",
        "crear-su-casilla",
    }
    listed = {link.strip("/").rpartition("/")[2] for link in pages["/guias/"].links}
    assert guides <= listed
    assert {f"/guias/{guide}/" for guide in guides} <= pages.keys()
    words = pages["/guias/primer-acceso/"].text
    assert "es más segura y protege su casilla" in words  # J10
    assert "a todos los sistemas" in words  # J3, J11


def test_titles_descriptions_and_canonical_addresses_are_there_and_are_unique(pages: Pages) -> None:
    seen: dict[str, list[str]] = {"title": [], "description": [], "canonical": []}
    for path, page in pages.items():
        if path == "/404.html":
            assert page.canonical == []
            continue
        assert page.canonical == [ORIGIN + path]
        assert page.metas["og:url"] == ORIGIN + path
        assert page.metas["og:description"] == page.metas["description"]
        assert page.metas["og:title"] in page.title or path == "/"
        assert len(page.metas["description"]) > 30, path
        seen["title"].append(page.title)
        seen["description"].append(page.metas["description"])
        seen["canonical"] += page.canonical
    for values in seen.values():
        assert sorted(set(values)) == sorted(values)


def test_nothing_is_asked_of_other_hosts_and_nothing_is_inline(pages: Pages) -> None:
    """S57."""
    for path, page in pages.items():
        hosts = {urlsplit(urljoin(ORIGIN + path, load)).netloc for load in page.loads}
        assert hosts == {urlsplit(ORIGIN).netloc}, path
        assert page.inline == [], path


def test_no_file_of_the_site_names_a_host_for_fonts_emoji_or_statistics(site) -> None:
    hosts = ("fonts.g", "twemoji", "jsdelivr", "unpkg", "google-analytics", "cdnjs")
    for file in site.rglob("*"):
        if file.suffix in (".html", ".css"):
            text = re.sub(r"\.twemoji\b", "", file.read_text(encoding="utf-8"))  # a class's name
            assert not [host for host in hosts if host in text], file


def test_every_page_has_whom_to_call_the_ways_and_the_rights(
    pages: Pages, catalog: Catalog
) -> None:
    """M8, M9, J44: the banner stands where one registers."""
    banner = (
        "Para la atención de consultas sobre la creación de la Casilla Electrónica, "
        f"comunicarse con el número {catalog.entity.contacto.called}"
    )
    assert [path for path, page in pages.items() if banner in page.text] == [
        "/guias/crear-su-casilla/"
    ]
    for path, page in pages.items():
        assert catalog.entity.contacto.called in page.text, path
        targets = {urlsplit(urljoin(ORIGIN + path, link)).path for link in page.links}
        assert {"/normativas/", "/preguntas/", "/casilla/ingresar/", "/catalogo/"} <= targets, path
        assert "© 2025 JNE. Todos los Derechos Reservados." in page.text, path
        assert page.lang == "es-PE"


def test_the_html_of_every_page_is_valid(site) -> None:
    assert errors_of_html(site) == []


def test_every_page_has_one_heading_and_ids_that_are_not_repeated(pages: Pages) -> None:
    for path, page in pages.items():
        assert len(page.ids) == len(set(page.ids)), path
        assert "Saltar al contenido" in page.text, path


@pytest.mark.parametrize("service", read_catalog().services, ids=lambda service: service.slug)
def test_the_page_of_a_service_says_all_of_its_sheet(
    pages: Pages, catalog: Catalog, service
) -> None:
    """C1, C6."""
    page = pages[f"/catalogo/{service.slug}/"]
    assert page.headings[0] == service.title
    told = [
        service.nombre,
        service.resumen,
        service.descripcion,
        *(service.requisitos or ()),
        *(offer.nombre for offer in service.ofrece),
        *(public.texto for public in service.audiencia),
        *(catalog.channel(channel).nombre for channel in service.canales),
        *(service.observaciones or ()),
        service.availability,
        str(catalog.hours(service)),
        f"{service.id}, versión {service.version}",
        catalog.history.codigo,
    ]
    assert [text for text in told if " ".join(text.split()) not in page.text] == []
    assert {offer.url for offer in service.ofrece if offer.url} <= set(page.links)
    assert "dudos" not in page.text.lower()
    (data,) = page.data
    graph = json.loads(data)["@graph"]
    assert graph[0]["@id"] == f"{ORIGIN}/catalogo/{service.slug}/"
    assert graph[0]["dct:identifier"] == {"@value": service.id}


def test_each_channel_has_a_page_with_its_services(pages: Pages, catalog: Catalog) -> None:
    """C6."""
    for channel in catalog.channels:
        page = pages[f"/catalogo/canales/{channel.id}/"]
        assert channel.nombre in page.text
        assert channel.descripcion in page.text
        for service in catalog.services:
            uses = channel.id in service.canales or any(
                offer.via == channel.id for offer in service.ofrece
            )
            assert (f"../../../catalogo/{service.slug}/" in page.links) == uses


def test_the_technological_services_are_all_on_one_page(pages: Pages, catalog: Catalog) -> None:
    """C2."""
    page = pages["/catalogo/servicios-tecnologicos/"]
    assert len(catalog.technology) == 30
    for row in catalog.technology:
        assert f"{row.number}. {row.name}" in page.text
        for sub in row.subservices:
            assert sub.name in page.text
            assert sub.url is None or sub.url in page.links


def test_the_summary_is_as_approved_and_dated(site, pages: Pages) -> None:
    """C4."""
    page = pages["/catalogo/resumen/"]
    html = (site / "catalogo/resumen/index.html").read_text(encoding="utf-8")
    assert (html.count("<td>SÍ</td>"), html.count("<td>NO</td>")) == (16 * 4, 16 * 2)
    assert "CS-P-JNE-001, versión 01, aprobado el 12 de julio de 2019" in page.text
    assert "Lo que añade esta edición" in page.headings


def test_the_manual_prints_every_limit(pages: Pages) -> None:
    """S51: none is typed twice."""
    source = (ROOT / "site_src/pages/manual/limites.md").read_text()
    assert [name for name in limits.TABLE if f'limite["{name}"]' not in source] == []
    times, _, _ = limits.TABLE["password/network"]
    assert f"{times} en 5 minutos" in pages["/manual/limites/"].text


def test_definitions_norms_and_history_are_published(pages: Pages, catalog: Catalog) -> None:
    """C5."""
    definitions = pages["/catalogo/definiciones/"]
    for term in catalog.glossary:
        assert term.definicion in definitions.text
        assert term.id in definitions.ids
    norms = pages["/normativas/"]
    for norm in catalog.legal.normas:
        assert norm.cited_as in norms.text
        assert norm.id in norms.ids
    history = pages["/catalogo/historial/"].text
    for fact in ("CS-P-JNE-001", "103-2019-P/JNE", "12 de julio de 2019", "1 de julio de 2019"):
        assert fact in history
    assert "de 08:00 a 16:30, excepto feriados" in history


def test_every_day_off_and_every_rule_is_displayed_with_its_norm(pages: Pages, site) -> None:
    """L11; and the form asks the proxy by the names that it reads (X1)."""
    catalog, text = read_catalog(), pages["/plazos/"].text
    for day in catalog.holidays.dias:
        assert f"{day_text(day.fecha)} *{day.nombre}" in text  # one cell after the other
        assert catalog.holidays.norm(day.norma).cita in text
    for rule in catalog.effect.reglas:
        assert rule.norma in text and rule.resumen in text
    html = (site / "plazos/index.html").read_text(encoding="utf-8")
    form = html.partition('action="/casilla/plazos/"')[2].partition("</form>")[0]
    assert {"dia", "hora"} < set(re.findall(r' name="(\w+)"', form)) <= set(FIELDS)
    for name, calendar in catalog.holidays.calendars.items():
        assert f'value="{name}"' in form and calendar.version in text


def test_the_open_data_are_files_and_the_page_explains_each_column(site, pages: Pages) -> None:
    from catalog.reading.publication import COLUMNS

    page = pages["/datos/"]
    names = ["catalogo.csv", "catalogo.json", "catalogo.jsonld", "catalogo.schema.json"]
    assert sorted(file.name for file in (site / "datos").glob("catalogo.*")) == names
    names += ["plazos.json", "plazos.schema.json", "dias-no-laborables.csv"]
    assert all((site / "datos" / name).is_file() for name in names)
    assert {f"../datos/{name}" for name in names} <= set(page.links)
    assert [column for column in COLUMNS if column not in page.text] == []
    assert json.loads((site / "datos/catalogo.json").read_text())["servicios"][0]["pagina"] == (
        f"{ORIGIN}/catalogo/busquedas-de-informacion-electoral/"
    )
