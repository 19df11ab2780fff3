"""Profile: the owner changes the e-mails or the mobile to which the casilla writes.

    start ──▶ code to the present address ──▶ code to the new one ──▶ it counts ──▶ both are told
              (or of the app)                (for a mobile, by SMS)       undo, for 72 hours ◀──┘

No change counts before its codes prove it, and no session starts one without a fresh proof (S46,
R32).

Each change mails a link «deshacer» to the address that the owner had before it. The link takes the
profile back to the state just before that change: that change and every later one are undone and
their links end, while the links of earlier changes stay. So no later change removes the way back of
the first owner, and of two people who fight over a casilla, the one with the older address wins.
A new password or a new session does not end such a link; a correction by the entity does.
"""

from dataclasses import dataclass, replace
from typing import Any

from proxy.domain import limits
from proxy.domain.casilla import Casilla
from proxy.domain.client import Client
from proxy.domain.constancia import Constancia
from proxy.domain.email import ascii_form, compared, masked_email
from proxy.domain.events import Event
from proxy.domain.limits import HOUR
from proxy.domain.phone import masked_phone
from proxy.domain.policy import Policy
from proxy.domain.session import Session
from proxy.errors import Denied, Reason, Refusal
from proxy.flows import challenge, constancias, factor, opening
from proxy.flows.challenge import Asked, Challenge, where
from proxy.flows.closing import close, spend_link
from proxy.flows.password import NOT_ME
from proxy.store import casillas, changes, eventos, links, outbox
from proxy.store.acceptances import Acceptance
from proxy.store.challenges import Way
from proxy.store.changes import Change
from proxy.store.tx import Tx

UNDO = "undo"  # the purpose of the link
OLD, NEW, PHONE, SECOND = "email_old", "email_new", "phone", "second_email"
CODES = 4  # at most: of the old address, of the new one, of the mobile, of the second address


@dataclass(frozen=True)
class Wanted:
    """The new values. None: no change."""

    email: str | None
    phone: str | None  # E.164
    second_email: str | None = None


@dataclass(frozen=True)
class Step:
    """The code that this browser must type next."""

    purpose: str
    recipient: str
    by_app: bool
    failures: int  # wrong codes so far


@dataclass(frozen=True)
class Answered:
    """The result of a code, and the next step. Without a step no code is left."""

    step: Step | None
    denied: Denied | None = None
    proved: str = ""  # the purpose of the code that was right


@dataclass(frozen=True)
class Data:
    """The data of the owner in the profile."""

    casilla: Casilla
    declared_phone: str | None  # of the registration, while no mobile is proved
    accepted: list[Acceptance]
    constancias: list[Constancia]  # about the casilla itself
    by_app: bool  # a code of the app takes the place of the code to the old address


def data(tx: Tx, session: Session) -> Data:
    casilla = casillas.by_id(tx, session.casilla_id)
    declared = None if casilla.phone else opening.declared_phone(tx, casilla.identidad)
    accepted = opening.accepted(tx, casilla.id)
    proofs = constancias.of_casilla(tx, casilla.id)
    return Data(casilla, declared, accepted, proofs, factor.on(tx, casilla.id))


def start(
    tx: Tx,
    policy: Policy,
    session: Session,
    wanted: Wanted,
    visit: str,
    client: Client,
) -> Denied | None:
    """Ask for the first code. `visit` is the secret that this browser will bring with each code.

    Gives up earlier changes that no code proved. Refuses `profile.same` when nothing would change.
    """
    casillas.lock(tx, session.casilla_id)
    casilla = casillas.by_id(tx, session.casilla_id)
    denied = _count(tx, casilla)
    if denied:
        return denied
    changes.give_up(tx, casilla.id)
    digest, until = tx.vault.digest(visit), tx.now + CODES * policy.visit_life
    email, phone, second = wanted.email, wanted.phone, wanted.second_email
    if email and email != ascii_form(casilla.email):
        changes.add(tx, casilla.id, "email", casilla.email, email, digest, until)
    if phone and phone != casilla.phone:
        changes.add(tx, casilla.id, "phone", casilla.phone, phone, digest, until)
    if second and compared(second) == compared(email or casilla.email):
        raise Refusal("profile.second_same")
    if second and second != casilla.second_email:
        changes.add(tx, casilla.id, "second_email", casilla.second_email, second, digest, until)
    if not changes.waiting(tx, casilla.id, digest):
        raise Refusal("profile.same")
    return _ask(tx, policy, casilla, visit, client)


