"""Refuses a change that our own pages did not send.

The POST of a sibling host carries every cookie, Lax or Strict, so `same-site` is refused too
(S52). Each form also carries a token: see forms.py.
"""

from starlette.datastructures import Headers
from starlette.requests import Request
from starlette.types import ASGIApp, Receive, Scope, Send

from proxy.web.edge.errors import SAFE, refused_page
from proxy.web.edge.log import log_security


class SameOrigin:
    def __init__(self, app: ASGIApp, origin: str) -> None:
        self.app = app
        self.origin = origin

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["method"] in SAFE or self._ours(Headers(scope=scope)):
            await self.app(scope, receive, send)
            return
        log_security(Request(scope), "malicious_csrf", "form.foreign")
        response = refused_page(Request(scope), "form.foreign", 403)
        await response(scope, receive, send)

    def _ours(self, headers: Headers) -> bool:
        site = headers.get("sec-fetch-site")
        if site is not None:
            return site in ("same-origin", "none")
        return headers.get("origin") == self.origin
