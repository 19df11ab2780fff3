"""Turns each error into a calm page that says what to do next."""

import logging
from datetime import timedelta
from http import HTTPStatus

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from proxy.errors import Refusal, Unavailable
from proxy.texts import TEXTS
from proxy.web.edge.log import log_security
from proxy.web.edge.pages import page, retry_after
from proxy.web.edge.state import state_of

logger = logging.getLogger("casilla.web")

SAFE = {"GET", "HEAD", "OPTIONS", "TRACE"}


class Handed(Response):
    """Lets another application answer."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await self.app(scope, receive, send)


async def refused(request: Request, error: Exception) -> Response:
    assert isinstance(error, Refusal)
    if error.event:
        log_security(request, error.event, error.code)
    if error.status == HTTPStatus.NOT_FOUND:
        return page(request, "errors/not_found.html", 404)
    response = page(request, "errors/refused.html", error.status, sentence=str(error))
    if error.seconds:
        response.headers["Retry-After"] = str(error.seconds)
    return response


def unavailable_line(request: Request, error: Unavailable) -> None:
    """One line in the log, without a trace: nothing is wrong with the program."""
    cause = type(getattr(error.__cause__, "orig", error.__cause__)).__name__
    extra = {
        "request": getattr(request.state, "reference", None),
        "detail": f"{error.code} {cause}" if error.__cause__ else error.code,
    }
    logger.error("the database cannot be used", extra=extra)


async def unavailable(request: Request, error: Exception) -> Response:
    assert isinstance(error, Unavailable)
    unavailable_line(request, error)
    full = error.code in ("disk.full", "database.unwritable")
    reason = TEXTS["service.full" if full else "service.down"]
    then = "service.again"
    if request.method not in SAFE:
        then = "service.unknown" if getattr(request.state, "kept", False) else "service.unsent"
    response = page(request, "errors/refused.html", 503, sentence=f"{reason} {TEXTS[then]}")
    return retry_after(response, timedelta(seconds=error.seconds))


async def http_error(request: Request, error: Exception) -> Response:
    """For what the router or the server refuses by itself: 404, 405, 408 …"""
    assert isinstance(error, HTTPException)
    if error.status_code == HTTPStatus.NOT_FOUND:
        return page(request, "errors/not_found.html", 404)
    response = refused_page(request, "form.malformed", error.status_code)
    response.headers.update(error.headers or {})
    return response


async def to_site(request: Request, error: Exception) -> Response:
    """An address outside every door can only be one of the public site."""
    assert isinstance(error, HTTPException)
    if error.status_code == HTTPStatus.NOT_FOUND:
        return Handed(state_of(request).lost)
    return await http_error(request, error)


class LastResort:
    """Answers an unexpected error behind a door with a page that shows the reference of the log."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        started = False

        async def watched(message: Message) -> None:
            nonlocal started
            started = True
            await send(message)

        try:
            await self.app(scope, receive, watched)
        except Exception:
            if started:
                raise  # half an answer has left already; the server must cut the connection
            request = Request(scope)
            extra = {"request": getattr(request.state, "reference", None)}
            logger.exception("unexpected", extra=extra)
            await page(request, "errors/unexpected.html", 500)(scope, receive, send)


def refused_page(request: Request, code: str, status: int) -> Response:
    return page(request, "errors/refused.html", status, sentence=TEXTS[code])


# For the pages of the casilla. Another door has its own handlers.
HANDLERS = {Unavailable: unavailable, Refusal: refused, HTTPException: http_error}
