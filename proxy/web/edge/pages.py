"""The bridge from a request to a flow, and from its result to a page."""

from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any, Concatenate, ParamSpec, TypeVar

import anyio.to_thread
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from proxy.domain.actor import Actor
from proxy.domain.client import Client
from proxy.flows import login
from proxy.texts import TEXTS
from proxy.web.edge.cookies import DEVICE, DEVICE_SECONDS, cookie
from proxy.web.edge.state import state_of

Handler = Callable[[Request], Awaitable[Response]]
P = ParamSpec("P")
T = TypeVar("T")


async def run(
    request: Request, flow: Callable[Concatenate[Any, P], T], *args: P.args, **kwargs: P.kwargs
) -> T:
    """Run one flow in one transaction, off the event loop. A refusal undoes all of it.

    Refuses `session.over` when the session of the request ended, or got a new token, meanwhile.
    """
    state, session = state_of(request), getattr(request.state, "session", None)
    ip = client_of(request).ip
    by = Actor("owner", session=session.id, ip=ip) if session else Actor("visitor", ip=ip)

    def work() -> tuple[T, bool]:
        with state.installation.db.transaction(by) as tx:
            tx.request = getattr(request.state, "reference", None)
            if session:
                login.hold(tx, state.installation.policy, session)
            value = flow(tx, *args, **kwargs)
        return value, tx.mail

    value, mail = await anyio.to_thread.run_sync(work, limiter=state.threads)
    if mail:
        state.mail.set()
    return value


async def look(
    request: Request, flow: Callable[Concatenate[Any, P], T], *args: P.args, **kwargs: P.kwargs
) -> T:
    state = state_of(request)

    def work() -> T:
        with state.installation.db.reading() as tx:
            return flow(tx, *args, **kwargs)

    return await anyio.to_thread.run_sync(work, limiter=state.threads)


def page(request: Request, template: str, status: int = 200, **context: Any) -> Response:
    return state_of(request).templates.TemplateResponse(request, template, context, status)


def see_other(request: Request, name: str, query: str = "", **params: str) -> RedirectResponse:
    path = request.app.url_path_for(name, **params)
    return RedirectResponse(f"{path}?{query}" if query else str(path), 303)


def letters(request: Request) -> bool:
    """Whether the person types an identidad with letters: a numeric keyboard has none."""
    return "letras" in request.query_params


def malformed(request: Request) -> str:
    """The sentence for an identidad that could not be parsed."""
    return TEXTS["identidad.letters" if letters(request) else "identidad.malformed"]


def client_of(request: Request) -> Client:
    """The address is the peer's, or the one that a trusted proxy tells uvicorn."""
    known = cookie(request.scope, DEVICE)
    signing = state_of(request).signing
    return Client(
        ip=request.client.host if request.client else "",
        user_agent=request.headers.get("user-agent", "")[:300],
        device=signing.device_of(known, DEVICE_SECONDS) if known else None,
    )


def spoken(wait: timedelta) -> str:
    """«45 segundos», «3 minutos», «2 horas»: always rounded up."""
    seconds = max(1, -(-wait // timedelta(seconds=1)))
    if seconds < 100:
        return f"{seconds} segundos" if seconds > 1 else "1 segundo"
    minutes = -(-seconds // 60)
    return f"{minutes} minutos" if minutes < 100 else f"{-(-minutes // 60)} horas"


def retry_after(response: Response, wait: timedelta) -> Response:
    response.headers["Retry-After"] = str(max(1, -(-wait // timedelta(seconds=1))))
    return response
