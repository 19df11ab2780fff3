"""The second factor: shows its state, turns it on and off, and gives its recovery codes."""

from collections.abc import Callable
from typing import TypeVar
from urllib.parse import quote

from starlette.requests import Request
from starlette.responses import Response

from proxy.domain import codes
from proxy.domain.secrets import grouped
from proxy.domain.totp import is_like_a_code
from proxy.errors import Denied, Reason
from proxy.flows import factor
from proxy.render import qr
from proxy.texts import TEXTS
from proxy.web.edge.denials import held_off, status, told
from proxy.web.edge.forms import read_form
from proxy.web.edge.pages import client_of, look, page, run, see_other
from proxy.web.edge.sessions import private, session_of
from proxy.web.edge.state import state_of
from proxy.web.proof import fresh, proved

T = TypeVar("T")
FIELD = "codigo"


@proved
async def overview(request: Request) -> Response:
    policy = state_of(request).installation.policy
    found = await look(request, factor.state, policy, session_of(request))
    notice = TEXTS["factor.off"] if "desactivado" in request.query_params else None
    return page(request, "factor/overview.html", state=found, notice=notice)


@proved
async def begin(request: Request) -> Response:
    await read_form(request, "factor_begin")
    await run(request, factor.begin, session_of(request))
    return see_other(request, "factor:confirm")


@proved
async def confirm_form(request: Request) -> Response:
    return await _pairing_page(request)


@private
async def confirm(request: Request) -> Response:
    """Needs no fresh proof: to install the app may take longer than a proof lasts.

    The code is proof enough: only an owner with a fresh proof saw the secret, and the secret is
    not shown again without another proof.
    """
    form = await read_form(request, "factor_confirm")
    typed, state = form.get(FIELD, ""), state_of(request)
    if not codes.is_like_a_code(typed):
        return await _pairing_page(request, 400, errors={FIELD: TEXTS["first_code.missing"]})
    policy, client = state.installation.policy, client_of(request)
    made = await run(request, factor.confirm, policy, session_of(request), typed, client)
    if not isinstance(made, Denied):
        return _codes_page(request, made, first=True)
    if made.ends:
        return see_other(request, "factor:overview")
    said = told(made, FIELD, "first_code")
    return held_off(await _pairing_page(request, status(made), **said), made)


@proved
async def renew_form(request: Request) -> Response:
    return page(request, "factor/renew.html", errors={}, notice=None)


@proved
async def renew(request: Request) -> Response:
    made = await _by_code(request, "renew", factor.renew)
    return made if isinstance(made, Response) else _codes_page(request, made, first=False)


@proved
async def turn_off_form(request: Request) -> Response:
    return page(request, "factor/turn_off.html", errors={}, notice=None)


@proved
async def turn_off(request: Request) -> Response:
    refused = await _by_code(request, "turn_off", factor.turn_off)
    return refused or see_other(request, "factor:overview", "desactivado=1")


async def _pairing_page(request: Request, code: int = 200, **context: object) -> Response:
    """The QR and the key, only for an owner with a fresh proof."""
    pairing = await _waiting(request) if fresh(request) else None
    if pairing is None:
        return see_other(request, "factor:overview")
    drawn, key = qr.svg(pairing.uri, TEXTS["factor.qr"]), grouped(pairing.secret, " ")
    values = {"drawn": drawn, "key": key, "errors": {}, "notice": None} | context
    return page(request, "factor/pairing.html", code, **values)


def _codes_page(request: Request, made: list[str], *, first: bool) -> Response:
    """The only page that shows the codes: the casilla stores only keyed hashes of them.

    The file is part of the page, so it needs no JavaScript and no copy on the server.
    """
    entity = state_of(request).installation.catalog.entity
    told = TEXTS["factor.codes"].format(entity=f"{entity.de} {entity.siglas}")
    file = "data:text/plain;charset=utf-8," + quote("\r\n".join([told, *made, ""]))
    return page(request, "factor/codes.html", codes=made, file=file, first=first)


async def _by_code(request: Request, name: str, flow: Callable[..., T | Denied]) -> T | Response:
    """The value of the flow that a code lets run; or the page that refuses the code."""
    typed = (await read_form(request, f"factor_{name}")).get(FIELD, "")
    made: T | Denied = Denied(Reason.MISSING, by_app=True)
    if is_like_a_code(typed):
        made = await run(request, flow, session_of(request), typed, client_of(request))
    if not isinstance(made, Denied):
        return made
    said = told(made, FIELD, "factor")
    return held_off(page(request, f"factor/{name}.html", status(made), **said), made)


async def _waiting(request: Request) -> factor.Pairing | None:
    installation, session = state_of(request).installation, session_of(request)
    issuer = installation.catalog.entity.siglas
    return await look(request, factor.pairing, installation.policy, session, issuer)
