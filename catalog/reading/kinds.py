"""The kinds of value that a sheet may hold, each with the sentence that refuses a wrong one."""

import re
from datetime import date
from typing import Annotated, TypeVar
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    StringConstraints,
    WithJsonSchema,
)
from pydantic_core import PydanticCustomError


class Sheet(BaseModel):
    """Strict: a number is not a text and a text is not a list, as the editor's schema says too."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


T = TypeVar("T")

Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]
# Not strict: YAML gives lists, and the catalogue has tuples, which no caller can change.
Many = Annotated[tuple[T, ...], Field(strict=False, min_length=1)]
Count = Annotated[int, Field(ge=1, le=100_000)]

IDENTIFIER = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
# Labels of a host name, at least two, and an optional port.
HOST = re.compile(r"(?!-)[a-z0-9-]+(?<!-)(\.(?!-)[a-z0-9-]+(?<!-))+(:[0-9]{1,5})?", re.IGNORECASE)
PATH = re.compile(r"[A-Za-z0-9\-._~!$&'()*+,;=:@/%?#\[\]]*")


def _url(value: str) -> str:
    try:
        parts = urlsplit(value)
    except ValueError as error:
        raise PydanticCustomError("url", "no es una dirección web") from error
    if parts.scheme not in ("http", "https"):
        raise PydanticCustomError("url", "debe empezar con https:// o http://")
    if not HOST.fullmatch(parts.netloc):
        raise PydanticCustomError("url", "tiene un nombre de sitio que no puede existir")
    if not PATH.fullmatch(value):
        raise PydanticCustomError("url", "no puede llevar espacios, tildes ni comillas")
    return value


def _identifier(value: str) -> str:
    if not IDENTIFIER.fullmatch(value):
        raise PydanticCustomError(
            "id", "debe llevar solo minúsculas sin tilde, números y guiones, como «voto-informado»"
        )
    return value


def _clock(value: str) -> str:
    if not re.fullmatch(r"([01][0-9]|2[0-3]):[0-5][0-9]", value):
        raise PydanticCustomError("hora", "debe ser una hora de 24 horas, como 08:00")
    return value


def _yes_or_no(value: object) -> object:
    """Editors write «sí»; YAML knows only true and false."""
    if isinstance(value, str) and value.lower() in ("sí", "si", "no"):
        return value.lower() != "no"
    if not isinstance(value, bool):
        raise PydanticCustomError("si_no", "debe ser «sí» o «no»")
    return value


def _day(value: object) -> object:
    if not isinstance(value, date):
        raise PydanticCustomError("fecha", "debe ser una fecha año-mes-día, como 2019-07-12")
    return value


def _zone(value: str) -> str:
    try:
        ZoneInfo(value)
    except (KeyError, ValueError, OSError) as error:  # OSError: the name of a folder
        raise PydanticCustomError("zona", "no existe: use una como America/Lima") from error
    return value


Url = Annotated[
    Text,
    AfterValidator(_url),
    WithJsonSchema({"type": "string", "format": "uri", "pattern": "^https?://[^ ]+$"}),
]
Identifier = Annotated[
    Text,
    AfterValidator(_identifier),
    WithJsonSchema({"type": "string", "pattern": "^[a-z0-9]+(-[a-z0-9]+)*$"}),
]
Clock = Annotated[
    Text,
    AfterValidator(_clock),
    WithJsonSchema({"type": "string", "pattern": "^([01][0-9]|2[0-3]):[0-5][0-9]$"}),
]
YesNo = Annotated[
    bool,
    BeforeValidator(_yes_or_no),
    WithJsonSchema({"enum": ["sí", "no", True, False]}, mode="validation"),
    WithJsonSchema({"type": "boolean"}, mode="serialization"),
]
Day = Annotated[date, BeforeValidator(_day), WithJsonSchema({"type": "string", "format": "date"})]
Zone = Annotated[Text, AfterValidator(_zone)]
