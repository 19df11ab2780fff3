"""Somebody who forgot the password, at the flows."""

from proxy.domain import secrets
from proxy.domain.client import Client
from proxy.domain.identidad import Identidad
from proxy.errors import Denied
from proxy.flows import recovery
from proxy.flows.recovery import Channel, Mislaid
from proxy.store.db import Database
from tests.flows.browser import PHONE, POLICY, contexts, mailed_code
from tests.paying import paid
from tests.people import PASSWORDS, Person

NEW = "Olluco-volcan-93"
HASHED = PASSWORDS.hash(NEW)


class Forgetful:
    """A browser whose owner forgot the password."""

    def __init__(self, db: Database, client: Client = PHONE) -> None:
        self.db = db
        self.client = client
        self.visit = ""

    def start(self, identidad: Identidad) -> None:
        with self.db.transaction() as tx:
            recovery.start(tx, POLICY, identidad, self._next(), self.client)

    def send(self, channel: Channel = "email") -> Denied | None:
        visit = self.visit
        with self.db.transaction() as tx:
            price = paid(tx, recovery.admit_message(tx, visit, self.client, 0))
        if isinstance(price, Denied):
            return price
        with self.db.transaction() as tx:
            return recovery.send(tx, POLICY, visit, channel, self._next(), self.client)

    def code(self, typed: str) -> Denied | None:
        visit = self.visit
        self._next()
        with self.db.transaction() as tx:
            denied = recovery.verify(tx, POLICY, visit, typed, self.visit, self.client)
        if denied:
            self.visit = visit
        return denied

    def choose(self, hashed: str = HASHED) -> bool:
        with self.db.transaction() as tx:
            return recovery.choose(tx, POLICY, self.visit, hashed, self.client)

    def resend(self) -> Denied | None:
        with self.db.transaction() as tx:
            return recovery.resend(tx, POLICY, self.visit, self.client)

    def reach_choice(self, person: Person) -> None:
        self.start(person.identidad)
        assert self.send() is None
        assert self.code(mailed_code(self.db, name="recovery_code")) is None

    def _next(self) -> str:
        self.visit = secrets.new_token()
        return self.visit


def ask_link(db: Database, identidad: Identidad, email: str, client: Client = PHONE) -> None:
    with db.transaction() as tx:
        recovery.ask_link(tx, POLICY, identidad, email, client)


def mailed_link(db: Database, which: int = -1) -> bytes:
    return bytes.fromhex(str(contexts(db, "recovery_link")[which]["link"]))


def by_link(db: Database, link: bytes) -> bool:
    with db.transaction() as tx:
        return recovery.choose_by_link(tx, POLICY, link, HASHED, PHONE)


def opened(db: Database, link: bytes) -> int | Mislaid:
    with db.reading() as tx:
        found = recovery.opened(tx, link)
    return found if isinstance(found, Mislaid) else found.casilla_id
