"""The services grouped by public, by channel and by availability."""

import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass

from catalog.reading.model import Catalog
from catalog.reading.service import Offer, Service


@dataclass(frozen=True)
class Group:
    """A list of services with a page of its own. `url` is the address of its channel."""

    id: str
    title: str
    description: str
    services: tuple[Service, ...]
    url: str | None = None
    channel: bool = False

    @property
    def offers(self) -> tuple[Offer, ...]:
        """The acts that are done through the channel, when the group is one."""
        every = (offer for service in self.services for offer in service.ofrece)
        return tuple(offer for offer in every if offer.via == self.id)


def by_audience(catalog: Catalog) -> list[Group]:
    ours = f"{catalog.entity.de} {catalog.entity.siglas}"
    found = _collect(catalog, lambda service: service.groups)
    return [
        Group(
            row.id,
            row.nombre,
            f"servicios digitales {ours} para este público.",
            tuple(found[row.id]),
        )
        for row in catalog.audiences
        if row.id in found
    ]


def by_channel(catalog: Catalog) -> list[Group]:
    found = _collect(catalog, channels_of)
    return [
        Group(
            row.id, row.nombre, row.descripcion, tuple(found.get(row.id, ())), row.url, channel=True
        )
        for row in catalog.channels
    ]


def by_availability(catalog: Catalog) -> list[Group]:
    ids = availabilities(catalog)
    found = _collect(catalog, lambda service: (ids[service.availability],))
    ours = f"{catalog.entity.de} {catalog.entity.siglas}"
    return [
        Group(key, words, f"servicios digitales {ours} con este horario.", tuple(found[key]))
        for words, key in ids.items()
    ]


def availabilities(catalog: Catalog) -> dict[str, str]:
    """From the sentence of an availability to its id."""
    sentences = dict.fromkeys(service.availability for service in catalog.services)
    return {sentence: _slug(sentence) for sentence in sentences}


def channels_of(service: Service) -> tuple[str, ...]:
    """Its channels, and those of its offers when they differ."""
    vias = (offer.via for offer in service.ofrece if offer.via)
    return tuple(dict.fromkeys((*service.canales, *vias)))


def marks(catalog: Catalog, service: Service, ids: dict[str, str]) -> dict[str, str]:
    """The values that the filters of the page compare."""
    return {
        "publico": " ".join(service.groups),
        "canal": " ".join(channels_of(service)),
        "disponibilidad": ids[service.availability],
    }


def _collect(
    catalog: Catalog, keys: Callable[[Service], tuple[str, ...]]
) -> dict[str, list[Service]]:
    found: dict[str, list[Service]] = {}
    for service in catalog.services:
        for key in keys(service):
            found.setdefault(key, []).append(service)
    return found


def _slug(words: str) -> str:
    plain = unicodedata.normalize("NFD", words.lower()).encode("ascii", "ignore").decode()
    return re.sub(r"[^a-z0-9]+", "-", plain).strip("-")
