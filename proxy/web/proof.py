"""Asks for the password again, before an act that could lock the owner out of the casilla."""

from functools import wraps
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from proxy.domain import secrets
from proxy.errors import Denied
from proxy.flows import password as flow
from proxy.flows import proof
from proxy.texts import TEXTS
from proxy.web.edge.cookies import SESSION, set_cookie
from proxy.web.edge.denials import held_off, status, told
from proxy.web.edge.forms import read_form
from proxy.web.edge.pace import held
from proxy.web.edge.pages import Handler, page, run, see_other
from proxy.web.edge.sessions import PAGE, private, session_of
from proxy.web.edge.state import state_of


def proved(handler: Handler) -> Handler:
    """Only for an owner who logged in or typed the password within `policy.proof_life`.

    Any other owner types the password first and then returns to the page.
    """

    @wraps(handler)
    async def guarded(request: Request) -> Response:
        if fresh(request):
            return await handler(request)
        found = PAGE.match(request.url.path)
        return see_other(request, "proof:confirm", urlencode({"volver": found[0] if found else ""}))

    return private(guarded)


def fresh(request: Request) -> bool:
    installation = state_of(request).installation
    return proof.fresh(installation.policy, session_of(request), installation.clock())


async def give(request: Request, password: str) -> str | Denied:
    """Returns the new token of the session, which the browser gets by `keep`."""
    state, session = state_of(request), session_of(request)
    with state.passwords.place():
        casilla = await run(request, flow.count_try, session)
        if isinstance(casilla, Denied):
            return casilla
        given = await state.passwords.prove(casilla.password, password)
    token = secrets.new_token()
    denied = await run(request, proof.answer, session, given, token)
    if denied:
        return denied
    # The forms of this answer belong to the new token.
    request.state.binding = token
    now, digest = state.installation.clock(), state.installation.vault.digest(token)
    request.state.session = session._replace(digest=digest, proved_at=now)
    return token


def keep(request: Request, response: Response, token: str) -> Response:
    set_cookie(response, SESSION, token)
    return response


@private
async def confirm_form(request: Request) -> Response:
    return _confirm_page(request, request.query_params.get("volver", ""))


@held
@private
async def confirm(request: Request) -> Response:
    form = await read_form(request, "confirm")
    back, password = form.get("volver", ""), form.get("clave", "")
    if not password:
        return _confirm_page(request, back, 400, errors={"clave": TEXTS["password.missing"]})
    token = await give(request, password)
    if isinstance(token, Denied):
        response = _confirm_page(request, back, status(token), **told(token, "clave", "proof"))
        return held_off(response, token)
    if not PAGE.fullmatch(back):
        back = request.app.url_path_for("profile:data")
    return keep(request, RedirectResponse(back, 303), token)


def _confirm_page(request: Request, back: str, code: int = 200, **context: object) -> Response:
    values = {"volver": back, "errors": {}, "notice": None} | context
    return page(request, "profile/confirm.html", code, **values)
