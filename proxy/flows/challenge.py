"""A code that is asked of a browser: sent to who owns a mailbox or a mobile, and typed once.

    ask ──▶ code by e-mail or SMS ──▶ check (or resend)

Login, recovery, registration and profile ask in the same way. Who has a second factor is asked for
a code of it instead: nothing is sent, and the tries are the same. Every guess is counted, and its
count committed, before it is looked at. An identidad without a casilla gets a challenge that looks
the same in everything and opens nothing (S31).
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import uuid4

from proxy.domain import codes, limits, secrets, totp
from proxy.domain.casilla import Casilla
from proxy.domain.client import Client
from proxy.domain.events import Event
from proxy.domain.limits import MINUTE, Limit
from proxy.domain.policy import Policy
from proxy.errors import Denied, Reason
from proxy.flows import budget, sms
from proxy.store import audit, casillas, challenges, devices, outbox, throttle
from proxy.store.challenges import Challenge as Challenge
from proxy.store.challenges import NewChallenge, Way
from proxy.store.outbox import Channel as Channel
from proxy.store.tx import Tx

# Spends a code of the casilla's second factor, if it is right.
Factor = Callable[[Tx, int, str, Client], bool]

AT_ONCE = 3
# Whoever proved a password is not kept out by what anybody may ask for.
AFTER_A_PROOF = ("login", "email_old", "email_new")


def count(
    tx: Tx,
    taken: Sequence[Limit],
    casilla_id: int | None,
    client: Client,
    *,
    by_app: bool = False,
) -> Denied | None:
    """Take one from every limit. Where one of them has none left, that is recorded."""
    wait = throttle.take(tx, taken)
    if wait is None:
        return None
    audit.note(tx, Event.LOGIN_LIMITED, casilla_id, client.ip)
    return Denied(Reason.LIMITED, wait, by_app=by_app)


@dataclass(frozen=True)
class Asked:
    """Of whom, and where the code goes.

    `subject` is what the limits count by: the identidad, or the address where there is none yet.
    Without a casilla and without a `recipient` the code goes nowhere.
    """

    purpose: str
    subject: str
    casilla: Casilla | None = None
    channel: Way = "email"
    recipient: str | None = None  # None: the casilla's own


def ask(tx: Tx, policy: Policy, asked: Asked, visit: str, client: Client) -> Denied | None:
    """Send a code. `visit` is the secret that this browser, and no other, will bring with it."""
    casilla_id = asked.casilla.id if asked.casilla else None
    device = known_device(tx, client, casilla_id)
    # Apart in all that is counted: a stranger's codes neither use up the owner's nor end them.
    subject = tx.vault.lookup(f"{asked.subject}/{device.hex()}" if device else asked.subject)
    code_life = policy.visit_life if asked.channel == "app" else policy.code_life
    new = NewChallenge(
        id=uuid4().bytes,
        purpose=asked.purpose,
        casilla_id=casilla_id,
        subject=subject,
        visit=secrets.digest(visit),
        key_id=tx.vault.newest,
        channel=asked.channel,
        recipient=asked.recipient,
        code_expires_at=tx.now + code_life,
        expires_at=tx.now + policy.visit_life,
        ip=client.ip,
        user_agent=client.user_agent,
    )
    taken = _take(tx, policy, new, asked.casilla, client, device)
    if isinstance(taken, timedelta):
        audit.note(tx, Event.LOGIN_LIMITED, casilla_id, client.ip)
        return Denied(Reason.LIMITED, taken)
    challenges.add(tx, new)
    challenges.keep_newest(tx, asked.purpose, subject, AT_ONCE)
    _send(tx, policy, challenges.by_id(tx, new.id), asked.casilla, client, leaves=taken)
    return None


def waiting(tx: Tx, purpose: str, visit: str) -> Challenge | None:
    """What this browser still has to answer. Spends nothing."""
    return challenges.alive(tx, secrets.digest(visit), purpose)


def check(
    tx: Tx,
    policy: Policy,
    challenge: Challenge | None,
    typed: str | None,
    client: Client,
    factor: Factor | None = None,
) -> Challenge | Denied:
    """Spend what `waiting` found with the right code. Without `factor` none of an app is right.

    None is a code that the caller found wrong already: it is counted as any other.
    """
    if challenge is None:
        return Denied(Reason.GONE)
    purpose, by_app = challenge.purpose, challenge.channel == "app"
    if typed is not None and not (totp if by_app else codes).is_like_a_code(typed):
        return Denied(Reason.MISSING, by_app=by_app)
    device = known_device(tx, client, challenge.casilla_id)
    tries = limits.codes_typed(purpose, challenge.subject, client, device)
    denied = count(tx, tries, challenge.casilla_id, client, by_app=by_app)
    if denied:
        return denied
    key = tx.vault.code_key(challenge.key_id)
    if key is None or tx.now >= challenge.code_expires_at:
        audit.note(tx, Event.CODE_FAILED, challenge.casilla_id, client.ip)
        return Denied(Reason.EXPIRED, by_app=by_app)

    guessed = challenges.guess(tx, challenge.id, policy.code_attempts)
    if guessed is None:
        return Denied(Reason.GONE)
    if typed is None:
        right = False
    elif by_app:
        whose = guessed.casilla_id
        right = factor is not None and whose is not None and factor(tx, whose, typed, client)
    else:
        right = codes.same_code(codes.code_for(key, purpose, guessed.id, guessed.sent), typed)
    if not (right and _opens(guessed)):
        audit.note(tx, Event.CODE_FAILED, guessed.casilla_id, client.ip)
        left = policy.code_attempts - guessed.failures
        if left > 0:
            return Denied(Reason.WRONG, left=left, by_app=by_app)
        challenges.end(tx, guessed.id)
        return Denied(Reason.SPENT, by_app=by_app)
    return guessed if challenges.spend(tx, guessed.id) else Denied(Reason.GONE)


def resend(tx: Tx, policy: Policy, challenge: Challenge | None, client: Client) -> Denied | None:
    """Send a new code; the one before it is dead at once and the failures stay (S26)."""
    if challenge is None or challenge.channel == "app":
        return Denied(Reason.GONE)
    if challenge.sent >= policy.code_sends:
        return Denied(Reason.SENDS)
    if tx.now < challenge.sent_at + policy.resend_wait:
        return Denied(Reason.SOON, challenge.sent_at + policy.resend_wait - tx.now)
    device = known_device(tx, client, challenge.casilla_id)
    casilla = casillas.find(tx, challenge.casilla_id)
    taken = _take(tx, policy, challenge, casilla, client, device)
    if isinstance(taken, timedelta):
        audit.note(tx, Event.LOGIN_LIMITED, challenge.casilla_id, client.ip)
        return Denied(Reason.LIMITED, taken)
    again = challenges.send_again(
        tx,
        challenge.id,
        most=policy.code_sends,
        not_after=tx.now - policy.resend_wait,
        code_until=min(tx.now + policy.code_life, challenge.expires_at),
    )
    if again is None:
        return Denied(Reason.GONE)
    _send(tx, policy, again, casilla, client, leaves=taken)
    return None


def known_device(tx: Tx, client: Client, casilla_id: int | None) -> bytes | None:
    """The id of this browser, if it logged in to this very casilla before."""
    if client.device is None:
        return None
    device = bytes.fromhex(client.device)
    return device if devices.known(tx, device, casilla_id or 0) else None


def where(tx: Tx, client: Client) -> dict[str, Any]:
    """What a message tells of who asked."""
    return {"at": tx.now.isoformat(), "ip": client.ip, "browser": client.user_agent}


def _opens(challenge: Challenge | NewChallenge) -> bool:
    """Whether there is anybody behind it. A void challenge has neither casilla nor address."""
    return challenge.casilla_id is not None or challenge.recipient is not None


def _take(
    tx: Tx,
    policy: Policy,
    one: Challenge | NewChallenge,
    casilla: Casilla | None,
    client: Client,
    device: bytes | None,
) -> timedelta | bool:
    """How long to wait for another code; or whether it leaves. One for nobody never does."""
    wait = throttle.take(tx, limits.codes_sent(one.purpose, one.subject, client, device))
    if wait is not None:
        return wait
    if one.channel == "sms":
        return _take_sms(tx, policy, one, casilla, client, device)
    if device or one.purpose in AFTER_A_PROOF:
        return _opens(one)
    wait = budget.take(tx, limits.MAIL, leaves=_opens(one))
    return _opens(one) if wait is None else wait


def _take_sms(
    tx: Tx,
    policy: Policy,
    one: Challenge | NewChallenge,
    casilla: Casilla | None,
    client: Client,
    device: bytes | None,
) -> timedelta | bool:
    who, number = f"{one.purpose}/{one.subject.hex()}", casilla.phone if casilla else None
    if one.recipient:
        # A number that its owner did not prove: the casilla asks, from however many browsers, and
        # what it asks for silences no number that is somebody's.
        who, number = f"casilla/{one.casilla_id}", f"unproved/{one.recipient}"
    elif number and device:
        number = f"{number}/{device.hex()}"
    return sms.take(tx, policy.sms_a_day, who, number, client, known=device is not None)


def _send(
    tx: Tx,
    policy: Policy,
    challenge: Challenge,
    casilla: Casilla | None,
    client: Client,
    *,
    leaves: bool,
) -> None:
    if challenge.channel == "app":
        return
    silenced = _opens(challenge) and not leaves
    event = Event.LOGIN_LIMITED if silenced else Event.CODE_SENT
    audit.note(tx, event, challenge.casilla_id, client.ip)
    name, way, life = f"{challenge.purpose}_code", challenge.channel, policy.code_life
    context = {
        "purpose": challenge.purpose,
        "key_id": challenge.key_id,
        "challenge": challenge.id.hex(),
        "sent": challenge.sent,
        "minutes": life // MINUTE,
        **where(tx, client),
    }
    if not leaves:
        outbox.add_void(tx, name, life, channel=way, **context)
        return
    outbox.add(tx, name, casilla, life, channel=way, recipient=challenge.recipient, **context)
