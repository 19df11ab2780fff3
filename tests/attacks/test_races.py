"""Four processes at one secret, and strangers at many networks against one owner.

S24, S25, S32, S35, S47–S49, S74.
"""

import hmac
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select

from proxy.domain.client import Client
from proxy.domain.identidad import Identidad
from proxy.domain.limits import Limit
from proxy.errors import Denied, Reason
from proxy.flows import captcha, recovery
from proxy.flows.captcha import Answer
from proxy.flows.limiting import Charge
from proxy.flows.login import Opened
from proxy.store import captchas, tables, throttle
from proxy.store.db import Database
from tests.attacks.actor import Actor, code_of, other_than
from tests.clock import Clock
from tests.flows.browser import PHONE, POLICY, contexts, mailed_code
from tests.outbox import messages
from tests.people import BRUNO, PASSWORDS, ROSA, Person, open_casilla, vault
from tests.racing import PROCESSES, race
from tests.working import work

OLD, NEW = "Quinua-2041", "Olluco-volcan-93"
HASHED = PASSWORDS.hash(NEW)
TRIES = 8  # of each process at each secret
HOUR = timedelta(hours=1)
RIDDLE = b"one riddle of it"
WIDE, NARROW = Limit("a wide one, taken first", 60, HOUR), Limit("narrow", 5, HOUR)
CONTESTS = ("login", "guess", "recovery", "choice", "link")


def tab(db: Database, contest: str) -> Actor:
    """A tab of the one browser that every process of this contest is. The cookie is the same."""
    actor = Actor(db, Client(f"192.0.2.{CONTESTS.index(contest)}"))
    actor.visit = contest
    return actor


def prepare(db: Database) -> None:
    """Each contest has an owner of its own, in a browser of its own."""
    people = {}
    for number, contest in enumerate(CONTESTS):
        identidad = Identidad("DNI", f"4100000{number}")
        email = f"{contest}@example.com"
        people[contest] = open_casilla(db, replace(ROSA, identidad=identidad, email=email))
    for contest in ("login", "guess"):
        assert tab(db, contest).password(people[contest].identidad, OLD, contest) is None
    for contest in ("recovery", "choice"):
        actor = tab(db, contest)
        actor.start(people[contest].identidad)
        assert actor.send(contest) is None
    actor = tab(db, "choice")
    assert actor.recovery_code(code_of(actor.asked("recovery")), "chosen") is None
    with db.transaction() as tx:
        owner = people["link"]
        recovery.ask_link(tx, POLICY, owner.identidad, owner.email, PHONE)
        until = tx.now + POLICY.captcha_life
        captchas.add_without_picture(
            tx, RIDDLE, tx.vault.digest("riddle"), "recovery_start", until, 1
        )


def together(db: Database) -> None:
    """Wait until every process is ready."""
    taking = Limit("together", 1000, HOUR)
    with db.transaction() as tx:
        assert throttle.take(tx, [taking]) is None
        key = hmac.digest(tx.vault.throttle, taking.key.encode(), "sha256")
    ready, arrived = int((db.clock() + PROCESSES * (HOUR / 1000)).timestamp() * 1_000_000), 0
    while arrived < ready:
        with db.reading() as tx:
            tat = select(tables.rates.c.tat).where(tables.rates.c.key == key)
            arrived = tx.conn.execute(tat).scalar_one()
        time.sleep(0.01)


def contend(database_url: str) -> list[tuple[str, object]]:
    """What one process gets when it tries everything, over and over."""
    db = Database(database_url, Clock(), vault)
    login, guess = mailed_code(db, 0), other_than(mailed_code(db, 1))
    code, link = mailed_code(db, 0, "recovery_code"), contexts(db, "recovery_link")[0]["link"]
    answer = Answer(RIDDLE.hex(), "", work(RIDDLE.hex()))
    choosing = tab(db, "choice")
    choosing.visit = "chosen"

    def guessed() -> str:
        denied = tab(db, "guess").code(guess)
        return denied.reason if isinstance(denied, Denied) else "opened"

    def linked() -> bool:
        with db.transaction() as tx:
            return (
                recovery.choose_by_link(tx, POLICY, bytes.fromhex(str(link)), HASHED, PHONE) is True
            )

    def riddled() -> bool:
        with db.transaction() as tx:
            return captcha.check(tx, "riddle", "recovery_start", answer, Charge(1)) is None

    def taken(*limits: Limit) -> bool:
        with db.transaction() as tx:
            return throttle.take(tx, limits) is None

    attempts: dict[str, Callable[[], object]] = {
        "login": lambda: isinstance(tab(db, "login").code(login), Opened),
        "guess": guessed,
        "recovery": lambda: tab(db, "recovery").recovery_code(code) is None,
        "choice": lambda: choosing.choose(HASHED) is True,
        "link": linked,
        "riddle": riddled,
        "both": lambda: taken(WIDE, NARROW),
        "wide": lambda: taken(WIDE),
        "wide again": lambda: taken(WIDE),
    }
    together(db)
    return [(name, attempt()) for _ in range(TRIES) for name, attempt in attempts.items()]


