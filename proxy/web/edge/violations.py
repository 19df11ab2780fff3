"""Takes the reports of browsers about pages of ours that break the content policy."""

import json
import logging
from urllib.parse import urlsplit

from starlette.requests import Request
from starlette.responses import Response

from proxy.flows import violations
from proxy.web.edge.forms import body_of
from proxy.web.edge.pages import client_of, run

logger = logging.getLogger("casilla.web")

MOST = 5  # violations read from one report; more would repeat them


async def report(request: Request) -> Response:
    """Takes the Reporting API. Logs the rule and the host, never a whole address."""
    if not await run(request, violations.listen, client_of(request)):
        return Response(status_code=429, headers={"Retry-After": "60"})
    try:
        reports = json.loads(await body_of(request))
        bodies = [one["body"] for one in reports[:MOST]]
        seen = sorted({f"{_rule(body)} {_host(body)}" for body in bodies})
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return Response(status_code=400)
    logger.warning("content policy", extra={"detail": seen})
    return Response(status_code=204)


def _rule(body: dict[str, str]) -> str:
    return str(body["effectiveDirective"])[:40]


def _host(body: dict[str, str]) -> str:
    return (urlsplit(str(body["blockedURL"])).hostname or "inline")[:80]
