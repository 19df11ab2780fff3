"""A digital service, as its sheet in services/ states it, and the technological services."""

from dataclasses import dataclass
from typing import Literal, Self, get_args

from pydantic import Field, model_validator
from pydantic_core import PydanticCustomError

from catalog.reading.kinds import Clock, Identifier, Many, Sheet, Text, Url, YesNo

SERVICE_ID = r"^[0-9]{3,6}-[0-9]{4}-CS-[A-Z]+$"

AVAILABILITY = {
    "24x7": "Las 24 horas del día, los 7 días de la semana",
    "horario-de-oficina": "En el horario de oficina de la entidad",
}
Availability = Literal["24x7", "horario-de-oficina"]

Day = Literal["lunes", "martes", "miércoles", "jueves", "viernes", "sábado", "domingo"]
_WEEK: tuple[Day, ...] = get_args(Day)


def _days(days: tuple[Day, ...]) -> str:
    """Three or more days in a row by their ends: «De lunes a viernes»; others one by one."""
    first = _WEEK.index(days[0])
    if len(days) > 2 and days == _WEEK[first : first + len(days)]:
        return f"De {days[0]} a {days[-1]}"
    *others, last = days
    return f"{', '.join(others)} y {last}".capitalize() if others else last.capitalize()


class Hours(Sheet):
    """When questions are answered, in the official time of the entity."""

    dias: Many[Day]
    desde: Clock
    hasta: Clock
    feriados: YesNo = False

    def __str__(self) -> str:
        days = _days(self.dias)
        suffix = "" if self.feriados else ", excepto feriados"
        return f"{days}, de {self.desde} a {self.hasta}{suffix}"


class Offer(Sheet):
    """An act that a person can do in the service.

    `nombre` is its name in the list of the service, and `nombre_anexo` its name in the annex of
    technological services when that differs. An offer with `via` and `url` is a row of the annex.
    """

    nombre: Text
    nombre_anexo: Text | None = None
    via: Identifier | None = Field(None, description="Canal: un id de channels.yml")
    url: Url | None = None
    url_fuente: Text | None = Field(
        None, description="Lo que imprime la fuente, si está dañado: tal cual"
    )
    dudoso: YesNo = Field(
        False, description="«sí» si la dirección reparada no es segura. No se muestra al ciudadano"
    )

    @property
    def annex_name(self) -> str:
        return self.nombre_anexo or self.nombre

    @model_validator(mode="after")
    def _coherent(self) -> Self:
        if (self.via is None) != (self.url is None):
            raise PydanticCustomError("oferta", "«via» y «url» van juntas: ponga las dos o ninguna")
        if self.url is None and (self.url_fuente or self.dudoso):
            raise PydanticCustomError("oferta", "«url_fuente» y «dudoso» necesitan una «url»")
        if self.url is not None and self.url == self.url_fuente:
            raise PydanticCustomError("oferta", "«url_fuente» repite «url»: quítela")
        return self


class Public(Sheet):
    """A public of the service: the group that the filters use, and the words of this sheet."""

    grupo: Identifier = Field(description="Un id de audiences.yml")
    texto: Text


class Characteristics(Sheet):
    """The summary table, as the entity evaluated it."""

    automatico: YesNo
    no_presencial: YesNo
    interoperable: YesNo
    escalable: YesNo
    usable: YesNo
    accesible: YesNo


class ServiceSheet(Sheet):
    """What a sheet in services/ says."""

    id: str = Field(pattern=SERVICE_ID, description="NNN-AAAA-CS-SIGLA")
    nombre: Text = Field(description="El nombre oficial")
    titulo: Text | None = Field(
        None, description="Qué es, en palabras de todos, si el nombre oficial no lo dice"
    )
    version: Text
    resumen: Text = Field(max_length=200, description="Una oración: para qué sirve")
    portada: Text | None = Field(
        None,
        exclude=True,  # of this site, not of the data that others take
        description="Con qué palabras la nombra la portada del sitio, si está en ella",
    )
    descripcion: Text
    palabras: Text | None = Field(
        None, description="Con qué otras palabras lo busca la gente, separadas por comas"
    )
    requisitos: Many[Text] | None = None
    ofrece: Many[Offer]
    audiencia: Many[Public]
    canales: Many[Identifier] = Field(description="Ids de channels.yml")
    disponibilidad: Availability
    condicion: Text | None = Field(
        None, description="Cuándo está disponible, si no es siempre: proceso electoral vigente"
    )
    consultas: Hours | None = Field(
        None, description="Solo si difiere del horario de la entidad (entity.yml)"
    )
    observaciones: Many[Text] | None = None
    normas: Many[Identifier] | None = Field(None, description="Ids de legal.yml")
    caracteristicas: Characteristics


class Service(ServiceSheet):
    """A sheet with the slug of its file name, NNN-slug.yml."""

    slug: str

    @property
    def number(self) -> int:
        return int(self.id.partition("-")[0])

    @property
    def title(self) -> str:
        return self.titulo or self.nombre

    @property
    def availability(self) -> str:
        words = AVAILABILITY[self.disponibilidad]
        return f"{words}, durante el {self.condicion}" if self.condicion else words

    @property
    def groups(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(public.grupo for public in self.audiencia))

    @property
    def annex_rows(self) -> tuple[Offer, ...]:
        """One offer for each row of the annex, which may gather several offers in one address."""
        rows = {offer.annex_name: offer for offer in self.ofrece if offer.url}
        return tuple(rows.values())


class InternalService(Sheet):
    """A technological service for the entity's own use: it has no address."""

    nombre: Text
    subservicios: Many[Text]


class TechnologySheet(Sheet):
    """technology.yml: the digital services come from their own sheets."""

    descripcion: Text
    notas: Many[Text] | None = None
    internos: Many[InternalService]


@dataclass(frozen=True)
class SubService:
    name: str
    channel: str | None = None
    url: str | None = None


@dataclass(frozen=True)
class TechnologyService:
    """A group of rows of the annex. `service` is None unless it is a digital service."""

    number: int
    name: str
    subservices: tuple[SubService, ...]
    service: Service | None = None

    @property
    def digital(self) -> bool:
        return self.service is not None
