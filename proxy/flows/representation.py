"""Representation: a legal person registers through a representative with a proved identity (R22).

    summon ──▶ code to the mailbox of their casilla ──▶ answer     ·     prove (RENIEC)
               (or of their app)
                 ──▶ record_power: what the register says of this person and this company

Public data prove nothing: anybody can read the RUC, the name and the district of a company. A
person who proved who they are has no power by it: without the register the company waits (S81).
"""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from typing import NamedTuple

from proxy.domain import codes, limits, secrets, totp
from proxy.domain import registration as rules
from proxy.domain.client import Client
from proxy.domain.events import Event
from proxy.domain.identidad import Identidad, parse_identidad
from proxy.domain.identity import Answer, Checked, PersonClaim
from proxy.domain.policy import Policy
from proxy.domain.registration import REPRESENTATIVE, Draft, Reading
from proxy.errors import Denied, Refusal
from proxy.flows import again, challenge, factor, limiting
from proxy.flows.challenge import Asked, Challenge
from proxy.flows.limiting import Charge
from proxy.flows.registration import begun, keep, record_answer, unrepresented, usable
from proxy.store import casillas, challenges, eventos, throttle
from proxy.store.registrations import Registration
from proxy.store.tx import Tx

PURPOSE = "representative"


class Pair(NamedTuple):
    person: Identidad
    company: Identidad


def read_representative(form: Mapping[str, str], today: date) -> PersonClaim:
    reading = Reading(form)
    claim = rules.read_person(reading, today)
    declares(reading)
    reading.end()
    return claim


def declares(reading: Reading) -> None:
    if reading.form.get("poder") != "1":
        reading.errors["poder"] = Refusal("registration.power")


def admit(tx: Tx, client: Client) -> Charge | Denied:
    """Count the message that `summon` sends."""
    return limiting.charge(tx, limits.mail_asked(client), None)


def price(tx: Tx, client: Client) -> int:
    return limiting.price(tx, limits.mail_asked(client))


def summon(
    tx: Tx,
    policy: Policy,
    found: Registration,
    identidad: Identidad,
    client: Client,
) -> Denied | None:
    """Send a code to the representative. Without a casilla nothing leaves, and no page shows it."""
    casilla = casillas.lock_identidad(tx, identidad) if identidad.kind != "RUC" else None
    if casilla and not casilla.in_use:
        casilla = None
    visit = secrets.new_token()
    asked = Asked(PURPOSE, str(identidad), casilla, made_by=_made_by(tx, found, identidad))
    denied = challenge.ask(tx, policy, asked, visit, client)
    if denied is None:
        keep(tx, found, replace(unrepresented(found.draft), representative_visit=visit))
    return denied


def summoned_again(tx: Tx, found: Registration, identidad: Identidad) -> bool:
    """The same representative, a moment ago: the message is on its way."""
    sent = challenges.just_made(tx, _made_by(tx, found, identidad), PURPOSE, again.since(tx))
    asked = summoned(tx, found)
    return sent is not None and sent.unseen and asked is not None and sent.id == asked.id


def summoned(tx: Tx, found: Registration) -> Challenge | None:
    return challenge.waiting(tx, PURPOSE, found.draft.representative_visit)


def answer(
    tx: Tx, policy: Policy, found: Registration, typed: str, client: Client
) -> Denied | None:
    sent = summoned(tx, found)
    mailed = _as_mailed(tx, sent, typed, client)
    asked = challenge.check(tx, policy, sent, mailed, client)
    if isinstance(asked, Denied):
        return asked
    assert asked.casilla_id is not None  # only the code of a casilla is ever right
    _represented(tx, found, casillas.by_id(tx, asked.casilla_id).identidad, ())
    return None


def _made_by(tx: Tx, found: Registration, identidad: Identidad) -> bytes:
    return again.by_form(tx, PURPOSE, found.id.hex(), str(identidad))


def _as_mailed(tx: Tx, asked: Challenge | None, typed: str, client: Client) -> str | None:
    """The mailed code, if `typed` stands for it; None: `typed` is wrong.

    A representative with a second factor types a code of the app, and for them the mailed code is
    wrong: a mailbox alone proves nothing (docs/decisions/0019). The mail and the question are the
    same for everybody, so no page tells who has a factor (S41). The code is spent before the guess
    is counted, but it has no effect, and nobody learns whether it was right, unless `check` takes
    the guess.
    """
    whose = asked.casilla_id if asked else None
    casillas.lock(tx, whose)
    if whose is not None and not casillas.by_id(tx, whose).in_use:
        return None  # the entity suspended it meanwhile: it proves nobody
    if asked is None or whose is None or not factor.on(tx, whose):
        return typed if codes.is_like_a_code(typed) else None
    key = tx.vault.code_key(asked.key_id)
    if key is None or not totp.is_like_a_code(typed):
        return None
    # A guess over the count of the app is simply wrong: who asks learns of no factor.
    tries = limits.factor_codes_of_strangers(casillas.by_id(tx, whose).identidad)
    if limiting.take(tx, tries, whose) is not None or not factor.spend(tx, whose, typed, client):
        return None
    throttle.give_back(tx, tries)
    return codes.code_for(key, PURPOSE, asked.id, asked.sent)


def resend(tx: Tx, policy: Policy, found: Registration, client: Client) -> Denied | None:
    sent = summoned(tx, found)
    return challenge.resend_counted(tx, policy, sent, client, limits.mail_asked(client))


def keep_typed(tx: Tx, found: Registration, form: Mapping[str, str]) -> Registration:
    values = rules.as_typed(form, REPRESENTATIVE)
    if found.draft.represented_by and values == found.draft.representative:
        return keep(tx, found, found.draft)
    draft = replace(unrepresented(found.draft), representative=values, email_visit="")
    return keep(tx, found, draft)


def prove(
    tx: Tx,
    found: Registration,
    form: Mapping[str, str],
    identidad: Identidad,
    checked: Checked,
    client: Client,
) -> bool:
    record_answer(tx, identidad, checked.answer, client)
    found = keep_typed(tx, found, form)
    if checked.answer is not Answer.MATCHES:
        return False
    _represented(tx, found, identidad, checked.addresses)
    return True


def pair(draft: Draft) -> Pair | None:
    """Whom to ask the register about."""
    if not draft.represented_by:
        return None
    company = rules.read_company(Reading(draft.company)).identidad
    return Pair(parse_identidad(draft.represented_by), company)


def record_power(tx: Tx, visit: str, asked: Pair, answer: Answer) -> None:
    """The draft may be about another pair by now: the answer is of `asked` alone."""
    eventos.note(tx, Event.IDENTITY_CHECKED, None, answer=answer.value, power=True)
    found = begun(tx, visit)
    if found and pair(found.draft) == asked:
        keep(tx, found, replace(found.draft, confirmed=answer is Answer.MATCHES))


def _represented(
    tx: Tx, found: Registration, identidad: Identidad, addresses: tuple[str, ...]
) -> None:
    draft = replace(
        unrepresented(found.draft),
        represented_by=str(identidad),
        representative_known=usable(addresses),
        representative_visit="",
    )
    keep(tx, found, draft)
