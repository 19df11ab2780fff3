"""Tells whether the process lives and whether it can do its work. It shows no data."""

import logging
from datetime import timedelta

import anyio.to_thread
from sqlalchemy.exc import SQLAlchemyError
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

from proxy.errors import Unavailable, short
from proxy.flows import incidencias, readiness
from proxy.texts import TEXTS
from proxy.web.edge.pages import look, run
from proxy.web.edge.state import state_of

logger = logging.getLogger("casilla.web")

REASONS = {
    "disk.full": "ready.disk",
    "database.busy": "ready.busy",
    "database.unwritable": "ready.unwritable",
}
OUTBOX_AGE = timedelta(minutes=5)


async def alive(_request: Request) -> Response:
    return PlainTextResponse("vivo\n")


async def ready(request: Request) -> Response:
    """Late mail and damaged files are said, and are no failure: without its pages, nobody could
    work at all."""
    installation = state_of(request).installation
    try:
        await run(request, readiness.write)
        await look(request, readiness.fill)
        late = await look(request, readiness.late_messages, OUTBOX_AGE)
        unsealed = await look(request, readiness.late_constancias)
        damaged = await look(request, incidencias.any_open)
        lost = await look(request, readiness.lost_documents, installation.documents)
        full = await anyio.to_thread.run_sync(
            readiness.full_disk, installation.db, installation.documents
        )
        if late and await run(request, readiness.first_to_say_late):
            logger.error("mail is late")
        # Also where no worker runs, which would say it itself.
        if unsealed and (alarm := await run(request, readiness.alarm_of_constancias)):
            logger.error("constancias are late", extra={"detail": alarm.told()})
    except (Unavailable, SQLAlchemyError) as error:
        code = short(error)
        logger.error("not ready", extra={"detail": code})
        return PlainTextResponse(TEXTS[REASONS.get(code, "ready.database")] + "\n", 503)
    if lost:
        return PlainTextResponse(TEXTS["ready.documents"] + "\n", 503)
    if full:
        return PlainTextResponse(TEXTS["ready.disk"] + "\n", 503)
    said = [("ready.mail", late), ("ready.files", damaged), ("ready.constancias", unsealed)]
    lines = ["listo", *(TEXTS[code] for code, wrong in said if wrong)]
    return PlainTextResponse("".join(f"{line}\n" for line in lines))
