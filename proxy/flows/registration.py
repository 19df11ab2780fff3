"""Registration: an applicant asks for a casilla, step by step, up to the proof of the mailbox.

    accept terms ──▶ accept privacy ──▶ persona ──▶ data ──▶ identity checked, outside any
    transaction ──▶ (a legal person: its representative) ──▶ review ──▶ flows.opening

The typed data are kept, sealed, for an hour after the last step, and a cookie ties them to the
browser. No step tells whether an identidad has a casilla (S41).
"""

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import date, timedelta

from catalog.reading.consent import Consent
from proxy.domain import limits
from proxy.domain import registration as rules
from proxy.domain.client import Client
from proxy.domain.email import compared, parse_email
from proxy.domain.events import Event
from proxy.domain.identidad import Identidad
from proxy.domain.identity import Answer, Checked, Claim
from proxy.domain.registration import LEGAL, NATURAL, Draft, Reading
from proxy.errors import Denied, Refusal
from proxy.flows import limiting
from proxy.flows.limiting import Charge
from proxy.store import eventos, registrations, throttle
from proxy.store.registrations import Registration as Registration
from proxy.store.tx import Tx

IDLE = timedelta(minutes=60)
TERMS, PRIVACY = "terminos", "privacidad"
STEPS = ("terms", "privacy", "persona", "data", "representative", "review")


@dataclass(frozen=True)
class Applicant:
    """The data of an applicant, well formed."""

    claim: Claim
    email: str
    phone: str


def read_applicant(persona: str, form: Mapping[str, str], today: date) -> Applicant:
    """Raises Faults with every fault of the form."""
    reading = Reading(form)
    legal = persona == LEGAL
    claim: Claim = rules.read_company(reading) if legal else rules.read_person(reading, today)
    phone = rules.read_phone(reading)
    email = reading.take("correo", parse_email, "")
    if "correo" not in reading.errors:
        reading.take("correo2", _same_email, "", email)
    reading.end()
    return Applicant(claim, email, phone)


def begun(tx: Tx, visit: str) -> Registration | None:
    return registrations.alive(tx, tx.vault.digest(visit))


def next_step(draft: Draft) -> str:
    done = {
        "terms": TERMS in draft.accepted,
        "privacy": PRIVACY in draft.accepted,
        "persona": bool(draft.persona),
        "data": draft.identified,
        "representative": draft.persona != LEGAL or bool(draft.represented_by),
        "review": False,
    }
    return next(step for step in STEPS if not done[step])


def begin(
    tx: Tx, consent: Consent, visit: str, new_visit: str, client: Client
) -> tuple[Registration, str] | Denied:
    """Accept the terms. Returns the registration and the visit that its browser must keep."""
    found = begun(tx, visit)
    if found:
        return accept(tx, found, TERMS, consent, client), visit
    denied = limiting.charge(tx, limits.registrations(client), None)
    if isinstance(denied, Denied):
        return denied
    draft = _accepting(tx, Draft(), TERMS, consent, client)
    return registrations.add(tx, tx.vault.digest(new_visit), draft, tx.now + IDLE), new_visit


def accept(
    tx: Tx, found: Registration, text: str, consent: Consent, client: Client
) -> Registration:
    return keep(tx, found, _accepting(tx, found.draft, text, consent, client))


def choose(tx: Tx, found: Registration, persona: str) -> Registration:
    if persona not in (NATURAL, LEGAL):
        raise Refusal("persona.unknown")
    if persona == found.draft.persona:
        return keep(tx, found, found.draft)
    return keep(tx, found, replace(unproved(found.draft), persona=persona))


def keep_typed(tx: Tx, found: Registration, form: Mapping[str, str]) -> Registration:
    """Keep the typed data, right or wrong (M36, M72). Changed data lose their proof.

    A change of REACH alone keeps the proof of the identity.
    """
    draft = found.draft
    legal = draft.persona == LEGAL
    values = rules.as_typed(form, rules.COMPANY if legal else rules.PERSON)
    if values == draft.typed:
        return keep(tx, found, draft)
    same = all(values[name] == draft.typed.get(name) for name in values if name not in rules.REACH)
    draft = replace(draft, email_visit="") if same else unproved(draft)
    draft = replace(draft, company=values) if legal else replace(draft, person=values)
    return keep(tx, found, draft)


def admit(tx: Tx, identidad: Identidad, client: Client) -> Charge | Denied:
    """A question to the register, which always asks for a riddle first (S86)."""
    return limiting.charge(tx, limits.checks_of_identity(identidad, client), None, least=1)


def price(tx: Tx, client: Client) -> int:
    return max(limiting.price(tx, limits.checks_of_network(client)), 1)


def record_answer(tx: Tx, identidad: Identidad, answer: Answer, client: Client) -> None:
    eventos.note(tx, Event.IDENTITY_CHECKED, None, answer=answer.value)
    if answer is not Answer.DIFFERS:
        throttle.give_back(tx, limits.checks_of_identity(identidad, client))


def record_check(
    tx: Tx,
    found: Registration,
    form: Mapping[str, str],
    identidad: Identidad,
    checked: Checked,
    client: Client,
) -> Registration:
    record_answer(tx, identidad, checked.answer, client)
    found = keep_typed(tx, found, form)
    if checked.answer is not Answer.MATCHES:
        return found
    return keep(tx, found, replace(found.draft, identified=True, known=usable(checked.addresses)))


def usable(addresses: Sequence[str]) -> list[str]:
    """A register may hold what is no address."""
    found = []
    for address in addresses:
        with suppress(Refusal):
            found.append(parse_email(address))
    return found


def unproved(draft: Draft) -> Draft:
    draft = replace(draft, identified=False, representative_visit="", email_visit="")
    return unrepresented(draft)


def unrepresented(draft: Draft) -> Draft:
    return replace(draft, represented_by="", confirmed=False)


def keep(tx: Tx, found: Registration, draft: Draft) -> Registration:
    registrations.save(tx, found, draft, tx.now + IDLE)
    return replace(found, draft=draft)


def applicant(found: Registration, today: date) -> Applicant:
    return read_applicant(found.draft.persona, found.draft.typed, today)


def _accepting(tx: Tx, draft: Draft, text: str, consent: Consent, client: Client) -> Draft:
    """A second acceptance of the same text keeps the instant of the first one."""
    before = draft.accepted.get(text, {})
    if before.get("sha256") == consent.sha256:
        return draft
    accepted = {
        "version": consent.version,
        "sha256": consent.sha256,
        "at": tx.now.isoformat(),
        "ip": client.ip,
    }
    return replace(draft, accepted=draft.accepted | {text: accepted})


# M37, M73
def _same_email(text: str, email: str) -> str:
    try:
        again = parse_email(text)
    except Refusal:
        again = ""
    if compared(again) != compared(email):
        raise Refusal("registration.emails")
    return again
