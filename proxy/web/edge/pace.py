"""Delays answers to about the same time, so that their time tells nothing (S21)."""

import random
import time
from functools import wraps

import anyio
from starlette.requests import Request
from starlette.responses import Response

from proxy.web.edge.pages import Handler

FLOOR = 0.350  # seconds; Authelia holds its logins to 250 ms
JITTER = 0.085

_random = random.SystemRandom()


def held(handler: Handler) -> Handler:

    @wraps(handler)
    async def paced(request: Request) -> Response:
        until = time.monotonic() + FLOOR + _random.uniform(0, JITTER)
        try:
            return await handler(request)
        finally:
            await anyio.sleep(max(0, until - time.monotonic()))

    return paced
