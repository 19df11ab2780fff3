"""The catalogue as one value: every sheet, read and checked."""

from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Annotated, Literal
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, Field
from pydantic_core import PydanticCustomError
from stdnum.pe import ruc

from catalog.reading.access import Access
from catalog.reading.consent import Consent, ConsentSheet, Version
from catalog.reading.effect import EffectSheet
from catalog.reading.holidays import HolidaysSheet
from catalog.reading.kinds import Day, Identifier, Many, Sheet, Text, Url, Zone
from catalog.reading.service import Hours, Service, SubService, TechnologyService, TechnologySheet

EMAIL = r"^[!-;=?A-~]+@[!-;=?A-~]+\.[!-;=?A-~]+$"  # ASCII: nothing else can be written
CAPITALS = r"^[A-Z]+$"
PHONE = r"^\+[0-9]{8,15}$"
LETTER = r"^[a-z]$"
EXTENSION = r"^[0-9]{1,6}$"


def _right_digit(value: str) -> str:
    if not ruc.is_valid(value):
        raise PydanticCustomError("ruc", "no es un RUC: revise sus once cifras")
    return value


Ruc = Annotated[str, AfterValidator(_right_digit)]


class Channel(Sheet):
    """A place where services are provided. `nombre_anexo` is its name in the annex, if any."""

    id: Identifier
    nombre: Text
    nombre_anexo: Text | None = None
    descripcion: Text
    url: Url | None = None


class ChannelsSheet(Sheet):
    canales: Many[Channel]


class Audience(Sheet):
    id: Identifier
    nombre: Text


class AudiencesSheet(Sheet):
    audiencias: Many[Audience]


class Sender(Sheet):
    """The only address that writes to citizens."""

    direccion: str = Field(pattern=EMAIL)
    nombre: Text


class Contact(Sheet):
    """For questions about the casilla."""

    nombre: Text
    telefono: Text
    anexo: str | None = Field(None, pattern=EXTENSION)
    correo: str | None = Field(None, pattern=EMAIL)
    formulario: Url | None = None

    @property
    def called(self) -> str:
        """«(01) 311-1700, anexo 1928»"""
        return f"{self.telefono}, anexo {self.anexo}" if self.anexo else self.telefono


class Entity(Sheet):
    nombre: Text
    siglas: str = Field(pattern=CAPITALS)
    articulo: Literal["el", "la"] = Field(
        "el",
        exclude=True,  # of our sentences, not of the data that others take
        description="Cómo se la nombra: el Ministerio, la Municipalidad",
    )
    direccion: Text
    direccion_fuente: Text | None = None
    central_telefonica: Text
    telefono_internacional: str = Field(pattern=PHONE)
    ruc: Ruc | None = None
    oficina: Text | None = Field(None, description="La que firma las constancias")
    sitio: Url
    casilla: Url
    horario: Hours
    zona_horaria: Zone
    correo: Sender
    contacto: Contact
    derechos: Text
    avisos: str | None = Field(
        None,
        pattern=EMAIL,
        exclude=True,  # of its own people, not of the data that others take
        description="A quién de la entidad se escribe cuando alguien se da de baja",
    )

    @property
    def dial(self) -> str:
        """The link with which a phone calls the contact (RFC 3966)."""
        extension = self.contacto.anexo
        return f"tel:{self.telefono_internacional}{f';ext={extension}' if extension else ''}"

    @property
    def de(self) -> str:
        return "del" if self.articulo == "el" else "de la"

    @property
    def a(self) -> str:
        return "al" if self.articulo == "el" else "a la"

    @property
    def signs(self) -> str:
        """The office of the constancias; the entity itself, where no office is named."""
        return self.oficina or self.nombre

    @property
    def official_time(self) -> str:
        """«hora de Lima»"""
        return f"hora de {self.zona_horaria.rpartition('/')[2].replace('_', ' ')}"

    def moment(self, at: datetime) -> str:
        """«16/11/2026 a las 10:00 (hora de Lima)» (R18)"""
        local = at.astimezone(ZoneInfo(self.zona_horaria))
        return f"{local:%d/%m/%Y} a las {local:%H:%M} ({self.official_time})"


