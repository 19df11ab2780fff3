"""The three cookies. `__Host-` keeps a sibling host from planting one (SECURITY H60)."""

from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Scope

SESSION = "__Host-sesion"
FLOW = "__Host-flujo"
DEVICE = "__Host-equipo"

_SESSION = f"{SESSION}=".encode()

DEVICE_SECONDS = 365 * 24 * 3600


def set_cookie(response: Response, name: str, value: str, seconds: int | None = None) -> None:
    """Without `seconds` it goes when the browser closes. Lax, so that a link in a mail works."""
    response.set_cookie(
        name, value, max_age=seconds, path="/", secure=True, httponly=True, samesite="lax"
    )


def drop_cookie(response: Response, name: str) -> None:
    response.delete_cookie(name, path="/", secure=True, httponly=True, samesite="lax")


def session_cookie(scope: Scope) -> str | None:
    """The session's token, read at every request: a whole Request is dearer than the check."""
    for name, value in scope["headers"]:
        if name == b"cookie" and _SESSION in value:
            return str(value.partition(_SESSION)[2].partition(b";")[0].decode("latin-1"))
    return None


def binding_of(request: Request) -> str | None:
    """What the forms of this browser are tied to: its session, or before it, its flow."""
    return request.cookies.get(SESSION) or request.cookies.get(FLOW)
