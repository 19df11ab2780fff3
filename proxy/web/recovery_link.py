"""«¿Olvidó su contraseña?»: sends the link by e-mail, and shows the page that the link opens."""

from starlette.requests import Request
from starlette.responses import Response

from proxy.domain.email import parse_email
from proxy.domain.identidad import parse_identidad
from proxy.errors import Denied, Refusal
from proxy.flows import recovery
from proxy.flows.password import Choosing
from proxy.flows.recovery import LINK, Mislaid
from proxy.texts import TEXTS
from proxy.web import captcha
from proxy.web.choosing import choose_form, store_chosen, stored_before
from proxy.web.edge.cookies import VISIT, begin_visit, set_cookie, visit_of
from proxy.web.edge.denials import held_off, status, told
from proxy.web.edge.forms import read_form
from proxy.web.edge.pace import held
from proxy.web.edge.pages import client_of, look, page, run, see_other
from proxy.web.edge.state import state_of
from proxy.web.mailed import token_of

FORM = "recovery_link"
FIELDS = ("persona", "tipo", "numero", "correo")
LOST = Mislaid(renewable=False)
# Which identidades each kind of person has (M78).
KINDS = {"natural": ("DNI", "CE", "PAS"), "juridica": ("RUC",)}


async def ask_form(request: Request) -> Response:
    visit = begin_visit(request)
    response = await _ask_page(request, {"persona": "natural", "tipo": "DNI"}, visit=visit)
    set_cookie(response, VISIT, visit)
    return response


@held
async def ask(request: Request) -> Response:
    form = await read_form(request, FORM)
    values = {name: form.get(name, "") for name in FIELDS}
    errors: dict[str, str] = {}
    if await captcha.another(request, FORM, form):
        return await _ask_page(request, values)
    if values["persona"] not in KINDS:
        errors["persona"] = TEXTS["persona.unknown"]
    elif values["tipo"] not in KINDS[values["persona"]]:
        errors["tipo"] = TEXTS["recovery.tipo"]
    else:
        try:
            identidad = parse_identidad(f"{values['tipo']}-{values['numero']}")
        except Refusal:
            errors["numero"] = TEXTS["recovery.numero"]
    try:
        email = parse_email(values["correo"])
    except Refusal as refusal:
        errors["correo"] = str(refusal)
    if errors:
        return await _ask_page(request, values, 400, errors=errors)
    client, policy = client_of(request), state_of(request).installation.policy
    charge = await run(request, recovery.admit_link, identidad, client)
    if isinstance(charge, Denied):
        said = told(charge, "numero")
        return held_off(await _ask_page(request, values, status(charge), **said), charge)
    error = await captcha.check(request, FORM, form, charge)
    if error:
        return await _ask_page(request, values, 400, errors={"captcha": error})
    await run(request, recovery.ask_link, policy, identidad, email, client)
    return see_other(request, "recovery:sent")


async def sent(request: Request) -> Response:
    return page(request, "recovery/sent.html", renewed="nuevo" in request.query_params)


async def change_form(request: Request) -> Response:
    opened = await _opened(request)
    if isinstance(opened, Mislaid):
        return _mislaid_page(request, opened)
    return choose_form(request, "recovery/change.html", factor=opened.factor)


@held
async def change(request: Request) -> Response:
    form = await read_form(request, "recovery_change", token_of(request))
    opened = await _opened(request)
    if isinstance(opened, Mislaid):
        stored = await stored_before(request, form, recovery.chosen_by_link, _link(request))
        return stored or _mislaid_page(request, opened)
    template, link = "recovery/change.html", _link(request)
    stored = await store_chosen(request, form, opened, template, recovery.choose_by_link, link)
    return stored or _mislaid_page(request)


@held
async def renew(request: Request) -> Response:
    await read_form(request, "recovery_renew", token_of(request))
    link, policy = _link(request), state_of(request).installation.policy
    if link is None or not await run(request, recovery.renew, policy, link, client_of(request)):
        return _mislaid_page(request)
    return see_other(request, "recovery:sent", "nuevo=1")


def _mislaid_page(request: Request, found: Mislaid = LOST) -> Response:
    return page(request, "recovery/mislaid.html", 410, renewable=found.renewable)


async def _opened(request: Request) -> Choosing | Mislaid:
    link = _link(request)
    return LOST if link is None else await look(request, recovery.opened, link)


def _link(request: Request) -> bytes | None:
    return state_of(request).signing.link_of(LINK, token_of(request))


async def _ask_page(
    request: Request, values: dict[str, str], code: int = 200, visit: str = "", **context: object
) -> Response:
    price = await look(request, recovery.price_of_link, client_of(request))
    context["riddle"] = await captcha.riddle(request, visit or visit_of(request), FORM, price)
    shown = {"values": {name: values.get(name, "") for name in FIELDS}}
    context = {"errors": {}, "notice": None} | context
    return page(request, "recovery/link.html", code, **shown, **context)
