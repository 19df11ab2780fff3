"""The form in which a new password is typed twice, for whoever came by a code or by a link."""

from collections.abc import Awaitable, Callable
from typing import Any

import anyio.to_thread
from starlette.requests import Request
from starlette.responses import Response

from proxy.errors import Refusal
from proxy.flows import password
from proxy.web.cookies import FLOW, SESSION, drop_cookie
from proxy.web.pages import client_of, look, page, run, see_other
from proxy.web.state import state_of


def choose_form(request: Request, template: str, status: int = 200, **context: Any) -> Response:
    return page(request, template, status, **{"errors": {}} | context)


async def chosen(
    request: Request,
    form: dict[str, str],
    casilla_id: int,
    *,
    template: str,
    store: tuple[Callable[..., bool], object],
    late: Callable[[], Awaitable[Response]],
) -> Response:
    """Refuse what the policy does not take; else hash it and store it. Nobody is logged in by it.

    `store` is the flow that stores the hash and what it needs to spend; `late` answers when it
    was spent meanwhile.
    """
    errors = await fit(request, casilla_id, form)
    if errors:
        return choose_form(request, template, 400, errors=errors)
    hashed = await state_of(request).passwords.hash(form["nueva"])
    flow, spent = store
    if not await run(request, flow, spent, hashed, client_of(request)):
        return await late()
    response = see_other(request, "recovery:done")
    drop_cookie(response, FLOW)
    drop_cookie(response, SESSION)
    return response


async def fit(request: Request, casilla_id: int, form: dict[str, str]) -> dict[str, str]:
    """What is wrong with the password that was typed, by field."""
    policy = state_of(request).installation.policy
    about = await look(request, password.about, casilla_id)
    entity = state_of(request).installation.catalog.entity
    new, again = form.get("nueva", ""), form.get("repetida", "")
    try:
        await anyio.to_thread.run_sync(
            password.refuse_unfit, policy, new, again, [*about, entity.nombre, entity.siglas]
        )
    except Refusal as refusal:
        field = "repetida" if refusal.code == "password.different" else "nueva"
        return {field: str(refusal)}
    return {}
