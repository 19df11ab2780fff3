"""Sesiones y equipos: lists and ends sessions, forgets browsers, and tells the time left."""

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from proxy.domain.ids import parse_id
from proxy.errors import NotYours
from proxy.flows import devices
from proxy.texts import TEXTS
from proxy.web.edge.cookies import SESSION, drop_cookie
from proxy.web.edge.forms import read_form
from proxy.web.edge.pages import look, page, run, see_other
from proxy.web.edge.sessions import entered, private, session_of
from proxy.web.edge.state import state_of
from proxy.web.edge.view import end_of
from proxy.web.proof import proved

NOTICES = {"una": "devices.one", "otras": "devices.others", "equipo": "devices.forgotten"}


@private
async def listing(request: Request) -> Response:
    policy = state_of(request).installation.policy
    places = await look(request, devices.places, policy, session_of(request))
    done = NOTICES.get(request.query_params.get("listo", ""))
    notice = TEXTS[done] if done else None
    return page(request, "devices/list.html", places=places, notice=notice)


@proved
async def end_one(request: Request) -> Response:
    await read_form(request, "end_session")
    session, session_id = session_of(request), parse_id(request.path_params["id"])
    if session_id is None:
        raise NotYours("session.missing")
    await run(request, devices.end_one, session, session_id)
    if session_id != session.id:
        return see_other(request, "devices:list", "listo=una")
    response = see_other(request, "login:logout")
    drop_cookie(response, SESSION)
    return response


@proved
async def end_others(request: Request) -> Response:
    await read_form(request, "end_others")
    await run(request, devices.end_others, session_of(request))
    return see_other(request, "devices:list", "listo=otras")


@proved
async def forget(request: Request) -> Response:
    await read_form(request, "forget")
    device_id = parse_id(request.path_params["id"])
    if device_id is None:
        raise NotYours("device.missing")
    await run(request, devices.forget, session_of(request), device_id)
    return see_other(request, "devices:list", "listo=equipo")


@entered
async def stay(request: Request) -> Response:
    """Keeps the session alive. Any page does that; this answer is small."""
    installation = state_of(request).installation
    end = end_of(installation, session_of(request))
    hora = f"{end.at.astimezone(installation.zone):%H:%M}"
    return JSONResponse({"seconds": end.seconds, "hora": hora, "last": end.last})
