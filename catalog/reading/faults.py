"""Says in Spanish, to the editor of a sheet, what a model refuses."""

import types
from collections.abc import Iterator, Sequence
from difflib import get_close_matches
from typing import Annotated, Any, TypeVar, Union, get_args, get_origin

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from catalog.reading.consent import HASH, VERSION
from catalog.reading.model import CAPITALS, EMAIL, LETTER, PHONE
from catalog.reading.service import SERVICE_ID
from catalog.reading.sheet import Document

M = TypeVar("M", bound=BaseModel)

_PATTERNS = {
    SERVICE_ID: "debe seguir NNN-AAAA-CS-SIGLA, como 001-2019-CS-JNE",
    EMAIL: "debe ser un correo sin ñ ni tildes, como casilla@entidad.gob.pe",
    CAPITALS: "debe llevar solo mayúsculas",
    PHONE: "debe empezar con + y el código del país, sin espacios",
    LETTER: "debe ser una sola letra minúscula",
    VERSION: "debe llevar solo números, con puntos o guiones entre ellos, como 1 o 2027-1",
    HASH: "debe llevar las 64 letras y cifras de un SHA-256, sin espacios",
}
_KINDS = {
    "string_type": "debe ser un texto",
    "tuple_type": "debe ser una lista: un elemento por línea, con «- » delante",
    "model_type": "debe tener claves debajo, como «nombre: …»",
    "int_type": "debe ser un número entero, sin comillas ni decimales",
    "string_too_short": "está vacío: escriba su texto",
    "too_short": "es una lista vacía: agregue un elemento o quite la línea",
}
# Kinds of kinds.py and service.py, whose sentences are in Spanish already.
_OURS = frozenset({"url", "id", "hora", "si_no", "fecha", "oferta", "zona"})


def check(document: Document, model: type[M], **known: str) -> M | None:
    """None when there are faults, which go to `document`. The sheet must not have `known` keys."""
    data, faulty = document.data, {fault.line for fault in document.faults}
    if not isinstance(data, dict):
        return None
    for name in known.keys() & data.keys():
        document.fault(document.line((name,)), f"sobra «{name}»: sale del nombre del archivo")
    try:
        value = model.model_validate({**data, **known})
    except ValidationError as error:
        for detail in error.errors(include_url=False):
            if detail["type"] == "too_short" and detail["input"]:
                continue  # not empty: its only element has a fault of its own
            line = document.line(detail["loc"])
            if detail["input"] is None and line in faulty:
                continue  # its value could not be read, and that is said already
            document.fault(line, _say(detail, model))
        return None
    return None if document.faults else value


def _say(detail: ErrorDetails, model: type[BaseModel]) -> str:
    kind, loc, value = detail["type"], detail["loc"], detail["input"]
    context = detail.get("ctx", {})
    name = _name(loc)
    if kind == "missing":
        return f"falta {name}"
    if kind == "extra_forbidden":
        return f"sobra {name}{suggestion(str(loc[-1]), keys_at(model, loc[:-1]))}"
    if kind == "oferta":
        return detail["msg"]
    if value is None:
        return f"{name} está vacío: escriba su valor o quite la línea"
    if kind in _OURS:
        return f"{name} {detail['msg']}"
    if kind == "string_type" and not isinstance(value, list | dict):
        return f"{name} debe ser un texto: póngalo entre comillas"
    if kind in _KINDS:
        return f"{name} {_KINDS[kind]}"
    if kind == "literal_error":
        allowed = str(context["expected"]).replace(" or ", ", ").replace("'", "")
        return f"{name} no puede ser «{value}»: use uno de estos: {allowed}"
    if kind == "string_pattern_mismatch":
        return f"{name} {_PATTERNS.get(context['pattern'], 'no es válido')}"
    if kind == "string_too_long":
        return f"{name} pasa de {context['max_length']} caracteres: acórtelo"
    if kind == "greater_than_equal":
        return f"{name} debe ser {context['ge']} o más"
    if kind == "less_than_equal":
        return f"{name} debe ser {context['le']} o menos"
    return f"{name} no es válido"


def _name(loc: Sequence[str | int]) -> str:
    *around, last = loc
    if isinstance(last, int):
        return f"el elemento {last + 1} de «{around[-1]}»"
    return f"«{last}»"


def suggestion(word: str, known: Sequence[str]) -> str:
    """The end of a sentence: the known word nearest to `word`, or nothing."""
    near = get_close_matches(word, known, n=1)
    return f": ¿quiso decir «{near[0]}»?" if near else ""


def keys_at(model: type[BaseModel], loc: Sequence[str | int]) -> list[str]:
    for step in loc:
        if isinstance(step, str):
            inner = next(_models(model.model_fields[step].annotation), None)
            if inner is None:
                return []
            model = inner
    return list(model.model_fields)


def _models(annotation: Any) -> Iterator[type[BaseModel]]:
    """The models inside `X | None`, `Annotated[X, …]` and `tuple[X, ...]`."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    elif get_origin(annotation) in (Union, types.UnionType, Annotated, tuple):
        for argument in get_args(annotation):
            yield from _models(argument)
