"""What the API refuses: a problem (RFC 9457) in Spanish with a code that stays. Never a page."""

import logging
from collections.abc import Sequence
from datetime import timedelta
from http import HTTPStatus
from typing import NamedTuple

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from proxy.domain.datos import Malformed, Wrong
from proxy.errors import Refusal, Unavailable
from proxy.texts import TEXTS
from proxy.web.api.models import Error, Problema
from proxy.web.edge.errors import unavailable_line
from proxy.web.edge.log import log_security
from proxy.web.edge.pages import retry_after
from proxy.web.edge.places import WAIT, Full
from proxy.web.edge.state import state_of

logger = logging.getLogger("casilla.web")

DOCUMENT = "/api/v1/openapi.json"
KIND = "application/problem+json"
TITLES = {
    400: "problem.malformed",
    401: "problem.key",
    403: "problem.scope",
    404: "problem.missing",
    405: "problem.method",
    408: "problem.slow",
    409: "problem.conflict",
    413: "problem.large",
    415: "problem.type",
    422: "problem.data",
    429: "problem.limit",
    500: "problem.unexpected",
    503: "problem.busy",
}


class Kind(NamedTuple):
    codigo: str
    status: int = 422


# By the code of the refusal. Programs decide by these words: none is ever changed.
KINDS = {
    "datos.malformed": Kind("datos.invalidos"),
    "acto.future": Kind("datos.futuro"),
    "casilla.unknown": Kind("destinatario.sin_casilla"),
    "casilla.cerrada": Kind("casilla.cerrada"),
    "casilla.suspendida": Kind("casilla.suspendida"),
    "plazo.no_procedure": Kind("procedimiento.desconocido"),
    "plazo.ungoverned": Kind("procedimiento.sin_regla"),
    "plazo.unit": Kind("plazo.unidad"),
    "plazo.range": Kind("plazo.fuera_de_calendario"),
    "deposit.other_body": Kind("idempotencia.otro_cuerpo"),
    "deposit.missing": Kind("notificacion.desconocida", 404),
    "constancia.missing": Kind("constancia.desconocida", 404),
    "constancia.waits": Kind("constancia.en_preparacion", 404),
    "constancia.damaged": Kind("constancia.danada", 500),
    "annulment.other": Kind("anulacion.otra", 409),
    "annulment.replacement": Kind("anulacion.reemplazo"),
    "postponement.annulled": Kind("aplazamiento.anulada", 409),
    "postponement.no_term": Kind("aplazamiento.sin_plazo"),
    "postponement.extended": Kind("aplazamiento.ya_prorrogada", 409),
    "postponement.over": Kind("aplazamiento.vencido", 409),
    "postponement.not_later": Kind("aplazamiento.no_mas_tarde"),
    "postponement.unit": Kind("aplazamiento.unidad"),
    "postponement.rule": Kind("aplazamiento.sin_regla"),
    "anexos.many": Kind("anexos.demasiados"),
    "acto.not_pdf": Kind("acto.no_es_pdf"),
    "file.empty": Kind("archivo.vacio"),
    "file.large": Kind("archivo.grande", 413),
    "file.other_bytes": Kind("archivo.sha256"),
    "file.kind": Kind("archivo.tipo"),
    "file.not_of_kind": Kind("archivo.contenido"),
    "file.broken": Kind("archivo.roto"),
    "file.locked": Kind("archivo.con_clave"),
    "file.no_pages": Kind("archivo.sin_paginas"),
    "file.heavy": Kind("archivo.pesado"),
    "file.program": Kind("archivo.programa"),
    "file.script": Kind("archivo.con_javascript"),
    "file.launch": Kind("archivo.abre_otro"),
    "file.macros": Kind("archivo.con_macros"),
    "file.packed": Kind("archivo.cerrado"),
    "file.deep": Kind("archivo.muy_adentro"),
    "api_key.invalid": Kind("clave.invalida", 401),
    "api.no_key": Kind("clave.falta", 401),
    "api.no_scope": Kind("clave.sin_permiso", 403),
    "api.no_address": Kind("direccion.desconocida", 404),
    "api.no_method": Kind("metodo.no_admitido", 405),
    "api.idempotency": Kind("idempotencia.falta", 400),
    "api.no_multipart": Kind("cuerpo.tipo", 415),
    "api.no_json": Kind("cuerpo.tipo", 415),
    "api.multipart": Kind("cuerpo.mal_formado", 400),
    "api.malformed": Kind("peticion.mal_formada", 400),
    "api.slow": Kind("peticion.lenta", 408),
    "api.large": Kind("cuerpo.grande", 413),
    "api.no_identidad": Kind("destinatario.identidad", 404),
    "api.reference": Kind("consulta.referencia", 400),
    "api.cursor": Kind("consulta.desde", 400),
    "api.amount": Kind("consulta.limite", 400),
    "api.state": Kind("consulta.estado", 400),
    "api.host": Kind("direccion.otro_servidor", 400),
    "api.limit": Kind("limite.excedido", 429),
    "api.under_way": Kind("limite.excedido", 429),
    "api.crowded": Kind("servicio.ocupado", 503),
    "api.busy": Kind("servicio.ocupado", 503),
    "api.full": Kind("servicio.sin_espacio", 503),
    "api.unexpected": Kind("error.inesperado", 500),
}
OTHER_FILE = Kind("archivo.rechazado")  # for another reason, which `detail` says
OTHER = Kind("peticion.rechazada")


