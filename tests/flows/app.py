"""An app that gives codes, as the owner's telephone has it."""

from dataclasses import dataclass
from datetime import timedelta

import pyotp

from proxy.domain.client import Client
from proxy.domain.session import Session
from proxy.errors import Denied
from proxy.flows import factor, login
from proxy.flows.login import Opened
from proxy.store.db import Database
from tests.flows.browser import PHONE, POLICY, Browser
from tests.people import Person


@dataclass
class App:
    """Reads the secret once and shows a code for each half minute of the test's clock."""

    db: Database
    secret: str
    slow: timedelta = timedelta()  # how much its clock is behind

    @property
    def code(self) -> str:
        return self.of_step(0)

    def of_step(self, steps: int) -> str:
        return pyotp.TOTP(self.secret).at(self.db.clock() - self.slow, counter_offset=steps)

    def wrong(self) -> str:
        """Six digits that are of no step near now."""
        near = {int(self.of_step(steps)) for steps in range(-3, 4)}
        return f"{next(number for number in range(10) if number not in near):06}"


@dataclass
class Owner:
    """Somebody who has just turned their second factor on."""

    db: Database
    person: Person
    app: App
    codes: list[str]
    opened: Opened

    @property
    def session(self) -> Session:
        return session_of(self.db, self.opened)

    def accepts(self, typed: str, client: Client = PHONE) -> bool:
        with self.db.transaction() as tx:
            return factor.check(tx, self.person.id, typed, client) is None


def session_of(db: Database, opened: Opened) -> Session:
    with db.reading() as tx:
        session = login.resume(tx, POLICY, opened.token)
    assert session is not None
    return session


def begin(db: Database, opened: Opened) -> App:
    session = session_of(db, opened)
    with db.transaction() as tx:
        factor.begin(tx, session)
    with db.reading() as tx:
        pairing = factor.pairing(tx, POLICY, session, "JNE")
    assert pairing is not None
    return App(db, pairing.secret)


def confirm(db: Database, opened: Opened, typed: str, client: Client = PHONE) -> list[str] | Denied:
    with db.transaction() as tx:
        return factor.confirm(tx, POLICY, session_of(db, opened), typed, client)


def turn_on(db: Database, person: Person, browser: Browser | None = None) -> Owner:
    opened = (browser or Browser(db)).enter(person)
    app = begin(db, opened)
    codes = confirm(db, opened, app.code)
    assert isinstance(codes, list)
    return Owner(db, person, app, codes, opened)
