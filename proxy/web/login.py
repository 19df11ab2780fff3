"""Login: DNI and password, then the token digital."""

import re
from datetime import timedelta
from typing import Any

import anyio.to_thread
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from proxy.domain import secrets
from proxy.domain.identidad import parse_user
from proxy.errors import Denied, Reason, Refusal
from proxy.flows import cuentas, login
from proxy.flows.challenge import Challenge, tries_left
from proxy.texts import TEXTS
from proxy.web import captcha
from proxy.web.edge.cookies import (
    DEVICE,
    DEVICE_SECONDS,
    SESSION,
    VISIT,
    begin_visit,
    drop_cookie,
    set_cookie,
    visit_of,
)
from proxy.web.edge.denials import held_off, status, told
from proxy.web.edge.forms import read_form
from proxy.web.edge.pace import held
from proxy.web.edge.pages import (
    client_of,
    letters,
    look,
    malformed,
    page,
    run,
    see_other,
)
from proxy.web.edge.sessions import current, leave
from proxy.web.edge.state import state_of
from proxy.web.mailed import token_of

OUR_PATH = re.compile(r"/casilla/[A-Za-z0-9_\-/]*")
RECOVERY = "recuperacion"  # the field of a recovery code, in place of a code of the app


async def password_form(request: Request) -> Response:
    if await current(request):
        return see_other(request, "inbox:pending")
    visit, client = begin_visit(request), client_of(request)
    notice = TEXTS["session.over"] if "fin" in request.query_params else None
    volver = request.query_params.get("volver", "")
    price = 0 if client.device else await look(request, login.price, client)
    riddle = await captcha.riddle(request, visit, "login", price)
    response = _password_page(request, volver=volver, notice=notice, riddle=riddle)
    set_cookie(response, VISIT, visit)
    return response


@held
async def check_password(request: Request) -> Response:
    form = await read_form(request, "login")
    dni, password, volver = (form.get(name, "") for name in ("dni", "clave", "volver"))
    if await captcha.another(request, "login", form):
        return await _riddle_page(request, dni=dni, volver=volver)
    try:
        identidad = parse_user(dni)
    except Refusal:
        errors = {"dni": malformed(request)}
        return await _again(request, form, errors)
    if not password:
        return await _again(request, form, {"clave": TEXTS["password.missing"]})

    state, client, visit = state_of(request), client_of(request), secrets.new_token()
    policy = state.installation.policy
    with state.passwords.place():
        attempt = await run(request, login.attempt, identidad, client)
        if isinstance(attempt, Denied):
            return await _denied_password(request, attempt, dni, volver)
        price = attempt.charge.price
        if price and "captcha_id" not in form:
            said = told(Denied(Reason.RIDDLE), "clave", "login") | {"dni": dni, "volver": volver}
            return await _riddle_page(request, 403, price=price, **said)
        if price:
            error = await captcha.check(request, "login", form, attempt.charge)
            if error:
                said = {"errors": {"captcha": error}, "notice": TEXTS["login.again"]}
                said |= {"dni": dni, "volver": volver}
                return await _riddle_page(request, 400, price=price, **said)
            attempt = await run(request, login.admit, attempt, client)
        kept = attempt.as_kept(password)
        proof = await state.passwords.prove(attempt.stored, kept)
        breached = await anyio.to_thread.run_sync(state.installation.breached.knows, password)
    before = visit_of(request)
    denied = await run(
        request,
        login.answer,
        policy,
        attempt,
        proof,
        visit,
        client,
        before=before,
        breached=breached,
    )
    if denied:
        return await _denied_password(request, denied, dni, volver, price)

    response = see_other(request, "login:code", f"volver={volver}" if _ours(volver) else "")
    set_cookie(response, VISIT, visit)
    await leave(request, response)
    return response


async def code_form(request: Request) -> Response:
    challenge = await look(request, login.asked, visit_of(request))
    if challenge is None:
        return see_other(request, "login:password")
    volver = request.query_params.get("volver", "")
    notice = TEXTS["token.resent"] if "reenviado" in request.query_params else None
    return _code_page(request, challenge, 200, volver, notice=notice)


@held
async def check_code(request: Request) -> Response:
    form = await read_form(request, "code")
    field = RECOVERY if RECOVERY in form else "token"
    typed, volver = form.get(field, ""), form.get("volver", "")
    state = state_of(request)
    outcome = await run(
        request,
        login.verify,
        state.installation.policy,
        visit_of(request),
        typed,
        client_of(request),
    )
    if isinstance(outcome, Denied):
        return await _denied_code(request, outcome, volver, field)
    inbox = request.app.url_path_for("inbox:pending")
    response = RedirectResponse(volver if _ours(volver) else f"{inbox}?listo=1", 303)
    set_cookie(response, SESSION, outcome.token)
    set_cookie(response, DEVICE, state.signing.device_cookie(outcome.device), DEVICE_SECONDS)
    drop_cookie(response, VISIT)
    return response


