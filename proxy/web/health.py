"""Whether the process lives and whether it can do its work. No data, no way around anything."""

import logging
from datetime import timedelta

from sqlalchemy.exc import SQLAlchemyError
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from proxy.flows import readiness
from proxy.web.pages import look, run

logger = logging.getLogger("casilla.web")

OUTBOX_AGE = timedelta(minutes=5)


async def alive(_request: Request) -> Response:
    """GET /salud"""
    return PlainTextResponse("vivo\n")


async def ready(request: Request) -> Response:
    """GET /listo: the database writes and messages are leaving. Keys were read at the start."""
    try:
        await run(request, readiness.write)
        late = await look(request, readiness.late_messages, OUTBOX_AGE)
    except SQLAlchemyError:
        logger.exception("not ready")
        return PlainTextResponse("no listo: la base de datos no responde\n", 503)
    if late:
        return PlainTextResponse("no listo: hay mensajes atrasados\n", 503)
    return PlainTextResponse("listo\n")


routes = [Route("/salud", alive, name="alive"), Route("/listo", ready, name="ready")]
