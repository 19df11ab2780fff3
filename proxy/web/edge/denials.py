"""How a denial is said, and with which status."""

from typing import Any

from starlette.responses import Response

from proxy.errors import Denied
from proxy.texts import TEXTS
from proxy.web.edge.pages import retry_after, spoken

# Nothing that was typed is wrong: who is told this waits, looks at their mail or begins again.
NO_FAULT = {
    "app.spent",
    "clave.sends",
    "login.riddle",
    "profile.over",
    "profile.sends",
    "recovery.late",
    "token.gone",
    "token.sends",
    "token.spent",
}


def sentence(denied: Denied) -> str:
    wait = spoken(denied.wait) if denied.wait else ""
    left = "Le queda 1 intento." if denied.left == 1 else f"Le quedan {denied.left} intentos."
    return TEXTS[denied.code].format(wait=wait, left=left)


def status(denied: Denied) -> int:
    return 429 if denied.wait else 403


def told(denied: Denied, field: str) -> dict[str, Any]:
    """For a page: what is wrong with `field`, or a notice that calls nothing wrong."""
    said = sentence(denied)
    if denied.wait or denied.code in NO_FAULT:
        return {"errors": {}, "notice": said}
    return {"errors": {field: said}, "notice": None}


def held_off(response: Response, denied: Denied) -> Response:
    """With the time after which it makes sense to come back."""
    return retry_after(response, denied.wait) if denied.wait else response
