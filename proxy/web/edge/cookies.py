"""The cookies. The prefix `__Host-` stops a sibling host from planting one (S60)."""

from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Scope

from proxy.domain import secrets

SESSION = "__Host-sesion"
VISIT = "__Host-flujo"
DEVICE = "__Host-equipo"

DEVICE_SECONDS = 365 * 24 * 3600


def set_cookie(response: Response, name: str, value: str, seconds: int | None = None) -> None:
    """Without `seconds` the cookie ends with the browser. Lax, so that links in mails work."""
    response.set_cookie(
        name, value, max_age=seconds, path="/", secure=True, httponly=True, samesite="lax"
    )


def drop_cookie(response: Response, name: str) -> None:
    response.delete_cookie(name, path="/", secure=True, httponly=True, samesite="lax")


def cookie(scope: Scope, name: str) -> str:
    """The value of exactly that name; empty when the browser sends the name twice.

    `Request.cookies` does not serve: it cuts blanks of other alphabets off the names, so a sibling
    host could plant a name that then equals ours.
    """
    # A pair begins so in the header. Names and values hold no semicolon (RFC 6265 §4.1.1).
    begins, found = f"; {name}=".encode(), b""
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
    """The secret that ties the steps of this browser together before it has a session."""
    return cookie(request.scope, VISIT)


def begin_visit(request: Request) -> str:
    """A new visit if the browser has none. The caller sets it as the cookie VISIT."""
    visit = visit_of(request) or secrets.new_token()
    request.state.binding = session_cookie(request) or visit
    return visit


def binding_of(request: Request) -> str:
    """The forms of a browser are tied to its session, or before a login to its visit."""
    return session_cookie(request) or visit_of(request)
