"""The door of the API: who asks, by which key, and what the key lets them do.

It reads no cookie, so no page of another site can ask in somebody's name.
"""

import re
import threading
from collections.abc import Awaitable, Callable, Sequence
from functools import wraps
from typing import Any, Concatenate, ParamSpec, TypeVar

from starlette.requests import Request
from starlette.responses import Response

from proxy.domain.actor import Actor
from proxy.domain.client import Client
from proxy.domain.limits import Limit
from proxy.domain.sender import ApiKey, Scope
from proxy.errors import Denied, NoKey, Refusal, Unavailable
from proxy.flows import api_keys
from proxy.web.api.problems import Limited
from proxy.web.edge.pages import Handler, in_time, look
from proxy.web.edge.state import state_of

BEARER = re.compile(r"[Bb]earer +((?:real|prueba)_[A-Za-z0-9_-]{20,100})", re.ASCII)
P = ParamSpec("P")
T = TypeVar("T")


class NoScope(Refusal):
    event = "authz_fail"


def keyed(scope: Scope) -> Callable[[Callable[[Request], Awaitable[Response]]], Handler]:
    """Only for who has a key with that scope."""

    def guard(handler: Handler) -> Handler:
        @wraps(handler)
        async def guarded(request: Request) -> Response:
            given = request.headers.getlist("authorization")
            found = BEARER.fullmatch(given[0]) if len(given) == 1 else None
            if found is None:
                raise NoKey("api.no_key" if not given else "api_key.invalid")
            request.state.secret = found[1]
            request.state.key = await look(request, api_keys.find, found[1])
            if scope not in request.state.key.scopes:
                raise NoScope("api.no_scope", scope=scope)
            return await handler(request)

        return guarded

    return guard


def key_of(request: Request) -> ApiKey:
    key: ApiKey = request.state.key
    return key


async def ask(
    request: Request,
    flow: Callable[Concatenate[Any, P], T],
    *args: P.args,
    **kwargs: P.kwargs,
) -> T:
    """Run one flow in the name of the system, and count the request with it.

    Raises Limited. What the flow refuses is undone, and counts too.
    """
    try:
        return await charge(request, (), flow, *args, **kwargs)
    except Refusal as refusal:
        if not isinstance(refusal, NoKey):
            await count(request)
        raise


async def read(
    request: Request, flow: Callable[Concatenate[Any, P], T], *args: P.args, **kwargs: P.kwargs
) -> T:
    """Count the request, and run a flow that only looks, in a transaction in which nobody waits."""
    await count(request)
    return await look(request, flow, *args, **kwargs)


async def count(request: Request, *more: Limit) -> None:
    await charge(request, more, lambda _tx: None)


async def charge(
    request: Request, more: Sequence[Limit], flow: Callable[..., T], *args: Any, **kwargs: Any
) -> T:
    """As `ask`, and `more` counts too; but what the flow refuses counts nothing."""
    state, key = state_of(request), key_of(request)
    by = Actor("system", key.sender.system, ip=address_of(request))

    def work(late: threading.Event) -> tuple[T | Denied, bool]:
        with state.installation.db.hurried.transaction(by) as tx:
            tx.request = getattr(request.state, "reference", None)
            denied = api_keys.use(tx, request.state.secret, *more)
            value = denied or flow(tx, *args, **kwargs)
            request.state.kept = True  # before the look at `late`: see `in_time`
            if late.is_set():
                raise Unavailable("database.busy")
        return value, tx.mail

    value, mail = await in_time(request, work)
    if mail:
        state.mail.set()
    if isinstance(value, Denied):
        assert value.wait
        raise Limited(value.wait)
    return value


def address_of(request: Request) -> str:
    return Client(request.client.host).ip if request.client else ""
