"""Finds the session of the cookie, at every request, and guards the pages that need one."""

import re
from functools import wraps
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from proxy.domain.session import Session
from proxy.errors import Unavailable
from proxy.flows import login
from proxy.flows.login import SessionOver
from proxy.web.edge.cookies import SESSION, drop_cookie, session_cookie
from proxy.web.edge.forms import body_of
from proxy.web.edge.pages import Handler, look, run, see_other
from proxy.web.edge.state import state_of

# After the login, an owner returns to the page of a button or a file, not to the act itself.
PAGE = re.compile(
    r"/casilla/(?:notificaciones/[0-9a-f]{32}/|(?!(?:notificaciones|exportar|constancias)/)[a-z-]+/)?"
)


def private(handler: Handler) -> Handler:
    """Only for a logged-in owner. Another browser is sent to the login and then returns."""
    return _guarded(handler, changing=False)


def entered(handler: Handler) -> Handler:
    """As `private`, and also for an owner who must first choose another password (S44)."""
    return _guarded(handler, changing=True)


def _guarded(handler: Handler, *, changing: bool) -> Handler:
    @wraps(handler)
    async def guarded(request: Request) -> Response:
        scope = request.scope
        for name, value in scope["headers"]:
            if name == b"sec-purpose" and b"prefetch" in value:
                return Response(status_code=204)  # no person looks at the page yet (S54)
        if request.method == "POST":
            await body_of(request)  # before the session, which may end while the body arrives
        session = await current(request)
        if session is None:
            return _to_login(request)
        if session.must_change and not changing:
            return see_other(request, "password:change")
        request.state.session = session
        try:
            return await handler(request)
        except SessionOver:
            return _to_login(request)

    return guarded


def session_of(request: Request) -> Session:
    session: Session = request.state.session
    return session


async def current(request: Request) -> Session | None:
    token = session_cookie(request)
    if not token:
        return None
    installation = state_of(request).installation
    now = installation.clock()
    session = None
    here = installation.db.sqlite
    if here:
        try:
            session = login.resume_here(installation.db.hurried, installation.policy, token, now)
        except Unavailable:  # the event loop must not wait, but a thread may
            here = False
    if not here:
        session = await look(request, login.resume, installation.policy, token)
    if session and (session.unseen or now - session.seen_at >= login.SEEN_EVERY):
        try:
            if not await run(request, login.touch, session):
                return None
            session = session._replace(seen_at=now, unseen=False)
        except Unavailable:  # whoever only reads goes on while another program writes
            if session.unseen or not installation.db.sqlite:
                raise
        request.state.kept = False  # of what was sent
    return session


async def leave(request: Request, response: Response) -> None:
    """The browser loses its session: without the token nobody could end it any more."""
    if token := session_cookie(request):
        await run(request, login.end, token)
    drop_cookie(response, SESSION)


def _to_login(request: Request) -> Response:
    page = PAGE.match(request.url.path)
    back = {"volver": page[0]} if page else {}
    # The browser that sends a form had a session before, and may have ended it in another tab.
    over = {"fin": "1"} if session_cookie(request) or request.method == "POST" else {}
    query = urlencode(back | over)
    path = request.app.url_path_for("login:password")
    response = RedirectResponse(f"{path}?{query}" if query else str(path), 303)
    drop_cookie(response, SESSION)
    return response