def waiting(tx: Tx, session: Session, visit: str) -> Step | None:
    asked = _asked(tx, session.casilla_id, visit)
    return asked.step if asked else None


def verify(
    tx: Tx,
    policy: Policy,
    session: Session,
    visit: str,
    typed: str,
    client: Client,
) -> Answered:
    """The last code makes a change count. If the next code cannot leave, the rest is given up."""
    casillas.lock(tx, session.casilla_id)
    asked = _asked(tx, session.casilla_id, visit)
    if asked is None:
        return Answered(None, Denied(Reason.OVER))
    change, purpose = asked.change, asked.step.purpose
    found = challenge.check(tx, policy, asked.challenge, typed, client, factor.spend)
    if isinstance(found, Denied):
        return _refused(found, asked)
    casilla, event = casillas.by_id(tx, change.casilla_id), None
    if purpose == OLD:
        changes.mark_old_proved(tx, casilla.id, tx.vault.digest(visit))
    elif purpose == NEW:
        event = _change_email(tx, policy, casilla, change, session, client)
    elif purpose == PHONE:
        event = _change_phone(tx, policy, casilla, change, client)
    else:
        event = _change_second(tx, policy, casilla, change, client)
    denied = step = None
    if changes.waiting(tx, casilla.id, tx.vault.digest(visit)):
        denied = _ask(tx, policy, casillas.by_id(tx, casilla.id), visit, client)
        step = waiting(tx, session, visit)
    if event:
        eventos.note(tx, event, casilla.id)
    return Answered(step, denied, purpose)


def resend(tx: Tx, policy: Policy, session: Session, visit: str, client: Client) -> Answered:
    asked = _asked(tx, session.casilla_id, visit)
    if asked is None:
        return Answered(None, Denied(Reason.OVER))
    denied = challenge.resend(tx, policy, asked.challenge, client)
    return _refused(denied, asked) if denied else Answered(asked.step)


def remove_phone(tx: Tx, policy: Policy, session: Session, client: Client) -> Denied | None:
    casillas.lock(tx, session.casilla_id)
    casilla = casillas.by_id(tx, session.casilla_id)
    if casilla.phone is None:
        raise Refusal("profile.no_phone")
    denied = _count(tx, casilla)
    if denied:
        return denied
    until = tx.now + policy.undo_life
    change = changes.add(tx, casilla.id, "phone", casilla.phone, None, b"", until)
    eventos.note(tx, _change_phone(tx, policy, casilla, change, client), casilla.id)
    return None


def remove_second_email(tx: Tx, policy: Policy, session: Session, client: Client) -> Denied | None:
    casillas.lock(tx, session.casilla_id)
    casilla = casillas.by_id(tx, session.casilla_id)
    if casilla.second_email is None:
        raise Refusal("profile.no_second")
    denied = _count(tx, casilla)
    if denied:
        return denied
    until = tx.now + policy.undo_life
    change = changes.add(tx, casilla.id, "second_email", casilla.second_email, None, b"", until)
    eventos.note(tx, _change_second(tx, policy, casilla, change, client), casilla.id)
    return None


def undoable(tx: Tx, link_id: bytes) -> bool:
    link = links.by_id(tx, link_id, UNDO)
    return link is not None and link.holds(tx.now)


def undo(tx: Tx, link_id: bytes, client: Client) -> bool:
    """The old address rejects a change, and the profile goes back to the state before it.

    Nobody logs in before the password is recovered. False: the link is over.
    """
    casilla_id = spend_link(tx, link_id, UNDO)
    if casilla_id is None:
        return False
    casilla = casillas.by_id(tx, casilla_id)
    # Newest first: each change puts back the value that it replaced.
    for change in reversed(changes.since(tx, changes.by_id(tx, link_id))):
        if change.field == "email" and change.old:
            casillas.set_email(tx, casilla, change.old)
        elif change.field == "phone":
            casillas.set_phone(tx, casilla, change.old)
        elif change.field == SECOND:
            casillas.set_second_email(tx, casilla, change.old)
        changes.end(tx, change)
        links.spend(tx, change.id, UNDO)
    changes.give_up(tx, casilla.id)
    # The link «No fui yo» may be in the mailbox of a stranger.
    close(tx, casilla.id, NOT_ME)
    casillas.set_password(tx, casilla.id, None)
    eventos.note(tx, Event.CHANGE_UNDONE, casilla.id)
    owner = casillas.by_id(tx, casilla.id).email
    for address in dict.fromkeys((casilla.email, owner)):
        told = {"left_out": address != owner} | where(tx, client)
        outbox.add(tx, "profile_undone", casilla, recipient=address, **told)
    return True


