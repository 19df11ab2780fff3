"""CAPTCHA: a riddle for one form of one browser, answered once, right or wrong.

    refill ──▶ pool ──▶ give ──▶ picture · sound · work for the computer ──▶ check

A flow takes from its own limits before it checks the riddle: a try that the riddle refuses was
counted (S74). A worker draws and speaks the riddles beforehand, so no request waits for it (S76).
"""

import hmac
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import uuid4

from proxy.domain import captcha, limits
from proxy.domain.client import Client
from proxy.domain.policy import Policy
from proxy.domain.vault import Unsealable, Vault
from proxy.errors import Refusal
from proxy.flows.limiting import Charge
from proxy.store import captchas, throttle
from proxy.store.captchas import NewRiddle
from proxy.store.db import Database
from proxy.store.tx import Tx

READY = 200  # riddles in the pool, some 18 MB
SECOND = "/second"  # the form of a second picture
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
    price: int  # times the work
    second: bytes | None  # the id of a second picture, for a price above 1


@dataclass(frozen=True)
class Answer:
    """The answer in a form: the id of its riddle, and letters or work."""

    riddle: str
    letters: str  # of the picture, or of both, one after the other
    work: str
    second: str = ""  # the id of the second picture


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


def give(tx: Tx, policy: Policy, visit: str, form: str, client: Client, price: int) -> Riddle:
    """Reuses the browser's riddle while half of its life is left. Refuses `captcha.crowded`."""
    browser, until = tx.vault.digest(visit), tx.now + policy.captcha_life
    after = tx.now + policy.captcha_life / 2
    had = captchas.given(tx, browser, form, after, price)
    if had and had.drawn:
        second = captchas.given(tx, browser, form + SECOND, after, 1) if had.price > 1 else None
        if second or had.price == 1:
            return Riddle(*had, second.id if second else None)
    pictures = limits.pictures(client) * min(price, 2)
    taken = (
        _pictures(tx, browser, form, until, price) if throttle.take(tx, pictures) is None else []
    )
    if taken:
        return Riddle(taken[0], drawn=True, price=price, second=taken[1] if price > 1 else None)
    if had and not had.drawn:
        return Riddle(*had, None)
    if throttle.take(tx, limits.bare_riddles(client)) is not None:
        raise Crowded()
    riddle = Riddle(uuid4().bytes, drawn=False, price=price, second=None)
    captchas.add_without_picture(tx, riddle.id, browser, form, until, price)
    return riddle


def _pictures(tx: Tx, browser: bytes, form: str, until: datetime, price: int) -> list[bytes]:
    """One, or two for a higher price; none when the pool has too few."""
    forms = [form, form + SECOND] if price > 1 else [form]
    taken = [captchas.take(tx, browser, one, until, price) for one in forms]
    return [one for one in taken if one] if all(taken) else []


def image(tx: Tx, riddle: str, visit: str) -> bytes | None:
    """A PNG; None for any browser but the one that got the riddle. Spends nothing."""
    return captchas.image(tx, _id(riddle), tx.vault.digest(visit))


def audio(tx: Tx, riddle: str, visit: str, client: Client) -> bytes | timedelta | None:
    wait = throttle.take(tx, limits.spoken_riddles(client))
    return wait or captchas.audio(tx, _id(riddle), tx.vault.digest(visit))


def discard(tx: Tx, visit: str, form: str, answer: Answer) -> None:
    browser = tx.vault.digest(visit)
    captchas.spend(tx, _id(answer.riddle), browser, form)
    captchas.spend(tx, _id(answer.second), browser, form + SECOND)


def take_first_try(tx: Tx, form: str, client: Client) -> bool:
    return throttle.take(tx, limits.first_tries(form, client)) is None


def untried(tx: Tx, form: str, client: Client) -> bool:
    return throttle.look(tx, limits.first_tries(form, client)) is None


def check(tx: Tx, visit: str, form: str, answer: Answer, charge: Charge) -> str | None:
    """None: the answer is right. Otherwise the code of the fault, such as `captcha.wrong`.

    Any answer spends the riddle. The caller must return the fault: to raise it would undo that.
    The price may have doubled since the riddle was given, and no more: nobody keeps cheap ones. A
    right answer counts the act, unless others reached a limit of it meanwhile.
    """
    fault = _fault(tx, visit, form, answer, charge.price)
    if fault is None and throttle.take(tx, charge.owed) is not None:
        return "captcha.dearer"
    return fault


def _fault(tx: Tx, visit: str, form: str, answer: Answer, price: int) -> str | None:
    if not (answer.letters.strip() or answer.work):
        return "captcha.missing"
    browser, riddle = tx.vault.digest(visit), _id(answer.riddle)
    spent = captchas.spend(tx, riddle, browser, form)
    second = captchas.spend(tx, _id(answer.second), browser, form + SECOND)
    if spent is None or tx.now >= spent.expires_at:
        return "captcha.gone"
    if 2 * spent.price < price:
        return "captcha.dearer"
    if answer.work:
        worked = captcha.is_work(riddle.hex(), answer.work, spent.price)
        return None if worked else "captcha.unworked"
    pictures = [(riddle, spent)]
    if spent.price > 1:
        if second is None:
            return "captcha.gone"
        pictures.append((_id(answer.second), second))
    typed = captcha.plain(answer.letters)
    try:
        right = [
            hmac.compare_digest(_hash(tx.vault, picture, letters, one.key_id), one.answer)
            for (picture, one), letters in zip(pictures, _split(typed, len(pictures)), strict=True)
        ]
    except Unsealable:
        return "captcha.gone"
    return None if all(right) else "captcha.wrong"


def _split(typed: str, pictures: int) -> list[str]:
    """The letters of each picture; the last one gets all that is left."""
    at = captcha.LENGTH if pictures > 1 else 0
    return [typed[:at], typed[at:]] if at else [typed]


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
