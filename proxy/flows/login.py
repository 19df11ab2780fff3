"""Login: who knows the password proves that they read the owner's mailbox, or hold their app.

    attempt ──▶ hash verified, outside any transaction ──▶ answer ──▶ code by e-mail
                                        session ◀── verify ◀──┘ (resend, disavow)

With a second factor on nothing is sent: `verify` takes a code of the app, or a recovery code.

No answer here tells an identidad that has a casilla from one that has none, and every attempt is
counted, and its count committed, before it is looked at.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import uuid4

from proxy.domain import limits, secrets
from proxy.domain.casilla import Casilla
from proxy.domain.client import Client
from proxy.domain.events import Event
from proxy.domain.identidad import Identidad
from proxy.domain.passwords import Proof
from proxy.domain.policy import Policy
from proxy.domain.session import Holder, Session
from proxy.domain.vault import Vault
from proxy.errors import Denied, Reason, Refusal
from proxy.flows import challenge, factor, first_access, password
from proxy.flows.challenge import Asked, Challenge, where
from proxy.store import audit, casillas, challenges, devices, links, outbox, sessions, throttle
from proxy.store.challenges import Way
from proxy.store.db import Database
from proxy.store.tx import Tx

PURPOSE = "login"
# After this many wrong passwords in a row only a known browser may use the password: NIST SP
# 800-63B-4 §3.2.2 caps the tries of an account at 100.
WRONG_IN_A_ROW = 100
SEEN_EVERY = timedelta(minutes=1)


class SessionOver(Refusal):
    """Whoever was inside no longer is."""

    status = 403


@dataclass(frozen=True)
class Attempt:
    """A password to be verified. Without a casilla it is verified against a decoy."""

    identidad: Identidad
    casilla: Casilla | None

    @property
    def stored(self) -> str | None:
        return self.casilla.password if self.casilla else None


@dataclass(frozen=True)
class Opened:
    """A session, and the browser's id to remember when it was not known."""

    token: str
    device: bytes


def attempt(
    tx: Tx, identidad: Identidad, client: Client, *, riddled: bool = False
) -> Attempt | Denied:
    """Count a password before it is verified.

    While the whole world tries too many, an unknown browser has to answer a riddle (`riddled`).
    What its own limits refuse does not count among those: one address alone troubles nobody else.
    """
    casilla = casillas.by_identidad(tx, identidad)
    device = known_device(tx, client, casilla)
    own = limits.passwords(identidad, client, device)
    of_all = [] if device or riddled else [limits.PASSWORDS]
    if throttle.take(tx, [*own, *of_all]) is not None:
        audit.note(tx, Event.LOGIN_LIMITED, casilla.id if casilla else None, client.ip)
        wait = throttle.look(tx, own)
        return Denied(Reason.LIMITED, wait) if wait else Denied(Reason.RIDDLE)
    casillas.count_failure(tx, casilla.id if casilla else 0)
    if casilla and casilla.failures >= WRONG_IN_A_ROW and device is None:
        casilla = None
    if casilla and first_access.lapsed(tx, casilla):
        casilla = None
    return Attempt(identidad, casilla)


def answer(
    tx: Tx, policy: Policy, attempt: Attempt, proof: Proof, visit: str, client: Client
) -> Denied | None:
    """None: the password was right, and the token digital is on its way or in the owner's app.

    `visit` is the secret that this browser, and no other, will bring with the code.
    """
    tried = attempt.casilla
    if tried is None or not password.keep_if_right(tx, tried.id, proof):
        audit.note(tx, Event.LOGIN_FAILED, tried.id if tried else None, client.ip)
        return Denied(Reason.WRONG)

    casilla = casillas.by_id(tx, tried.id)  # its address may have changed since, too
    casillas.clear_failures(tx, casilla.id)
    way: Way = "app" if factor.on(tx, casilla.id) else "email"
    asked = Asked(PURPOSE, str(casilla.identidad), casilla, way)
    return challenge.ask(tx, policy, asked, visit, client)


def waiting(tx: Tx, visit: str) -> Challenge | None:
    """What this browser still has to answer. Spends nothing."""
    return challenge.waiting(tx, PURPOSE, visit)


