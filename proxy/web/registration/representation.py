"""Proves the representative of a legal person: by a code of their casilla, or by their data."""

from collections.abc import Mapping

import anyio.to_thread
from starlette.requests import Request
from starlette.responses import Response

from proxy.domain import totp
from proxy.domain.identidad import parse_identidad
from proxy.domain.identity import Answer
from proxy.domain.registration import LEGAL, REPRESENTATIVE, Draft, Faults, Reading
from proxy.errors import Denied, Reason, Refusal
from proxy.flows import registration, representation
from proxy.flows.challenge import tries_left
from proxy.texts import TEXTS
from proxy.web import captcha
from proxy.web.edge.cookies import visit_of
from proxy.web.edge.denials import held_off, status, told
from proxy.web.edge.forms import read_form
from proxy.web.edge.pace import held
from proxy.web.edge.pages import Handler, client_of, look, page, run, see_other
from proxy.web.edge.state import state_of
from proxy.web.registration.opening import CLAVE
from proxy.web.registration.steps import (
    by_field,
    identify,
    limited,
    registration_of,
    step,
    today,
    typed_page,
    unmatched,
)

SUMMON, DATA = "representative", "representative_data"


def of_company(handler: Handler) -> Handler:
    """Only for a legal person: a natural person has no representative."""

    async def guarded(request: Request) -> Response:
        if registration_of(request).draft.persona != LEGAL:
            return see_other(request, "registration:review")
        return await handler(request)

    return step("representative")(guarded)


@of_company
async def start_form(request: Request) -> Response:
    return await _start_page(request, {})


@held
@of_company
async def summon(request: Request) -> Response:
    form, found = await read_form(request, SUMMON), registration_of(request)
    if await captcha.another(request, SUMMON, form):
        return await _start_page(request, form)
    reading = Reading(form)
    representation.declares(reading)
    try:
        identidad = parse_identidad(form.get("numero", ""))
        person = identidad.kind != "RUC"
    except Refusal:
        person = False
    if not person:
        reading.errors = {"numero": Refusal("registration.representative"), **reading.errors}
    if reading.errors:
        errors = by_field(Faults(reading.errors))
        return await _start_page(request, form, errors)
    policy, client = state_of(request).installation.policy, client_of(request)
    if await look(request, representation.summoned_again, found, identidad):
        return see_other(request, "representative:code")
    charge = await run(request, representation.admit, client)
    if isinstance(charge, Denied):
        return limited(request, charge, "registration:representative")
    error = await captcha.check(request, SUMMON, form, charge)
    if error:
        return await _start_page(request, form, {"captcha": error})
    denied = await run(request, representation.summon, policy, found, identidad, client)
    if denied:
        return limited(request, denied, "registration:representative")
    return see_other(request, "representative:code")


@of_company
async def code_form(request: Request) -> Response:
    notice = TEXTS["clave.resent"] if "reenviado" in request.query_params else None
    return await _code_page(request, notice=notice)


@held
@of_company
async def check_code(request: Request) -> Response:
    form, found = await read_form(request, "representative_code"), registration_of(request)
    typed = form.get("clave", "")
    if not totp.is_like_a_code(typed):  # also a code of the app, or a recovery code
        return await _code_page(request, 400, errors={"clave": TEXTS["clave.missing"]})
    policy = state_of(request).installation.policy
    denied = await run(request, representation.answer, policy, found, typed, client_of(request))
    # Sent again, because the first answer was lost: the code did its work.
    if denied is None or (denied.reason is Reason.GONE and found.draft.represented_by):
        return await _to_review(request)
    if denied.ends:
        return limited(request, denied, "registration:representative", CLAVE)
    said = told(denied, "clave", CLAVE)
    return held_off(await _code_page(request, status(denied), **said), denied)


@held
@of_company
async def resend(request: Request) -> Response:
    await read_form(request, "representative_resend")
    found, policy = registration_of(request), state_of(request).installation.policy
    denied = await run(request, representation.resend, policy, found, client_of(request))
    if denied is None:
        return see_other(request, "representative:code", "reenviado=1")
    if denied.ends:
        return limited(request, denied, "registration:representative", CLAVE)
    said = told(denied, "clave", CLAVE)
    return held_off(await _code_page(request, status(denied), **said), denied)


@of_company
async def data_form(request: Request) -> Response:
    return await _data_page(request, registration_of(request).draft)


@held
@of_company
async def prove(request: Request) -> Response:
    form, found = await read_form(request, DATA), registration_of(request)
    found = await run(request, representation.keep_typed, found, form)
    if await captcha.another(request, DATA, form):
        return await _data_page(request, found.draft)
    if "regresar" in form:
        return see_other(request, "registration:representative")
    try:
        claim = representation.read_representative(form, today(request))
    except Faults as faults:
        return await _data_page(request, found.draft, by_field(faults))
    if found.draft.represented_by == str(claim.identidad):
        return see_other(request, "registration:review")
    client = client_of(request)
    charge = await run(request, registration.admit, claim.identidad, client)
    if isinstance(charge, Denied):
        return limited(request, charge, "representative:data", kept=True)
    error = await captcha.check(request, DATA, form, charge)
    if error:
        return await _data_page(request, found.draft, {"captcha": error})
    checked = await identify(request, claim)
    await run(request, representation.prove, found, form, claim.identidad, checked, client)
    if checked.answer is not Answer.MATCHES:
        return unmatched(request, checked.answer, "representative:data")
    return await _to_review(request)


async def _to_review(request: Request) -> Response:
    """Ask the register about the power first. Without its yes the company waits for the entity."""
    visit, identity = visit_of(request), state_of(request).installation.identity
    found = await look(request, registration.begun, visit)
    pair = representation.pair(found.draft) if found else None
    if pair:
        answer = await anyio.to_thread.run_sync(identity.represents, *pair)
        await run(request, representation.record_power, visit, pair, answer)
    return see_other(request, "registration:review")


async def _start_page(
    request: Request, form: Mapping[str, str], errors: dict[str, str] | None = None
) -> Response:
    price = await look(request, representation.price, client_of(request))
    return page(
        request,
        "registration/representative.html",
        400 if errors else 200,
        values={name: form.get(name, "") for name in ("numero", "poder")},
        errors=errors or {},
        riddle=await captcha.riddle(request, visit_of(request), SUMMON, price),
    )


async def _code_page(request: Request, code: int = 200, **context: object) -> Response:
    asked = await look(request, representation.summoned, registration_of(request))
    if asked is None:
        return see_other(request, "registration:representative")
    left = tries_left(state_of(request).installation.policy, asked)
    values = {"left": left, "errors": {}, "notice": None} | context
    return page(request, "registration/representative_code.html", code, **values)


async def _data_page(
    request: Request, draft: Draft, errors: dict[str, str] | None = None
) -> Response:
    typed = draft.representative
    return await typed_page(request, DATA, "representative_data", typed, REPRESENTATIVE, errors)
