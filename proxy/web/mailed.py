"""Takes the token out of the address that a link in a message opens (S34).

    GET /pase/TOKEN/ ──▶ 303 /pase/?enlace=NAME, and the cookie `__Host-enlace-NAME` holds the token

No history, log or `Referer` of the pages that follow holds it. Nothing is spent: mail scanners open
links too. Each link has a cookie of its own, so that two tabs keep theirs.
"""

import hashlib
import re

from starlette.requests import Request
from starlette.responses import Response

from proxy.errors import Refusal
from proxy.web.edge.cookies import cookie, set_cookie
from proxy.web.edge.pages import Handler, see_other
from proxy.web.edge.state import state_of

LINK = "__Host-enlace-"
SECONDS = 1800  # the next person at this computer may look through its history
FIELD = "enlace"
NAME = re.compile(r"[0-9a-f]{16}")
BROKEN = "0"  # no token of ours: each page says in its own words that the link does not serve


class LinkLost(Refusal):
    """The browser refused the cookie, or kept it no longer."""

    status = 410

    def __init__(self) -> None:
        super().__init__("link.lost")


def follow(name: str) -> Handler:
    """Leads on to the route `name`."""

    async def followed(request: Request) -> Response:
        token = request.path_params["token"]
        # Only a token that we signed: with others, a page could fill the browser with cookies.
        if not state_of(request).signing.is_of_a_link(token):
            return see_other(request, name, f"{FIELD}={BROKEN}")
        link = hashlib.sha256(token.encode()).hexdigest()[:16]
        response = see_other(request, name, f"{FIELD}={link}")
        set_cookie(response, LINK + link, token, SECONDS)
        return response

    return followed


def token_of(request: Request) -> str:
    """The token of the link that led here; empty if it was none of ours. Refuses `link.lost`.

    The forms of the page are tied to it, and to no other link of this browser.
    """
    link = request.query_params.get(FIELD, "")
    token = cookie(request.scope, LINK + link) if NAME.fullmatch(link) else ""
    if not token and link != BROKEN:
        raise LinkLost()
    request.state.link, request.state.binding = link, token
    return token
