"""The document of the API (OpenAPI 3.1), made from its models and the codes of its problems."""

import json
from functools import cache
from http import HTTPStatus
from typing import Any, get_args

from pydantic import BaseModel
from pydantic.json_schema import models_json_schema
from starlette.requests import Request
from starlette.responses import Response

from proxy.domain.constancia_acts import OF_A_NOTIFICACION
from proxy.domain.datos import Datos
from proxy.domain.sending import State
from proxy.web.api import models
from proxy.web.api.problems import KINDS
from proxy.web.edge.state import state_of

READ: list[type[BaseModel]] = [Datos, models.Anular, models.Prorrogar, models.AplazarInicio]
WRITTEN: list[type[BaseModel]] = [
    models.Depositada,
    models.Notificacion,
    models.Lista,
    models.Novedades,
    models.Anulada,
    models.Aplazada,
    models.Alcance,
    models.Problema,
]
REF = "#/components/schemas/{model}"
IDENTIDAD = "^(DNI-[0-9]{8}|RUC-[0-9]{11}|CE-[A-Z0-9]{9,12}|PAS-[A-Z0-9]{5,12})$"
# Where an answer has the id of what can be seen or annulled next.
LINKS: dict[str, dict[int, dict[str, str]]] = {
    "depositar": {201: {"ver": "/id", "anular": "/id", "prorrogar": "/id", "aplazarInicio": "/id"}},
    "listar": {200: {"ver": "/notificaciones/0/id"}},
    "seguir": {200: {"ver": "/eventos/0/notificacion"}},
}
EVERY = (400, 401, 403, 413, 429, 500, 503)


async def document(request: Request) -> Response:
    """GET /api/v1/openapi.json"""
    origin = state_of(request).installation.settings.origin
    return Response(_written(origin), media_type="application/json")


@cache
def _written(origin: str) -> str:
    return json.dumps(described(origin), ensure_ascii=False, indent=1)


def described(origin: str) -> dict[str, Any]:
    _, read = models_json_schema([(one, "validation") for one in READ], ref_template=REF)
    _, written = models_json_schema([(one, "serialization") for one in WRITTEN], ref_template=REF)
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Casilla electrónica: depósito desde otros sistemas",
            "version": "1",
            "description": models.ABOUT,
        },
        "servers": [{"url": origin}],
        "security": [{"clave": []}],
        "paths": _paths(),
        "components": {
            "schemas": read["$defs"] | written["$defs"],
            "securitySchemes": {
                "clave": {"type": "http", "scheme": "bearer", "description": models.KEY}
            },
        },
    }


