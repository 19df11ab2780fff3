"""Opening: the applicant proves the mailbox, and in the same transaction the casilla opens.

    ask ──▶ code and link by e-mail ──▶ validate (or resend) ──▶ casilla, acceptances, credentials

One registration opens one casilla and mails one set of credentials, even if several browsers
validate it several times. An owner who has a casilla already is told so in the registered mailbox,
and nowhere else (S41).
"""

from dataclasses import replace
from datetime import date, datetime
from zoneinfo import ZoneInfo

from sqlalchemy.exc import IntegrityError

from catalog.reading.model import Catalog
from proxy.domain import codes, limits, secrets
from proxy.domain import registration as rules
from proxy.domain.casilla import Casilla
from proxy.domain.client import Client
from proxy.domain.events import Event
from proxy.domain.identidad import Identidad, parse_identidad
from proxy.domain.policy import Policy
from proxy.errors import Denied, Reason
from proxy.flows import challenge, first_access
from proxy.flows.challenge import Asked, Challenge, where
from proxy.flows.first_access import First
from proxy.flows.registration import Applicant, applicant, begun, keep, next_step
from proxy.store import acceptances, casillas, eventos, outbox, registrations, throttle
from proxy.store.acceptances import Acceptance
from proxy.store.registrations import Registration
from proxy.store.tx import Tx

PURPOSE = "registration"


def ask(tx: Tx, policy: Policy, visit: str, today: date, client: Client) -> Denied | None:
    found = begun(tx, visit)
    if found is None or next_step(found.draft) != "review":
        return Denied(Reason.OVER)
    who = applicant(found, today)
    owner = casillas.by_identidad(tx, who.claim.identidad)
    email_visit = secrets.new_token()
    asked = Asked(PURPOSE, who.email, recipient=None if owner else who.email)
    denied = challenge.ask(tx, policy, asked, email_visit, client)
    if denied:
        return denied
    keep(tx, found, replace(found.draft, email_visit=email_visit))
    sent = challenge.waiting(tx, PURPOSE, email_visit)
    assert sent is not None
    registrations.link_challenge(tx, found, sent.id)
    _tell(tx, owner, client)
    return None


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
    return challenge.resend(tx, policy, sent, client)


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


def done(tx: Tx, visit: str) -> bool:
    return registrations.ended(tx, tx.vault.digest(visit))


def accepted(tx: Tx, casilla_id: int) -> list[Acceptance]:
    return acceptances.of(tx, casilla_id)


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
    owner = casillas.by_identidad(tx, who.claim.identidad)
    casilla = None if owner else _open(tx, policy, who, made)
    if casilla is None:
        _tell(tx, owner or casillas.by_identidad(tx, who.claim.identidad), client)
        return None
    if not registrations.end(tx, found, who.claim.identidad):
        raise RuntimeError("a spent code opened two casillas")
    first_access.issue(tx, policy, casilla, made)
    _record(tx, catalog, casilla, found)
    return None


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
    eventos.note(tx, Event.CASILLA_OPENED, casilla_id)
    return casillas.by_id(tx, casilla_id)


def _record(tx: Tx, catalog: Catalog, casilla: Casilla, found: Registration) -> None:
    """Store the acceptances (S45), and mail them. A mailbox holds no whole identidad."""
    titles = {"terminos": catalog.terms.titulo, "privacidad": catalog.privacy.titulo}
    zone = ZoneInfo(catalog.entity.zona_horaria)
    told = []
    for text, values in found.draft.accepted.items():
        at = datetime.fromisoformat(values["at"])
        one = Acceptance(text, values["version"], values["sha256"], at, values["ip"])
        acceptances.add(tx, casilla.id, one)
        when = at.astimezone(zone).strftime("%d/%m/%Y a las %H:%M")
        told.append({"text": text, "titulo": titles[text], **values, "at": when})
    by = found.draft.represented_by
    outbox.add(
        tx,
        "affiliation",
        casilla,
        accepted=told,
        nombres=casilla.nombres,
        identidad=casilla.identidad.masked,
        represented_by=parse_identidad(by).masked if by else "",
    )


def _tell(tx: Tx, owner: Casilla | None, client: Client) -> None:
    """Tell an owner now and then that a browser tried to register the same identidad.

    Without an owner the same work is done and nothing leaves.
    """
    told = limits.told_already_registered(owner.id if owner else 0)
    allowed = throttle.take(tx, told) is None
    if owner and allowed:
        outbox.add(tx, "already_registered", owner, **where(tx, client))
    else:
        outbox.add_void(tx, "already_registered", **where(tx, client))


def _linked(tx: Tx, challenge_id: bytes) -> Challenge | None:
    found = registrations.by_challenge(tx, challenge_id)
    return challenge.waiting(tx, PURPOSE, found.draft.email_visit) if found else None
