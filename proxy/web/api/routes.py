"""The addresses of the API, and the door before them."""

from starlette.middleware import Middleware
from starlette.middleware.exceptions import ExceptionMiddleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Mount, Route, Router

from proxy.web.api import asking, deposits, openapi, problems


async def _either(request: Request) -> Response:
    """One route for both methods, so that a 405 names both."""
    return await (deposits.deposit_one if request.method == "POST" else asking.listing)(request)


V1: list[BaseRoute] = [
    Route("/v1/openapi.json", openapi.document, name="api:document"),
    Route("/v1/notificaciones", _either, methods=["GET", "POST"], name="api:deposits"),
    Route("/v1/notificaciones/{id}", asking.one, name="api:one"),
    Route("/v1/notificaciones/{id}/anulacion", deposits.annul, methods=["POST"], name="api:annul"),
    Route(
        "/v1/notificaciones/{id}/constancias/{clase}.pdf",
        asking.constancia,
        name="api:constancia",
    ),
    Route("/v1/notificaciones/{id}/prorroga", deposits.extend, methods=["POST"], name="api:extend"),
    Route(
        "/v1/notificaciones/{id}/inicio", deposits.begin_later, methods=["POST"], name="api:later"
    ),
    Route("/v1/eventos", asking.news, name="api:news"),
    Route("/v1/casillas/{identidad}", asking.reach, name="api:reach"),
]


def api() -> list[BaseRoute]:
    door = [
        Middleware(problems.LastResort),
        Middleware(ExceptionMiddleware, handlers=problems.HANDLERS),
    ]
    # Without its slash no mount takes the address, and the site would answer it with a page.
    bare = Route("/api", Router(redirect_slashes=False), middleware=door)
    return [Mount("/api", app=Router(V1, redirect_slashes=False), middleware=door), bare]
