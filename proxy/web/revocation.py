"""«Darse de baja»: what it means, and the form that takes the consent back (L16)."""

import logging

from starlette.requests import Request
from starlette.responses import Response

from proxy.errors import Denied, Refusal
from proxy.flows import revocation
from proxy.texts import TEXTS
from proxy.web.edge.denials import held_off, status, told
from proxy.web.edge.forms import read_form
from proxy.web.edge.pace import held
from proxy.web.edge.pages import client_of, look, page, run, see_other
from proxy.web.edge.sessions import private, session_of
from proxy.web.edge.state import state_of
from proxy.web.proof import fresh, give, keep

logger = logging.getLogger("casilla.web")


@private
async def show(request: Request) -> Response:
    return await _page(request)


@held
@private
async def revoke(request: Request) -> Response:
    form = await read_form(request, "revocation")
    password, errors = form.get("clave", ""), {}
    if form.get("leido") != "1":
        errors["leido"] = TEXTS["leaving.unticked"]
    if not (fresh(request) or password):
        errors["clave"] = TEXTS["password.missing"]
    if errors:
        return await _page(request, 400, errors=errors)
    token = None
    if not fresh(request):
        given = await give(request, password)
        if isinstance(given, Denied):
            said = told(given, "clave", "proof")
            return held_off(await _page(request, status(given), **said), given)
        token = given
    response = await _revoke(request, form.get("texto", ""))
    return keep(request, response, token) if token else response


async def _revoke(request: Request, read: str) -> Response:
    catalog, session = state_of(request).installation.catalog, session_of(request)
    try:
        await run(request, revocation.revoke, catalog, session, read, client_of(request))
    except Refusal as refusal:
        return await _page(request, 400, notice=str(refusal))
    logger.warning("consent revoked", extra={"request": request.state.reference})
    return see_other(request, "revocation")


async def _page(request: Request, code: int = 200, **context: object) -> Response:
    catalog, session = state_of(request).installation.catalog, session_of(request)
    leaving = await look(request, revocation.look, catalog, session)
    values = {"leaving": leaving, "fresh": fresh(request), "errors": {}, "notice": None} | context
    return page(request, "profile/leaving.html", code, **values)