class Norm(Sheet):
    """A norm that a page cites. It has a `url` only when the address is certain."""

    id: Identifier
    tipo: Text
    numero: Text
    nombre: Text
    fecha: Day | None = None
    trata_de: Text
    articulos: Many[Text] | None = None
    ambito: Many[Literal["catalogo", "casilla"]]
    vigencia: Text | None = None
    url: Url | None = None

    @property
    def cited_as(self) -> str:
        return f"{self.tipo} N.° {self.numero}"


class LegalSheet(Sheet):
    marco: Many[Text] = Field(description="Marco legal del catálogo, un párrafo por elemento")
    normas: Many[Norm]


class Term(Sheet):
    """Only the definitions of the approved catalogue have a `letra` (a–g)."""

    id: Identifier
    termino: Text
    definicion: Text
    ambito: Literal["catalogo", "casilla"]
    letra: str | None = Field(None, pattern=LETTER)


class GlossarySheet(Sheet):
    terminos: Many[Term]


class Change(Sheet):
    revision: Text
    fecha: Day
    descripcion: Text


class Approval(Sheet):
    norma: Identifier = Field(description="Un id de legal.yml")
    fecha: Day
    articulos: Many[Text]


class History(Sheet):
    """The catalogue that the entity approved: its code, its dates and its changes."""

    titulo: Text
    codigo: Text
    version: Text
    elaborado_por: Text
    elaborado: Day
    aprobacion: Approval
    cambios: Many[Change]
    descripcion: Many[Text]
    disponibilidad: Text
    evaluacion: Text
    navegadores: Many[Text]


@dataclass(frozen=True)
class Catalog:
    services: tuple[Service, ...]
    technology_sheet: TechnologySheet
    channels: tuple[Channel, ...]
    audiences: tuple[Audience, ...]
    entity: Entity
    legal: LegalSheet
    glossary: tuple[Term, ...]
    history: History
    access: Access
    consent: ConsentSheet
    effect: EffectSheet
    holidays: HolidaysSheet

    @cached_property
    def technology(self) -> tuple[TechnologyService, ...]:
        """In the order of the annex: the digital services come first."""
        digital = [
            TechnologyService(
                service.number,
                service.nombre,
                tuple(SubService(row.annex_name, row.via, row.url) for row in service.annex_rows),
                service,
            )
            for service in self.services
        ]
        after = max(service.number for service in self.services) + 1
        internal = [
            TechnologyService(number, row.nombre, tuple(map(SubService, row.subservicios)))
            for number, row in enumerate(self.technology_sheet.internos, after)
        ]
        return (*digital, *internal)

    @cached_property
    def terms(self) -> Consent:
        return self.consent.terminos.named(self.entity.nombre, self.entity.siglas)

    @cached_property
    def privacy(self) -> Consent:
        return self.consent.privacidad.named(self.entity.nombre, self.entity.siglas)

    def accepted(self, text: str, version: str | None = None) -> Version:
        """The text in force, or an earlier version of it, if it is still there."""
        consent = self.terms if text == "terminos" else self.privacy
        found = (one for one in consent.versions if one.version == version)
        return next(found, consent)

    def page_of(self, text: str, version: str) -> str:
        """Where it stands as it was accepted; or that in force, if the sheets lost it."""
        kept = self.accepted(text, version).version == version
        return f"/{text}/{version}/" if kept else f"/{text}/"

    def service(self, slug: str) -> Service:
        return self._services[slug]

    def channel(self, channel_id: str) -> Channel:
        return self._channels[channel_id]

    def audience(self, audience_id: str) -> Audience:
        return self._audiences[audience_id]

    def norm(self, norm_id: str) -> Norm:
        return self._norms[norm_id]

    def hours(self, service: Service) -> Hours:
        """When questions about the service are answered: its own hours, or else the entity's."""
        return service.consultas or self.entity.horario

    @cached_property
    def _services(self) -> dict[str, Service]:
        return {service.slug: service for service in self.services}

    @cached_property
    def _channels(self) -> dict[str, Channel]:
        return {channel.id: channel for channel in self.channels}

    @cached_property
    def _audiences(self) -> dict[str, Audience]:
        return {audience.id: audience for audience in self.audiences}

    @cached_property
    def _norms(self) -> dict[str, Norm]:
        return {norm.id: norm for norm in self.legal.normas}
