"""The catalogue as linked data: schema.org for search engines, CPSV-AP 3 for other catalogues.

Each node has both types: a service is a schema:GovernmentService and a cpsv:PublicService. The
context is part of the file, so that a reader needs no other file.
"""

from collections.abc import Iterator
from typing import Any

from catalog.reading.model import Catalog, Channel, Norm
from catalog.reading.publication import page_of
from catalog.reading.service import Hours, Offer, Service

Node = dict[str, Any]

CONTEXT: Node = {
    "@language": "es",
    "schema": "https://schema.org/",
    "cpsv": "http://purl.org/vocab/cpsv#",
    "cv": "http://data.europa.eu/m8g/",
    "dct": "http://purl.org/dc/terms/",
    "eli": "http://data.europa.eu/eli/ontology#",
    "foaf": "http://xmlns.com/foaf/0.1/",
    "skos": "http://www.w3.org/2004/02/skos/core#",
    "xsd": "http://www.w3.org/2001/XMLSchema#",
}

SPANISH = "http://publications.europa.eu/resource/authority/language/SPA"
PERU = "http://publications.europa.eu/resource/authority/country/PER"

_DAYS = {
    "lunes": "Monday",
    "martes": "Tuesday",
    "miércoles": "Wednesday",
    "jueves": "Thursday",
    "viernes": "Friday",
    "sábado": "Saturday",
    "domingo": "Sunday",
}


def catalog_jsonld(catalog: Catalog, base_url: str) -> dict[str, object]:
    """The nodes are made while they are read."""
    return {"@context": CONTEXT, "@graph": _nodes(catalog, base_url)}


def _nodes(catalog: Catalog, base_url: str) -> Iterator[Node]:
    graph = _Graph(catalog, base_url)
    yield graph.entity()
    yield graph.contact(catalog.entity.horario, "contacto")
    for channel in catalog.channels:
        yield graph.channel(channel)
    for norm in catalog.legal.normas:
        yield graph.norm(norm)
    for service in catalog.services:
        yield from graph.service(service)


def service_jsonld(catalog: Catalog, service: Service, base_url: str) -> Node:
    graph = _Graph(catalog, base_url)
    nodes = [graph.entity(), graph.contact(catalog.entity.horario, "contacto")]
    for channel_id in dict.fromkeys(service.canales):
        nodes.append(graph.channel(catalog.channel(channel_id)))
    for norm_id in dict.fromkeys(service.normas or ()):
        nodes.append(graph.norm(catalog.norm(norm_id)))
    return {"@context": CONTEXT, "@graph": [*graph.service(service), *nodes]}


def _plain(text: str) -> Node:
    """A text without a language: an id, a number, a time."""
    return {"@value": text}


def _typed(value: str, datatype: str) -> Node:
    return {"@value": value, "@type": f"xsd:{datatype}"}


