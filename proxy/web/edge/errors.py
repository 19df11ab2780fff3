"""From what went wrong to a calm page that says what to do next."""

from http import HTTPStatus

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from proxy.errors import Refusal
from proxy.texts import TEXTS
from proxy.web.edge.pages import page
from proxy.web.edge.state import state_of


class Handed(Response):
    """Another application answers."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await self.app(scope, receive, send)


async def refused(request: Request, error: Exception) -> Response:
    assert isinstance(error, Refusal)
    if error.status == HTTPStatus.NOT_FOUND:
        return page(request, "errors/not_found.html", 404)
    response = page(request, "errors/refused.html", error.status, sentence=str(error))
    if error.seconds:
        response.headers["Retry-After"] = str(error.seconds)
    return response


async def http_error(request: Request, error: Exception) -> Response:
    """What the router or the server refuses by itself: 404, 405, 413 …"""
    assert isinstance(error, HTTPException)
    if error.status_code == HTTPStatus.NOT_FOUND:
        if not request.url.path.startswith("/casilla/"):
            return Handed(state_of(request).lost)
        return page(request, "errors/not_found.html", 404)
    response = refused_page(request, "form.malformed", error.status_code)
    response.headers.update(error.headers or {})
    return response


async def unexpected(request: Request, _error: Exception) -> Response:
    """Ours to mend. The page shows the reference under which the log has the rest."""
    return page(request, "errors/unexpected.html", 500)


def refused_page(request: Request, code: str, status: int) -> Response:
    return page(request, "errors/refused.html", status, sentence=TEXTS[code])
