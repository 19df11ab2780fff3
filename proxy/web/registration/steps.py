"""Regístrate: terms, privacy, tipo de persona, data and review. The applicant can go back to each
page, and the typed data stays."""

from datetime import date
from functools import wraps

import anyio.to_thread
from starlette.requests import Request
from starlette.responses import Response

from catalog.reading.consent import Consent
from proxy.domain import secrets
from proxy.domain.identity import Answer, Checked, Claim
from proxy.domain.registration import COMPANY, KINDS, LEGAL, NATURAL, PERSON, SEXES, Draft, Faults
from proxy.errors import Denied
from proxy.flows import opening, registration
from proxy.flows.registration import IDLE, PRIVACY, STEPS, TERMS, Registration
from proxy.texts import TEXTS
from proxy.web import captcha
from proxy.web.edge.cookies import VISIT, begin_visit, set_cookie, visit_of
from proxy.web.edge.denials import held_off, sentence, status
from proxy.web.edge.forms import read_form
from proxy.web.edge.pace import held
from proxy.web.edge.pages import Handler, client_of, look, page, run, see_other
from proxy.web.edge.state import state_of

DATA, REVIEW = "registration_data", "registration_review"
PERSONAS = {NATURAL: "Persona Natural", LEGAL: "Persona Jurídica"}
# Sentences that serve several fields, and the names of those fields on the page.
SHARED = (
    "registration.missing",
    "registration.missing_ruc",
    "registration.choose",
    "registration.name",
    "registration.name_ruc",
    "registration.day",
)
LABELS = {
    "tipo": "Tipo de documento",
    "apellido_paterno": "Apellido paterno",
    "apellido_materno": "Apellido materno",
    "nombres": "Nombres",
    "nacimiento": "Fecha de nacimiento",
    "sexo": "Sexo",
    "emision": "Fecha de emisión",
    "razon_social": "Razón social",
    "distrito": "Distrito",
}
# The sentence of each answer: it never names the field that differs (S40).
SAID = {Answer.DIFFERS: "registration.differs", Answer.UNAVAILABLE: "registration.unavailable"}
STATUSES = {Answer.DIFFERS: 400, Answer.UNAVAILABLE: 503}


def step(name: str) -> "Step":
    """Only after all earlier steps; otherwise it redirects to the first missing step."""
    return Step(name)


class Step:
    def __init__(self, name: str) -> None:
        self.place = STEPS.index(name)

    def __call__(self, handler: Handler) -> Handler:
        @wraps(handler)
        async def guarded(request: Request) -> Response:
            found = await look(request, registration.begun, visit_of(request))
            missing = registration.next_step(found.draft if found else Draft())
            if found is None or STEPS.index(missing) < self.place:
                return see_other(request, f"registration:{missing}")
            request.state.registration = found
            return await handler(request)

        return guarded


async def terms_form(request: Request) -> Response:
    visit = begin_visit(request)
    found = await look(request, registration.begun, visit)
    response = _consent_page(request, TERMS, found.draft if found else Draft())
    set_cookie(response, VISIT, visit)
    return response


@held
async def accept_terms(request: Request) -> Response:
    form = await read_form(request, "registration_terms")
    consent = _consent(request, TERMS)
    error = _unaccepted(form, consent)
    if error:
        return _consent_page(request, TERMS, Draft(), 400, error)
    visit, client = visit_of(request), client_of(request)
    begun = await run(request, registration.begin, consent, visit, secrets.new_token(), client)
    if isinstance(begun, Denied):
        return limited(request, begun, "registration:terms")
    response = see_other(request, "registration:privacy")
    set_cookie(response, VISIT, begun[1])
    return response


@step("privacy")
async def privacy_form(request: Request) -> Response:
    return _consent_page(request, PRIVACY, registration_of(request).draft)


@held
@step("privacy")
async def accept_privacy(request: Request) -> Response:
    form, found = await read_form(request, "registration_privacy"), registration_of(request)
    consent = _consent(request, PRIVACY)
    error = _unaccepted(form, consent)
    if error:
        return _consent_page(request, PRIVACY, found.draft, 400, error)
    await run(request, registration.accept, found, PRIVACY, consent, client_of(request))
    return see_other(request, "registration:persona")


@step("persona")
async def persona_form(request: Request) -> Response:
    return _persona_page(request, registration_of(request).draft.persona or NATURAL)


@held
@step("persona")
async def choose_persona(request: Request) -> Response:
    form, found = await read_form(request, "registration_persona"), registration_of(request)
    persona = form.get("persona", "")
    if persona not in PERSONAS:
        return _persona_page(request, NATURAL, 400, {"persona": TEXTS["persona.unknown"]})
    await run(request, registration.choose, found, persona)
    return see_other(request, "registration:data")


@step("data")
async def data_form(request: Request) -> Response:
    return await _data_page(request, registration_of(request).draft)


@held
@step("data")
async def send_data(request: Request) -> Response:
    form, found = await read_form(request, DATA), registration_of(request)
    found = await run(request, registration.keep_typed, found, form)
    if await captcha.another(request, DATA, form):
        return await _data_page(request, found.draft)
    if "regresar" in form:
        return see_other(request, "registration:persona")
    try:
        who = registration.read_applicant(found.draft.persona, form, today(request))
    except Faults as faults:
        return await _data_page(request, found.draft, by_field(faults))
    if not found.draft.identified:
        client, identidad = client_of(request), who.claim.identidad
        charge = await run(request, registration.admit, identidad, client)
        if isinstance(charge, Denied):
            return limited(request, charge, "registration:data", kept=True)
        error = await captcha.check(request, DATA, form, charge)
        if error:
            return await _data_page(request, found.draft, {"captcha": error})
        checked = await identify(request, who.claim)
        found = await run(
            request, registration.record_check, found, form, identidad, checked, client
        )
        if checked.answer is not Answer.MATCHES:
            company = found.draft.persona == LEGAL
            return unmatched(request, checked.answer, "registration:data", company=company)
    return see_other(request, f"registration:{registration.next_step(found.draft)}")


