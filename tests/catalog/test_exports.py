"""The open data says the same as the sheets, in forms that their own libraries read (C6)."""

import csv
import dataclasses
import io
import json
import socket
from pathlib import Path
from typing import Any

import pytest
from rdflib import DCTERMS, RDF, SDO, SKOS, Graph, Literal, Namespace, URIRef

from catalog.reading.exports import exports, script_json, service_jsonld, write
from catalog.reading.model import Catalog
from catalog.reading.service import Hours
from tests.catalog.validating import Draft202012Validator

# rdflib's own reader of JSON-LD still uses the class that rdflib deprecates.
pytestmark = pytest.mark.filterwarnings("ignore:ConjunctiveGraph is deprecated")

BASE = "https://casilla.example.pe"
CPSV = Namespace("http://purl.org/vocab/cpsv#")
CV = Namespace("http://data.europa.eu/m8g/")
ELI = Namespace("http://data.europa.eu/eli/ontology#")
# CPSV-AP 3.0.0, its published context: the classes and properties that we use of it.
CPSV_AP = {
    CPSV.PublicService, CV.Channel, CV.ContactPoint, CV.PublicOrganisation, ELI.LegalResource,
    CV.hasChannel, CV.hasCompetentAuthority, CV.hasContactPoint, CV.hasLegalResource,
    CV.hasTelephone, CV.openingHours, CV.contactPage, CV.ownedBy,
}  # fmt: skip


@pytest.fixture(scope="module")
def files(catalog: Catalog) -> dict[str, bytes]:
    return exports(catalog, BASE)


def parsed(data: bytes | str) -> Graph:
    graph = Graph()
    graph.parse(data=data, format="json-ld")
    return graph


@pytest.fixture(scope="module")
def graph(files: dict[str, bytes]) -> Graph:
    return parsed(files["catalogo.jsonld"])


def test_the_files_are_written(catalog: Catalog, files: dict[str, bytes], tmp_path: Path) -> None:
    written = write(tmp_path / "datos", catalog, BASE)
    assert {path.name: path.read_bytes() for path in written} == files
    assert set(files) == {
        "catalogo.json", "catalogo.csv", "catalogo.jsonld", "catalogo.schema.json",
        "plazos.json", "plazos.schema.json", "dias-no-laborables.csv",
    }  # fmt: skip


def test_json_obeys_its_published_schema(files: dict[str, bytes]) -> None:
    schema = json.loads(files["catalogo.schema.json"])
    Draft202012Validator.check_schema(schema)
    data = json.loads(files["catalogo.json"])
    Draft202012Validator(schema).validate(data)
    del data["servicios"][3]["audiencia"]
    assert not Draft202012Validator(schema).is_valid(data)


def test_json_has_the_whole_catalogue(files: dict[str, bytes], catalog: Catalog) -> None:
    data = json.loads(files["catalogo.json"])
    assert [service["id"] for service in data["servicios"]] == [s.id for s in catalog.services]
    assert sum(len(row["subservicios"]) for row in data["servicios_tecnologicos"]) == 76 + 43
    first = data["servicios"][0]
    assert first["pagina"] == f"{BASE}/catalogo/busquedas-de-informacion-electoral/"
    assert first["consultas"]["hasta"] == "16:30"  # taken from the entity
    assert first["caracteristicas"]["accesible"] is False
    assert data["catalogo"]["aprobacion"]["fecha"] == "2019-07-12"
    assert len(data["definiciones"]) >= 7 and len(data["normas"]) == len(catalog.legal.normas)
    assert "electrónica" in files["catalogo.json"].decode()  # letters, not \u escapes


def test_rules_and_days_obey_their_published_schema_l11(
    files: dict[str, bytes], catalog: Catalog
) -> None:
    schema = json.loads(files["plazos.schema.json"])
    Draft202012Validator.check_schema(schema)
    data = json.loads(files["plazos.json"])
    Draft202012Validator(schema).validate(data)
    assert [rule["id"] for rule in data["reglas"]] == [rule.id for rule in catalog.effect.reglas]
    assert {row["id"]: row["version"] for row in data["calendarios"]} == {
        name: calendar.version for name, calendar in catalog.holidays.calendars.items()
    }
    rows = list(
        csv.DictReader(io.StringIO(files["dias-no-laborables.csv"].decode("utf-8-sig"), newline=""))
    )
    assert [row["fecha"] for row in rows] == [day["fecha"] for day in data["dias"]]
    assert len(rows) == len(catalog.holidays.dias)
    [apec] = [row for row in rows if row["fecha"] == "2024-11-14"]
    assert apec["dia"] == "jueves" and apec["verificado"] == "NO"
    assert apec["lugares"].startswith("Lima Metropolitana | Provincia Constitucional del Callao")
    assert apec["norma"] == "Decreto Supremo N.° 110-2024-PCM"
    del data["dias"][0]["norma"]
    assert not Draft202012Validator(schema).is_valid(data)


