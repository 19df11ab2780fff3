"""`datos`: what a sender says of a deposit, in JSON, through the API or to `casilla depositar`.

The models are the contract: the OpenAPI document and the manual's table are made from them.
"""

import json
import re
from datetime import date, datetime
from typing import Annotated, Any, NamedTuple, Self
from zoneinfo import ZoneInfo

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    ValidationError,
    WithJsonSchema,
    model_validator,
)
from pydantic_core import ErrorDetails, PydanticCustomError

from catalog.reading.effect import Unit
from catalog.reading.model import Catalog
from proxy.domain.acto import DAY, Acto, one_line
from proxy.domain.acto import TEXTS as ACTO
from proxy.domain.content import Content, Remedy
from proxy.domain.effect import Ruling
from proxy.domain.identidad import Identidad, read_identidad
from proxy.domain.plazo import Distance, Later, Term
from proxy.errors import Refusal
from proxy.texts import TEXTS

BYTES = 64_000  # of the JSON
# RFC 3339, to the minute at least.
INSTANT = re.compile(
    DAY.pattern + r"T[0-9]{2}:[0-9]{2}(:[0-9]{2}(\.[0-9]{1,6})?)?(Z|[+-][0-9]{2}:[0-9]{2})",
    re.ASCII,
)


class Wrong(NamedTuple):
    """A field of the JSON, as `contenido.recursos.0.organo`, and what is wrong with it."""

    field: str
    why: str


class Malformed(Exception):
    """All that is wrong with the JSON, not only the first."""

    def __init__(self, *faults: Wrong) -> None:
        super().__init__("malformed")
        self.faults = faults

    def __str__(self) -> str:
        field, why = self.faults[0]
        return TEXTS["datos.wrong"].format(field=field or "(todo)", why=why)


def _fault(code: str, **data: object) -> PydanticCustomError:
    return PydanticCustomError("datos", "{why}", {"why": TEXTS[code].format(**data)})


_OF_LINE = {
    "acto.empty": "datos.empty",
    "acto.long": "datos.long",
    "acto.unreadable": "datos.unreadable",
}


def _line(most: int) -> AfterValidator:
    def check(typed: str) -> str:
        try:
            return one_line(typed, most, "")
        except Refusal as refusal:
            raise _fault(_OF_LINE[refusal.code], most=most) from None

    return AfterValidator(check)


def _day(day: date) -> date:
    if not DAY.fullmatch(day.isoformat()):
        raise _fault("datos.year")
    return day


def _moment(typed: str) -> str:
    try:
        if DAY.fullmatch(typed):
            date.fromisoformat(typed)
            return typed
        if INSTANT.fullmatch(typed):
            datetime.fromisoformat(typed)
            return typed
    except ValueError:
        pass
    raise _fault("datos.moment")


def _hash(typed: str) -> str:
    return typed.lower()  # some programs write it in capitals


def _recipient(typed: str) -> str:
    try:
        return str(read_identidad(typed))
    except Refusal as refusal:
        raise PydanticCustomError("datos", "{why}", {"why": str(refusal)}) from None


Text60 = Annotated[str, Field(min_length=1, max_length=60), _line(60)]
Text100 = Annotated[str, Field(min_length=1, max_length=100), _line(100)]
Text150 = Annotated[str, Field(min_length=1, max_length=150), _line(150)]
Text200 = Annotated[str, Field(min_length=1, max_length=200), _line(200)]
Text300 = Annotated[str, Field(min_length=1, max_length=300), _line(300)]
Text500 = Annotated[str, Field(min_length=1, max_length=500), _line(500)]
Day = Annotated[date, AfterValidator(_day)]
Amount = Annotated[int, Field(ge=1, le=1000)]


