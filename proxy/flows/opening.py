"""Opening: the applicant proves the mailbox, and in the same transaction the casilla opens.

    ask ──▶ code and link by e-mail ──▶ validate (or resend) ──▶ casilla, acceptances, credentials
                     a company whose power no register confirms ──▶ waits for the entity (`power`)

Whoever else the data name is told: the representative at their own casilla, and every address that
the register knows (S81).

One registration opens one casilla and mails one set of credentials, even if several browsers
validate it several times. An owner who has a casilla already is told so in the registered mailbox,
and nowhere else (S41).
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy.exc import IntegrityError

from catalog.reading.model import Catalog
from proxy.domain import codes, limits, secrets
from proxy.domain import registration as rules
from proxy.domain.casilla import Casilla
from proxy.domain.client import Client
from proxy.domain.constancia import Person, Representative
from proxy.domain.constancia_acts import Accepted, Affiliation
from proxy.domain.email import compared
from proxy.domain.events import Event
from proxy.domain.identidad import Identidad, parse_identidad
from proxy.domain.policy import Policy
from proxy.domain.registration import Draft, Reading
from proxy.errors import Denied, Reason
from proxy.flows import again, challenge, constancias, first_access, limiting
from proxy.flows.challenge import Asked, Challenge, where
from proxy.flows.first_access import First
from proxy.flows.limiting import Charge
from proxy.flows.registration import Applicant, applicant, begun, keep, next_step
from proxy.store import (
    acceptances,
    casillas,
    eventos,
    outbox,
    petitions,
    registrations,
    throttle,
)
from proxy.store.acceptances import Acceptance
from proxy.store.registrations import Registration
from proxy.store.tx import Tx
from proxy.texts import TEXTS

PURPOSE = "registration"
WAITS = timedelta(days=60)  # for the entity; then the applicant asks again


def ask(tx: Tx, policy: Policy, visit: str, today: date, client: Client) -> Denied | None:
    found = begun(tx, visit)
    if found is None or next_step(found.draft) != "review":
        return Denied(Reason.OVER)
    who = applicant(found, today)
    owner = casillas.by_identidad(tx, who.claim.identidad)
    email_visit = secrets.new_token()
    # An owner gets another message at their own address, and the typed one gets none. Its mailbox
    # is counted all the same: the answer must not tell who is an owner.
    asked = Asked(PURPOSE, who.email, recipient=who.email, leaves=owner is None)
    denied = challenge.ask(tx, policy, asked, email_visit, client)
    if denied:
        return denied
    keep(tx, found, replace(found.draft, email_visit=email_visit))
    sent = challenge.waiting(tx, PURPOSE, email_visit)
    assert sent is not None
    registrations.link_challenge(tx, found, sent.id)
    _tell(tx, owner, client)
    return None


def asked_again(tx: Tx, visit: str) -> bool:
    """The same data, a moment ago: the message is on its way. Other data have lost its visit."""
    found = waiting(tx, visit)
    sent = found[1] if found else None
    return sent is not None and sent.sent == 1 and sent.sent_at > again.since(tx)


def admit(tx: Tx, visit: str, today: date, client: Client) -> Charge | Denied:
    """Count the message that `ask` sends."""
    found = begun(tx, visit)
    if found is None or next_step(found.draft) != "review":
        return Denied(Reason.OVER)
    address = applicant(found, today).email
    return limiting.charge(tx, [*limits.mail_asked(client), limits.domain(address)], None)


def price(tx: Tx, client: Client) -> int:
    return limiting.price(tx, limits.mail_asked(client))


def waiting(tx: Tx, visit: str) -> tuple[Registration, Challenge] | None:
    found = begun(tx, visit)
    sent = challenge.waiting(tx, PURPOSE, found.draft.email_visit) if found else None
    return (found, sent) if found and sent else None


def linked(tx: Tx, challenge_id: bytes) -> str | None:
    """The code of a mailed link, while it holds. Spends nothing: mail scanners open links (R11)."""
    sent = _linked(tx, challenge_id)
    if sent is None or tx.now >= sent.code_expires_at:
        return None
    key = tx.vault.code_key(sent.key_id)
    return codes.code_for(key, PURPOSE, sent.id, sent.sent) if key else None


def resend(tx: Tx, policy: Policy, visit: str, client: Client) -> Denied | None:
    found = begun(tx, visit)
    if found is None:
        return Denied(Reason.OVER)
    keep(tx, found, found.draft)
    sent = challenge.waiting(tx, PURPOSE, found.draft.email_visit)
    address = applicant(found, tx.now.date()).email
    counted = [*limits.mail_asked(client), limits.domain(address)]
    return challenge.resend_counted(tx, policy, sent, client, counted)


def validate(
    tx: Tx, policy: Policy, catalog: Catalog, visit: str, typed: str, made: First, client: Client
) -> Denied | None:
    found = begun(tx, visit)
    if found is None:
        return Denied(Reason.OVER)
    return _validate(tx, policy, catalog, found, typed, made, client)


def validate_by_link(
    tx: Tx,
    policy: Policy,
    catalog: Catalog,
    challenge_id: bytes,
    typed: str,
    made: First,
    client: Client,
) -> Denied | None:
    """From any browser: the reader of the link reads the mailbox, and gets only mail."""
    found = registrations.by_challenge(tx, challenge_id)
    if found is None:
        return Denied(Reason.OVER)
    return _validate(tx, policy, catalog, found, typed, made, client)


def done(tx: Tx, visit: str) -> Registration | None:
    """The registration of this browser that ended: its casilla is open, or waits."""
    return registrations.ended(tx, tx.vault.digest(visit))


def waits(tx: Tx, challenge_id: bytes) -> bool:
    """Whether the entity decides about the registration of a mailed link."""
    found = registrations.by_challenge(tx, challenge_id)
    return found is not None and found.draft.waits


def accepted(tx: Tx, casilla_id: int) -> list[Acceptance]:
    return acceptances.of(tx, casilla_id)


def stated(catalog: Catalog, given: Sequence[Acceptance]) -> tuple[Accepted, ...]:
    """For a constancia."""
    return tuple(
        Accepted(
            one.text,
            catalog.accepted(one.text, one.version).titulo,
            one.version,
            one.sha256,
            one.at,
        )
        for one in given
    )


def declared_phone(tx: Tx, identidad: Identidad) -> str | None:
    """The telephone of the registration. Nobody proved it: it only fills in a form."""
    draft = registrations.declared(tx, identidad)
    return draft.typed.get("telefono") if draft else None


def _validate(
    tx: Tx,
    policy: Policy,
    catalog: Catalog,
    found: Registration,
    typed: str,
    made: First,
    client: Client,
) -> Denied | None:
    sent = challenge.waiting(tx, PURPOSE, found.draft.email_visit)
    asked = challenge.check(tx, policy, sent, typed, client)
    if isinstance(asked, Denied):
        return asked
    # The code does not prove data that changed after it was sent.
    if next_step(found.draft) != "review":
        return Denied(Reason.OVER)
    who = applicant(found, tx.now.date())
    throttle.give_back(tx, [*limits.mail_asked(client), limits.domain(who.email)])
    owner = casillas.by_identidad(tx, who.claim.identidad)
    if owner is None and found.draft.waits:
        _wait(tx, found, who, client)
    elif owner or grant(tx, policy, catalog, found, who, made, client) is None:
        _tell(tx, owner or casillas.by_identidad(tx, who.claim.identidad), client)
    return None


def grant(
    tx: Tx,
    policy: Policy,
    catalog: Catalog,
    found: Registration,
    who: Applicant,
    made: First,
    client: Client | None,
) -> Casilla | None:
    """Open the casilla. Without `client` the entity does it. None: another one was first."""
    casilla = _open(tx, policy, who, made)
    if casilla is None:
        return None
    if not registrations.end(tx, found, who.claim.identidad):
        raise RuntimeError("a spent code opened two casillas")
    eventos.note(tx, Event.CASILLA_OPENED, casilla.id, **_record(tx, catalog, casilla, found, who))
    first_access.issue(tx, policy, casilla, made, by_entity=client is None)
    _tell_accepted(tx, catalog, casilla, found, who)
    _tell_named(tx, found.draft, who, client, casilla)
    return casilla


def _wait(tx: Tx, found: Registration, who: Applicant, client: Client) -> None:
    until = tx.now + WAITS
    if not registrations.wait(tx, found, until):
        raise RuntimeError("a spent code asked for a casilla twice")
    number = petitions.add_company(tx, found.id, tx.by.kind, until)
    eventos.note(tx, Event.COMPANY_WAITS, None, petition=number)
    outbox.add(
        tx,
        "company_waits",
        None,
        recipient=who.email,
        petition=number,
        days=WAITS.days,
        **_named(found.draft, who),
    )
    _tell_named(tx, found.draft, who, client, None)


def _open(tx: Tx, policy: Policy, who: Applicant, made: First) -> Casilla | None:
    savepoint = tx.conn.begin_nested()
    name = rules.full_name(who.claim)
    until = tx.now + policy.first_access_life if made.hashed else None
    try:
        casilla_id = casillas.add(
            tx, who.claim.identidad, name, who.email, made.hashed, first_until=until
        )
    except IntegrityError:
        savepoint.rollback()
        return None
    savepoint.commit()
    return casillas.by_id(tx, casilla_id)


def _record(
    tx: Tx, catalog: Catalog, casilla: Casilla, found: Registration, who: Applicant
) -> dict[str, Any]:
    """Store the acceptances, and the facts of the constancia that proves them (S45, L16)."""
    given = [
        Acceptance(
            text,
            values["version"],
            values["sha256"],
            datetime.fromisoformat(values["at"]),
            values["ip"],
        )
        for text, values in found.draft.accepted.items()
    ]
    for one in given:
        acceptances.add(tx, casilla.id, one)
    act = Affiliation(stated(catalog, given), who.email, who.phone)
    by = _representative(tx, found.draft, who)
    return constancias.of(tx, catalog, casilla, act, representative=by)


def _representative(tx: Tx, draft: Draft, who: Applicant) -> Representative | None:
    if not draft.represented_by:
        return None
    identidad = parse_identidad(draft.represented_by)
    if draft.proved_by_data:
        name = rules.full_name(rules.read_person(Reading(draft.representative), tx.now.date()))
    else:
        casilla = casillas.by_identidad(tx, identidad)
        name = casilla.nombres if casilla else ""
    power = "constancia.power.register" if draft.confirmed else "constancia.power.declared"
    return Representative(Person(identidad, name), TEXTS[power])


def _tell_accepted(
    tx: Tx, catalog: Catalog, casilla: Casilla, found: Registration, who: Applicant
) -> None:
    """A mailbox holds no whole identidad."""
    zone = ZoneInfo(catalog.entity.zona_horaria)
    told = []
    for text, values in found.draft.accepted.items():
        when = datetime.fromisoformat(values["at"]).astimezone(zone)
        at = f"{when:%d/%m/%Y a las %H:%M} ({catalog.entity.official_time})"
        titulo = catalog.accepted(text).titulo
        told.append({"text": text, "titulo": titulo, **values, "at": at})
    outbox.add(tx, "affiliation", casilla, accepted=told, **_named(found.draft, who))


def _named(draft: Draft, who: Applicant) -> dict[str, Any]:
    """A mailbox holds no whole identidad."""
    by = draft.represented_by
    return {
        "nombres": rules.full_name(who.claim),
        "identidad": who.claim.identidad.masked,
        "represented_by": parse_identidad(by).masked if by else "",
    }


def _tell_named(
    tx: Tx, draft: Draft, who: Applicant, client: Client | None, casilla: Casilla | None
) -> None:
    """Tell whom the data name, in case that somebody else typed them. None: the casilla waits."""
    said: dict[str, Any] = _named(draft, who) | {"waits": casilla is None}
    said |= where(tx, client) if client else {}
    by = draft.represented_by
    representative = casillas.by_identidad(tx, parse_identidad(by)) if by else None
    told = {compared(address): (address, False) for address in draft.known}
    told |= {compared(address): (address, True) for address in draft.representative_known}
    if representative:
        told[compared(representative.email)] = representative.email, True
    elif by:  # no time tells who has a casilla (S31)
        outbox.add_void(tx, "registered", represents=True, **said)
    told.pop(compared(who.email), None)  # it reads of the casilla itself
    for address, represents in sorted(told.values()):  # in one order, as all limits
        if throttle.take(tx, limits.told_of_registration(address)) is None:
            outbox.add(tx, "registered", casilla, recipient=address, represents=represents, **said)


def _tell(tx: Tx, owner: Casilla | None, client: Client) -> None:
    """Tell an owner now and then that a browser tried to register the same identidad.

    Without an owner the same work is done and nothing leaves.
    """
    told = limits.told_already_registered(owner.id if owner else 0)
    mailbox = [limits.mailbox_of(owner.email, "")] if owner else []
    allowed = throttle.take(tx, [*told, *mailbox]) is None
    if owner and allowed:
        out_of_use = not owner.in_use
        outbox.add(tx, "already_registered", owner, out_of_use=out_of_use, **where(tx, client))
    else:
        outbox.add_void(tx, "already_registered", out_of_use=False, **where(tx, client))


def _linked(tx: Tx, challenge_id: bytes) -> Challenge | None:
    found = registrations.by_challenge(tx, challenge_id)
    return challenge.waiting(tx, PURPOSE, found.draft.email_visit) if found else None
