"""RECUPERAR CLAVE: DNI, channel, token digital and new password, the first three with CAPTCHA."""

from starlette.requests import Request
from starlette.responses import Response

from proxy.domain import codes, secrets
from proxy.domain.identidad import parse_user
from proxy.errors import Denied, Reason, Refusal
from proxy.flows import recovery
from proxy.flows.challenge import Challenge, tries_left
from proxy.flows.limiting import Charge
from proxy.flows.recovery import Channel
from proxy.texts import TEXTS
from proxy.web import captcha
from proxy.web.choosing import choose_form, store_chosen, stored_before
from proxy.web.edge.cookies import VISIT, begin_visit, set_cookie, visit_of
from proxy.web.edge.denials import held_off, sentence, status, told
from proxy.web.edge.forms import read_form
from proxy.web.edge.pace import held
from proxy.web.edge.pages import client_of, letters, look, malformed, page, run, see_other
from proxy.web.edge.state import state_of

PRICES = {
    "recovery_start": recovery.price,
    "recovery_channel": recovery.price_of_message,
    "recovery_resend": recovery.price_of_message,
}
CHANNELS: dict[str, Channel] = {"correo": "email", "celular": "sms"}


async def start_form(request: Request) -> Response:
    visit = begin_visit(request)
    response = await _start_page(request, visit)
    set_cookie(response, VISIT, visit)
    return response


@held
async def start(request: Request) -> Response:
    form = await read_form(request, "recovery_start")
    dni, visit = form.get("dni", ""), visit_of(request)
    if await captcha.another(request, "recovery_start", form):
        return await _start_page(request, visit, dni=dni)
    try:
        identidad = parse_user(dni)
    except Refusal:
        return await _start_page(request, visit, 400, dni=dni, errors={"dni": malformed(request)})
    new_visit = secrets.new_token()
    if await run(request, recovery.started_again, identidad, visit, new_visit):
        return _next(request, "recovery:channel", new_visit)
    least = await captcha.least(request, "recovery_start", sent=True)
    charge = await run(request, recovery.admit, identidad, client_of(request), least)
    if isinstance(charge, Denied):
        return await _start_page(request, visit, denied=charge, dni=dni)
    error = await captcha.check(request, "recovery_start", form, charge)
    if error:
        return await _start_page(request, visit, 400, dni=dni, errors={"captcha": error})
    policy, client = state_of(request).installation.policy, client_of(request)
    await run(request, recovery.start, policy, identidad, new_visit, client, visit)
    return _next(request, "recovery:channel", new_visit)


async def channel_form(request: Request) -> Response:
    if await look(request, recovery.started, visit_of(request)) is None:
        return see_other(request, "recovery:start")
    return await _page(request, "channel", chosen="correo")


@held
async def send(request: Request) -> Response:
    form = await read_form(request, "recovery_channel")
    picked = form.get("canal", "")
    if await captcha.another(request, "recovery_channel", form):
        return await _page(request, "channel", chosen=picked)
    if picked not in CHANNELS:
        errors = {"canal": TEXTS["recovery.channel"]}
        return await _page(request, "channel", 400, chosen="", errors=errors)
    channel, new_visit = CHANNELS[picked], secrets.new_token()
    if await run(request, recovery.sent_again, visit_of(request), channel, new_visit):
        return _next(request, "recovery:code", new_visit)
    least = await captcha.least(request, "recovery_channel", sent=True)
    charge = await run(
        request, recovery.admit_message, visit_of(request), client_of(request), least
    )
    if isinstance(charge, Denied):
        return await _over(request, charge)
    error = await captcha.check(request, "recovery_channel", form, charge)
    if error:
        errors = {"captcha": error}
        return await _page(request, "channel", 400, chosen=picked, errors=errors)
    policy = state_of(request).installation.policy
    denied = await run(
        request, recovery.send, policy, visit_of(request), channel, new_visit, client_of(request)
    )
    if denied:
        return await _over(request, denied)
    return _next(request, "recovery:code", new_visit)


async def code_form(request: Request) -> Response:
    waiting = await look(request, recovery.asked, visit_of(request))
    if waiting is None:
        return see_other(request, "recovery:start")
    notice = TEXTS["token.resent"] if "reenviado" in request.query_params else None
    return await _code_page(request, waiting=waiting, notice=notice)


