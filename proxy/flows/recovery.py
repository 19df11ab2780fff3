"""Recovery: an owner without a password proves that they read the messages of the casilla.

    start ──▶ send (e-mail or SMS) ──▶ verify (or resend) ──┐
                                                            ├──▶ choose ──▶ back to the login
    ask_link ──▶ link by e-mail (or renew) ─────────────────┘

No step tells whether an identidad has a casilla: without one the pages are the same, and the
messages go nowhere (S31). Nothing of the casilla changes before a code or a link is presented, and
neither logs anybody in (S37). An owner with a second factor also types a code of it: a mailbox
alone changes nothing, and the factor stays on (S38).

The same form twice, because no answer came, leads where it led at first (`again`). Forms with a
riddle ask that before the riddle, which the first press spent.
"""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import uuid4

from proxy.domain import limits
from proxy.domain.casilla import Casilla
from proxy.domain.client import Client
from proxy.domain.email import compared
from proxy.domain.events import Event
from proxy.domain.identidad import Identidad
from proxy.domain.limits import HOUR, Limit
from proxy.domain.policy import Policy
from proxy.errors import Denied, Reason
from proxy.flows import again, challenge, factor, limiting, login, password, told
from proxy.flows.challenge import Asked, Challenge, where
from proxy.flows.limiting import FREE, Charge
from proxy.flows.password import Choosing
from proxy.store import casillas, challenges, eventos, links, outbox, throttle
from proxy.store.challenges import NewChallenge
from proxy.store.links import Link
from proxy.store.outbox import Channel as Channel
from proxy.store.tx import Tx

START, PURPOSE, CHOOSE = "recovery_start", "recovery", "recovery_choose"
LINK = "recovery"


@dataclass(frozen=True)
class Mislaid:
    """A link that opens nothing. `renewable`: the only reason is that it expired (M82)."""

    renewable: bool


def admit(tx: Tx, identidad: Identidad, client: Client, least: int) -> Charge | Denied:
    """Count a recovery of this network. `least`: the price that the profile asks for in any case.

    The owner's own browser is exempt: only `start` counts it.
    """
    if client.device and login.known_device(tx, client, casillas.by_identidad(tx, identidad)):
        return Charge(least)
    return limiting.charge(tx, limits.recoveries_of_network(client), None, least=least)


def price(tx: Tx, client: Client) -> int:
    return limiting.price(tx, limits.recoveries_of_network(client))


def admit_message(tx: Tx, visit: str, client: Client, least: int) -> Charge | Denied:
    """As `admit`, for the message of a recovery that this browser began."""
    begun = started(tx, visit) or waiting(tx, visit)
    casilla_id = begun.casilla_id if begun else None
    if client.device and challenge.known_device(tx, client, casilla_id):
        return Charge(least)
    return limiting.charge(tx, limits.mail_asked(client), casilla_id, least=least)


def admit_link(tx: Tx, identidad: Identidad, client: Client) -> Charge | Denied:
    """As `admit`, for a recovery that is one form and one message."""
    if client.device and login.known_device(tx, client, casillas.by_identidad(tx, identidad)):
        return FREE
    return limiting.charge(tx, _of_link(client), None)


def price_of_link(tx: Tx, client: Client) -> int:
    return limiting.price(tx, _of_link(client))


def price_of_message(tx: Tx, client: Client) -> int:
    return limiting.price(tx, limits.mail_asked(client))


def start(
    tx: Tx,
    policy: Policy,
    identidad: Identidad,
    visit: str,
    client: Client,
    before: str = "",
) -> None:
    """`before` is the visit that this browser brought, and `visit` the one that it goes on with."""
    casilla = casillas.lock_identidad(tx, identidad)
    place = challenge.place_of(tx, client, casilla.id if casilla else None)
    casilla = _counted(tx, casilla, limits.recoveries(identidad, place), client)
    made_by = again.by_form(tx, START, before, str(identidad)) if before else None
    _remember(tx, START, casilla, identidad, visit, client, policy.visit_life, made_by)


def started_again(tx: Tx, identidad: Identidad, before: str, visit: str) -> bool:
    casilla = casillas.lock_identidad(tx, identidad)
    made_by = again.by_form(tx, START, before, str(identidad))
    return again.move(tx, START, made_by, visit, casilla.id if casilla else None, None)


