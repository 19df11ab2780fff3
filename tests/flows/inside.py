"""Somebody who logged in, at what only the owner of a casilla may do."""

from proxy.errors import Denied
from proxy.flows import profile
from proxy.flows.profile import Step, Wanted
from proxy.store.db import Database
from tests.flows.app import session_of
from tests.flows.browser import PHONE, POLICY, Browser, mailed_code
from tests.people import Person


class Inside:
    def __init__(self, db: Database, person: Person, browser: Browser | None = None) -> None:
        self.db = db
        self.browser = browser or Browser(db)
        self.opened = self.browser.enter(person)
        self.session = session_of(db, self.opened)
        self.visit = f"profile-{id(self)}"

    def start(self, email: str | None = None, phone: str | None = None) -> Denied | None:
        self.visit += "+"
        with self.db.transaction() as tx:
            return profile.start(tx, POLICY, self.session, Wanted(email, phone), self.visit, PHONE)

    def code(self, name: str) -> Denied | Step | None:
        return self.type(mailed_code(self.db, name=name))

    def type(self, code: str) -> Denied | Step | None:
        with self.db.transaction() as tx:
            answered = profile.verify(tx, POLICY, self.session, self.visit, code, PHONE)
        return answered.denied or answered.step

    def email(self, email: str) -> None:
        assert self.start(email) is None
        assert isinstance(self.code("email_old_code"), Step)
        assert self.code("email_new_code") is None

    def claim(self, phone: str) -> Denied | Step | None:
        """Up to the code that goes to that mobile."""
        return self.start(phone=phone) or self.code("email_old_code")

    def phone(self, phone: str) -> None:
        assert isinstance(self.claim(phone), Step)
        assert self.code("phone_code") is None