@held
async def verify(request: Request) -> Response:
    form = await read_form(request, "recovery_code")
    typed = form.get("token", "")
    if await captcha.another(request, "recovery_code", form):
        return await _code_page(request, typed=typed)
    if not codes.is_like_a_code(typed):
        errors = {"token": TEXTS["token.missing"]}
        return await _code_page(request, 400, typed=typed, errors=errors)
    visit, new_visit, client = visit_of(request), secrets.new_token(), client_of(request)
    if await run(request, recovery.verified_again, visit, typed, new_visit, client):
        return _next(request, "recovery:choose", new_visit)
    least = await captcha.least(request, "recovery_code", sent=True)
    error = await captcha.check(request, "recovery_code", form, Charge(least))
    if error:
        errors = {"captcha": error}
        return await _code_page(request, 400, typed=typed, errors=errors)
    policy = state_of(request).installation.policy
    denied = await run(request, recovery.verify, policy, visit, typed, new_visit, client)
    if denied is None:
        return _next(request, "recovery:choose", new_visit)
    if denied.ends:
        return await _over(request, denied)
    errors = {"token": sentence(denied)}
    return held_off(await _code_page(request, status(denied), errors=errors), denied)


async def resend_form(request: Request) -> Response:
    if await look(request, recovery.waiting, visit_of(request)) is None:
        return see_other(request, "recovery:start")
    return await _page(request, "resend")


@held
async def resend(request: Request) -> Response:
    form = await read_form(request, "recovery_resend")
    policy = state_of(request).installation.policy
    if await captcha.another(request, "recovery_resend", form):
        return await _page(request, "resend")
    soon = await look(request, recovery.too_soon, policy, visit_of(request))
    if soon:
        return await _waits(request, soon)
    least = await captcha.least(request, "recovery_resend", sent=True)
    charge = await run(
        request, recovery.admit_message, visit_of(request), client_of(request), least
    )
    if isinstance(charge, Denied):
        return await _waits(request, charge)
    error = await captcha.check(request, "recovery_resend", form, charge)
    if error:
        return await _page(request, "resend", 400, errors={"captcha": error})
    denied = await run(request, recovery.resend, policy, visit_of(request), client_of(request))
    if denied is None:
        return see_other(request, "recovery:code", "reenviado=1")
    return await (_over if denied.ends else _waits)(request, denied)


async def choosing(request: Request) -> Response:
    found = await look(request, recovery.choosing, visit_of(request))
    if found is None:
        return see_other(request, "recovery:start")
    return choose_form(request, "recovery/choose.html", factor=found.factor)


@held
async def choose(request: Request) -> Response:
    form = await read_form(request, "recovery_choose")
    found = await look(request, recovery.choosing, visit_of(request))
    if found is None:
        stored = await stored_before(request, form, recovery.chosen, visit_of(request))
        return stored or await _over(request, Denied(Reason.OVER))
    template, visit = "recovery/choose.html", visit_of(request)
    stored = await store_chosen(request, form, found, template, recovery.choose, visit)
    return stored or await _over(request, Denied(Reason.OVER))


async def done(request: Request) -> Response:
    if not state_of(request).signing.link_of("recovery:done", visit_of(request)):
        return see_other(request, "recovery:start")
    return page(request, "recovery/done.html")


async def _riddle(request: Request, visit: str, form_name: str) -> captcha.Riddle | None:
    price = await captcha.least(request, form_name, sent=False)
    if form_name in PRICES:
        price = max(price, await look(request, PRICES[form_name], client_of(request)))
    return await captcha.riddle(request, visit, form_name, price)


async def _page(request: Request, step: str, code: int = 200, **context: object) -> Response:
    riddle = await _riddle(request, visit_of(request), f"recovery_{step}")
    values = {"errors": {}, "notice": None} | context
    return page(request, f"recovery/{step}.html", code, riddle=riddle, **values)


async def _code_page(
    request: Request, code: int = 200, waiting: Challenge | None = None, **context: object
) -> Response:
    waiting = waiting or await look(request, recovery.waiting, visit_of(request))
    by_sms = waiting is not None and waiting.channel == "sms"  # as this browser chose
    left = tries_left(state_of(request).installation.policy, waiting)
    values = {"typed": "", "by_sms": by_sms, "left": left} | context
    return await _page(request, "code", code, **values)


async def _start_page(
    request: Request,
    visit: str,
    code: int = 200,
    *,
    denied: Denied | None = None,
    **context: object,
) -> Response:
    riddle = await _riddle(request, visit, "recovery_start")
    values = {"dni": "", "errors": {}, "notice": None, "letters": letters(request)} | context
    if denied is None:
        return page(request, "recovery/start.html", code, riddle=riddle, **values)
    values |= told(denied, "dni", "recovery")
    response = page(request, "recovery/start.html", status(denied), riddle=riddle, **values)
    return held_off(response, denied)


async def _waits(request: Request, denied: Denied) -> Response:
    response = await _code_page(request, status(denied), notice=sentence(denied))
    return held_off(response, denied)


async def _over(request: Request, denied: Denied) -> Response:
    return await _start_page(request, visit_of(request), denied=denied)


def _next(request: Request, name: str, new_visit: str) -> Response:
    response = see_other(request, name)
    set_cookie(response, VISIT, new_visit)
    return response