class Told(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


class Archivo(Told):
    nombre: Text150 = Field(description="El nombre con que se mostrará, con su extensión.")
    sha256: Annotated[
        str,
        Field(pattern="^[0-9a-fA-F]{64}$", description="SHA-256 de sus bytes, en hexadecimal."),
        AfterValidator(_hash),
    ]


class PlazoRecurso(Told):
    cantidad: Amount
    unidad: Unit


class Recurso(Told):
    recurso: Text200 = Field(description="Cuál, como «Recurso de apelación».")
    organo: Text200 = Field(description="Ante qué órgano se presenta.")
    plazo: PlazoRecurso = Field(description="Para presentarlo.")


class Plazo(Told):
    cantidad: Amount
    unidad: Unit
    para: Text200 = Field(description="Para qué es, como «presentar sus descargos».")


class Contenido(Told):
    """Lo que la LPAG (24.1) pide decir: `recursos` o, si no procede ninguno, `sin_recursos`."""

    vigencia: Text300 = Field(description="Desde cuándo vale el acto.")
    agota_via: bool = Field(description="Si agota la vía administrativa.")
    recursos: Annotated[
        tuple[Recurso, ...],
        Field(strict=False, max_length=10, description="Los que proceden, hasta 10."),
    ] = ()
    sin_recursos: Text300 | None = Field(None, description="Por qué no procede ninguno.")

    @model_validator(mode="after")
    def _one_of_both(self) -> Self:
        if bool(self.recursos) == bool(self.sin_recursos):
            raise _fault("datos.remedies")
        return self


class Distancia(Told):
    """El término de la distancia (LPAG 135)."""

    dias: Annotated[int, Field(ge=0, le=365, description="0 si el cuadro da 0.")]
    norma: Text300 = Field(description="El cuadro del que salen esos días.")


class Inicio(Told):
    """Cuando el propio acto pospone el cómputo (LPAG 133.1)."""

    fecha: Day = Field(description="Desde qué día puede correr.")
    norma: Text300 = Field(description="Qué lo dispone.")


class Datos(Told):
    destinatario: Annotated[
        str,
        Field(max_length=40, description="Como `DNI-40000001` o `RUC-20999999906`."),
        AfterValidator(_recipient),
    ]
    referencia: Text100 = Field(description="Cómo lo llama su sistema; puede repetirse.")
    expediente: Text60 = Field(description="Número de expediente.")
    fecha_expediente: Day = Field(description="De cuándo es el expediente.")
    tipo: Text60 = Field(description="Tipo de documento, como CARTA.")
    numero: Text100 = Field(description="Número del documento.")
    asunto: Text500 = Field(description="Asunto.")
    dependencia: Text200 = Field(description="Dependencia que remite.")
    firmado_por: Text150 = Field(description="Quién lo firmó.")
    elaborado_por: Text150 = Field(description="Quién lo elaboró.")
    fecha_emision: Annotated[
        str,
        AfterValidator(_moment),
        WithJsonSchema(
            {
                "anyOf": [
                    {"type": "string", "format": "date-time"},
                    {"type": "string", "format": "date"},
                ],
                "description": "Un instante con su desfase, o una fecha.",
            }
        ),
    ]
    procedimiento: Text100 = Field(
        description="El que elige la regla: un nombre de la ficha `effect.yml`."
    )
    contenido: Contenido
    plazo: Plazo | None = Field(None, description="El que el acto da, si da alguno.")
    distancia: Distancia | None = None
    inicio_no_antes_de: Inicio | None = None
    acto: Archivo = Field(description="La parte `acto`.")
    anexos: Annotated[
        tuple[Archivo, ...],
        Field(strict=False, max_length=100, description="Las partes `anexo`, en su orden."),
    ] = ()

    @property
    def identidad(self) -> Identidad:
        return read_identidad(self.destinatario)

    def described(self, zone: ZoneInfo) -> Acto:
        issued = datetime.fromisoformat(self.fecha_emision)
        return Acto(
            expediente_on=self.fecha_expediente,
            issued_at=issued if issued.tzinfo else issued.replace(tzinfo=zone),
            **{name: getattr(self, name) for name in ACTO},
        )

    def ruling(self, catalog: Catalog) -> Ruling:
        distance, later = self.distancia, self.inicio_no_antes_de
        return Ruling(
            catalog,
            self.procedimiento,
            Term(self.plazo.cantidad, self.plazo.unidad) if self.plazo else None,
            Distance(distance.dias, distance.norma) if distance else None,
            Later(later.fecha, later.norma) if later else None,
        )

    def content(self, catalog: Catalog) -> Content:
        said, plazo = self.contenido, self.plazo
        return Content(
            authority=catalog.entity.nombre,
            address=catalog.entity.direccion,
            validity=said.vigencia,
            exhausts=said.agota_via,
            remedies=tuple(
                Remedy(one.recurso, one.organo, Term(one.plazo.cantidad, one.plazo.unidad))
                for one in said.recursos
            ),
            no_remedies=said.sin_recursos,
            term=Term(plazo.cantidad, plazo.unidad) if plazo else None,
            purpose=plazo.para if plazo else None,
        )

    def canonical(self) -> bytes:
        """The same for the same data, however it was written."""
        return json.dumps(self.model_dump(mode="json"), sort_keys=True).encode()


def read_datos(text: bytes, procedure: str | None = None) -> Datos:
    """Raises Malformed. `procedure`: where the JSON says none; never at the API (L34)."""
    told = json.loads(once_read(text))
    if procedure and isinstance(told, dict):
        told.setdefault("procedimiento", procedure)
    try:
        return Datos.model_validate_json(json.dumps(told))
    except ValidationError as error:
        raise Malformed(*faults_of(error)) from None


def once_read(text: bytes) -> str:
    """The same JSON, in which no name stands twice. Raises Malformed."""
    # Left to itself `json` guesses, and takes what another reader refuses (RFC 8259, 8.1).
    if json.detect_encoding(text) != "utf-8":
        raise Malformed(Wrong("", TEXTS["datos.not_utf8"]))
    try:
        return json.dumps(json.loads(text.decode(), object_pairs_hook=_once), allow_nan=False)
    except UnicodeDecodeError:
        raise Malformed(Wrong("", TEXTS["datos.not_utf8"])) from None
    except (ValueError, RecursionError):
        raise Malformed(Wrong("", TEXTS["datos.no_json"])) from None


def faults_of(error: ValidationError) -> list[Wrong]:
    return [
        Wrong(".".join(map(str, one["loc"])), _why(one))
        for one in error.errors(include_url=False, include_input=False)
    ]


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Of two values under one name, two readers may take different ones."""
    told = dict(pairs)
    if len(told) < len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise Malformed(Wrong(twice, TEXTS["datos.twice"]))
    return told


def _why(error: ErrorDetails) -> str:
    context = error.get("ctx", {})
    if error["type"] == "datos":
        return str(context["why"])
    code = next(
        (code for start, code in _KINDS.items() if error["type"].startswith(start)), "datos.odd"
    )
    return TEXTS[code].format(**context).replace(" or ", " o ")


# By how the kinds of fault of pydantic begin.
_KINDS = {
    "missing": "datos.missing",
    "extra_forbidden": "datos.extra",
    "string_type": "datos.text",
    "string_too_short": "datos.empty",
    "string_too_long": "datos.too_long",
    "string_pattern": "datos.sha256",
    "int_": "datos.number",
    "bool_": "datos.yes_no",
    "greater_than_equal": "datos.least",
    "less_than_equal": "datos.most",
    "literal_error": "datos.one_of",
    "date_": "datos.day",
    "too_long": "datos.many",
    "json_": "datos.no_json",
    "model_": "datos.object",
    "dict_": "datos.object",
    "tuple_": "datos.list",
}