@step("review")
async def review_form(request: Request) -> Response:
    return await _review_page(request)


@held
@step("review")
async def confirm(request: Request) -> Response:
    form = await read_form(request, REVIEW)
    if await captcha.another(request, REVIEW, form):
        return await _review_page(request)
    visit, client, day = visit_of(request), client_of(request), today(request)
    if await look(request, opening.asked_again, visit):
        return see_other(request, "registration:email")
    charge = await run(request, opening.admit, visit, day, client)
    if isinstance(charge, Denied):
        return _not_sent(request, charge)
    error = await captcha.check(request, REVIEW, form, charge)
    if error:
        return await _review_page(request, error)
    policy = state_of(request).installation.policy
    denied = await run(request, opening.ask, policy, visit, day, client)
    return _not_sent(request, denied) if denied else see_other(request, "registration:email")


async def identify(request: Request, claim: Claim) -> Checked:
    """The check may take some seconds: off the event loop, and outside any transaction."""
    return await anyio.to_thread.run_sync(state_of(request).installation.identity.check, claim)


def registration_of(request: Request) -> Registration:
    found: Registration = request.state.registration
    return found


def today(request: Request) -> date:
    installation = state_of(request).installation
    return installation.clock().astimezone(installation.zone).date()


def by_field(faults: Faults) -> dict[str, str]:
    """The fault of each field. A sentence that serves several fields begins with the field."""
    sentences = {name: str(refusal) for name, refusal in faults.errors.items()}
    for name, refusal in faults.errors.items():
        if refusal.code in SHARED:
            text = sentences[name]
            sentences[name] = f"{LABELS[name]}: {text[0].lower()}{text[1:]}"
    return sentences


def unmatched(request: Request, answer: Answer, back: str, *, company: bool = False) -> Response:
    """«Aceptar» leads back to the data (M36)."""
    text = TEXTS[SAID[answer]].format(paper="la ficha RUC" if company else "su documento")
    values = {"text": text, "back": back, "minutes": None}
    return page(request, "registration/told.html", STATUSES[answer], **values)


def limited(
    request: Request, denied: Denied, back: str, *words: str, kept: bool = False
) -> Response:
    """`kept`: the page tells how long the typed data stays, because the wait may be longer."""
    minutes = IDLE.seconds // 60 if kept else None
    values = {"text": sentence(denied, *words, "registration"), "back": back, "minutes": minutes}
    return held_off(page(request, "registration/told.html", status(denied), **values), denied)


def _consent(request: Request, text: str) -> Consent:
    catalog = state_of(request).installation.catalog
    return catalog.terms if text == TERMS else catalog.privacy


def _unaccepted(form: dict[str, str], consent: Consent) -> str | None:
    """None: accepted. The form names the text that the person read, which may have changed."""
    if form.get("acepto") != "1":
        return TEXTS["registration.unaccepted"]
    return None if form.get("texto") == consent.sha256 else TEXTS["registration.text_changed"]


def _consent_page(
    request: Request, text: str, draft: Draft, code: int = 200, error: str | None = None
) -> Response:
    return page(
        request,
        f"registration/{text}.html",
        code,
        consent=_consent(request, text),
        accepted=text in draft.accepted,
        errors={"acepto": error} if error else {},
        minutes=IDLE.seconds // 60,
    )


def _persona_page(
    request: Request, persona: str, code: int = 200, errors: dict[str, str] | None = None
) -> Response:
    return page(
        request,
        "registration/persona.html",
        code,
        persona=persona,
        personas=PERSONAS,
        errors=errors or {},
    )


async def _review_page(request: Request, error: str | None = None) -> Response:
    found = registration_of(request)
    price = await look(request, opening.price, client_of(request))
    return page(
        request,
        "registration/review.html",
        400 if error else 200,
        draft=found.draft,
        who=registration.applicant(found, today(request)),
        kinds=KINDS,
        sexes=SEXES,
        riddle=await captcha.riddle(request, visit_of(request), REVIEW, price),
        errors={"captcha": error} if error else {},
    )


def _not_sent(request: Request, denied: Denied) -> Response:
    if denied.wait is None:
        return see_other(request, "registration:terms")
    return limited(request, denied, "registration:review")


async def _data_page(
    request: Request, draft: Draft, errors: dict[str, str] | None = None
) -> Response:
    template, names = ("company", COMPANY) if draft.persona == LEGAL else ("person", PERSON)
    return await typed_page(request, DATA, template, draft.typed, names, errors)


async def typed_page(
    request: Request,
    form: str,
    template: str,
    typed: dict[str, str],
    names: tuple[str, ...],
    errors: dict[str, str] | None,
) -> Response:
    """The data are compared with the register, so the form asks for a riddle (S86)."""
    price = await look(request, registration.price, client_of(request))
    return page(
        request,
        f"registration/{template}.html",
        400 if errors else 200,
        values={name: typed.get(name, "") for name in names},
        errors=errors or {},
        riddle=await captcha.riddle(request, visit_of(request), form, price),
        kinds=KINDS,
        sexes=SEXES,
        today=today(request),
    )
