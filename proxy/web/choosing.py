"""The form that takes a new password twice, after a code or a link."""

from collections.abc import Callable
from typing import Any
from uuid import uuid4

import anyio.to_thread
from starlette.requests import Request
from starlette.responses import Response

from proxy.domain import totp
from proxy.domain.casilla import Casilla
from proxy.errors import Denied, Refusal
from proxy.flows import password
from proxy.flows.password import Choosing
from proxy.texts import TEXTS
from proxy.web.edge.cookies import VISIT, set_cookie
from proxy.web.edge.denials import held_off, status, told
from proxy.web.edge.pages import client_of, page, run, see_other
from proxy.web.edge.sessions import leave
from proxy.web.edge.state import state_of

FIELD = "codigo"  # for an owner with a second factor


def choose_form(request: Request, template: str, code: int = 200, **context: Any) -> Response:
    values = {"errors": {}, "notice": None, "factor": False} | context
    return page(request, template, code, **values)


async def store_chosen(
    request: Request,
    form: dict[str, str],
    choosing: Choosing,
    template: str,
    flow: Callable[..., bool | Denied],
    secret: object,
) -> Response | None:
    """Refuse a password that the policy forbids; else hash it and store it. It opens no session.

    `flow` stores the hash and spends the secret; None: the secret was spent meanwhile. With a
    second factor, the flow also gets the typed code.
    """
    errors = await fit(request, choosing.about, form)
    if choosing.factor and not totp.is_like_a_code(form.get(FIELD, "")):
        errors[FIELD] = TEXTS["app.missing"]
    if errors:
        return choose_form(request, template, 400, errors=errors, factor=choosing.factor)
    passwords = state_of(request).passwords
    with passwords.place():
        hashed = await passwords.hash(form["nueva"])
    policy = state_of(request).installation.policy
    typed = {"typed": form[FIELD]} if choosing.factor else {}
    stored = await run(request, flow, policy, secret, hashed, client_of(request), **typed)
    if isinstance(stored, Denied):
        said = told(stored, FIELD, "factor")
        response = choose_form(request, template, status(stored), factor=True, **said)
        return held_off(response, stored)
    if not stored:
        return None
    response = finish(request, "recovery:done")
    await leave(request, response)
    return response


async def stored_before(
    request: Request,
    form: dict[str, str],
    flow: Callable[..., Casilla | Denied | None],
    secret: object,
) -> Response | None:
    """The form is sent again, because no answer came: its password is the one that was stored.

    None: it is another one, or the secret was not spent a moment ago.
    """
    passwords, new = state_of(request).passwords, form.get("nueva", "")
    casilla = await run(request, flow, secret)
    if not new or casilla is None or isinstance(casilla, Denied):
        return None
    with passwords.place():
        proof = await passwords.prove(casilla.password, new)
    return finish(request, "recovery:done") if proof.matches else None


def finish(request: Request, name: str) -> Response:
    """Redirect to the page of success; a signed cookie lets only this browser see it."""
    response = see_other(request, name)
    set_cookie(response, VISIT, state_of(request).signing.link(name, uuid4().bytes))
    return response


async def fit(request: Request, about: list[str], form: dict[str, str]) -> dict[str, str]:
    """The faults of the typed password, by field."""
    parts = state_of(request).installation
    entity = parts.catalog.entity
    new, again = form.get("nueva", ""), form.get("repetida", "")

    def judge() -> None:
        known = [*about, entity.nombre, entity.siglas]
        password.refuse_unfit(parts.policy, new, again, known)
        parts.breached.refuse(new)

    try:
        await anyio.to_thread.run_sync(judge)
    except Refusal as refusal:
        field = "repetida" if refusal.code == "password.different" else "nueva"
        return {field: str(refusal)}
    return {}
