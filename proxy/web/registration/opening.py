"""VERIFICACIÓN DE CORREO by code or by link, and the first access that follows."""

from dataclasses import replace

from starlette.requests import Request
from starlette.responses import Response

from proxy.domain import codes
from proxy.errors import Denied, Reason
from proxy.flows import first_access, opening
from proxy.flows.challenge import tries_left
from proxy.flows.first_access import ACTIVATION, First
from proxy.flows.password import Choosing
from proxy.texts import TEXTS
from proxy.web.choosing import choose_form, finish, store_chosen, stored_before
from proxy.web.edge.cookies import visit_of
from proxy.web.edge.denials import held_off, status, told
from proxy.web.edge.forms import read_form
from proxy.web.edge.pace import held
from proxy.web.edge.pages import client_of, look, page, run, see_other
from proxy.web.edge.state import state_of
from proxy.web.mailed import token_of
from proxy.web.registration.steps import limited

CLAVE = "clave"  # the guide's name of this code, instead of «token digital»
DONE, WAITS = "registration:done", "registration:waits"


async def email_form(request: Request) -> Response:
    notice = TEXTS["clave.resent"] if "reenviado" in request.query_params else None
    return await _email_page(request, notice=notice)


@held
async def validate(request: Request) -> Response:
    form = await read_form(request, "registration_email")
    typed = form.get("clave", "")
    visit, state = visit_of(request), state_of(request)
    if not codes.is_like_a_code(typed):
        return await _email_page(request, 400, errors={"clave": TEXTS["clave.missing"]})
    waiting = await look(request, opening.waiting, visit)
    if waiting is None:
        return await _gone(request, Denied(Reason.GONE))
    policy, catalog = state.installation.policy, state.installation.catalog
    waits = waiting[0].draft.waits
    with state.passwords.place():
        made = await _first(request)
        denied = await run(
            request, opening.validate, policy, catalog, visit, typed, made, client_of(request)
        )
    if denied is None:
        return _done(request, waits=waits)
    if denied.ends:
        return await _gone(request, denied)
    said = told(denied, "clave", CLAVE)
    return held_off(await _email_page(request, status(denied), **said), denied)


@held
async def resend(request: Request) -> Response:
    await read_form(request, "registration_resend")
    policy = state_of(request).installation.policy
    denied = await run(request, opening.resend, policy, visit_of(request), client_of(request))
    if denied is None:
        return see_other(request, "registration:email", "reenviado=1")
    if denied.ends:
        return await _gone(request, denied)
    said = told(denied, "clave", CLAVE)
    return held_off(await _email_page(request, status(denied), **said), denied)


async def link_form(request: Request) -> Response:
    challenge_id = _challenge(request)
    code = await look(request, opening.linked, challenge_id) if challenge_id else None
    return _link_page(request, code, 410 if code is None else 200)


@held
async def validate_link(request: Request) -> Response:
    form = await read_form(request, "registration_link", token_of(request))
    challenge_id, state = _challenge(request), state_of(request)
    if challenge_id is None or await look(request, opening.linked, challenge_id) is None:
        return _link_page(request, None, 410)
    policy, catalog = state.installation.policy, state.installation.catalog
    typed, waits = form.get("clave", ""), await look(request, opening.waits, challenge_id)
    if not codes.is_like_a_code(typed):
        return _link_page(request, typed, 400, errors={"clave": TEXTS["clave.missing"]})
    with state.passwords.place():
        made = await _first(request)
        denied = await run(
            request,
            opening.validate_by_link,
            policy,
            catalog,
            challenge_id,
            typed,
            made,
            client_of(request),
        )
    if denied is None:
        return _done(request, waits=waits)
    if denied.ends:
        return _link_page(request, None, 410)
    said = told(denied, "clave", CLAVE)
    return held_off(_link_page(request, typed, status(denied), **said), denied)


async def done(request: Request) -> Response:
    if not state_of(request).signing.link_of(DONE, visit_of(request)):
        return see_other(request, "registration:terms")
    return page(request, "registration/done.html")


async def told_to_wait(request: Request) -> Response:
    if not state_of(request).signing.link_of(WAITS, visit_of(request)):
        return see_other(request, "registration:terms")
    return page(request, "registration/waits.html", days=opening.WAITS.days)


async def activation_form(request: Request) -> Response:
    if await _activating(request) is None:
        return _over_page(request)
    return choose_form(request, "registration/activation.html")


@held
async def activate(request: Request) -> Response:
    form = await read_form(request, "activation", token_of(request))
    choosing = await _activating(request)
    if choosing is None:
        link = _activation(request)
        stored = await stored_before(request, form, first_access.activated, link)
        return stored or _over_page(request)
    template, link = "registration/activation.html", _activation(request)
    stored = await store_chosen(request, form, choosing, template, first_access.activate, link)
    return stored or _over_page(request)


def _over_page(request: Request) -> Response:
    return page(request, "registration/activation_over.html", 410)


async def _first(request: Request) -> First:
    """Made before the code is checked, so that a right and a wrong code cost the same time."""
    state = state_of(request)
    made = first_access.first(state.installation.policy, state.installation.vault)
    if not made.secret:
        return made
    return replace(made, hashed=await state.passwords.hash(made.secret))


def _done(request: Request, *, waits: bool) -> Response:
    return finish(request, WAITS if waits else DONE)


async def _gone(request: Request, denied: Denied) -> Response:
    """A form that is sent twice after success leads to the page of success."""
    if ended := await look(request, opening.done, visit_of(request)):
        return _done(request, waits=ended.draft.waits)
    back = "registration:terms" if denied.reason is Reason.OVER else "registration:review"
    return limited(request, denied, back, CLAVE)


async def _email_page(request: Request, code: int = 200, **context: object) -> Response:
    waiting = await look(request, opening.waiting, visit_of(request))
    if waiting is None:
        return see_other(request, "registration:review")
    email = waiting[0].draft.typed["correo"]
    left = tries_left(state_of(request).installation.policy, waiting[1])
    values = {"email": email, "left": left, "errors": {}, "notice": None} | context
    return page(request, "registration/email.html", code, **values)


def _link_page(request: Request, code: str | None, status: int, **context: object) -> Response:
    values = {"clave": code, "errors": {}, "notice": None} | context
    return page(request, "registration/link.html", status, **values)


def _challenge(request: Request) -> bytes | None:
    return state_of(request).signing.link_of(opening.PURPOSE, token_of(request))


def _activation(request: Request) -> bytes | None:
    return state_of(request).signing.link_of(ACTIVATION, token_of(request))


async def _activating(request: Request) -> Choosing | None:
    link = _activation(request)
    return await look(request, first_access.opened, link) if link else None
