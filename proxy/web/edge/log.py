"""Logs one line for each request."""

import logging
import secrets
import time

from starlette.responses import PlainTextResponse
from starlette.routing import Mount
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from proxy.texts import TEXTS

logger = logging.getLogger("casilla.web")


class RequestLog:
    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        reference = secrets.token_hex(6)
        scope.setdefault("state", {})["reference"] = reference
        started, status = time.perf_counter(), 0

        async def watched(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        try:
            await self.app(scope, receive, watched)
        except Exception:
            logger.exception("unexpected", extra={"request": reference})
            if status:
                raise  # half an answer has left already; the server must cut the connection
            # For errors outside the doors: each door has its own page for unexpected errors.
            said = TEXTS["error.unexpected"].format(reference=reference)
            await PlainTextResponse(f"{said}\n", 500)(scope, receive, watched)
        finally:
            client = scope.get("client")
            extra = {
                "request": reference,
                "method": scope["method"],
                "route": _pattern(scope),
                "status": status,
                "ms": round((time.perf_counter() - started) * 1000, 1),
                "ip": client[0] if client else None,
            }
            logger.info("request", extra=extra)


def _pattern(scope: Scope) -> str | None:
    """The pattern and not the path: an address can carry a token."""
    route = scope.get("route")
    if isinstance(route, Mount):  # a guard of that door answered
        return route.path
    return scope.get("root_path", "") + route.path if route else None
