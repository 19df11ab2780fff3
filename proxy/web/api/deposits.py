"""The addresses of the API that do something: deposit, annul, put off."""

import re
from contextlib import AsyncExitStack
from functools import partial
from typing import TypeVar

from anyio.to_thread import run_sync
from pydantic import BaseModel, ValidationError
from starlette.requests import Request
from starlette.responses import Response

from proxy.domain import limits
from proxy.domain.datos import Malformed, faults_of, once_read, read_datos
from proxy.domain.limits import Limit
from proxy.domain.notificacion import File, Notificacion
from proxy.domain.plazo import Later, Term
from proxy.errors import Refusal
from proxy.flows import annulment, api_keys, deposit, postponement, sending
from proxy.flows.coming import Parts, refuse_other_bytes
from proxy.flows.deposit import Receipt
from proxy.flows.postponement import Postponed
from proxy.web.api.answers import Teller
from proxy.web.api.body import read_for_nothing, read_json, read_parts
from proxy.web.api.door import ask, charge, count, key_of, keyed
from proxy.web.api.models import Anular, AplazarInicio, Prorrogar
from proxy.web.api.problems import Limited
from proxy.web.edge.pages import look
from proxy.web.edge.places import Full
from proxy.web.edge.state import state_of

Asked = TypeVar("Asked", bound=BaseModel)
IDEMPOTENCY = re.compile(r"[!-~]{1,200}", re.ASCII)


def teller_of(request: Request) -> Teller:
    installation = state_of(request).installation
    return Teller(installation.settings.origin, installation.zone)


@keyed("depositar")
async def deposit_one(request: Request) -> Response:
    """POST /api/v1/notificaciones"""
    key, given = key_of(request), request.headers.getlist("idempotency-key")
    if len(given) != 1 or not IDEMPOTENCY.fullmatch(given[0]):
        raise Refusal("api.idempotency")
    async with AsyncExitStack() as place:
        try:
            if denied := await look(request, api_keys.spent, key):
                assert denied.wait
                raise Limited(denied.wait)
            await place.enter_async_context(state_of(request).uploads.place(key.id))
        except (Full, Limited):
            await read_for_nothing(request)
            await count(request)
            raise
        receipt = await _receive(request, given[0])
    response = Response(receipt.answer, 200 if receipt.again else 201, None, "application/json")
    if not receipt.again:
        response.headers["Location"] = teller_of(request).place(receipt.id)
    return response


async def _receive(request: Request, idempotency: str) -> Receipt:
    installation = state_of(request).installation
    with Parts(installation.documents, installation.limits) as parts:
        try:
            await read_parts(request, parts, installation.limits)
            return await _deposit(request, parts, idempotency)
        except (Refusal, Malformed) as error:
            code = error.code if isinstance(error, Refusal) else "datos.malformed"
            refused = (key_of(request).sender, code, idempotency, parts.hashes)
            told = [_reach(request)] if code in deposit.TELLING else []
            await charge(request, told, sending.record_refusal, *refused)
            raise


async def _deposit(request: Request, parts: Parts, idempotency: str) -> Receipt:
    state, installation = state_of(request), state_of(request).installation
    datos = read_datos(parts.datos)
    refuse_other_bytes(parts, datos)
    sent = sending.request(installation.vault, key_of(request).sender, idempotency, datos)
    if done := await look(request, deposit.again, sent):
        await count(request)
        return done
    acto, anexos = deposit.offered(datos, *parts.files)
    receive = partial(deposit.receive, installation.documents, installation.limits, acto, anexos)
    served = await run_sync(receive, limiter=state.deposits)
    # Its key, and not its bytes, says whether it is the same.
    flow = partial(
        deposit.deposit,
        request=sent,
        answer=partial(_answer, teller_of(request)),
        anew=True,
        sms=installation.settings.sends_sms,
    )
    # A test reaches nobody, so that it was deposited only tells that there is a casilla.
    return await charge(
        request,
        [_reach(request)] if sent.sender.test else [],
        flow,
        installation.zone,
        datos.identidad,
        datos.described(installation.zone),
        served,
        datos.ruling(installation.catalog),
        datos.content(installation.catalog),
    )


def _reach(request: Request) -> Limit:
    return limits.reach_asked(key_of(request).id)


def _answer(teller: Teller, one: Notificacion, files: list[File]) -> str:
    return teller.deposited(one, files).model_dump_json()


@keyed("anular")
async def annul(request: Request) -> Response:
    """POST /api/v1/notificaciones/{id}/anulacion"""
    asked = await _asked(request, Anular)
    sender = key_of(request).sender
    done = await ask(
        request,
        annulment.annul,
        state_of(request).installation.catalog,
        request.path_params["id"],
        asked.motivo,
        asked.reemplazo,
        sender,
    )
    answer = teller_of(request).annulled(done.notificacion, done.annulment)
    return Response(answer.model_dump_json(), 200 if done.again else 201, None, "application/json")


@keyed("depositar")
async def extend(request: Request) -> Response:
    """POST /api/v1/notificaciones/{id}/prorroga"""
    asked = await _asked(request, Prorrogar)
    catalog, sender = state_of(request).installation.catalog, key_of(request).sender
    named, term = request.path_params["id"], Term(asked.cantidad, asked.unidad)
    done = await ask(
        request, postponement.extend, catalog, named, term, asked.norma, asked.motivo, sender
    )
    return _postponed(request, done)


@keyed("depositar")
async def begin_later(request: Request) -> Response:
    """POST /api/v1/notificaciones/{id}/inicio"""
    asked = await _asked(request, AplazarInicio)
    catalog, sender = state_of(request).installation.catalog, key_of(request).sender
    named, later = request.path_params["id"], Later(asked.fecha, asked.norma)
    return _postponed(
        request, await ask(request, postponement.begin_later, catalog, named, later, sender)
    )


def _postponed(request: Request, done: Postponed) -> Response:
    answer = teller_of(request).postponed(done.notificacion, done.postponement)
    return Response(answer.model_dump_json(), 200 if done.again else 201, None, "application/json")


async def _asked(request: Request, model: type[Asked]) -> Asked:
    body = await read_json(request)
    try:
        return model.model_validate_json(once_read(body))
    except ValidationError as error:
        raise Malformed(*faults_of(error)) from None
