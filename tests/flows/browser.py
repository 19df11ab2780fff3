"""What one browser does at the flows, without HTTP."""

from dataclasses import replace

from catalog.reading.reader import read_catalog
from proxy.domain import codes, secrets
from proxy.domain.client import Client
from proxy.domain.identidad import Identidad
from proxy.domain.policy import policy_of
from proxy.errors import Denied, Reason
from proxy.flows import login
from proxy.flows.login import Opened
from proxy.store.db import Database
from tests import outbox
from tests.paying import paid
from tests.people import PASSWORDS, VAULT, Person

POLICY = policy_of(read_catalog().access, "guia")
PHONE = Client("203.0.113.7", "Chrome en Android")
ELSEWHERE = Client("198.51.100.9", "Firefox")


class Browser:
    """What one browser does, step by step."""

    def __init__(self, db: Database, client: Client = PHONE) -> None:
        self.db = db
        self.client = client
        self.visit = ""

    def password(
        self, identidad: Identidad, password: str, *, pays: bool = False, before: str = ""
    ) -> Denied | None:
        """`pays`: it answers the riddle that the form asks for. `before`: the visit it brought."""
        self.visit = secrets.new_token()
        with self.db.transaction() as tx:
            attempt = login.attempt(tx, identidad, self.client)
        if isinstance(attempt, Denied):
            return attempt
        if attempt.charge.price and not pays:
            return Denied(Reason.RIDDLE)
        if attempt.charge.price:
            with self.db.transaction() as tx:
                paid(tx, attempt.charge)
                attempt = login.admit(tx, attempt, self.client)
        proof = PASSWORDS.prove(attempt.stored, password)
        with self.db.transaction() as tx:
            return login.answer(tx, POLICY, attempt, proof, self.visit, self.client, before=before)

    def code(self, typed: str) -> Opened | Denied:
        with self.db.transaction() as tx:
            return login.verify(tx, POLICY, self.visit, typed, self.client)

    def resend(self) -> Denied | None:
        with self.db.transaction() as tx:
            return login.resend(tx, POLICY, self.visit, self.client)

    def enter(self, person: Person, password: str | None = None) -> Opened:
        assert self.password(person.identidad, password or person.password) is None
        opened = self.code(mailed_code(self.db))
        assert isinstance(opened, Opened)
        return opened

    def remembers(self, opened: Opened) -> "Browser":
        return Browser(self.db, replace(self.client, device=opened.device.hex()))


def contexts(db: Database, name: str) -> list[dict[str, object]]:
    return [message.context for message in outbox.messages(db, name) if message.casilla_id]


def mailed_code(db: Database, which: int = -1, name: str = "login_code") -> str:
    """The code of a message, as its reader sees it."""
    context = contexts(db, name)[which]
    key = VAULT.code_key(str(context["key_id"]))
    assert key
    sent = context["sent"]
    assert isinstance(sent, int)
    challenge = bytes.fromhex(str(context["challenge"]))
    return codes.code_for(key, str(context["purpose"]), challenge, sent)


def wrong(code: str) -> str:
    return f"{(int(code) + 1) % 1_000_000:06}"


def alive(db: Database, opened: Opened) -> bool:
    with db.reading() as tx:
        return login.resume(tx, POLICY, opened.token) is not None


def use(db: Database, opened: Opened) -> None:
    """A request brings the token of the session."""
    with db.transaction() as tx:
        session = login.resume(tx, POLICY, opened.token)
        assert session is not None
        assert login.touch(tx, session)