def send(
    tx: Tx, policy: Policy, visit: str, channel: Channel, new_visit: str, client: Client
) -> Denied | None:
    """Without a proved mobile an SMS goes nowhere, and the answer is the same."""
    begun = challenge.waiting(tx, START, visit)
    casillas.lock(tx, begun.casilla_id if begun else None)
    if begun is None or not challenges.spend(tx, begun.id):
        return Denied(Reason.GONE)
    casilla = casillas.find(tx, begun.casilla_id)
    if casilla and channel == "sms" and casilla.phone is None:
        casilla = None
    made_by = again.by_form(tx, PURPOSE, visit, channel)
    asked = Asked(PURPOSE, begun.subject.hex(), casilla, channel, made_by=made_by)
    return challenge.ask(tx, policy, asked, new_visit, client)


def sent_again(tx: Tx, visit: str, channel: Channel, new_visit: str) -> bool:
    begun = again.just_spent(tx, START, visit)
    if begun is None:
        return False
    casillas.lock(tx, begun.casilla_id)
    made_by = again.by_form(tx, PURPOSE, visit, channel)
    return again.move(tx, PURPOSE, made_by, new_visit, begun.casilla_id, None)


def started(tx: Tx, visit: str) -> Challenge | None:
    return challenge.waiting(tx, START, visit)


def waiting(tx: Tx, visit: str) -> Challenge | None:
    return challenge.waiting(tx, PURPOSE, visit)


def asked(tx: Tx, visit: str) -> Challenge | None:
    """The code that the page asks for, also for who goes back to it because no answer came."""
    return waiting(tx, visit) or again.just_spent(tx, PURPOSE, visit)


def verify(
    tx: Tx, policy: Policy, visit: str, typed: str, new_visit: str, client: Client
) -> Denied | None:
    alive = waiting(tx, visit)
    casillas.lock(tx, alive.casilla_id if alive else None)
    found = challenge.check(tx, policy, alive, typed, client)
    if isinstance(found, Denied):
        return found
    assert found.casilla_id is not None  # only the code of a casilla is ever right
    casilla = casillas.by_id(tx, found.casilla_id)
    if login.known_device(tx, client, casilla) is None:  # which took nothing
        throttle.give_back(tx, _of_link(client))
    made_by = again.by_code(tx, found, typed)
    life = policy.choose_life
    _remember(tx, CHOOSE, casilla, casilla.identidad, new_visit, client, life, made_by)
    return None


def verified_again(tx: Tx, visit: str, typed: str, new_visit: str, client: Client) -> bool:
    """Each press counts as a try: a minute holds few guesses."""
    spent = again.just_spent(tx, PURPOSE, visit)
    if spent is None or spent.casilla_id is None:
        return False
    casillas.lock(tx, spent.casilla_id)
    if challenge.count(tx, challenge.tries_of(tx, spent, client), spent.casilla_id):
        return False
    made_by = again.by_code(tx, spent, typed)
    return again.move(tx, CHOOSE, made_by, new_visit, spent.casilla_id)


def too_soon(tx: Tx, policy: Policy, visit: str) -> Denied | None:
    found = waiting(tx, visit)
    if found is None or tx.now >= found.sent_at + policy.resend_wait:
        return None
    return Denied(Reason.SOON, found.sent_at + policy.resend_wait - tx.now)


def resend(tx: Tx, policy: Policy, visit: str, client: Client) -> Denied | None:
    return challenge.resend(tx, policy, waiting(tx, visit), client)


def choosing(tx: Tx, visit: str) -> Choosing | None:
    found = challenge.waiting(tx, CHOOSE, visit)
    return password.choosing(tx, found.casilla_id) if found and found.casilla_id else None


def choose(
    tx: Tx, policy: Policy, visit: str, hashed: str, client: Client, typed: str = ""
) -> bool | Denied:
    """Store the hash of the password. False: another browser was quicker, or the time is over.

    `typed` is the code of the second factor. Denied: it was wrong, and the choice is not spent.
    """
    found = challenge.waiting(tx, CHOOSE, visit)
    if found is None or found.casilla_id is None:
        return False
    casillas.lock(tx, found.casilla_id)
    denied = _factor(tx, found.casilla_id, typed, client)
    if denied:
        return denied
    if not challenges.spend(tx, found.id):
        return False
    _replace(tx, policy, casillas.by_id(tx, found.casilla_id), hashed, client)
    return True


def chosen(tx: Tx, visit: str) -> Casilla | Denied | None:
    """The casilla whose password this browser chose a moment ago."""
    spent = again.just_spent(tx, CHOOSE, visit)
    return password.just_chosen(tx, spent.casilla_id if spent else None)


def chosen_by_link(tx: Tx, link_id: bytes | None) -> Casilla | Denied | None:
    link = links.by_id(tx, link_id, LINK) if link_id else None
    return password.just_chosen(tx, password.just_used(tx, link))


