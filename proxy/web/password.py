"""Changes the password of a logged-in owner, also the first password, and takes «No fui yo»."""

from starlette.requests import Request
from starlette.responses import Response

from proxy.domain import secrets
from proxy.errors import Denied
from proxy.flows import password
from proxy.texts import TEXTS
from proxy.web.choosing import fit
from proxy.web.edge.cookies import SESSION, set_cookie
from proxy.web.edge.denials import held_off, status, told
from proxy.web.edge.forms import read_form
from proxy.web.edge.pages import client_of, look, page, run, see_other
from proxy.web.edge.sessions import entered, session_of
from proxy.web.edge.state import state_of
from proxy.web.mailed import token_of


@entered
async def change_form(request: Request) -> Response:
    return page(request, "password/change.html", errors={}, notice=None)


@entered
async def change(request: Request) -> Response:
    form = await read_form(request, "password")
    session, state, client = session_of(request), state_of(request), client_of(request)
    old, new = form.get("antigua", ""), form.get("nueva", "")
    errors = {} if old else {"antigua": TEXTS["password.old_missing"]}
    about = await look(request, password.about, session.casilla_id)
    errors |= await fit(request, about, form)
    if old and old == new:
        errors["nueva"] = TEXTS["password.same"]
    if errors:
        return page(request, "password/change.html", 400, errors=errors, notice=None)
    with state.passwords.place():
        casilla = await run(request, password.count_try, session)
        if isinstance(casilla, Denied):
            return _denied(request, casilla)
        proof = await state.passwords.prove(casilla.password, casilla.as_kept(old))
        hashed = await state.passwords.hash(new)
    token = secrets.new_token()
    policy = state.installation.policy
    denied = await run(request, password.change, policy, session, proof, hashed, token, client)
    if denied:
        return _denied(request, denied)
    response = see_other(request, "inbox:pending", "clave=1")
    set_cookie(response, SESSION, token)
    return response


async def disavow_form(request: Request) -> Response:
    if _not_me(request) is None:
        return page(request, "password/disavowed.html", stopped=False)
    return page(request, "password/disavow.html")


async def disavow(request: Request) -> Response:
    await read_form(request, "password_disavow", token_of(request))
    link = _not_me(request)
    stopped = link is not None and await run(request, password.disavow, link)
    return page(request, "password/disavowed.html", stopped=stopped)


def _not_me(request: Request) -> bytes | None:
    return state_of(request).signing.link_of(password.NOT_ME, token_of(request))


def _denied(request: Request, denied: Denied) -> Response:
    said = told(denied, "antigua", "old_password")
    return held_off(page(request, "password/change.html", status(denied), **said), denied)
