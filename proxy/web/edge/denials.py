"""Gives the sentence and the status of a denial.

A page names its sets of sentences, the most specific first: «clave» has its own sentences for most
reasons and takes the others from «token».
"""

from typing import Any

from starlette.responses import Response

from proxy.errors import ENDS, Denied, Reason
from proxy.texts import TEXTS
from proxy.web.edge.pages import retry_after, spoken

# The person typed nothing wrong, and waits, reads their mail or begins again.
NO_FAULT = {Reason.RIDDLE, Reason.SENDS, *ENDS}


def sentence(denied: Denied, *words: str) -> str:
    every = (*words, *(["app"] if denied.by_app else []), "token")
    text = next(text for word in every if (text := TEXTS.get(f"{word}.{denied.reason}")))
    wait = spoken(denied.wait) if denied.wait else ""
    left = "Le queda 1 intento." if denied.left == 1 else f"Le quedan {denied.left} intentos."
    return text.format(wait=wait, left=left)


def status(denied: Denied) -> int:
    if denied.reason is Reason.MISSING:
        return 400
    return 429 if denied.wait else 403


def told(denied: Denied, field: str, *words: str) -> dict[str, Any]:
    """For a page: the fault of `field`, or a notice when no field is wrong."""
    said = sentence(denied, *words)
    if denied.wait or denied.reason in NO_FAULT:
        return {"errors": {}, "notice": said}
    return {"errors": {field: said}, "notice": None}


def held_off(response: Response, denied: Denied) -> Response:
    return retry_after(response, denied.wait) if denied.wait else response