def test_csv_is_rfc_4180_in_utf8(files: dict[str, bytes], catalog: Catalog) -> None:
    raw = files["catalogo.csv"]
    assert raw.startswith(b"\xef\xbb\xbfid,")  # the mark by which Excel knows its accents
    assert raw.count(b"\n") == raw.count(b"\r\n") == 1 + len(catalog.services)
    assert raw.endswith(b"\r\n")
    rows = list(csv.DictReader(io.StringIO(raw.decode("utf-8-sig"), newline=""), strict=True))
    assert [row["id"] for row in rows] == [service.id for service in catalog.services]
    assert rows[1]["enlaces"] == "https://multas.jne.gob.pe/"
    for row, service in zip(rows, catalog.services, strict=True):
        offers, links = row["ofrece"].split(" | "), row["enlaces"].split(" | ")
        assert dict(zip(offers, links, strict=True)) == {
            offer.nombre: offer.url or "" for offer in service.ofrece
        }
    assert rows[2]["titulo"] == "Trabajar en el JNE" and "chamba" in rows[2]["palabras"]
    assert rows[6]["condicion"] == "proceso electoral vigente"
    assert rows[0]["interoperable"] == "NO" and rows[0]["usable"] == "SÍ"
    assert all(None not in row and None not in row.values() for row in rows)


def test_no_cell_would_be_taken_for_a_formula(files: dict[str, bytes]) -> None:
    text = "".join(files[name].decode("utf-8-sig") for name in files if name.endswith(".csv"))
    cells = [cell for row in csv.reader(io.StringIO(text)) for cell in row]
    assert [cell for cell in cells if cell.startswith(("=", "+", "-", "@", "\t", "\r"))] == []


def test_linked_data_is_read_without_asking_anybody(
    files: dict[str, bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> None:
        raise AssertionError("the context must be inside the file")

    monkeypatch.setattr(socket.socket, "connect", refuse)
    assert len(parsed(files["catalogo.jsonld"])) > 1000


def test_a_service_is_both_kinds_of_thing(graph: Graph, catalog: Catalog) -> None:
    for kind in (SDO.GovernmentService, CPSV.PublicService):
        assert set(graph.subjects(RDF.type, kind)) == {
            URIRef(f"{BASE}/catalogo/{service.slug}/") for service in catalog.services
        }
    page = URIRef(f"{BASE}/catalogo/notificaciones-electronicas/")
    assert graph.value(page, DCTERMS.identifier) == Literal("007-2019-CS-JNE")
    assert graph.value(page, DCTERMS.title) == Literal("Notificaciones electrónicas", lang="es")
    assert len(set(graph.objects(page, CV.hasChannel))) == 3
    assert set(graph.objects(page, CV.hasChannel)) == set(graph.objects(page, SDO.availableChannel))


def test_what_a_service_refers_to_is_described(graph: Graph, catalog: Catalog) -> None:
    [entity] = graph.subjects(RDF.type, CV.PublicOrganisation)
    assert graph.value(entity, SKOS.prefLabel) == Literal(catalog.entity.nombre, lang="es")
    [contact] = graph.subjects(RDF.type, CV.ContactPoint)
    assert graph.value(contact, CV.hasTelephone) == Literal("+5113111700")
    assert len(set(graph.subjects(RDF.type, CV.Channel))) == len(catalog.channels)
    assert len(set(graph.subjects(RDF.type, ELI.LegalResource))) == len(catalog.legal.normas)
    pointers = (CV.hasChannel, CV.hasCompetentAuthority, CV.hasContactPoint, CV.hasLegalResource)
    for pointer in pointers:
        targets = set(graph.objects(None, pointer))
        assert targets
        assert all((target, RDF.type, None) in graph for target in targets)


def test_every_term_exists_in_its_vocabulary(graph: Graph) -> None:
    used = {term for triple in graph for term in triple[1:] if isinstance(term, URIRef)}
    european = {term for term in used if str(term).startswith((str(CPSV), str(CV), str(ELI)))}
    assert european == CPSV_AP
    for term in used:
        if str(term).startswith(str(SDO)):
            assert term in SDO, f"schema.org has no {term}"


def test_a_page_embeds_its_service_and_what_it_refers_to(catalog: Catalog) -> None:
    for service in catalog.services:
        graph = parsed(script_json(service_jsonld(catalog, service, BASE)))
        [page] = graph.subjects(RDF.type, CPSV.PublicService)
        assert str(page) == f"{BASE}/catalogo/{service.slug}/"
        for target in graph.objects(page, CV.hasChannel):
            assert (target, RDF.type, CV.Channel) in graph


def test_no_text_of_a_sheet_can_close_the_script_that_holds_it() -> None:
    hostile = {"nombre": "</script><script>alert(1)//<!--"}
    embedded = script_json(hostile)
    assert "<" not in embedded
    assert json.loads(embedded) == hostile


def test_hours_of_its_own_give_a_service_its_own_contact(catalog: Catalog) -> None:
    hours = Hours.model_validate({"dias": ["sábado"], "desde": "09:00", "hasta": "13:00"})
    changed = catalog.services[0].model_copy(
        update={"consultas": hours, "disponibilidad": "horario-de-oficina", "condicion": None}
    )
    own = dataclasses.replace(catalog, services=(changed, *catalog.services[1:]))
    assert str(own.hours(changed)) == "Sábado, de 09:00 a 13:00, excepto feriados"
    graph = parsed(exports(own, BASE)["catalogo.jsonld"])
    page = URIRef(f"{BASE}/catalogo/{changed.slug}/")
    contact = graph.value(page, CV.hasContactPoint)
    assert "Sábado" in str(graph.value(contact, CV.openingHours))
    available: Any = graph.value(page, SDO.hoursAvailable)
    assert set(graph.objects(available, SDO.dayOfWeek)) == {SDO.Saturday}