def _refused(denied: Denied, asked: "_Asked") -> Answered:
    if denied.ends:
        return Answered(None, Denied(Reason.OVER))
    wrong = denied.reason is Reason.WRONG
    return Answered(replace(asked.step, failures=asked.step.failures + wrong), denied)


@dataclass(frozen=True)
class _Asked:
    change: Change
    step: Step
    challenge: Challenge


def _asked(tx: Tx, casilla_id: int, visit: str) -> _Asked | None:
    pending = changes.waiting(tx, casilla_id, tx.vault.digest(visit))
    if not pending:
        return None
    change = pending[0]
    purpose = _purpose(change)
    found = challenge.waiting(tx, purpose, _visit(change, visit))
    if found is None:
        return None
    address = casillas.by_id(tx, casilla_id).email if purpose == OLD else change.new
    step = Step(purpose, address or "", found.channel == "app", found.failures)
    return _Asked(change, step, found)


def _ask(tx: Tx, policy: Policy, casilla: Casilla, visit: str, client: Client) -> Denied | None:
    change = changes.waiting(tx, casilla.id, tx.vault.digest(visit))[0]
    purpose = _purpose(change)
    asked = Asked(purpose, str(casilla.identidad), casilla, recipient=change.new)
    if purpose == PHONE:
        asked = replace(asked, channel="sms")
    elif purpose == OLD:
        way: Way = "app" if factor.on(tx, casilla.id) else "email"
        asked = replace(asked, channel=way, recipient=None)
    denied = challenge.ask(tx, policy, asked, _visit(change, visit), client)
    if denied:
        changes.give_up(tx, casilla.id)
    return denied


def _change_email(
    tx: Tx, policy: Policy, casilla: Casilla, change: Change, session: Session, client: Client
) -> Event:
    """From now on the token digital goes to the new address (J43). Other ways in end."""
    new = change.new or ""
    casillas.set_email(tx, casilla, new)
    close(tx, casilla.id, session=session.id, browsers=False)
    back = _make(tx, policy, change)
    told = {"new": masked_email(new)} | where(tx, client)
    outbox.add(tx, "email_changed", casilla, policy.undo_life, **back, **told)
    outbox.add(tx, "email_proved", casilla, recipient=new, **where(tx, client))
    return Event.EMAIL_CHANGED


def _change_phone(
    tx: Tx, policy: Policy, casilla: Casilla, change: Change, client: Client
) -> Event:
    casillas.set_phone(tx, casilla, change.new)
    back = _make(tx, policy, change)
    told = {"new": masked_phone(change.new) if change.new else ""} | where(tx, client)
    outbox.add(tx, "phone_changed", casilla, policy.undo_life, **back, **told)
    return Event.PHONE_CHANGED


def _change_second(
    tx: Tx, policy: Policy, casilla: Casilla, change: Change, client: Client
) -> Event:
    """It is no way in: no session ends. The first address can undo it, the second one cannot."""
    casillas.set_second_email(tx, casilla, change.new)
    back = _make(tx, policy, change)
    told = {"new": masked_email(change.new) if change.new else ""} | where(tx, client)
    outbox.add(tx, "second_email_changed", casilla, policy.undo_life, **back, **told)
    for mailbox, added in ((change.old, False), (change.new, True)):
        if mailbox:
            outbox.add(tx, "second_email_told", casilla, recipient=mailbox, added=added)
    return Event.SECOND_EMAIL_CHANGED


def _make(tx: Tx, policy: Policy, change: Change) -> dict[str, Any]:
    changes.make(tx, change, tx.now + policy.undo_life)
    links.add(tx, UNDO, change.casilla_id, policy.undo_life, change.id)
    return {"purpose": UNDO, "link": change.id.hex(), "hours": policy.undo_life // HOUR}


def _purpose(change: Change) -> str:
    if change.old_proved_at is None:
        return OLD
    return NEW if change.field == "email" else change.field


def _visit(change: Change, visit: str) -> str:
    return f"{visit}/{change.id.hex()}/{_purpose(change)}"


def _count(tx: Tx, casilla: Casilla) -> Denied | None:
    return challenge.count(tx, limits.changes_of_profile(casilla.id), casilla.id)