def open_sessions(db: Database) -> int:
    with db.reading() as tx:
        ended = select(tables.sessions.c.ended_at).where(tables.sessions.c.ended_at.is_(None))
        return len(tx.conn.execute(ended).all())


def test_four_processes_get_of_each_secret_what_one_would(db: Database, database_url: str) -> None:
    prepare(db)
    got = Counter(race(contend, database_url))
    assert 1 <= got["login", True] <= 6  # S24: nobody came with the session, so a press may be
    assert open_sessions(db) == 1  # one of those that got no answer; the limits end that
    assert len(messages(db, "new_device")) == 1
    assert got["guess", Reason.WRONG] == 4  # S25
    assert got["guess", Reason.SPENT] == 1
    assert got["recovery", True] == 1  # S33
    assert got["choice", True] == 1
    assert got["link", True] == 1  # S35
    assert len(messages(db, "password_changed")) == 2
    assert got["riddle", True] == 1  # S74
    # S47: what the narrow bucket refuses is not taken from the wide one.
    assert got["both", True] == 5
    assert got["both", True] + got["wide", True] + got["wide again", True] == 60


def strangers(db: Database, person: Person, clock: Clock, ip: str = "") -> None:
    """An hour in which they use up whatever is counted by the identidad, or by the network."""
    for turn in range(4):
        clock.advance(minutes=15)
        for number in range(PROCESSES * 2):
            stranger = Actor(db, Client(ip or f"198.51.{turn}.{number}"))
            stranger.password(person.identidad, "otra-clave")
            stranger.admit(person.identidad)
            stranger.start(person.identidad)
            if stranger.send() is None:
                for _ in range(3):
                    stranger.recovery_code("000000")
            stranger.start(Identidad("DNI", f"42000{turn}{number:02}"))
            if stranger.send() is None:
                for _ in range(3):
                    stranger.recovery_code("000000")


@pytest.mark.parametrize("ip", ["", PHONE.ip], ids=["everywhere", "in-the-owners-network"])
def test_nobody_keeps_an_owner_out_of_the_browser_that_they_know(
    db: Database, owner: Person, clock: Clock, ip: str
) -> None:
    """S47, S48, S32: they enter with the right password, and recover it when they forgot it."""
    known = Actor(db)
    assert isinstance(known.enter(owner.identidad, OLD), Opened)
    strangers(db, owner, clock, ip)
    assert isinstance(known.enter(owner.identidad, OLD), Opened)
    strangers(db, owner, clock, ip)
    assert known.recover(owner.identidad, HASHED) is True
    assert isinstance(known.enter(owner.identidad, NEW), Opened)


def test_strangers_do_not_end_the_recovery_that_an_owner_has_begun(
    db: Database, owner: Person, clock: Clock
) -> None:
    """S32, S51: only three codes wait at once, and theirs are not the owner's."""
    known = Actor(db)
    known.enter(owner.identidad, OLD)
    clock.advance(minutes=15)
    known.start(owner.identidad)
    assert known.send() is None
    strangers_codes = [Actor(db, Client(f"198.51.100.{number}")) for number in range(3)]
    for stranger in strangers_codes:
        clock.advance(minutes=2)
        stranger.start(owner.identidad)
        assert stranger.send() is None
    assert known.recovery_code(code_of(known.asked("recovery"))) is None


def test_the_device_of_somebody_else_counts_as_a_strangers(
    db: Database, owner: Person, clock: Clock
) -> None:
    """S48: a browser that is known to one casilla is a stranger to every other."""
    other = open_casilla(db, BRUNO)
    stranger = Actor(db)
    assert isinstance(stranger.enter(other.identidad, other.password), Opened)
    clock.advance(hours=1)
    answers = [stranger.password(owner.identidad, "otra-clave") for _ in range(6)]
    assert answers[:5] == [Denied(Reason.WRONG)] * 5
    assert answers[5] == Denied(Reason.RIDDLE)
