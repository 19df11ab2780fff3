"""How a denial is said, and with which status."""

from proxy.flows.challenge import Denied
from proxy.texts import TEXTS
from proxy.web.pages import spoken


def sentence(denied: Denied) -> str:
    wait = spoken(denied.wait) if denied.wait else ""
    left = "Le queda 1 intento." if denied.left == 1 else f"Le quedan {denied.left} intentos."
    return TEXTS[denied.code].format(wait=wait, left=left)


def status(denied: Denied) -> int:
    return 429 if denied.wait else 403
