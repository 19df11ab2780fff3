"""Logs one line for each request, and one for what a request tried and may not do."""

import logging
import secrets
import time

from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.routing import Mount
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from proxy.domain.client import Client
from proxy.texts import TEXTS

logger = logging.getLogger("casilla.web")


def log_security(request: Request, event: str, code: str) -> None:
    """`event` is a word of OWASP's logging vocabulary; docs/fail2ban reads these lines (S69)."""
    extra = {
        "event": event,
        "request": getattr(request.state, "reference", None),
        "ip": _address(request.scope),
        "detail": code,
    }
    logger.warning("security", extra=extra)


class RequestLog:
    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        reference = secrets.token_hex(6)
        came_at = scope["app"].state.casilla.installation.clock()
        scope.setdefault("state", {}).update(reference=reference, came_at=came_at)
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
            extra = {
                "request": reference,
                "method": scope["method"],
                "route": _pattern(scope),
                "status": status,
                "ms": round((time.perf_counter() - started) * 1000, 1),
                "ip": _address(scope),
            }
            logger.info("request", extra=extra)


def _address(scope: Scope) -> str | None:
    client = scope.get("client")
    return Client(client[0]).ip if client else None


def _pattern(scope: Scope) -> str | None:
    """The pattern and not the path: an address can carry a token."""
    route = scope.get("route")
    if isinstance(route, Mount):  # a guard of that door answered
        return route.path
    return scope.get("root_path", "") + route.path if route else None