def _paths() -> dict[str, Any]:
    return {
        "/api/v1/notificaciones": {
            "post": _operation(
                "depositar",
                models.DEPOSIT,
                {
                    200: (models.REPEATED, models.Depositada),
                    201: (models.DEPOSITED, models.Depositada),
                },
                (408, 415, 422),
                parameters=[
                    {
                        "name": "Idempotency-Key",
                        "in": "header",
                        "required": True,
                        "description": models.IDEMPOTENCY,
                        "schema": {"type": "string", "pattern": "^[!-~]{1,200}$"},
                    }
                ],
                requestBody={"required": True, "content": {"multipart/form-data": _multipart()}},
            ),
            "get": _operation(
                "listar",
                models.LIST,
                {200: (models.LIST, models.Lista)},
                parameters=[
                    _query("referencia", {"type": "string", "minLength": 1, "maxLength": 100}),
                    _query("estado", {"enum": list(_states())}),
                    _query("desde", {"type": "string", "pattern": "^(0|[0-9a-f]{32})$"}),
                    _query("limite", {"type": "integer", "minimum": 1, "maximum": 200}),
                ],
            ),
        },
        "/api/v1/notificaciones/{id}": {
            "get": _operation(
                "ver",
                models.ONE,
                {200: (models.ONE, models.Notificacion)},
                (404,),
                parameters=[_id()],
            )
        },
        "/api/v1/notificaciones/{id}/constancias/{clase}.pdf": {
            "get": _operation(
                "constancia",
                models.CONSTANCIA,
                {200: (models.CONSTANCIA, None)},
                (404,),
                parameters=[
                    _id(),
                    {
                        "name": "clase",
                        "in": "path",
                        "required": True,
                        "schema": {"enum": list(OF_A_NOTIFICACION)},
                    },
                    _query("numero", {"type": "string", "pattern": models.NUMBERED}),
                ],
            )
        },
        "/api/v1/notificaciones/{id}/anulacion": {
            "post": _operation(
                "anular",
                models.ANNUL,
                {
                    200: (models.ANNULLED_AGAIN, models.Anulada),
                    201: (models.ANNULLED, models.Anulada),
                },
                (404, 408, 409, 415, 422),
                parameters=[_id()],
                requestBody=_json("Anular"),
            )
        },
        "/api/v1/notificaciones/{id}/prorroga": {
            "post": _operation(
                "prorrogar",
                models.EXTEND,
                {
                    200: (models.EXTENDED_AGAIN, models.Aplazada),
                    201: (models.EXTENDED, models.Aplazada),
                },
                (404, 408, 409, 415, 422),
                parameters=[_id()],
                requestBody=_json("Prorrogar"),
            )
        },
        "/api/v1/notificaciones/{id}/inicio": {
            "post": _operation(
                "aplazarInicio",
                models.BEGIN_LATER,
                {
                    200: (models.BEGUN_LATER_AGAIN, models.Aplazada),
                    201: (models.BEGUN_LATER, models.Aplazada),
                },
                (404, 408, 409, 415, 422),
                parameters=[_id()],
                requestBody=_json("AplazarInicio"),
            )
        },
        "/api/v1/eventos": {
            "get": _operation(
                "seguir",
                models.NEWS,
                {200: (models.NEWS, models.Novedades)},
                parameters=[
                    _query("desde", {"type": "string", "pattern": "^[0-9]{1,18}$"}),
                    _query("limite", {"type": "integer", "minimum": 1, "maximum": 500}),
                ],
            )
        },
        "/api/v1/casillas/{identidad}": {
            "get": _operation(
                "alcance",
                models.REACH,
                {200: (models.REACH, models.Alcance)},
                (404,),
                parameters=[
                    {
                        "name": "identidad",
                        "in": "path",
                        "required": True,
                        "schema": {"type": "string", "pattern": IDENTIDAD},
                        "example": "DNI-40000001",
                    }
                ],
            )
        },
    }


def _operation(
    name: str,
    says: str,
    answers: dict[int, tuple[str, type[BaseModel] | None]],
    problems: tuple[int, ...] = (),
    **more: Any,
) -> dict[str, Any]:
    """An answer without a model is a PDF."""
    good: dict[str, dict[str, Any]] = {
        str(status): {
            "description": told,
            "content": {"application/json": {"schema": _ref(model.__name__)}}
            if model
            else {"application/pdf": {}},
        }
        for status, (told, model) in answers.items()
    }
    for status, links in LINKS.get(name, {}).items():
        good[str(status)]["links"] = {
            target: {"operationId": target, "parameters": {"id": f"$response.body#{where}"}}
            for target, where in links.items()
        }
    wrong = {str(status): _problem(status) for status in sorted({*EVERY, *problems})}
    return {"operationId": name, "summary": says, **more, "responses": good | wrong}


def _problem(status: int) -> dict[str, Any]:
    codes = sorted({kind.codigo for kind in KINDS.values() if kind.status == status})
    said = {
        "description": f"{HTTPStatus(status).phrase}: {', '.join(codes)}",
        "content": {"application/problem+json": {"schema": _ref("Problema")}},
    }
    if status in (429, 503):
        said["headers"] = {"Retry-After": {"schema": {"type": "integer", "minimum": 1}}}
    return said


def _multipart() -> dict[str, Any]:
    binary = {"type": "string", "format": "binary"}
    return {
        "schema": {
            "type": "object",
            "required": ["datos", "acto"],
            "additionalProperties": False,
            "properties": {
                "datos": _ref("Datos"),
                "acto": binary,
                "anexo": {"type": "array", "items": binary},
            },
        },
        "encoding": {
            "datos": {"contentType": "application/json"},
            "acto": {"contentType": "application/pdf"},
        },
    }


def _json(model: str) -> dict[str, Any]:
    return {"required": True, "content": {"application/json": {"schema": _ref(model)}}}


def _query(name: str, schema: dict[str, Any]) -> dict[str, Any]:
    return {"name": name, "in": "query", "schema": schema}


def _id() -> dict[str, Any]:
    schema = {"type": "string", "pattern": "^[0-9a-f]{32}$"}
    return {"name": "id", "in": "path", "required": True, "schema": schema}


def _ref(name: str) -> dict[str, str]:
    return {"$ref": REF.format(model=name)}


def _states() -> tuple[str, ...]:
    return get_args(State)