def ask_link(tx: Tx, policy: Policy, identidad: Identidad, email: str, client: Client) -> None:
    casilla = casillas.lock_identidad(tx, identidad)
    casilla = _counted(tx, casilla, limits.links_asked(identidad, email), client)
    if casilla and compared(casilla.email) == compared(email):
        _send_link(tx, policy, casilla, client)
    else:
        _send_nothing(tx, policy, client)


def opened(tx: Tx, link_id: bytes) -> Choosing | Mislaid:
    """Spends nothing: mail scanners open links too."""
    link = links.by_id(tx, link_id, LINK)
    if link and link.holds(tx.now):
        return password.choosing(tx, link.casilla_id)
    return Mislaid(renewable=_came_late(link))


def renew(tx: Tx, policy: Policy, link_id: bytes, client: Client) -> bool:
    """Send a new link in place of an expired one (M82, S36). False: nothing to renew."""
    link = links.by_id(tx, link_id, LINK)
    casillas.lock(tx, link.casilla_id if link else None)
    link = links.by_id(tx, link_id, LINK)  # the flow that had the lock may have ended it
    if link is None or not _came_late(link):
        return False
    if throttle.take(tx, limits.links_renewed(link.casilla_id)) is None:
        _send_link(tx, policy, casillas.by_id(tx, link.casilla_id), client)
    return True


def choose_by_link(
    tx: Tx, policy: Policy, link_id: bytes, hashed: str, client: Client, typed: str = ""
) -> bool | Denied:
    link = links.by_id(tx, link_id, LINK)
    if link is None or not link.holds(tx.now):
        return False
    casillas.lock(tx, link.casilla_id)
    denied = _factor(tx, link.casilla_id, typed, client)
    if denied:
        return denied
    if links.spend(tx, link_id, LINK) is None:
        return False
    _replace(tx, policy, casillas.by_id(tx, link.casilla_id), hashed, client)
    return True


def _of_link(client: Client) -> list[Limit]:
    return [*limits.recoveries_of_network(client), *limits.mail_asked(client)]


def _factor(tx: Tx, casilla_id: int, typed: str, client: Client) -> Denied | None:
    if not factor.on(tx, casilla_id):
        return None
    return factor.check(tx, casilla_id, typed, client)


def _counted(tx: Tx, casilla: Casilla | None, own: list[Limit], client: Client) -> Casilla | None:
    """Count a recovery of this identidad. None: nothing may leave, and no page shows it (S31)."""
    allowed = throttle.take(tx, own) is None
    eventos.note(tx, Event.RECOVERY_STARTED, casilla.id if casilla else None)
    if allowed:
        return casilla
    told.of_tries(tx, casilla, client)
    return None


def _remember(
    tx: Tx,
    purpose: str,
    casilla: Casilla | None,
    identidad: Identidad,
    visit: str,
    client: Client,
    life: timedelta,
    made_by: bytes | None,
) -> None:
    subject = tx.vault.subject(str(identidad))
    step = NewChallenge(
        id=uuid4().bytes,
        purpose=purpose,
        casilla_id=casilla.id if casilla else None,
        subject=subject,
        visit=tx.vault.digest(visit),
        key_id=tx.vault.newest,
        channel="email",
        recipient=None,
        code_expires_at=tx.now,
        expires_at=tx.now + life,
        ip=client.ip,
        user_agent=client.user_agent,
        made_by=made_by,
    )
    challenges.add(tx, step)


def _replace(tx: Tx, policy: Policy, casilla: Casilla, hashed: str, client: Client) -> None:
    device = login.known_device(tx, client, casilla)
    password.replace(tx, policy, casilla, hashed, client, device=device or b"")


def _came_late(link: Link | None) -> bool:
    return link is not None and link.used_at is None and link.ended_at is None


def _send_link(tx: Tx, policy: Policy, casilla: Casilla, client: Client) -> None:
    links.end_all(tx, casilla.id, LINK)
    link = links.add(tx, LINK, casilla.id, policy.recovery_link_life)
    eventos.note(tx, Event.LINK_SENT, casilla.id)
    told = _told(tx, policy, link, client)
    outbox.add(tx, "recovery_link", casilla, policy.recovery_link_life, **told)


def _send_nothing(tx: Tx, policy: Policy, client: Client) -> None:
    """Nearly the same work as `_send_link`: the time of an answer must not reveal a casilla."""
    links.end_all(tx, 0, LINK)
    eventos.note(tx, Event.LINK_SENT, None)
    told = _told(tx, policy, uuid4().bytes, client)
    outbox.add_void(tx, "recovery_link", policy.recovery_link_life, **told)


def _told(tx: Tx, policy: Policy, link: bytes, client: Client) -> dict[str, Any]:
    hours = policy.recovery_link_life // HOUR
    return {"purpose": LINK, "link": link.hex(), "hours": hours, **where(tx, client)}