class _Graph:
    def __init__(self, catalog: Catalog, base_url: str) -> None:
        self._catalog = catalog
        self._base = base_url.rstrip("/")

    def _ref(self, name: str) -> Node:
        return {"@id": f"{self._base}/datos/catalogo.jsonld#{name}"}

    def entity(self) -> Node:
        entity = self._catalog.entity
        return {
            **self._ref("entidad"),
            "@type": ["schema:GovernmentOrganization", "cv:PublicOrganisation"],
            "dct:identifier": _plain(entity.siglas),
            "dct:spatial": {"@id": PERU},
            "skos:prefLabel": entity.nombre,
            "schema:name": entity.nombre,
            "schema:alternateName": _plain(entity.siglas),
            "schema:address": entity.direccion,
            "schema:telephone": _plain(entity.telefono_internacional),
            "schema:url": {"@id": entity.sitio},
            "schema:contactPoint": self._ref("contacto"),
        }

    def contact(self, hours: Hours, name: str) -> Node:
        entity = self._catalog.entity
        node: Node = {
            **self._ref(name),
            "@type": ["schema:ContactPoint", "cv:ContactPoint"],
            "cv:hasTelephone": _plain(entity.telefono_internacional),
            "cv:openingHours": str(hours),
            "schema:telephone": _plain(entity.telefono_internacional),
            "schema:hoursAvailable": _specification(hours),
        }
        if entity.contacto.formulario:
            page = {"@id": entity.contacto.formulario}
            node["cv:contactPage"] = {**page, "@type": "foaf:Document"}
            node["schema:url"] = page
        return node

    def channel(self, channel: Channel) -> Node:
        node: Node = {
            **self._ref(f"canal-{channel.id}"),
            "@type": ["schema:ServiceChannel", "cv:Channel"],
            "dct:identifier": _plain(channel.id),
            "dct:description": channel.descripcion,
            "cv:ownedBy": self._ref("entidad"),
            "schema:name": channel.nombre,
            "schema:description": channel.descripcion,
            "schema:availableLanguage": _plain("es"),
        }
        if channel.url:
            node["schema:serviceUrl"] = {"@id": channel.url}
        return node

    def norm(self, norm: Norm) -> Node:
        node: Node = {
            **self._ref(f"norma-{norm.id}"),
            "@type": ["schema:Legislation", "eli:LegalResource"],
            "dct:identifier": _plain(norm.numero),
            "dct:title": norm.nombre,
            "schema:name": norm.nombre,
            "schema:legislationIdentifier": norm.cited_as,
            "schema:legislationType": norm.tipo,
        }
        if norm.fecha:
            node["schema:legislationDate"] = _typed(norm.fecha.isoformat(), "date")
        if norm.url:
            node["schema:url"] = {"@id": norm.url}
        return node

    def service(self, service: Service) -> list[Node]:
        page = page_of(service, self._base)
        channels = [self._ref(f"canal-{channel}") for channel in service.canales]
        norms = [self._ref(f"norma-{norm}") for norm in service.normas or ()]
        own = service.consultas is not None
        contact = self._ref(f"contacto-{service.slug}" if own else "contacto")
        node: Node = {
            "@id": page,
            "@type": ["schema:GovernmentService", "cpsv:PublicService"],
            "dct:identifier": _plain(service.id),
            "dct:title": service.nombre,
            "dct:description": service.descripcion,
            "dct:language": {"@id": SPANISH},
            "dct:spatial": {"@id": PERU},
            "cv:hasCompetentAuthority": self._ref("entidad"),
            "cv:hasChannel": channels,
            "cv:hasContactPoint": contact,
            "schema:identifier": _plain(service.id),
            "schema:name": service.nombre,
            "schema:description": service.resumen,
            "schema:url": {"@id": page},
            "schema:provider": self._ref("entidad"),
            "schema:serviceOperator": self._ref("entidad"),
            "schema:availableChannel": channels,
            "schema:audience": [
                {"@type": "schema:Audience", "schema:audienceType": public.texto}
                for public in service.audiencia
            ],
            "schema:hoursAvailable": self._availability(service),
            "schema:hasOfferCatalog": {
                "@type": "schema:OfferCatalog",
                "schema:name": service.nombre,
                "schema:itemListElement": [_offer(offer) for offer in service.ofrece],
            },
        }
        if service.titulo:
            node["schema:alternateName"] = service.titulo
        if service.palabras:
            node["schema:keywords"] = service.palabras
        if norms:
            node["cv:hasLegalResource"] = norms
        if service.consultas is None:
            return [node]
        return [node, self.contact(service.consultas, f"contacto-{service.slug}")]

    def _availability(self, service: Service) -> Node:
        if service.disponibilidad == "24x7":
            specification = {
                "@type": "schema:OpeningHoursSpecification",
                "schema:dayOfWeek": [{"@id": f"schema:{day}"} for day in _DAYS.values()],
                "schema:opens": _typed("00:00:00", "time"),
                "schema:closes": _typed("23:59:59", "time"),
            }
        else:
            specification = _specification(self._catalog.hours(service))
        return {**specification, "schema:description": service.availability}


def _specification(hours: Hours) -> Node:
    return {
        "@type": "schema:OpeningHoursSpecification",
        "schema:dayOfWeek": [{"@id": f"schema:{_DAYS[day]}"} for day in hours.dias],
        "schema:opens": _typed(f"{hours.desde}:00", "time"),
        "schema:closes": _typed(f"{hours.hasta}:00", "time"),
    }


def _offer(offer: Offer) -> Node:
    node: Node = {"@type": "schema:Offer", "schema:name": offer.nombre}
    if offer.url:
        node["schema:url"] = {"@id": offer.url}
    return node
