"""Challenge: a code that one browser must type once, sent to the owner's mailbox or mobile.

    ask ──▶ code by e-mail or SMS ──▶ check (or resend)

Login, recovery, registration and profile all use it. An owner with a second factor types a code of
the app instead: nothing is sent, and the tries are the same. Each guess is counted before it is
compared, and a wrong guess returns Denied, so that no exception undoes the count. An identidad
without a casilla gets a challenge that looks the same in everything and opens nothing (S31).
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import uuid4

from proxy.domain import codes, limits, totp
from proxy.domain.casilla import Casilla
from proxy.domain.client import Client
from proxy.domain.events import Event
from proxy.domain.limits import MINUTE, Limit
from proxy.domain.policy import Policy
from proxy.errors import Denied, Reason
from proxy.flows import limiting, sms
from proxy.store import casillas, challenges, devices, eventos, outbox, sessions, throttle
from proxy.store.challenges import Challenge as Challenge
from proxy.store.challenges import NewChallenge, Way
from proxy.store.outbox import Channel as Channel
from proxy.store.tx import Tx

# Spends a code of the casilla's second factor. False: the code is wrong.
Factor = Callable[[Tx, int, str, Client], bool]

AT_ONCE = 3
HOME = timedelta(days=365)  # how long a network from which the owner logged in is theirs
# Asked for after a proof. All else a stranger can cause to be sent (S85).
AFTER_A_PROOF = ("login", "email_old", "email_new", "second_email")


def count(
    tx: Tx,
    taken: Sequence[Limit],
    casilla_id: int | None,
    *,
    by_app: bool = False,
) -> Denied | None:
    wait = limiting.take(tx, taken, casilla_id)
    return None if wait is None else Denied(Reason.LIMITED, wait, by_app=by_app)


@dataclass(frozen=True)
class Asked:
    """The owner who must type the code, and the address to which it goes.

    The limits count by `subject`: the identidad, or the address while there is no identidad.
    Without a casilla and without a `recipient` the code goes nowhere.
    """

    purpose: str
    subject: str
    casilla: Casilla | None = None
    channel: Way = "email"
    recipient: str | None = None  # None: the casilla's own
    leaves: bool = True  # False: nobody gets it, though it looks as if
    made_by: bytes | None = None  # the form that asks: see `again`


def ask(tx: Tx, policy: Policy, asked: Asked, visit: str, client: Client) -> Denied | None:
    """`visit` is the secret that this browser, and no other, will bring with the code."""
    casilla_id = asked.casilla.id if asked.casilla else None
    # The owner's browsers and networks count apart: a stranger neither uses up the owner's codes
    # nor ends them.
    place = place_of(tx, client, casilla_id)
    subject = tx.vault.subject(f"{asked.subject}/{place}" if place else asked.subject)
    code_life = policy.visit_life if asked.channel == "app" else policy.code_life
    new = NewChallenge(
        id=uuid4().bytes,
        purpose=asked.purpose,
        casilla_id=casilla_id,
        subject=subject,
        visit=tx.vault.digest(visit),
        key_id=tx.vault.newest,
        channel=asked.channel,
        recipient=asked.recipient if asked.leaves else None,
        code_expires_at=tx.now + code_life,
        expires_at=tx.now + policy.visit_life,
        ip=client.ip,
        user_agent=client.user_agent,
        made_by=asked.made_by,
    )
    taken = _take(tx, policy, new, asked.casilla, client, place, asked.recipient)
    if isinstance(taken, Denied):
        return taken
    challenges.add(tx, new)
    challenges.keep_newest(tx, asked.purpose, subject, AT_ONCE)
    _send(tx, policy, challenges.by_id(tx, new.id), asked.casilla, client, leaves=taken)
    return None


def tries_left(policy: Policy, challenge: Challenge | None) -> int:
    """Wrong codes, of all messages (S26)."""
    return policy.code_attempts - (challenge.failures if challenge else 0)


def waiting(tx: Tx, purpose: str, visit: str) -> Challenge | None:
    return challenges.alive(tx, tx.vault.digest(visit), purpose)


def check(
    tx: Tx,
    policy: Policy,
    challenge: Challenge | None,
    typed: str | None,
    client: Client,
    factor: Factor | None = None,
) -> Challenge | Denied:
    """Spend the challenge with the right code. Without `factor` no code of an app is right.

    `typed` None: the caller already knows that the code is wrong. It counts like any wrong code.
    """
    if challenge is None:
        return Denied(Reason.GONE)
    purpose, by_app = challenge.purpose, challenge.channel == "app"
    if typed is not None and (denied := malformed(challenge, typed)):
        return denied
    tries = tries_of(tx, challenge, client)
    denied = count(tx, tries, challenge.casilla_id, by_app=by_app)
    if denied:
        return denied
    key = tx.vault.code_key(challenge.key_id)
    if key is None or tx.now >= challenge.code_expires_at:
        eventos.note(tx, Event.CODE_FAILED, challenge.casilla_id)
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
        eventos.note(tx, Event.CODE_FAILED, guessed.casilla_id)
        left = policy.code_attempts - guessed.failures
        if left > 0:
            return Denied(Reason.WRONG, left=left, by_app=by_app)
        challenges.end(tx, guessed.id)
        return Denied(Reason.SPENT, by_app=by_app)
    if not challenges.spend(tx, guessed.id):
        return Denied(Reason.GONE)
    throttle.give_back(tx, tries)  # only wrong ones are guesses
    return guessed


def malformed(challenge: Challenge, typed: str) -> Denied | None:
    """Nothing is counted for what cannot be a code."""
    by_app = challenge.channel == "app"
    like = (totp if by_app else codes).is_like_a_code(typed)
    return None if like else Denied(Reason.MISSING, by_app=by_app)


def resend(tx: Tx, policy: Policy, challenge: Challenge | None, client: Client) -> Denied | None:
    """Send a new code. The code before it is dead at once, and the failures stay (S26)."""
    if challenge is None or challenge.channel == "app":
        return Denied(Reason.GONE)
    if challenge.sent >= policy.code_sends:
        return Denied(Reason.SENDS)
    if tx.now < challenge.sent_at + policy.resend_wait:
        return Denied(Reason.SOON, challenge.sent_at + policy.resend_wait - tx.now)
    casilla = casillas.find(tx, challenge.casilla_id)
    place = place_of(tx, client, challenge.casilla_id)
    taken = _take(tx, policy, challenge, casilla, client, place, challenge.recipient)
    if isinstance(taken, Denied):
        return taken
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


def tries_of(tx: Tx, challenge: Challenge, client: Client) -> list[Limit]:
    if challenge.channel == "app" and challenge.casilla_id is not None:
        return tries_of_factor(tx, challenge.casilla_id, client)
    casilla = casillas.find(tx, challenge.casilla_id)
    owner = casilla.identidad if casilla else None
    return limits.codes_typed(challenge.purpose, challenge.subject, owner)


def tries_of_factor(tx: Tx, casilla_id: int, client: Client) -> list[Limit]:
    return limits.factor_codes(
        casillas.by_id(tx, casilla_id).identidad, known_device(tx, client, casilla_id)
    )


def known_device(tx: Tx, client: Client, casilla_id: int | None) -> bytes | None:
    if client.device is None:
        return None
    device = bytes.fromhex(client.device)
    return device if devices.known(tx, device, casilla_id or 0) else None


def resend_counted(
    tx: Tx, policy: Policy, challenge: Challenge | None, client: Client, counted: Sequence[Limit]
) -> Denied | None:
    """`resend`, which counts like the first message. Its form asks for no riddle: that one paid."""
    wait = throttle.look(tx, counted)
    if wait:
        return Denied(Reason.NETWORK, wait)
    denied = resend(tx, policy, challenge, client)
    if denied is None:
        throttle.take(tx, counted)
    return denied


def place_of(tx: Tx, client: Client, casilla_id: int | None) -> str:
    """A browser that the owner used, or else a network from which they logged in within a year.

    Empty for a stranger.
    """
    device = known_device(tx, client, casilla_id)
    if device:
        return f"device/{device.hex()}"
    return f"network/{client.network}/{casilla_id}" if at_home(tx, client, casilla_id) else ""


def at_home(tx: Tx, client: Client, casilla_id: int | None) -> bool:
    addresses = sessions.addresses(tx, casilla_id or 0, tx.now - HOME)
    return client.network in {Client(address).network for address in addresses}


def where(tx: Tx, client: Client) -> dict[str, Any]:
    return {"at": tx.now.isoformat(), "ip": client.ip, "browser": client.user_agent}


def _opens(challenge: Challenge | NewChallenge) -> bool:
    return challenge.casilla_id is not None or challenge.recipient is not None


def _take(
    tx: Tx,
    policy: Policy,
    one: Challenge | NewChallenge,
    casilla: Casilla | None,
    client: Client,
    place: str,
    typed: str | None,
) -> Denied | bool:
    """Whether a code leaves. One for nobody never does."""
    whose = casilla.identidad if casilla else None
    denied = count(tx, limits.codes_sent(one.purpose, one.subject, whose), one.casilla_id)
    if denied:
        return denied
    if one.channel == "sms":
        who, number = _counted_for_sms(one, casilla, place)
        known = place.startswith("device/")
        taken = sms.take(
            tx, policy.sms_a_day, who, number, client, known=known, casilla_id=one.casilla_id
        )
        return Denied(Reason.LIMITED, taken) if isinstance(taken, timedelta) else taken
    if not typed and (place.startswith("device/") or one.purpose in AFTER_A_PROOF):
        return _opens(one)
    # Who typed an address is told that its mailbox is full. Of an owner's no page tells, so the two
    # count apart, and so do the networks of the owner, which neighbours share.
    owners = limits.mailbox_of(casilla.email if casilla else one.subject.hex(), place)
    wait = limiting.take(tx, [limits.mailbox(typed) if typed else owners], one.casilla_id)
    if wait and typed:
        return Denied(Reason.MAILBOX, wait)
    return _opens(one) and wait is None


def _counted_for_sms(
    one: Challenge | NewChallenge, casilla: Casilla | None, place: str
) -> tuple[str, str | None]:
    """Whom and which number the limits of an SMS count."""
    who, number = f"{one.purpose}/{one.subject.hex()}", casilla.phone if casilla else None
    if one.recipient:
        # Nobody proved this number. The casilla counts as the one that asks, from all its browsers,
        # and its requests do not silence the number for a casilla that proved it.
        who, number = f"casilla/{one.casilla_id}", f"unproved/{one.recipient}"
    elif number and place:
        number = f"{number}/{place}"
    return who, number


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
    if leaves or not _opens(challenge):  # otherwise the limit that silences it is noted
        eventos.note(tx, Event.CODE_SENT, challenge.casilla_id)
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
