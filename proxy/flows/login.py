"""Login: a browser with the password proves that it reads the owner's mailbox or holds the app.

    attempt ──▶ hash verified, outside any transaction ──▶ answer ──▶ code by e-mail
                                        session ◀── verify ◀──┘ (resend, disavow)

With a second factor nothing is sent: `verify` takes a code of the app, or a recovery code. A button
that is pressed again, because no answer came, loses nothing: see `again`.

No answer tells whether an identidad has a casilla. Every password is counted, and its count
committed, before it is verified.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

from proxy.domain import limits, secrets
from proxy.domain.casilla import Casilla
from proxy.domain.client import Client
from proxy.domain.events import Event
from proxy.domain.identidad import Identidad
from proxy.domain.limits import Kind, Limit
from proxy.domain.passwords import Proof
from proxy.domain.policy import Policy
from proxy.domain.session import Holder, Session
from proxy.domain.vault import Vault
from proxy.errors import Denied, Reason, Refusal
from proxy.flows import again, challenge, factor, first_access, limiting, password, told
from proxy.flows.challenge import Asked, Challenge, where
from proxy.flows.closing import note_ended
from proxy.flows.limiting import FREE, Charge
from proxy.store import casillas, challenges, devices, eventos, links, outbox, sessions, throttle
from proxy.store.challenges import Way
from proxy.store.db import Database
from proxy.store.tx import Tx

PURPOSE = "login"
# After this many wrong passwords in a row only a known browser may use the password, and a known
# browser is forgotten: NIST SP 800-63B-4 §3.2.2 caps the tries of an account at 100.
WRONG_IN_A_ROW = 100
SEEN_EVERY = timedelta(minutes=1)


class SessionOver(Refusal):
    """The session ended."""

    status = 403


@dataclass(frozen=True)
class Attempt:
    """A password to verify. Without a casilla a decoy is verified."""

    identidad: Identidad
    casilla: Casilla | None
    charge: Charge  # with a price, a riddle comes first, and the try is not counted yet

    @property
    def stored(self) -> str | None:
        return self.casilla.password if self.casilla else None

    def as_kept(self, typed: str) -> str:
        return self.casilla.as_kept(typed) if self.casilla else typed


@dataclass(frozen=True)
class Opened:
    """The token of the new session, and the id that its browser remembers."""

    token: str
    device: bytes


def attempt(tx: Tx, identidad: Identidad, client: Client) -> Attempt | Denied:
    """Count a password before it is verified, unless a riddle comes first: then `admit` does."""
    casilla = casillas.lock_identidad(tx, identidad)  # before the limits, as everywhere
    limited = _limits(tx, identidad, client, casilla)
    charge = limiting.charge(tx, limited, casilla.id if casilla else None)
    if isinstance(charge, Denied):
        return charge
    if charge.price:
        return Attempt(identidad, casilla, charge)
    return admit(tx, Attempt(identidad, casilla, charge), client)


def admit(tx: Tx, tried: Attempt, client: Client) -> Attempt:
    """The price is paid. Count the password as wrong until it proves right."""
    casilla = casillas.lock_identidad(tx, tried.identidad)
    if tried.charge.price:
        _tell_of_tries(tx, casilla, tried.charge.owed, client)
    casillas.count_failure(tx, casilla.id if casilla else 0)
    device = known_device(tx, client, casilla)
    if casilla and device and devices.count_failure(tx, device) > WRONG_IN_A_ROW:
        _forget(tx, casilla, device, client)  # the process died before it answered the last one
        device = None
    if casilla and casilla.failures >= WRONG_IN_A_ROW and device is None:
        casilla = None
    if casilla and first_access.lapsed(tx, casilla):
        casilla = None
    return Attempt(tried.identidad, casilla, FREE)


def price(tx: Tx, client: Client) -> int:
    """What the form asks for before anybody says who they are: only what their network did."""
    return limiting.price(tx, limits.passwords_of_all(client))


def answer(
    tx: Tx,
    policy: Policy,
    attempt: Attempt,
    proof: Proof,
    visit: str,
    client: Client,
    *,
    before: str = "",
    breached: bool = False,
) -> Denied | None:
    """None: the password was right, and the owner gets a token digital or opens the app.

    `visit` is the secret that this browser, and no other, will bring with the code; `before` is the
    one that it brought with the password. A `breached` password only lets the owner choose another
    (S18).
    """
    tried = attempt.casilla
    if tried is None or not password.keep_if_right(tx, tried.id, proof):
        eventos.note(tx, Event.LOGIN_FAILED, tried.id if tried else None)
        device = known_device(tx, client, tried)
        if tried and device and devices.failures(tx, device) >= WRONG_IN_A_ROW:
            _forget(tx, tried, device, client)
        return Denied(Reason.WRONG)

    casilla = casillas.by_id(tx, tried.id)  # the address may have changed since `attempt`
    casillas.clear_failures(tx, casilla.id)
    throttle.give_back(tx, _limits(tx, casilla.identidad, client, casilla))
    if breached:
        casillas.ask_for_another(tx, casilla.id)
    if device := known_device(tx, client, casilla):
        devices.clear_failures(tx, device)
    way: Way = "app" if factor.on(tx, casilla.id) else "email"
    made_by = again.by_form(tx, PURPOSE, before, way) if before else None
    if made_by and again.move(tx, PURPOSE, made_by, visit, casilla.id):
        return None
    asked = Asked(PURPOSE, str(casilla.identidad), casilla, way, made_by=made_by)
    return challenge.ask(tx, policy, asked, visit, client)


def waiting(tx: Tx, visit: str) -> Challenge | None:
    return challenge.waiting(tx, PURPOSE, visit)


def asked(tx: Tx, visit: str) -> Challenge | None:
    """The code that the page asks for, also for who goes back to it because no answer came."""
    return waiting(tx, visit) or again.just_spent(tx, PURPOSE, visit)


def verify(tx: Tx, policy: Policy, visit: str, typed: str, client: Client) -> Opened | Denied:
    alive = waiting(tx, visit)
    if alive and (denied := challenge.malformed(alive, typed)):
        return denied
    if alive and alive.casilla_id:
        casillas.lock(tx, alive.casilla_id)  # a flow that closes it ends this code before, or waits
    found = challenge.check(tx, policy, alive, typed, client, factor.spend)
    if isinstance(found, Denied):
        if found.reason is not Reason.GONE:
            return found
        return _verify_again(tx, policy, visit, typed, client, counted=alive is not None)
    return _enter(tx, policy, found, typed, client)


def _verify_again(
    tx: Tx, policy: Policy, visit: str, typed: str, client: Client, *, counted: bool
) -> Opened | Denied:
    """The code that opened a session, from the browser that did not get it: the answer is late.

    A session that some request came with goes on, and nothing else opens (S24). Each press counts
    as a try, so a minute holds few of them.
    """
    spent = again.just_spent(tx, PURPOSE, visit)
    if spent is None or spent.casilla_id is None:
        return Denied(Reason.GONE)
    casillas.lock(tx, spent.casilla_id)
    tries = [] if counted else challenge.tries_of(tx, spent, client)
    denied = challenge.malformed(spent, typed) or challenge.count(
        tx, tries, spent.casilla_id, by_app=spent.channel == "app"
    )
    if denied:
        return denied
    lost = sessions.end_unseen(tx, spent.casilla_id, again.by_code(tx, spent, typed))
    if lost is None:
        eventos.note(tx, Event.CODE_FAILED, spent.casilla_id)
        return Denied(Reason.GONE)
    note_ended(tx, spent.casilla_id, [lost.id])
    return _enter(tx, policy, spent, typed, client, lost.device_id)


def _enter(
    tx: Tx,
    policy: Policy,
    found: Challenge,
    typed: str,
    client: Client,
    device: bytes | None = None,
) -> Opened | Denied:
    assert found.casilla_id is not None  # `answer` asks only for a casilla
    if found.channel != "app" and factor.on(tx, found.casilla_id):
        # Another session turned the factor on while this code was being sent.
        eventos.note(tx, Event.CODE_FAILED, found.casilla_id)
        return Denied(Reason.GONE)
    casilla = casillas.by_id(tx, found.casilla_id)
    if shut := casilla.shut(tx.now):  # only here: who has no code must not learn it
        eventos.note(tx, Event.LOGIN_SHUT, casilla.id, why=shut)
        return Denied(Reason(shut))
    return _open(tx, policy, casilla, client, again.by_code(tx, found, typed), device)


def resend(tx: Tx, policy: Policy, visit: str, client: Client) -> Denied | None:
    return challenge.resend(tx, policy, waiting(tx, visit), client)


def disavow(tx: Tx, challenge_id: bytes) -> bool:
    casilla_id = challenges.end(tx, challenge_id)
    if casilla_id is None:
        return False
    eventos.note(tx, Event.CODE_DISAVOWED, casilla_id)
    return True


def resume(tx: Tx, policy: Policy, token: str) -> Session | None:
    return _in_use(sessions.by_digest(tx, tx.vault.digest(token)), policy, tx.now)


def resume_here(db: Database, policy: Policy, token: str, now: datetime) -> Session | None:
    """`resume` on SQLite, in the event loop: a thread costs more than one row."""
    return _in_use(sessions.by_digest_here(db, db.vault().digest(token)), policy, now)


def hold(tx: Tx, policy: Policy, session: Session) -> None:
    """Raises SessionOver if the session ended, or got another token, since it was found."""
    if _in_use(sessions.by_digest(tx, session.digest), policy, tx.now) is None:
        raise SessionOver("session.over")


def holder(vault: Vault, session: Session) -> Holder:
    return sessions.holder(vault, session)


def touch(tx: Tx, session: Session) -> bool:
    """The session is in use. False: it ended since it was found."""
    return sessions.touch(tx, session.digest)


def end(tx: Tx, token: str) -> None:
    ended = sessions.end(tx, tx.vault.digest(token))
    if ended:
        note_ended(tx, ended.casilla_id, [ended.id])


def _in_use(session: Session | None, policy: Policy, now: datetime) -> Session | None:
    if session is None or now >= session.expires_at:
        return None
    return session if now - session.seen_at < policy.session_idle else None


def _open(
    tx: Tx,
    policy: Policy,
    casilla: Casilla,
    client: Client,
    made_by: bytes,
    device: bytes | None,
) -> Opened:
    """`device` is that of a session whose cookies the browser did not get."""
    if device and not devices.known(tx, device, casilla.id):
        device = None
    device = known_device(tx, client, casilla) or device
    if device is None:
        device = uuid4().bytes
        devices.add(tx, device, casilla.id, client.user_agent)
    if not sessions.any_of(tx, device):  # a browser that used a pass is new, too
        _tell_of_browser(tx, casilla, client)
    # A browser has one cookie: nobody could end its earlier session any more.
    note_ended(tx, casilla.id, sessions.end_of_device(tx, casilla.id, device))
    first_access.retire_secret(tx, casilla)
    links.end_all(tx, casilla.id, "recovery")  # an owner who logs in needs no link (S35)
    token = secrets.new_token()
    until = tx.now + policy.session_life
    session = sessions.add(
        tx,
        tx.vault.digest(token),
        casilla.id,
        device,
        until,
        client.ip,
        client.user_agent,
        made_by,
    )
    eventos.note(tx, Event.SESSION_STARTED, casilla.id, session=session)
    idle_since = tx.now - policy.session_idle
    too_many = sessions.keep_newest(tx, casilla.id, policy.sessions_at_once, idle_since)
    if too_many:
        note_ended(tx, casilla.id, too_many)
        outbox.add(tx, "session_ended", casilla, most=policy.sessions_at_once)
    return Opened(token, device)


def _tell_of_browser(tx: Tx, casilla: Casilla, client: Client) -> None:
    """No browser is new to a casilla that nobody entered: it is told that somebody did (S50)."""
    quiet = not sessions.any_of_year(tx, casilla.id)
    known: dict[str, Any] = {"quiet": quiet, "first": quiet and casillas.is_young(tx, casilla.id)}
    outbox.add(tx, "new_device", casilla, outbox.USEFUL_FOR, **known, **where(tx, client))
    if casilla.phone:
        outbox.add(tx, "new_device", casilla, channel="sms", **known)


def _limits(tx: Tx, identidad: Identidad, client: Client, casilla: Casilla | None) -> list[Limit]:
    casilla_id = casilla.id if casilla else None
    device = challenge.known_device(tx, client, casilla_id)
    return limits.passwords(
        identidad, client, device, home=challenge.at_home(tx, client, casilla_id)
    )


def _tell_of_tries(
    tx: Tx, casilla: Casilla | None, limited: Sequence[Limit], client: Client
) -> None:
    """Tell the owner, once a day, that strangers try their password (S84)."""
    tolls = [limit for limit in limited if limit.kind is Kind.TOLL]
    if any(level > 1 for level in throttle.levels(tx, tolls)):
        told.of_tries(tx, casilla, client)


def _forget(tx: Tx, casilla: Casilla, device: bytes, client: Client) -> None:
    """A known browser that only fails is a stranger's from now on, and its owner is told (S84)."""
    casillas.lock(tx, casilla.id)
    if not devices.forget(tx, casilla.id, device):
        return
    eventos.note(tx, Event.DEVICE_FORGOTTEN, casilla.id)
    note_ended(tx, casilla.id, sessions.end_of_device(tx, casilla.id, device))
    context = {"most": WRONG_IN_A_ROW} | where(tx, client)
    outbox.add(tx, "device_forgotten", casilla, **context)


def known_device(tx: Tx, client: Client, casilla: Casilla | None) -> bytes | None:
    return challenge.known_device(tx, client, casilla.id if casilla else None)