@held
async def resend_code(request: Request) -> Response:
    form = await read_form(request, "resend")
    state, volver = state_of(request), form.get("volver", "")
    outcome = await run(
        request,
        login.resend,
        state.installation.policy,
        visit_of(request),
        client_of(request),
    )
    if outcome is not None:
        return await _denied_code(request, outcome, volver, "token")
    return see_other(
        request, "login:code", "reenviado=1" + (f"&volver={volver}" if _ours(volver) else "")
    )


async def disavow_form(request: Request) -> Response:
    if _disavowed(request) is None:
        return page(request, "login/disavowed.html", stopped=False)
    return page(request, "login/disavow.html")


@held
async def disavow(request: Request) -> Response:
    await read_form(request, "disavow", token_of(request))
    challenge = _disavowed(request)
    stopped = False
    if challenge is not None:
        stopped = await run(request, login.disavow, bytes.fromhex(challenge))
    return page(request, "login/disavowed.html", stopped=stopped)


async def pass_form(request: Request) -> Response:
    if state_of(request).signing.link_of(cuentas.PASS, token_of(request)) is None:
        return _password_page(request, 410, volver="", notice=TEXTS["pass.over"])
    return page(request, "login/pass.html")


@held
async def use_pass(request: Request) -> Response:
    token, state = token_of(request), state_of(request)
    await read_form(request, "pass", token)
    link = state.signing.link_of(cuentas.PASS, token)
    device = await run(request, cuentas.use_pass, link, client_of(request)) if link else None
    notice = TEXTS["pass.used" if device else "pass.over"]
    response = _password_page(request, 200 if device else 410, volver="", notice=notice)
    if device:
        set_cookie(response, DEVICE, state.signing.device_cookie(device), DEVICE_SECONDS)
    return response


async def logout(request: Request) -> Response:
    await read_form(request, "logout")
    response = see_other(request, "login:logout")
    await leave(request, response)
    # Never "cookies": that would also wipe the cookies of sibling hosts.
    response.headers["Clear-Site-Data"] = '"storage"'
    return response


async def left(request: Request) -> Response:
    return page(request, "login/left.html")


async def _again(request: Request, form: dict[str, str], errors: dict[str, str]) -> Response:
    """With its riddle, if it had one."""
    typed: dict[str, Any] = {name: form.get(name, "") for name in ("dni", "volver")}
    if "captcha_id" in form:
        return await _riddle_page(request, 400, errors=errors, **typed)
    return _password_page(request, 400, errors=errors, **typed)


def _password_page(request: Request, status: int = 200, **context: object) -> Response:
    return page(
        request,
        "login/password.html",
        status,
        **{"dni": "", "errors": {}, "notice": None, "riddle": None, "letters": letters(request)}
        | context,
    )


async def _riddle_page(
    request: Request, status: int = 200, *, price: int = 0, **context: object
) -> Response:
    """The form asks for a riddle, at least for a simple one."""
    price = max(price, 1, await look(request, login.price, client_of(request)))
    riddle = await captcha.riddle(request, visit_of(request), "login", price)
    return _password_page(request, status, riddle=riddle, **context)


def _code_page(
    request: Request, asked: Challenge, status: int, volver: str, **context: object
) -> Response:
    """An owner with a second factor types a code of the app: no message was sent."""
    left = tries_left(state_of(request).installation.policy, asked)
    values = {"volver": volver, "notice": None, "errors": {}, "left": left} | context
    template = "login/app.html" if asked.channel == "app" else "login/code.html"
    return page(request, template, status, **values)


async def _denied_password(
    request: Request, denied: Denied, dni: str, volver: str, price: int = 0
) -> Response:
    """After a try that had a price, the next one has it too."""
    said = told(denied, "clave", *(["login_letters"] if letters(request) else []), "login")
    said |= {"dni": dni, "volver": volver}
    if price:
        return await _riddle_page(request, status(denied), price=price, **said)
    return held_off(_password_page(request, status(denied), **said), denied)


async def _denied_code(request: Request, denied: Denied, volver: str, field: str) -> Response:
    asked = await look(request, login.asked, visit_of(request))
    if denied.ends or asked is None:
        denied = denied if denied.ends else Denied(Reason.GONE)
        return _password_page(request, status(denied), volver=volver, **told(denied, "dni"))
    said = told(denied, field, *(["recovery_code"] if field == RECOVERY else []))
    return held_off(_code_page(request, asked, status(denied), volver, **said), denied)


def _disavowed(request: Request) -> str | None:
    state = state_of(request)
    seconds = state.installation.policy.disavowal_life // timedelta(seconds=1)
    return state.signing.disavowed(token_of(request), seconds)


def _ours(path: str) -> bool:
    """After the login, only a path of the casilla: no open redirect (S7)."""
    return OUR_PATH.fullmatch(path) is not None
