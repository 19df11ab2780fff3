"""CAPTCHA: a riddle for one form of one browser, answered once, right or wrong.

    refill ──▶ pool ──▶ give ──▶ picture · sound · work for the computer ──▶ check

A flow asks its own limits first and for the riddle afterwards: what the riddle refuses has been
counted (S74). Nothing is drawn or spoken while somebody waits (S76).
"""

import hmac
from dataclasses import dataclass
from datetime import timedelta
from uuid import uuid4

from proxy.domain import captcha, limits, secrets
from proxy.domain.client import Client
from proxy.domain.policy import Policy
from proxy.domain.vault import Unsealable, Vault
from proxy.errors import Refusal
from proxy.store import captchas, throttle
from proxy.store.captchas import NewRiddle
from proxy.store.db import Database
from proxy.store.tx import Tx

READY = 200  # riddles in the pool, some 18 MB
AT_ONCE = 10  # how many are made in one go, 0.1 s


class Crowded(Refusal):
    """Too many riddles for one network."""

    status = 429
    seconds = 60

    def __init__(self) -> None:
        super().__init__("captcha.crowded")


@dataclass(frozen=True)
class Riddle:
    """What a browser is asked. Not `drawn`: only work for the computer answers it."""

    id: bytes
    drawn: bool


@dataclass(frozen=True)
class Answer:
    """What a form brought: the riddle that it means, and letters or work."""

    riddle: str
    letters: str
    work: str


def refill(db: Database) -> int:
    """Draw and speak some of the riddles that the pool lacks, and say how many.

    For a worker: it calls again at once while there is something to do.
    """
    with db.transaction() as tx:
        captchas.tidy(tx)
        lacking = READY - captchas.ready(tx)
        vault = tx.vault
    # Outside of any transaction: nobody waits for a brush.
    made = [make(vault, captcha.new_answer()) for _ in range(min(lacking, AT_ONCE))]
    if made:
        with db.transaction() as tx:
            for riddle in made:
                captchas.add(tx, riddle)
    return len(made)


def give(tx: Tx, policy: Policy, visit: str, form: str, client: Client) -> Riddle:
    """The riddle of this form in this browser: the one it has, while that can still be answered.

    Refuses `captcha.crowded`.
    """
    browser, until = secrets.digest(visit), tx.now + policy.captcha_life
    had = captchas.given(tx, browser, form, tx.now + policy.captcha_life / 2)
    if had and had.drawn:
        return Riddle(*had)
    if throttle.take(tx, limits.pictures(client)) is None:
        taken = captchas.take(tx, browser, form, until)
        if taken is not None:
            return Riddle(taken, drawn=True)
    if had:
        return Riddle(*had)
    if throttle.take(tx, limits.riddles(client)) is not None:
        raise Crowded()
    riddle = Riddle(uuid4().bytes, drawn=False)
    captchas.add_without_picture(tx, riddle.id, browser, form, until)
    return riddle


def image(tx: Tx, riddle: str, visit: str) -> bytes | None:
    """A PNG; None for anybody but the browser that the riddle was given to. Spends nothing."""
    return captchas.image(tx, _id(riddle), secrets.digest(visit))


def audio(tx: Tx, riddle: str, visit: str, client: Client) -> bytes | timedelta | None:
    """A WAV, or how long to wait for one."""
    wait = throttle.take(tx, limits.spoken_riddles(client))
    return wait or captchas.audio(tx, _id(riddle), secrets.digest(visit))


def discard(tx: Tx, visit: str, form: str, answer: Answer) -> None:
    """Whoever cannot read a picture gets another one from `give`."""
    captchas.spend(tx, _id(answer.riddle), secrets.digest(visit), form)


def take_first_try(tx: Tx, form: str, client: Client) -> bool:
    """Whether this network has not tried the form for a while. It has from now on."""
    return throttle.take(tx, limits.first_tries(form, client)) is None


def untried(tx: Tx, form: str, client: Client) -> bool:
    """What `first_try` would say. Nothing is taken."""
    return throttle.look(tx, limits.first_tries(form, client)) is None


def check(tx: Tx, visit: str, form: str, answer: Answer) -> str | None:
    """None: answered. Otherwise the code of what is wrong with it.

    Whatever the answer is, it was the only one: return it, and never raise after it.
    """
    if not (answer.letters.strip() or answer.work):
        return "captcha.missing"
    spent = captchas.spend(tx, _id(answer.riddle), secrets.digest(visit), form)
    if spent is None or tx.now >= spent.expires_at:
        return "captcha.gone"
    if answer.work:
        worked = captcha.is_work(_id(answer.riddle).hex(), answer.work)
        return None if worked else "captcha.unworked"
    try:
        typed = _hash(tx.vault, _id(answer.riddle), answer.letters, spent.key_id)
    except Unsealable:
        return "captcha.gone"
    return None if hmac.compare_digest(typed, spent.answer) else "captcha.wrong"


def make(vault: Vault, letters: str) -> NewRiddle:
    """A riddle whose answer is `letters`; nothing that is stored of it tells them."""
    from proxy.render import captcha as drawing  # of use to a worker only

    riddle_id = uuid4().bytes
    return NewRiddle(
        id=riddle_id,
        answer=_hash(vault, riddle_id, letters, vault.newest),
        key_id=vault.newest,
        image=drawing.draw(letters),
        audio=drawing.speak(letters),
    )


def _hash(vault: Vault, riddle_id: bytes, letters: str, key_id: str) -> bytes:
    return vault.mac(b"captcha" + riddle_id + captcha.plain(letters).encode(), key_id)


def _id(riddle: str) -> bytes:
    """As an address or a form wrote it; nobody's when that is not an id."""
    try:
        return bytes.fromhex(riddle)
    except ValueError:
        return b""
