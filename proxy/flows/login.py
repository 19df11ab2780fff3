"""Login: who knows the password proves that they read the owner's mailbox too.

    attempt ──▶ hash verified, outside any transaction ──▶ answer ──▶ code by e-mail
                                        session ◀── verify ◀──┘ (resend, disavow)

No answer here tells an identidad that has a casilla from one that has none, and every attempt is
counted, and its count committed, before it is looked at.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import uuid4

from proxy.domain import codes, secrets
from proxy.domain.client import Client
from proxy.domain.events import Event
from proxy.domain.identidad import Identidad
from proxy.domain.passwords import Proof
from proxy.domain.policy import Policy
from proxy.store import audit, casillas, challenges, devices, outbox, sessions, throttle
from proxy.store.casillas import Casilla
from proxy.store.challenges import Challenge, NewChallenge
from proxy.store.db import Database, Tx
from proxy.store.sessions import Session as Session
from proxy.store.throttle import Limit

PURPOSE = "login"
CHALLENGES_AT_ONCE = 3
# After this many wrong passwords in a row only a known browser may use the password: NIST SP
# 800-63B-4 §3.2.2 caps the tries of an account at 100.
WRONG_IN_A_ROW = 100
SEEN_EVERY = timedelta(minutes=1)

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)


@dataclass(frozen=True)
class Denied:
    """It was counted and recorded, and the answer is no."""

    code: str
    wait: timedelta | None = None  # until it makes sense to try again
    left: int | None = None  # tries that remain


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


def attempt(tx: Tx, secret: bytes, identidad: Identidad, client: Client) -> Attempt | Denied:
    """Count a password before it is verified."""
    casilla = casillas.by_identidad(tx, identidad)
    device = _known_device(tx, client, casilla)
    limits = _known_limits(device) if device else _public_limits(identidad, client)
    wait = throttle.take(tx, secret, limits)
    if wait is not None:
        audit.note(tx, Event.LOGIN_LIMITED, casilla.id if casilla else None, client.ip)
        return Denied("login.limited", wait)
    casillas.count_failure(tx, casilla.id if casilla else 0)
    if casilla and casilla.failures >= WRONG_IN_A_ROW and device is None:
        casilla = None
    return Attempt(identidad, casilla)


def answer(
    tx: Tx,
    secret: bytes,
    policy: Policy,
    attempt: Attempt,
    proof: Proof,
    flow: str,
    client: Client,
) -> Denied | None:
    """None: the password was right and the token digital is on its way.

    `flow` is the secret that this browser, and no other, will bring with the code.
    """
    casilla = attempt.casilla
    if casilla is None or not proof.matches:
        audit.note(tx, Event.LOGIN_FAILED, casilla.id if casilla else None, client.ip)
        return Denied("login.wrong")

    casillas.clear_failures(tx, casilla.id)
    if proof.new_hash:
        casillas.set_password(tx, casilla.id, proof.new_hash)
    wait = throttle.take(tx, secret, _send_limits(casilla.id, client))
    if wait is not None:
        audit.note(tx, Event.LOGIN_LIMITED, casilla.id, client.ip)
        return Denied("login.limited", wait)

    challenge = NewChallenge(
        id=uuid4().bytes,
        purpose=PURPOSE,
        casilla_id=casilla.id,
        flow=secrets.digest(flow),
        code_expires_at=tx.now + policy.code_life,
        expires_at=tx.now + policy.flow_life,
        ip=client.ip,
        user_agent=client.user_agent,
    )
    challenges.add(tx, challenge)
    challenges.keep_newest(tx, casilla.id, CHALLENGES_AT_ONCE)
    _send_code(tx, policy, casilla, challenge.id, 1, client)
    return None


def waiting(tx: Tx, flow: str) -> Challenge | None:
    """What this browser still has to answer. Spends nothing."""
    return challenges.alive(tx, secrets.digest(flow), PURPOSE)


def verify(
    tx: Tx, secret: bytes, key: bytes, policy: Policy, flow: str, typed: str, client: Client
) -> Opened | Denied:
    """Open a session for the right code. `key` is the one that codes follow from."""
    challenge = challenges.alive(tx, secrets.digest(flow), PURPOSE)
    if challenge is None:
        return Denied("token.gone")
    wait = throttle.take(tx, secret, _code_limits(challenge.casilla_id, client))
    if wait is not None:
        audit.note(tx, Event.LOGIN_LIMITED, challenge.casilla_id, client.ip)
        return Denied("token.limited", wait)
    if tx.now >= challenge.code_expires_at:
        audit.note(tx, Event.CODE_FAILED, challenge.casilla_id, client.ip)
        return Denied("token.expired")

    guessed = challenges.guess(tx, secrets.digest(flow), PURPOSE, policy.code_attempts)
    if guessed is None:
        return Denied("token.gone")
    if not codes.same_code(codes.code_for(key, PURPOSE, guessed.id, guessed.sent), typed):
        audit.note(tx, Event.CODE_FAILED, guessed.casilla_id, client.ip)
        left = policy.code_attempts - guessed.failures
        if left > 0:
            return Denied("token.wrong", left=left)
        challenges.end(tx, guessed.id)
        return Denied("token.spent")

    if not challenges.spend(tx, guessed.id):
        return Denied("token.gone")
    return _open(tx, policy, casillas.by_id(tx, guessed.casilla_id), client)


def resend(tx: Tx, secret: bytes, policy: Policy, flow: str, client: Client) -> Denied | None:
    """Send a new code; the one before it is dead at once and the failures stay (SECURITY C26)."""
    challenge = challenges.alive(tx, secrets.digest(flow), PURPOSE)
    if challenge is None:
        return Denied("token.gone")
    if challenge.sent >= policy.code_sends:
        return Denied("token.sends")
    if tx.now < challenge.sent_at + policy.resend_wait:
        return Denied("token.soon", challenge.sent_at + policy.resend_wait - tx.now)
    wait = throttle.take(tx, secret, _send_limits(challenge.casilla_id, client))
    if wait is not None:
        audit.note(tx, Event.LOGIN_LIMITED, challenge.casilla_id, client.ip)
        return Denied("token.limited", wait)
    again = challenges.send_again(
        tx,
        secrets.digest(flow),
        PURPOSE,
        most=policy.code_sends,
        not_after=tx.now - policy.resend_wait,
        code_until=min(tx.now + policy.code_life, challenge.expires_at),
    )
    if again is None:
        return Denied("token.gone")
    casilla = casillas.by_id(tx, again.casilla_id)
    _send_code(tx, policy, casilla, again.id, again.sent, client)
    return None


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


def resume_here(db: Database, policy: Policy, token: str) -> Session | None:
    """The same on SQLite, in the event loop: handing one row to a thread costs more than it."""
    return _in_use(sessions.by_digest_here(db, secrets.digest(token)), policy, db.clock())


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
    device = _known_device(tx, client, casilla)
    if device is None:
        device = uuid4().bytes
        devices.add(tx, device, casilla.id, client.user_agent)
        outbox.add(tx, "new_device", casilla, outbox.USEFUL_FOR, **_where(tx, client))
    token = secrets.new_token()
    until = tx.now + policy.session_life
    sessions.add(tx, secrets.digest(token), casilla.id, device, until, client.ip, client.user_agent)
    audit.note(tx, Event.SESSION_STARTED, casilla.id, client.ip)
    idle_since = tx.now - policy.session_idle
    if sessions.keep_newest(tx, casilla.id, policy.sessions_at_once, idle_since):
        audit.note(tx, Event.SESSION_ENDED, casilla.id, client.ip)
        outbox.add(tx, "session_ended", casilla, most=policy.sessions_at_once)
    return Opened(token, device)


def _send_code(
    tx: Tx, policy: Policy, casilla: Casilla, challenge_id: bytes, sent: int, client: Client
) -> None:
    audit.note(tx, Event.CODE_SENT, casilla.id, client.ip)
    outbox.add(
        tx,
        "login_code",
        casilla,
        useful_for=policy.code_life,
        challenge=challenge_id.hex(),
        sent=sent,
        minutes=int(policy.code_life / MINUTE),
        **_where(tx, client),
    )


def _where(tx: Tx, client: Client) -> dict[str, str]:
    return {"at": tx.now.isoformat(), "ip": client.ip, "browser": client.user_agent}


def _known_device(tx: Tx, client: Client, casilla: Casilla | None) -> bytes | None:
    """The id of this browser, if it logged in to this very casilla before."""
    if client.device is None:
        return None
    device = bytes.fromhex(client.device)
    return device if devices.known(tx, device, casilla.id if casilla else 0) else None


# SECURITY Y. An address may be shared by a whole office; a known browser counts apart, so that
# nobody can keep an owner out by failing in their name.
def _public_limits(identidad: Identidad, client: Client) -> list[Limit]:
    return [
        Limit(f"password/{identidad}/{client.network}", 5, 15 * MINUTE),
        Limit(f"password/{identidad}/hour", 20, HOUR),
        Limit(f"password/{identidad}/day", 50, DAY),
        Limit(f"password/{client.network}/minutes", 30, 5 * MINUTE),
        Limit(f"password/{client.network}/hour", 100, HOUR),
        Limit("password", 1000, 5 * MINUTE),
    ]


def _known_limits(device: bytes) -> list[Limit]:
    return [Limit(f"password/device/{device.hex()}", 10, 15 * MINUTE)]


def _send_limits(casilla_id: int, client: Client) -> list[Limit]:
    return [
        Limit(f"send/{casilla_id}/5", 3, 5 * MINUTE),
        Limit(f"send/{casilla_id}/10", 5, 10 * MINUTE),
        Limit(f"send/{casilla_id}/60", 15, HOUR),
        Limit(f"send/{client.network}", 20, HOUR),
    ]


def _code_limits(casilla_id: int, client: Client) -> list[Limit]:
    return [
        Limit(f"code/{casilla_id}/5", 5, 5 * MINUTE),
        Limit(f"code/{casilla_id}/60", 20, HOUR),
        Limit(f"code/{casilla_id}/day", 50, DAY),
        Limit(f"code/{client.network}/5", 10, 5 * MINUTE),
        Limit(f"code/{client.network}/60", 50, HOUR),
    ]
