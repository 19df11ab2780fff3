"""The life of an account, in any order, against a small model: S24–S27, S31–S37.

A code or a link serves once, nobody guesses more than five times, no session outlives a new
password, looking changes nothing, and the owner always gets in from a browser that they know.
"""

import shutil
import tempfile
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule
from sqlalchemy import func, select

from proxy.domain.client import Client
from proxy.domain.events import Event
from proxy.domain.identidad import Identidad
from proxy.errors import Denied, Reason
from proxy.flows import login, password, recovery
from proxy.flows.audit import Whole
from proxy.flows.login import Opened
from proxy.store import casillas, tables
from proxy.store.db import Database
from tests.attacks.actor import Actor, any_challenge, code_of, everything, other_than
from tests.attacks.life import NOT_ME_LIFE, Code, Life
from tests.clock import Clock
from tests.flows.browser import POLICY, contexts
from tests.people import PASSWORDS, ROSA, open_casilla, vault
from tests.recorded import verify

WHICH = st.sampled_from(["right", "right", "wrong", "old", "another's"])
BROWSERS = st.integers(0, 2)
KINDS = st.sampled_from(["right", "old", "old", "another's"])
WAITS = st.sampled_from([0, 31, 601, 1801])
NOBODY = Identidad("DNI", "49999999")


