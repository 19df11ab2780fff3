"""CAPTCHA: a riddle for one form of one browser, answered once, right or wrong.

    refill ──▶ pool ──▶ give ──▶ picture · sound · work for the computer ──▶ check

A flow takes from its own limits before it checks the riddle: a try that the riddle refuses was
counted (S74). A worker draws and speaks the riddles beforehand, so no request waits for it (S76).
"""

import hmac
from dataclasses import dataclass
from datetime import timedelta
from uuid import uuid4

from proxy.domain import captcha, limits
from proxy.domain.client import Client
from proxy.domain.policy import Policy
from proxy.domain.vault import Unsealable, Vault
from proxy.errors import Refusal
from proxy.store import captchas, throttle
from proxy.store.captchas import NewRiddle
from proxy.store.db import Database
from proxy.store.tx import Tx

READY = 200  # riddles in the pool, some 18 MB
AT_ONCE = 10  # riddles per call of `refill`, 0.1 s


class Crowded(Refusal):
    """Too many riddles for one network."""

    status = 429
    seconds = 60

    def __init__(self) -> None:
        super().__init__("captcha.crowded")


@dataclass(frozen=True)
class Riddle:
    """The riddle of a form. Without a picture (not `drawn`), only work answers it."""

    id: bytes
    drawn: bool


@dataclass(frozen=True)
class Answer:
    """The answer in a form: the id of its riddle, and letters or work."""

    riddle: str
    letters: str
    work: str


def refill(db: Database) -> int:
    """Make some of the riddles that the pool lacks. Returns how many; 0: the pool is full."""
    with db.transaction() as tx:
        captchas.tidy(tx)
        lacking = READY - captchas.ready(tx)
        vault = tx.vault
    # Outside of any transaction: drawing is slow.
    made = [make(vault, captcha.new_answer()) for _ in range(min(lacking, AT_ONCE))]
    if made:
        with db.transaction() as tx:
            for riddle in made:
                captchas.add(tx, riddle)
    return len(made)


def give(tx: Tx, policy: Policy, visit: str, form: str, client: Client) -> Riddle:
    """Reuses the browser's riddle while half of its life is left. Refuses `captcha.crowded`."""
    browser, until = tx.vault.digest(visit), tx.now + policy.captcha_life
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
    """A PNG; None for any browser but the one that got the riddle. Spends nothing."""
    return captchas.image(tx, _id(riddle), tx.vault.digest(visit))


def audio(tx: Tx, riddle: str, visit: str, client: Client) -> bytes | timedelta | None:
    wait = throttle.take(tx, limits.spoken_riddles(client))
    return wait or captchas.audio(tx, _id(riddle), tx.vault.digest(visit))


def discard(tx: Tx, visit: str, form: str, answer: Answer) -> None:
    captchas.spend(tx, _id(answer.riddle), tx.vault.digest(visit), form)


def take_first_try(tx: Tx, form: str, client: Client) -> bool:
    return throttle.take(tx, limits.first_tries(form, client)) is None


def untried(tx: Tx, form: str, client: Client) -> bool:
    return throttle.look(tx, limits.first_tries(form, client)) is None


def check(tx: Tx, visit: str, form: str, answer: Answer) -> str | None:
    """None: the answer is right. Otherwise the code of the fault, such as `captcha.wrong`.

    Any answer spends the riddle. The caller must return the fault: to raise it would undo that.
    """
    if not (answer.letters.strip() or answer.work):
        return "captcha.missing"
    spent = captchas.spend(tx, _id(answer.riddle), tx.vault.digest(visit), form)
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
    from proxy.render import captcha as drawing  # only a worker needs it

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
    try:
        return bytes.fromhex(riddle)
    except ValueError:
        return b""
