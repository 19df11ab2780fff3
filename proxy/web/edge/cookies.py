"""The three cookies. `__Host-` keeps a sibling host from planting one (S60)."""

from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Scope

from proxy.domain import secrets

SESSION = "__Host-sesion"
VISIT = "__Host-flujo"
DEVICE = "__Host-equipo"

# As a pair begins in a header. No name and no value has a semicolon (RFC 6265 §4.1.1).
_BEGINS = {name: f"; {name}=".encode() for name in (SESSION, VISIT, DEVICE)}
DEVICE_SECONDS = 365 * 24 * 3600


def set_cookie(response: Response, name: str, value: str, seconds: int | None = None) -> None:
    """Without `seconds` it goes when the browser closes. Lax, so that a link in a mail works."""
    response.set_cookie(
        name, value, max_age=seconds, path="/", secure=True, httponly=True, samesite="lax"
    )


def drop_cookie(response: Response, name: str) -> None:
    response.delete_cookie(name, path="/", secure=True, httponly=True, samesite="lax")


def cookie(scope: Scope, name: str) -> str:
    """What the browser keeps under exactly that name; nothing when there are two of it.

    `Request.cookies` does not serve: it also takes names that only look like ours once blanks of
    other alphabets are cut off, which a sibling host may plant.
    """
    begins, found = _BEGINS[name], b""
    for header, value in scope["headers"]:
        if header == b"cookie":
            _, there, rest = (b"; " + value).partition(begins)
            if (found and there) or begins in rest:
                return ""
            found = found or rest.partition(b";")[0]
    return found.decode("latin-1")


def session_cookie(request: Request) -> str:
    return cookie(request.scope, SESSION)


def visit_of(request: Request) -> str:
    """What ties the steps of this browser together before it has a session."""
    return cookie(request.scope, VISIT)


def begin_visit(request: Request) -> str:
    """The visit of this browser, a new one if it has none. To be set as the cookie VISIT."""
    visit = visit_of(request) or secrets.new_token()
    request.state.binding = session_cookie(request) or visit
    return visit


def binding_of(request: Request) -> str:
    """What the forms of this browser are tied to: its session, or before it, its visit."""
    return session_cookie(request) or visit_of(request)