def verify(tx: Tx, policy: Policy, visit: str, typed: str, client: Client) -> Opened | Denied:
    """Open a session for the right code."""
    asked = waiting(tx, visit)
    if asked and asked.casilla_id:
        casillas.lock(tx, asked.casilla_id)  # what closes it meanwhile ends this code, or waits
    found = challenge.check(tx, policy, asked, typed, client, factor.spend)
    if isinstance(found, Denied):
        return found
    assert found.casilla_id is not None  # a login is asked only of a casilla's owner
    if found.channel != "app" and factor.on(tx, found.casilla_id):
        # Turned on by another session at the very moment in which this code was being sent.
        audit.note(tx, Event.CODE_FAILED, found.casilla_id, client.ip)
        return Denied(Reason.GONE)
    return _open(tx, policy, casillas.by_id(tx, found.casilla_id), client)


def resend(tx: Tx, policy: Policy, visit: str, client: Client) -> Denied | None:
    return challenge.resend(tx, policy, waiting(tx, visit), client)


def disavow(tx: Tx, challenge_id: bytes, client: Client) -> bool:
    """The owner says that the login was not theirs: its code opens nothing any more."""
    casilla_id = challenges.end(tx, challenge_id)
    if casilla_id is None:
        return False
    audit.note(tx, Event.CODE_DISAVOWED, casilla_id, client.ip)
    return True


def resume(tx: Tx, policy: Policy, token: str) -> Session | None:
    """The session of a cookie, if it is neither ended, nor idle, nor too old."""
    return _in_use(sessions.by_digest(tx, secrets.digest(token)), policy, tx.now)


def resume_here(db: Database, policy: Policy, token: str, now: datetime) -> Session | None:
    """The same on SQLite, in the event loop: handing one row to a thread costs more than it."""
    return _in_use(sessions.by_digest_here(db, secrets.digest(token)), policy, now)


def hold(tx: Tx, policy: Policy, session: Session) -> None:
    """Refuses SessionOver when the session ended, or got another token, since it was found."""
    if _in_use(sessions.by_digest(tx, session.digest), policy, tx.now) is None:
        raise SessionOver("session.over")


def holder(vault: Vault, session: Session) -> Holder:
    """Whose the session is, for the pages that show it."""
    return sessions.holder(vault, session)


def touch(tx: Tx, session: Session) -> None:
    sessions.touch(tx, session.digest)


def end(tx: Tx, token: str, client: Client) -> None:
    casilla_id = sessions.end(tx, secrets.digest(token))
    if casilla_id is not None:
        audit.note(tx, Event.SESSION_ENDED, casilla_id, client.ip)


def _in_use(session: Session | None, policy: Policy, now: datetime) -> Session | None:
    if session is None or now >= session.expires_at:
        return None
    return session if now - session.seen_at < policy.session_idle else None


def _open(tx: Tx, policy: Policy, casilla: Casilla, client: Client) -> Opened:
    device = known_device(tx, client, casilla)
    if device is None:
        device = uuid4().bytes
        devices.add(tx, device, casilla.id, client.user_agent)
        outbox.add(tx, "new_device", casilla, outbox.USEFUL_FOR, **where(tx, client))
        if casilla.phone:
            outbox.add(tx, "new_device", casilla, channel="sms")
    first_access.retire_secret(tx, casilla)
    links.end_all(tx, casilla.id, "recovery")  # who can enter asks for no other way (S35)
    token = secrets.new_token()
    until = tx.now + policy.session_life
    sessions.add(tx, secrets.digest(token), casilla.id, device, until, client.ip, client.user_agent)
    audit.note(tx, Event.SESSION_STARTED, casilla.id, client.ip)
    idle_since = tx.now - policy.session_idle
    if sessions.keep_newest(tx, casilla.id, policy.sessions_at_once, idle_since):
        audit.note(tx, Event.SESSION_ENDED, casilla.id, client.ip)
        outbox.add(tx, "session_ended", casilla, most=policy.sessions_at_once)
    return Opened(token, device)


def known_device(tx: Tx, client: Client, casilla: Casilla | None) -> bytes | None:
    """The id of this browser, if it logged in to this very casilla before."""
    return challenge.known_device(tx, client, casilla.id if casilla else None)