class Limited(Exception):
    """The key asked for more than its share."""

    def __init__(self, wait: timedelta) -> None:
        super().__init__("limited")
        self.wait = wait


def kind_of(code: str) -> Kind:
    return KINDS.get(code, OTHER_FILE if code.startswith("file.") else OTHER)


def problem(
    request: Request, code: str, detail: str | None = None, faults: Sequence[Wrong] = ()
) -> Response:
    origin = state_of(request).installation.settings.origin
    body = told(origin, code, detail, faults, getattr(request.state, "reference", None))
    headers = {"WWW-Authenticate": "Bearer"} if body.status == HTTPStatus.UNAUTHORIZED else None
    return Response(body.model_dump_json(), body.status, headers, KIND)


def told(
    origin: str,
    code: str,
    detail: str | None = None,
    faults: Sequence[Wrong] = (),
    reference: str | None = None,
) -> Problema:
    codigo, status = kind_of(code)
    return Problema(
        type=f"{origin}/manual/api/#{codigo}",
        title=TEXTS[TITLES[status]],
        status=status,
        detail=detail or TEXTS[code],
        codigo=codigo,
        errores=[Error(campo=one.field, detalle=one.why) for one in faults],
        pedido=reference,
    )


async def refused(request: Request, error: Exception) -> Response:
    assert isinstance(error, Refusal)
    if error.event:
        log_security(request, error.event, error.code)
    return problem(request, error.code, str(error))


async def malformed(request: Request, error: Exception) -> Response:
    assert isinstance(error, Malformed)
    return problem(request, "datos.malformed", str(error), error.faults)


async def limited(request: Request, error: Exception) -> Response:
    assert isinstance(error, Limited)
    return retry_after(problem(request, "api.limit"), error.wait)


async def full(request: Request, error: Exception) -> Response:
    assert isinstance(error, Full)
    code = "api.under_way" if error.own else "api.crowded"
    return retry_after(problem(request, code), timedelta(seconds=WAIT))


async def busy(request: Request, error: Exception) -> Response:
    assert isinstance(error, Unavailable)
    unavailable_line(request, error)
    no_room = error.code == "disk.full"
    wait = timedelta(minutes=5) if no_room else timedelta(seconds=error.seconds)
    return retry_after(problem(request, "api.full" if no_room else "api.busy"), wait)


async def http_error(request: Request, error: Exception) -> Response:
    """For what the router refuses by itself."""
    assert isinstance(error, HTTPException)
    if error.status_code == HTTPStatus.NOT_FOUND:
        document = state_of(request).installation.settings.origin + DOCUMENT
        response = problem(
            request, "api.no_address", TEXTS["api.no_address"].format(document=document)
        )
    elif error.status_code == HTTPStatus.METHOD_NOT_ALLOWED:
        said = TEXTS["api.no_method"].format(method=request.method)
        response = problem(request, "api.no_method", said)
    else:
        response = problem(request, "api.malformed")
    response.headers.update(error.headers or {})
    return response


def elsewhere(request: Request) -> Response:
    origin = state_of(request).installation.settings.origin
    return problem(request, "api.host", TEXTS["api.host"].format(origin=origin))


def to_no_http(origin: str) -> tuple[bytes, bytes]:
    """The type and the body for what its server does not understand."""
    return KIND.encode(), told(origin, "api.malformed").model_dump_json().encode()


HANDLERS = {
    Refusal: refused,
    Malformed: malformed,
    Limited: limited,
    Full: full,
    Unavailable: busy,
    HTTPException: http_error,
}


class LastResort:
    """Answers an unexpected error with a problem that has the reference of the log."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        started = False

        async def watched(message: Message) -> None:
            nonlocal started
            started = True
            await send(message)

        try:
            await self.app(scope, receive, watched)
        except Exception:
            if started:
                raise  # half an answer has left already; the server must cut the connection
            request = Request(scope)
            reference = getattr(request.state, "reference", None)
            logger.exception("unexpected", extra={"request": reference})
            said = TEXTS["api.unexpected"].format(reference=reference)
            await problem(request, "api.unexpected", said)(scope, receive, send)
