"""The addresses of the API that only tell: one notificacion, lists, the feed, an addressee."""

import logging
from typing import get_args

from anyio.to_thread import run_sync
from pydantic import BaseModel
from starlette.requests import Request
from starlette.responses import Response

from proxy.domain import limits
from proxy.domain.identidad import read_identidad
from proxy.domain.ids import parse_id
from proxy.domain.sending import State
from proxy.errors import NotYours, Refusal
from proxy.flows import sending
from proxy.web import delivery
from proxy.web.api.deposits import teller_of
from proxy.web.api.door import count, key_of, keyed, read
from proxy.web.api.models import Alcance, Lista, Novedades
from proxy.web.edge.pages import look
from proxy.web.edge.state import state_of

logger = logging.getLogger("casilla.web")

BEGINNING = "0"  # the cursor of who has read nothing yet
ROWS, MOST = 50, 200
EVENTOS = 500
DIGITS = 18
REFERENCE = 100  # characters, as in `datos`
STATES: tuple[State, ...] = get_args(State)


@keyed("leer")
async def one(request: Request) -> Response:
    """GET /api/v1/notificaciones/{id}"""
    key = parse_id(request.path_params["id"])
    if key is None:
        await count(request)
        raise NotYours("deposit.missing")
    seen = await read(request, sending.one, key_of(request).sender, key)
    return _json(teller_of(request).seen(seen))


@keyed("leer")
async def constancia(request: Request) -> Response:
    """GET /api/v1/notificaciones/{id}/constancias/{clase}.pdf?numero="""
    key = parse_id(request.path_params["id"])
    if key is None:
        await count(request)
        raise NotYours("deposit.missing")
    kind, number = request.path_params["clase"], request.query_params.get("numero")
    found = await read(request, sending.constancia, key_of(request).sender, key, kind, number)
    assert found.sha256
    documents = state_of(request).installation.documents
    if fault := await run_sync(documents.fault, found.sha256):
        detail = {"sha256": found.sha256, "finding": fault}
        logger.error("damaged", extra={"request": request.state.reference, "detail": detail})
        raise Refusal("constancia.damaged")
    path, name = documents.path(found.sha256), f"{found.number}.pdf"
    return delivery.one_file(request, path, name, "application/pdf", found.sha256)


@keyed("leer")
async def listing(request: Request) -> Response:
    """GET /api/v1/notificaciones?referencia=&estado=&desde=&limite="""
    asked = request.query_params
    cursor = asked.get("desde", BEGINNING)
    after = b"" if cursor == BEGINNING else parse_id(cursor)
    if after is None:
        raise Refusal("api.cursor")
    found, behind = await read(
        request,
        sending.page,
        key_of(request).sender,
        after,
        _amount(request, ROWS, MOST),
        _reference(request),
        _state(request),
    )
    teller = teller_of(request)
    rows = [teller.listed(listed) for listed in found]
    return _json(Lista(notificaciones=rows, siguiente=behind.hex() or BEGINNING))


@keyed("leer")
async def news(request: Request) -> Response:
    """GET /api/v1/eventos?desde=&limite="""
    cursor = request.query_params.get("desde", BEGINNING)
    if not (cursor.isascii() and cursor.isdigit() and len(cursor) <= DIGITS):
        raise Refusal("api.cursor")
    most = _amount(request, ROWS, EVENTOS)
    found = await read(request, sending.news, key_of(request).sender, int(cursor), most)
    teller = teller_of(request)
    told = [teller.happened(happened) for happened in found]
    return _json(Novedades(eventos=told, siguiente=str(told[-1].lugar) if told else cursor))


@keyed("leer")
async def reach(request: Request) -> Response:
    """GET /api/v1/casillas/{identidad}"""
    await count(request, limits.reach_asked(key_of(request).id))
    try:
        identidad = read_identidad(request.path_params["identidad"])
    except Refusal as refusal:
        raise NotYours("api.no_identidad") from refusal
    found = await look(request, sending.reach, identidad)
    return _json(
        Alcance(afiliada=found.member, alertas=found.alertas, ultimo_ingreso=found.last_login)
    )


def _reference(request: Request) -> str | None:
    typed = request.query_params.get("referencia")
    if typed is not None and not 1 <= len(typed) <= REFERENCE:
        raise Refusal("api.reference", most=REFERENCE)
    # PostgreSQL takes no NUL, which no reference that is stored has.
    return typed.replace("\0", "\N{REPLACEMENT CHARACTER}") if typed else None


def _state(request: Request) -> State | None:
    typed = request.query_params.get("estado")
    for state in STATES:
        if state == typed:
            return state
    if typed is not None:
        raise Refusal("api.state")
    return None


def _amount(request: Request, usual: int, most: int) -> int:
    typed = request.query_params.get("limite", str(usual))
    if not (typed.isascii() and typed.isdigit() and len(typed) <= 4 and 1 <= int(typed) <= most):
        raise Refusal("api.amount", most=most)
    return int(typed)


def _json(answer: BaseModel) -> Response:
    return Response(answer.model_dump_json(), media_type="application/json")
