"""The state that every handler reaches: the installation, and the parts that web makes of it."""

import asyncio
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import anyio
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.templating import Jinja2Templates
from starlette.types import ASGIApp

from proxy.installation import Installation
from proxy.keys.signing import Signing
from proxy.texts import TEXTS
from proxy.web.edge.hashing import PasswordPool
from proxy.web.edge.places import Places

LOST = PlainTextResponse(TEXTS["site.nothing"] + "\n", 404)  # until the site brings its own page


@dataclass
class State:
    installation: Installation
    templates: Jinja2Templates
    passwords: PasswordPool
    threads: ThreadPoolExecutor  # as many as the database has connections
    exports: anyio.CapacityLimiter  # lists that are written at the same time
    uploads: Places  # deposits that come at the same time: each holds copies on the disk
    deposits: anyio.CapacityLimiter  # files of systems that are read at the same time
    mail: asyncio.Event  # set when the outbox gets a message
    lost: ASGIApp = LOST
    answered_at: float = 0  # when the database last answered: time.monotonic()

    @property
    def signing(self) -> Signing:
        return self.installation.signing


def state_of(request: Request) -> State:
    state: State = request.app.state.casilla
    return state
