"""The owner's data: PERFIL, ACTUALIZAR DATOS, the codes that prove new data, and «deshacer»."""

from starlette.requests import Request
from starlette.responses import Response

from proxy.domain import secrets
from proxy.domain.email import parse_email
from proxy.domain.phone import parse_phone
from proxy.errors import Denied, Refusal
from proxy.flows import profile
from proxy.flows.profile import Step, Wanted
from proxy.flows.registration import PRIVACY, TERMS
from proxy.render.constancia_rows import TITLES
from proxy.texts import TEXTS
from proxy.web.edge.cookies import VISIT, set_cookie, visit_of
from proxy.web.edge.denials import held_off, status, told
from proxy.web.edge.forms import read_form
from proxy.web.edge.pace import held
from proxy.web.edge.pages import client_of, look, page, run, see_other
from proxy.web.edge.sessions import private, session_of
from proxy.web.edge.state import state_of
from proxy.web.mailed import token_of
from proxy.web.proof import fresh, give, keep, proved

FIELDS = ("celular", "correo", "segundo")
NOTICES = {*FIELDS, "quitado", "segundo-quitado"}
CONSTANCIAS = {str(kind): TEXTS[code] for kind, code in TITLES.items()}
DONE = {profile.PHONE: "celular", profile.SECOND: "segundo"}


@private
async def data(request: Request) -> Response:
    return await _data_page(request)


@held
@private
async def update(request: Request) -> Response:
    form = await read_form(request, "profile")
    typed = {name: form.get(name, "").strip() for name in FIELDS}
    wanted, errors = _wanted(typed)
    password = form.get("clave", "")
    if not (fresh(request) or password):
        errors["clave"] = TEXTS["password.missing"]
    if errors:
        return await _data_page(request, 400, errors, typed)
    token = None
    if not fresh(request):
        given = await give(request, password)
        if isinstance(given, Denied):
            return await _denied_data(request, given, "clave", typed)
        token = given
    response = await _start(request, wanted, typed)
    return keep(request, response, token) if token else response


@private
async def code_form(request: Request) -> Response:
    step = await look(request, profile.waiting, session_of(request), _visit(request))
    if step is None:
        return see_other(request, "profile:data")
    notice = TEXTS["profile.resent"] if "reenviado" in request.query_params else None
    return _code_page(request, step, notice=notice)


@held
@private
async def check_code(request: Request) -> Response:
    form = await read_form(request, "profile_code")
    session, visit, typed = session_of(request), _visit(request), form.get("token", "")
    installation = state_of(request).installation
    answered = await run(
        request, profile.verify, installation.policy, session, visit, typed, client_of(request)
    )
    if answered.denied:
        return await _denied_code(request, answered.denied, answered.step)
    if answered.step:
        return see_other(request, "profile:code")
    return see_other(request, "profile:data", f"listo={DONE.get(answered.proved, 'correo')}")


@held
@private
async def resend(request: Request) -> Response:
    await read_form(request, "profile_resend")
    installation = state_of(request).installation
    answered = await run(
        request,
        profile.resend,
        installation.policy,
        session_of(request),
        _visit(request),
        client_of(request),
    )
    if answered.denied:
        return await _denied_code(request, answered.denied, answered.step)
    return see_other(request, "profile:code", "reenviado=1")


@held
@proved
async def remove_phone(request: Request) -> Response:
    await read_form(request, "remove_phone")
    policy = state_of(request).installation.policy
    denied = await run(
        request, profile.remove_phone, policy, session_of(request), client_of(request)
    )
    if denied:
        return await _denied_data(request, denied, "celular", {})
    return see_other(request, "profile:data", "listo=quitado")


@held
@proved
async def remove_second_email(request: Request) -> Response:
    await read_form(request, "remove_second_email")
    policy = state_of(request).installation.policy
    denied = await run(
        request, profile.remove_second_email, policy, session_of(request), client_of(request)
    )
    if denied:
        return await _denied_data(request, denied, "segundo", {})
    return see_other(request, "profile:data", "listo=segundo-quitado")


async def undo_form(request: Request) -> Response:
    link = _undo_link(request)
    if link is None or not await look(request, profile.undoable, link):
        return page(request, "profile/undone.html", undone=False)
    return page(request, "profile/undo.html")


@held
async def undo(request: Request) -> Response:
    await read_form(request, "undo", token_of(request))
    link = _undo_link(request)
    undone = link is not None and await run(request, profile.undo, link, client_of(request))
    return page(request, "profile/undone.html", undone=undone)


def _undo_link(request: Request) -> bytes | None:
    return state_of(request).signing.link_of(profile.UNDO, token_of(request))


async def _start(request: Request, wanted: Wanted, typed: dict[str, str]) -> Response:
    installation, visit = state_of(request).installation, secrets.new_token()
    try:
        denied = await run(
            request,
            profile.start,
            installation.policy,
            session_of(request),
            wanted,
            _visit(request, visit),
            client_of(request),
        )
    except Refusal as refusal:
        field = "segundo" if refusal.code == "profile.second_same" else "correo"
        return await _data_page(request, 400, {field: str(refusal)}, typed)
    if denied:
        return await _denied_data(request, denied, "correo", typed)
    response = see_other(request, "profile:code")
    set_cookie(response, VISIT, visit)
    return response


def _wanted(typed: dict[str, str]) -> tuple[Wanted, dict[str, str]]:
    """The parsed data, and the faults by field. An empty field changes nothing."""
    errors: dict[str, str] = {}
    found: dict[str, str | None] = {}
    for name, read in zip(FIELDS, (parse_phone, parse_email, parse_email), strict=True):
        try:
            found[name] = read(typed[name]) if typed[name] else None
        except Refusal as refusal:
            errors[name] = str(refusal)
    if not any(typed.values()):
        errors["celular"] = TEXTS["profile.nothing"]
    return Wanted(found.get("correo"), found.get("celular"), found.get("segundo")), errors


async def _data_page(
    request: Request,
    code: int = 200,
    errors: dict[str, str] | None = None,
    typed: dict[str, str] | None = None,
    notice: str | None = None,
) -> Response:
    found = await look(request, profile.data, session_of(request))
    catalog = state_of(request).installation.catalog
    done = request.query_params.get("listo", "")
    return page(
        request,
        "profile/data.html",
        code,
        **vars(found),
        titles={TERMS: catalog.terms.titulo, PRIVACY: catalog.privacy.titulo},
        page_of=catalog.page_of,
        named=CONSTANCIAS,
        errors=errors or {},
        notice=notice,
        typed=typed or {},
        fresh=fresh(request),
        done=done if done in NOTICES else "",
    )


async def _denied_data(
    request: Request, denied: Denied, field: str, typed: dict[str, str]
) -> Response:
    said = told(denied, field, "proof" if field == "clave" else "profile")
    return held_off(await _data_page(request, status(denied), typed=typed, **said), denied)


async def _denied_code(request: Request, denied: Denied, step: Step | None) -> Response:
    if step is None:
        return await _denied_data(request, denied, "correo", {})
    said = told(denied, "token", "profile")
    return held_off(_code_page(request, step, status(denied), **said), denied)


def _code_page(request: Request, step: Step, code: int = 200, **context: object) -> Response:
    values = {"step": step, "errors": {}, "notice": None} | context
    return page(request, "profile/code.html", code, **values)


def _visit(request: Request, secret: str | None = None) -> str:
    """Of this browser and session: another session of the same owner has its own change."""
    secret = visit_of(request) if secret is None else secret
    return f"{secret}/{session_of(request).id.hex()}"
