"""The bridge from a request to a flow, and from its result to a page."""

import asyncio
import threading
import time
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any, Concatenate, ParamSpec, TypeVar

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from proxy.domain.actor import Actor
from proxy.domain.client import Client
from proxy.errors import Unavailable
from proxy.flows import login
from proxy.texts import TEXTS
from proxy.web.edge.cookies import DEVICE, DEVICE_SECONDS, cookie
from proxy.web.edge.state import state_of

Handler = Callable[[Request], Awaitable[Response]]
P = ParamSpec("P")
T = TypeVar("T")

ANSWER = 2.5  # seconds that a page waits for its database: longer than a statement may take


async def run(
    request: Request, flow: Callable[Concatenate[Any, P], T], *args: P.args, **kwargs: P.kwargs
) -> T:
    """Run one flow in one transaction, off the event loop. A refusal undoes all of it.

    Refuses `session.over` when the session of the request ended, or got a new token, meanwhile.
    """
    state, session = state_of(request), getattr(request.state, "session", None)
    ip = client_of(request).ip
    by = Actor("owner", session=session.id, ip=ip) if session else Actor("visitor", ip=ip)

    def work(late: threading.Event) -> tuple[T, bool]:
        with state.installation.db.hurried.transaction(by) as tx:
            tx.request = getattr(request.state, "reference", None)
            tx.came_at = getattr(request.state, "came_at", None)
            if session:
                login.hold(tx, state.installation.policy, session)
            value = flow(tx, *args, **kwargs)
            request.state.kept = True  # before the look at `late`: see `in_time`
            if late.is_set():
                raise Unavailable("database.busy")
        return value, tx.mail

    value, mail = await in_time(request, work)
    if mail:
        state.mail.set()
    return value


async def look(
    request: Request, flow: Callable[Concatenate[Any, P], T], *args: P.args, **kwargs: P.kwargs
) -> T:
    state = state_of(request)

    def work(_late: threading.Event) -> T:
        with state.installation.db.hurried.reading() as tx:
            return flow(tx, *args, **kwargs)

    return await in_time(request, work)


async def in_time(request: Request, work: Callable[[threading.Event], T]) -> T:
    """Run `work` in a thread of the database. Raises Unavailable when for ANSWER seconds neither
    this nor any other request got an answer of the database: many who wait are no reason.

    Work that still waits for a thread then never starts, and work in progress is told by its
    argument to keep nothing. When `kept` is not set by then, nothing is or will be kept.
    """
    state, asked, late = state_of(request), time.monotonic(), threading.Event()
    doing = asyncio.get_running_loop().run_in_executor(state.threads, work, late)
    while not doing.done():
        left = max(asked, state.answered_at) + ANSWER - time.monotonic()
        if left <= 0:
            late.set()
            doing.cancel()
            raise Unavailable("database.busy")
        await asyncio.wait({doing}, timeout=left)
    value = doing.result()
    state.answered_at = time.monotonic()
    return value


def page(request: Request, template: str, status: int = 200, **context: Any) -> Response:
    context |= {"status": status}
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
