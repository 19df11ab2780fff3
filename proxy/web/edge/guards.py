"""Guards of Starlette that answer in plain English; here each answers with a page of ours."""

from collections.abc import Callable
from http import HTTPStatus

import anyio
from starlette.middleware.body_limit import RequestBodyLimitMiddleware
from starlette.middleware.trustedhost import TrustedHostMiddleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from proxy.web.edge.errors import refused_page
from proxy.web.edge.pages import page

# A monitor may ask by IP address, and the page of the refusal needs its styles: both hold no data.
ANY_HOST = ("/salud", "/listo")
STYLES = "/casilla/estilo/"
API = "/api"
READ_TO_ITS_END = 1_100_000  # bytes: a little more than `client_max_body_size` of the manual
SECONDS = 5  # and no longer


class KnownHost:
    def __init__(self, app: ASGIApp, hostname: str, to_api: Callable[[Request], Response]) -> None:
        """`to_api`: what the API answers, which never answers with a page."""
        self.app = app
        self.hostname = hostname
        self.to_api = to_api

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or _of_any_host(scope["path"]):
            await self.app(scope, receive, send)
            return
        known = False

        async def passed(scope: Scope, receive: Receive, send: Send) -> None:
            nonlocal known
            known = True
            await self.app(scope, receive, send)

        async def but_its_own(message: Message) -> None:
            if known:
                await send(message)

        guard = TrustedHostMiddleware(passed, [self.hostname], www_redirect=False)
        await guard(scope, receive, but_its_own)
        if not known:
            request = Request(scope)
            if of_api(scope["path"]):
                response = self.to_api(request)
            else:
                response = page(request, "errors/elsewhere.html", HTTPStatus.BAD_REQUEST)
            await response(scope, receive, send)


def of_api(path: str) -> bool:
    return path == API or path.startswith(f"{API}/")


def _of_any_host(path: str) -> bool:
    return path in ANY_HOST or path.startswith(STYLES)


class SmallBodies:
    """Not `max_body_size` of a route, which raises an exception of its own."""

    def __init__(self, app: ASGIApp, most: int) -> None:
        self.guard = RequestBodyLimitMiddleware(app, most)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        large = ended = False

        async def noted() -> Message:
            nonlocal ended
            message = await receive()
            ended = not message.get("more_body", False)
            return message

        async def but_its_own(message: Message) -> None:
            nonlocal large
            large = large or message.get("status") == HTTPStatus.REQUEST_ENTITY_TOO_LARGE
            if not large:
                await send(message)

        await self.guard(scope, noted, but_its_own)
        if large:
            # The server closes once it has answered. A front server that is still sending takes
            # that for a fault, and answers 502: what it lets through is read to its end.
            left = READ_TO_ITS_END
            with anyio.move_on_after(SECONDS):
                while not ended and left > 0:
                    left -= len((await noted()).get("body", b""))
            response = refused_page(
                Request(scope), "form.large", HTTPStatus.REQUEST_ENTITY_TOO_LARGE
            )
            await response(scope, receive, send)
