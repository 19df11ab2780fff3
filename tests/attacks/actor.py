"""One browser at the flows: it logs in, recovers and changes the password."""

from dataclasses import replace

from sqlalchemy import select

from proxy.domain import codes, secrets
from proxy.domain.client import Client
from proxy.domain.identidad import Identidad
from proxy.errors import Denied, Reason
from proxy.flows import login, password, recovery
from proxy.flows.login import Opened
from proxy.flows.recovery import Channel
from proxy.store import challenges, tables
from proxy.store.challenges import Challenge
from proxy.store.db import Database
from tests.flows.browser import PHONE, POLICY
from tests.people import PASSWORDS, VAULT


def code_of(challenge: Challenge, sent: int | None = None) -> str:
    """What the message said, also of one whose code was sent again."""
    key = VAULT.code_key(challenge.key_id)
    assert key is not None
    return codes.code_for(key, challenge.purpose, challenge.id, sent or challenge.sent)


def other_than(code: str) -> str:
    return f"{(int(code) + 1) % 1_000_000:06}"


def any_challenge(db: Database, visit: str) -> Challenge | None:
    """Also one that is over."""
    table = tables.challenges
    with db.reading() as tx:
        found = tx.conn.execute(select(table.c.id).where(table.c.visit == tx.vault.digest(visit)))
        challenge_id = found.scalar_one_or_none()
        return challenges.by_id(tx, challenge_id) if challenge_id else None


def everything(db: Database) -> list[list[object]]:
    """Every row there is."""
    with db.reading() as tx:
        return [list(tx.conn.execute(select(table))) for table in tables.metadata.sorted_tables]


class Actor:
    def __init__(self, db: Database, client: Client = PHONE) -> None:
        self.db = db
        self.client = client
        self.visit = ""
        self.opened: Opened | None = None

    def password(self, identidad: Identidad, typed: str, visit: str = "") -> Denied | None:
        self.visit = visit or secrets.new_token()
        with self.db.transaction() as tx:
            attempt = login.attempt(tx, identidad, self.client)
        if isinstance(attempt, Denied):
            return attempt
        if attempt.charge.price:
            return Denied(Reason.RIDDLE)
        proof = PASSWORDS.prove(attempt.stored, typed)
        with self.db.transaction() as tx:
            return login.answer(tx, POLICY, attempt, proof, self.visit, self.client)

    def code(self, typed: str) -> Opened | Denied:
        with self.db.transaction() as tx:
            outcome = login.verify(tx, POLICY, self.visit, typed, self.client)
        if isinstance(outcome, Opened):
            self.opened = outcome
            self.client = replace(self.client, device=outcome.device.hex())
        return outcome

    def enter(self, identidad: Identidad, typed: str) -> Opened | Denied:
        denied = self.password(identidad, typed)
        return denied or self.code(code_of(self.asked("login")))

    def resend(self, purpose: str = "login") -> Denied | None:
        visit = login if purpose == "login" else recovery
        with self.db.transaction() as tx:
            return visit.resend(tx, POLICY, self.visit, self.client)

    def admit(self, identidad: Identidad) -> Denied | None:
        with self.db.transaction() as tx:
            charge = recovery.admit(tx, identidad, self.client, 0)
            return charge if isinstance(charge, Denied) else None

    def start(self, identidad: Identidad) -> None:
        self.visit = secrets.new_token()
        with self.db.transaction() as tx:
            recovery.start(tx, POLICY, identidad, self.visit, self.client)

    def send(self, new_visit: str = "", channel: Channel = "email") -> Denied | None:
        visit, self.visit = self.visit, new_visit or secrets.new_token()
        with self.db.transaction() as tx:
            return recovery.send(tx, POLICY, visit, channel, self.visit, self.client)

    def recovery_code(self, typed: str, new_visit: str = "") -> Denied | None:
        new = new_visit or secrets.new_token()
        with self.db.transaction() as tx:
            denied = recovery.verify(tx, POLICY, self.visit, typed, new, self.client)
        self.visit = self.visit if denied else new
        return denied

    def choose(self, hashed: str) -> bool | Denied:
        with self.db.transaction() as tx:
            return recovery.choose(tx, POLICY, self.visit, hashed, self.client)

    def recover(self, identidad: Identidad, hashed: str) -> Denied | bool:
        denied = self.admit(identidad)
        if denied:
            return denied
        self.start(identidad)
        denied = self.send() or self.recovery_code(code_of(self.asked("recovery")))
        return denied or self.choose(hashed)

    def change(self, old: str, hashed: str) -> Denied | None:
        assert self.opened is not None
        token = secrets.new_token()
        with self.db.transaction() as tx:
            session = login.resume(tx, POLICY, self.opened.token)
            assert session is not None
            casilla = password.count_try(tx, session)
        if isinstance(casilla, Denied):
            return casilla
        proof = PASSWORDS.prove(casilla.password, old)
        with self.db.transaction() as tx:
            denied = password.change(tx, POLICY, session, proof, hashed, token, self.client)
        if denied is None:
            self.opened = replace(self.opened, token=token)
        return denied

    def asked(self, purpose: str) -> Challenge:
        """What this browser has to answer, as the owner of the mailbox would read it."""
        with self.db.reading() as tx:
            found = challenges.alive(tx, tx.vault.digest(self.visit), purpose)
        assert found is not None
        return found