class AccountLife(RuleBasedStateMachine):
    template: Path

    def __init__(self) -> None:
        super().__init__()
        self.folder = Path(tempfile.mkdtemp())
        shutil.copy(self.template, self.folder / "casilla.db")
        self.clock = Clock()
        self.db = Database(f"sqlite:///{self.folder}/casilla.db", self.clock, vault)
        self.rosa = open_casilla(self.db, ROSA)
        with self.db.transaction() as tx:
            stored = casillas.by_id(tx, self.rosa.id).password
            casillas.set_password(tx, self.rosa.id, stored, must_change=True)
        self.life = Life(ROSA.password, must_change=True)
        self.browsers = [Actor(self.db, Client(f"203.0.113.{n}", f"B{n}")) for n in range(3)]
        self.changes = 0

    def teardown(self) -> None:
        assert isinstance(verify(self.db), Whole)
        self.db.close()
        shutil.rmtree(self.folder)

    # Login

    @rule(which=BROWSERS, right=st.booleans())
    def password(self, which: int, right: bool) -> None:
        actor, life = self.at(which), self.life
        typed = life.password if right and life.password else "no-es-esta"
        lets_in = life.lets_in(actor.client.device, right)
        denied = actor.password(ROSA.identidad, typed)
        if denied is None:
            assert lets_in
            life.failures = 0
            self.asked(actor, "login")
        elif denied.reason is Reason.WRONG:
            assert not lets_in
            life.failures += 1
        elif lets_in:  # too often, before it was looked at or when the code was to be sent
            with self.db.reading() as tx:
                life.failures = casillas.by_id(tx, self.rosa.id).failures

    @rule(which=BROWSERS, kind=WHICH)
    def code(self, which: int, kind: str) -> None:
        actor, now = self.at(which), self.clock.now
        code, typed = self.life.code(actor.visit, "login"), self.typed(actor, "login", kind)
        newest = actor.visit == self.newest("login")
        outcome = actor.code(typed)
        if isinstance(outcome, Opened):
            assert kind == "right" and code is not None
            assert code.opens(now) or self.life.opens_again(code, now)
            if code.opened:
                self.life.sessions[code.opened[1]].over = True
            code.used, code.opened = True, (code.opened[0] if code.opened else now, outcome.token)
            self.life.entered(outcome.token, outcome.device.hex(), now)
        else:
            self.refused(code, outcome, promised=kind == "right" and newest)

    @rule(which=BROWSERS)
    def enter(self, which: int) -> None:
        self.password(which, right=True)
        self.code(which, "right")

    @rule(which=BROWSERS)
    def resend(self, which: int) -> None:
        actor, now = self.at(which), self.clock.now
        for purpose in ("login", "recovery"):
            code = self.life.code(actor.visit, purpose)
            if actor.resend(purpose) is None:
                assert code is not None and code.holds(now)
                code.code_until = min(now + POLICY.code_life, code.until)

    @rule(which=BROWSERS)
    def disavow_login(self, which: int) -> None:
        """«¿No fue usted?», of a login under way."""
        actor = self.at(which)
        code, challenge = self.life.code(actor.visit, "login"), any_challenge(self.db, actor.visit)
        if code and challenge:
            with self.db.transaction() as tx:
                code.over |= login.disavow(tx, challenge.id)

    @rule(which=BROWSERS)
    def logout(self, which: int) -> None:
        actor = self.at(which)
        if actor.opened:
            with self.db.transaction() as tx:
                login.end(tx, actor.opened.token)
            self.life.sessions[actor.opened.token].over = True

    # Recovery

    @rule(which=BROWSERS, known=st.sampled_from([True, True, False]))
    def recover(self, which: int, known: bool) -> None:
        actor = self.at(which)
        actor.start(ROSA.identidad if known else NOBODY)
        begun = actor.visit
        if actor.send() is None:
            code = self.asked(actor, "recovery")
            assert known or code.void
        kept, actor.visit = actor.visit, begun
        assert isinstance(actor.send(), Denied)  # a step once done is not done again
        actor.visit = kept

    @rule(which=BROWSERS, kind=WHICH)
    def recovery_code(self, which: int, kind: str) -> None:
        actor, now = self.at(which), self.clock.now
        code = self.life.code(actor.visit, "recovery")
        typed = self.typed(actor, "recovery", kind)
        newest = actor.visit == self.newest("recovery")
        denied = actor.recovery_code(typed)
        if denied is None:
            assert kind == "right" and code is not None and code.opens(now)
            code.used = True
            self.life.codes[actor.visit] = Code(now + POLICY.choose_life, "choose")
        else:
            self.refused(code, denied, promised=kind == "right" and newest)

    @rule(which=BROWSERS)
    def choose(self, which: int) -> None:
        actor = self.at(which)
        code, chosen = self.life.code(actor.visit, "choose"), f"Elegida-{self.changes}"
        done = actor.choose(PASSWORDS.hash(chosen))
        assert done is (code is not None and code.opens(self.clock.now))
        if done:
            assert code is not None
            code.used = True
            self.replaced(chosen, device=actor.client.device)

    @rule(which=BROWSERS)
    def recover_to_the_end(self, which: int) -> None:
        self.recover(which, known=True)
        self.recovery_code(which, "right")
        self.choose(which)

    @rule(which=BROWSERS, login=st.booleans(), wrong=st.integers(0, 5), wait=WAITS, kind=KINDS)
    def insist(self, which: int, login: bool, wrong: int, wait: int, kind: str) -> None:
        self.ahead(901)
        self.password(which, right=True) if login else self.recover(which, known=True)
        answer = self.code if login else self.recovery_code
        for _ in range(wrong):
            answer(which, "wrong")
            self.ahead(61)
        self.ahead(wait)
        if kind == "old":
            self.resend(which)
        answer(which, kind)
        answer(which, "right")

    @rule(which=BROWSERS, right=st.booleans())
    def ask_link(self, which: int, right: bool) -> None:
        actor, before = self.at(which), len(contexts(self.db, "recovery_link"))
        email = ROSA.email if right else "otra@example.com"
        with self.db.transaction() as tx:
            recovery.ask_link(tx, POLICY, ROSA.identidad, email, actor.client)
        assert self.new_link(before) <= right

    @precondition(lambda self: self.life.links)
    @rule(which=BROWSERS, data=st.data())
    def use_link(self, which: int, data: st.DataObject) -> None:
        actor, now = self.at(which), self.clock.now
        link = data.draw(st.sampled_from(list(self.life.links)))
        held, chosen = self.life.links[link], f"Elegida-{self.changes}"
        with self.db.transaction() as tx:
            opened = recovery.opened(tx, link)
            done = recovery.choose_by_link(tx, POLICY, link, PASSWORDS.hash(chosen), actor.client)
        assert done is held.opens(now) is isinstance(opened, password.Choosing)
        if done:
            held.used = True
            self.replaced(chosen, device=actor.client.device)

    @precondition(lambda self: self.life.links)
    @rule(which=BROWSERS, data=st.data())
    def renew(self, which: int, data: st.DataObject) -> None:
        actor, before = self.at(which), len(contexts(self.db, "recovery_link"))
        link = data.draw(st.sampled_from(list(self.life.links)))
        held = self.life.links[link]
        may = not (held.used or held.over)
        with self.db.transaction() as tx:
            renewed = recovery.renew(tx, POLICY, link, actor.client)
        assert renewed is may
        assert self.new_link(before) <= may

    # The password

    @rule(which=BROWSERS, right=st.booleans())
    def change(self, which: int, right: bool) -> None:
        """The first access too: it is the only thing that such a session opens."""
        actor, life = self.at(which), self.life
        if actor.opened is None or not life.sessions[actor.opened.token].alive(self.clock.now):
            return
        before, chosen = actor.opened.token, f"Elegida-{self.changes}"
        old = life.password if right and life.password else "no-es-esta"
        denied = actor.change(old, PASSWORDS.hash(chosen))
        if denied is None:
            assert right
            session = life.sessions.pop(before)
            token, device = actor.opened.token, actor.opened.device.hex()
            life.sessions[token] = replace(session)
            self.replaced(chosen, token=token, device=device)
        else:
            assert denied.wait or not right

    @precondition(lambda self: self.life.not_me)
    @rule(data=st.data())
    def not_me(self, data: st.DataObject) -> None:
        """«No fui yo»: nobody enters until it is recovered."""
        link = data.draw(st.sampled_from(list(self.life.not_me)))
        held = self.life.not_me[link]
        with self.db.transaction() as tx:
            done = password.disavow(tx, link)
        assert done is held.opens(self.clock.now)
        if done:
            held.used = True
            self.life.replaced(None)

    # Time, strangers, and whoever only looks

    @rule(seconds=st.sampled_from([30, 200, 601, 901, 1801, 3 * 3600, 49 * 3600]))
    def ahead(self, seconds: int) -> None:
        self.clock.advance(seconds=seconds)

    @rule(seconds=st.sampled_from([5, 300, 3600]))
    def back(self, seconds: int) -> None:
        self.clock.advance(seconds=-seconds)

    @precondition(lambda self: self.life.password and self.knowing())
    @rule()
    def come_back_in_spite_of_strangers(self) -> None:
        """S47, S48: a known browser with the right password always gets in."""
        owner, life = self.knowing()[0], self.life
        self.clock.advance(days=2)
        for number in range(7):
            stranger = Actor(self.db, Client(f"198.51.100.{number}"))
            if stranger.password(ROSA.identidad, "no-es-esta") == Denied(Reason.WRONG):
                life.failures += 1
            stranger.start(ROSA.identidad)
            if stranger.send() is None:
                stranger.recovery_code("-")
        assert life.password
        opened = owner.enter(ROSA.identidad, life.password)
        assert isinstance(opened, Opened)
        life.failures = 0
        life.entered(opened.token, opened.device.hex(), self.clock.now)

    @rule(which=BROWSERS)
    def look(self, which: int) -> None:
        """What a GET does, as a mail scanner or a prefetch would."""
        actor, before = self.at(which), everything(self.db)
        with self.db.transaction() as tx:
            for visit in (actor.visit, "", *self.life.codes):
                login.waiting(tx, visit)
                recovery.started(tx, visit)
                recovery.waiting(tx, visit)
                recovery.choosing(tx, visit)
            for link in (*self.life.links, *self.life.not_me):
                recovery.opened(tx, link)
        assert everything(self.db) == before

    @invariant()
    def sessions_are_those_of_the_model(self) -> None:
        with self.db.reading() as tx:
            for token, session in self.life.sessions.items():
                found = login.resume(tx, POLICY, token)
                assert (found is not None) is session.alive(self.clock.now)
                assert found is None or found.must_change is self.life.must_change

    @invariant()
    def the_rows_keep_the_rules(self) -> None:
        with self.db.reading() as tx:
            rows = tx.conn.execute(select(tables.challenges)).all()
            events = list(tx.conn.execute(select(tables.eventos.c.kind)).scalars())
            live = func.count().filter(tables.sessions.c.ended_at.is_(None))
            assert tx.conn.execute(select(live)).scalar_one() <= POLICY.sessions_at_once
            devices = tx.conn.execute(select(tables.devices)).all()
            stored = casillas.by_id(tx, self.rosa.id).password
        assert {row.id.hex() for row in devices if not row.revoked_at} == self.life.devices
        failures = {row.visit: row.failures for row in rows}
        assert max(failures.values(), default=0) <= POLICY.code_attempts
        for visit, code in self.life.codes.items():
            assert failures[vault().digest(visit)] == code.failures + code.used * (
                code.purpose != "choose"
            )
        assert events.count(Event.SESSION_STARTED) == len(self.life.sessions)
        assert events.count(Event.PASSWORD_CHANGED) == self.changes
        assert len(contexts(self.db, "password_changed")) == self.changes
        assert (stored is None) is (self.life.password is None)

    # Helpers, in the order in which they are called

    def at(self, which: int) -> Actor:
        self.clock.advance(seconds=1, microseconds=1)  # no two things happen at one instant
        return self.browsers[which]

    def asked(self, actor: Actor, purpose: str) -> Code:
        challenge = actor.asked(purpose)
        void = challenge.casilla_id is None
        code = Code(challenge.expires_at, purpose, challenge.code_expires_at, void)
        return self.life.codes.setdefault(actor.visit, code)

    def typed(self, actor: Actor, purpose: str, kind: str) -> str:
        challenge = any_challenge(self.db, actor.visit)
        if challenge is None or challenge.purpose != purpose:
            return "000000"
        right = code_of(challenge)
        if kind == "old" and challenge.sent > 1:
            return code_of(challenge, challenge.sent - 1)
        if kind == "another's":
            others = [
                any_challenge(self.db, visit) for visit in self.life.codes if visit != actor.visit
            ]
            found = [code_of(one) for one in others if one and code_of(one) != right]
            return found[-1] if found else other_than(right)
        return right if kind == "right" else other_than(right)

    def newest(self, purpose: str) -> str:
        """Of three that wait at once the oldest ends; the newest is always good."""
        found = [(one.until, visit) for visit, one in self.life.codes.items()
                 if one.purpose == purpose]  # fmt: skip
        return max(found)[1] if found else ""

    def refused(self, code: Code | None, denied: Denied, *, promised: bool) -> None:
        now = self.clock.now
        if denied.wait is not None:
            return  # it was not even looked at
        assert not (promised and code and code.opens(now))
        if code is None:
            assert denied == Denied(Reason.GONE)
        elif denied.reason is Reason.GONE:
            code.over |= code.holds(now)  # one of too many at once
        else:
            code.guess(now)

    def new_link(self, before: int) -> bool:
        sent = contexts(self.db, "recovery_link")
        if len(sent) == before:
            return False
        until = self.clock.now + POLICY.recovery_link_life
        self.life.linked(bytes.fromhex(str(sent[-1]["link"])), until)
        return True

    def replaced(self, chosen: str, *, token: str = "", device: str | None = None) -> None:
        self.changes += 1
        self.life.replaced(chosen, token, device)
        link = bytes.fromhex(str(contexts(self.db, "password_changed")[-1]["link"]))
        self.life.not_me[link] = Code(self.clock.now + NOT_ME_LIFE)

    def knowing(self) -> list[Actor]:
        return [actor for actor in self.browsers if actor.client.device in self.life.devices]


@pytest.fixture(scope="module", autouse=True)
def empty(sqlite_template: Path) -> None:
    """Every life starts from a copy."""
    AccountLife.template = sqlite_template


TestAccountLife = AccountLife.TestCase
# Not shrunk: what a failing life did is said step by step anyway.
TestAccountLife.settings = settings(
    max_examples=60, stateful_step_count=20, phases=[Phase.generate]
)
