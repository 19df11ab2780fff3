"""The whole service as one ASGI application: the site first, then the casilla and its guards."""

import asyncio
from collections.abc import AsyncIterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from pathlib import Path
from threading import Event

import anyio
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.templating import Jinja2Templates
from starlette.types import ASGIApp

from proxy.installation import Installation
from proxy.store.engine import CONNECTIONS
from proxy.web.api import problems
from proxy.web.edge import errors
from proxy.web.edge.guards import KnownHost
from proxy.web.edge.hashing import PasswordPool
from proxy.web.edge.headers import Headers, OwnRedirects
from proxy.web.edge.log import RequestLog
from proxy.web.edge.places import Places
from proxy.web.edge.state import State
from proxy.web.edge.view import prepare
from proxy.web.routes import path_of, routes
from proxy.web.site.site import Site
from proxy.work.worker import Worker

TEMPLATES = Path(__file__).parent / "templates"


def create_app(installation: Installation, worker: bool = False) -> ASGIApp:
    """Refuses `site.missing` and `site.not_plain`; with `worker`, also `mail.url`.

    With `worker`, this process also sends the messages of the outbox and does the chores.
    """
    origin = installation.settings.origin
    state = create_state(installation)
    aide = Worker(installation, path_of) if worker else None

    @asynccontextmanager
    async def lifespan(_app: Starlette) -> AsyncIterator[None]:
        stop = Event()
        working = asyncio.create_task(aide.work(state.mail, stop)) if aide else None
        yield
        stop.set()
        state.mail.set()
        if working:
            await working
        state.threads.shutdown(cancel_futures=True)
        installation.db.close()

    app = Starlette(
        routes=routes(origin),
        middleware=[
            Middleware(RequestLog),
            Middleware(
                KnownHost, hostname=installation.settings.hostname, to_api=problems.elsewhere
            ),
            Middleware(OwnRedirects),
        ],
        exception_handlers={HTTPException: errors.to_site},
        lifespan=lifespan,
    )
    app.state.casilla = state
    site = Site(Headers(app, origin), installation.settings.site_dir, origin)
    state.lost = site.not_found
    return site


def create_state(installation: Installation) -> State:
    environment = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        auto_reload=False,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    prepare(environment, installation)
    return State(
        installation=installation,
        templates=Jinja2Templates(env=environment),
        passwords=PasswordPool(lambda: installation.passwords),
        threads=ThreadPoolExecutor(CONNECTIONS, "flow"),
        exports=anyio.CapacityLimiter(2),
        uploads=Places(in_all=8, each=3),
        deposits=anyio.CapacityLimiter(CONNECTIONS),
        mail=asyncio.Event(),
    )
