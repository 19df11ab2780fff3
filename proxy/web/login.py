"""Login: DNI and password, then the token digital."""

import re
from datetime import timedelta

import anyio.to_thread
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from proxy.domain import secrets
from proxy.domain.identidad import parse_user
from proxy.errors import Denied, Reason, Refusal
from proxy.flows import login
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
    mailed_page,
    malformed,
    page,
    run,
    see_other,
)
from proxy.web.edge.sessions import current, leave
from proxy.web.edge.state import state_of

OUR_PATH = re.compile(r"/casilla/[A-Za-z0-9_\-/]*")
RECOVERY = "recuperacion"  # the field of a recovery code, in place of a code of the app


async def password_form(request: Request) -> Response:
    if await current(request):
        return see_other(request, "inbox:pending")
    visit = begin_visit(request)
    notice = TEXTS["session.over"] if "fin" in request.query_params else None
    response = _password_page(request, volver=request.query_params.get("volver", ""), notice=notice)
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
        return _password_page(request, 400, dni=dni, volver=volver, errors=errors)
    if not password:
        errors = {"clave": TEXTS["password.missing"]}
        return _password_page(request, 400, dni=dni, volver=volver, errors=errors)

    riddled = "captcha_id" in form
    if riddled and (error := await captcha.check(request, "login", form)):
        errors = {"captcha": error}
        return await _riddle_page(request, 400, dni=dni, volver=volver, errors=errors)

    state, client, visit = state_of(request), client_of(request), secrets.new_token()
    policy = state.installation.policy
    with state.passwords.place():
        attempt = await run(request, login.attempt, identidad, client, riddled=riddled)
        if isinstance(attempt, Denied) and attempt.reason is Reason.RIDDLE:
            said = told(attempt, "clave", "login")
            return await _riddle_page(request, 403, dni=dni, volver=volver, **said)
        if isinstance(attempt, Denied):
            return _denied_password(request, attempt, dni, volver)
        proof = await state.passwords.prove(attempt.stored, password)
        breached = await anyio.to_thread.run_sync(state.installation.breached.knows, password)
    denied = await run(
        request, login.answer, policy, attempt, proof, visit, client, breached=breached
    )
    if denied:
        return _denied_password(request, denied, dni, volver)

    response = see_other(request, "login:code", f"volver={volver}" if _ours(volver) else "")
    set_cookie(response, VISIT, visit)
    await leave(request, response)
    return response


async def code_form(request: Request) -> Response:
    challenge = await look(request, login.waiting, visit_of(request))
    if challenge is None:
        return see_other(request, "login:password")
    volver = request.query_params.get("volver", "")
    notice = TEXTS["token.resent"] if "reenviado" in request.query_params else None
    return _code_page(request, challenge.channel == "app", 200, volver, notice=notice)


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
        return _denied_code(request, outcome, volver, field)
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
        return _denied_code(request, outcome, volver, "token")
    return see_other(
        request, "login:code", "reenviado=1" + (f"&volver={volver}" if _ours(volver) else "")
    )


async def disavow_form(request: Request) -> Response:
    return mailed_page(request, "login/disavow.html")


@held
async def disavow(request: Request) -> Response:
    await read_form(request, "disavow")
    state = state_of(request)
    seconds = state.installation.policy.disavowal_life // timedelta(seconds=1)
    challenge = state.signing.disavowed(request.path_params["token"], seconds)
    stopped = False
    if challenge is not None:
        stopped = await run(request, login.disavow, bytes.fromhex(challenge))
    return page(request, "login/disavowed.html", stopped=stopped)


async def logout(request: Request) -> Response:
    await read_form(request, "logout")
    response = see_other(request, "login:logout")
    await leave(request, response)
    # Never "cookies": that would also wipe the cookies of sibling hosts.
    response.headers["Clear-Site-Data"] = '"storage"'
    return response


async def left(request: Request) -> Response:
    return page(request, "login/left.html")


def _password_page(request: Request, status: int = 200, **context: object) -> Response:
    return page(
        request,
        "login/password.html",
        status,
        **{"dni": "", "errors": {}, "notice": None, "riddle": None, "letters": letters(request)}
        | context,
    )


async def _riddle_page(request: Request, status: int = 200, **context: object) -> Response:
    """Asks an unknown browser for a CAPTCHA while too many passwords are tried everywhere (S48)."""
    riddle = await captcha.riddle(request, visit_of(request), "login")
    return _password_page(request, status, riddle=riddle, **context)


def _code_page(
    request: Request, by_app: bool, status: int, volver: str, **context: object
) -> Response:
    """An owner with a second factor types a code of the app: no message was sent."""
    values = {"volver": volver, "notice": None, "errors": {}} | context
    return page(request, "login/app.html" if by_app else "login/code.html", status, **values)


def _denied_password(request: Request, denied: Denied, dni: str, volver: str) -> Response:
    said = told(denied, "clave", *(["login_letters"] if letters(request) else []), "login")
    return held_off(_password_page(request, status(denied), dni=dni, volver=volver, **said), denied)


def _denied_code(request: Request, denied: Denied, volver: str, field: str) -> Response:
    if denied.ends:
        return _password_page(request, status(denied), volver=volver, **told(denied, "dni"))
    said = told(denied, field, *(["recovery_code"] if field == RECOVERY else []))
    return held_off(_code_page(request, denied.by_app, status(denied), volver, **said), denied)


def _ours(path: str) -> bool:
    """After the login, only a path of the casilla: no open redirect (S7)."""
    return OUR_PATH.fullmatch(path) is not None
